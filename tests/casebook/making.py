"""Casebooks filled by hand: mails archived, read and filed, as the stages would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from inbox_ingest.casebook.changes import Archived, CaseChange, Filing, Folder, Listed, Outcome
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.records import (
    Address,
    Attachment,
    Case,
    Issue,
    IssueCode,
    Material,
    Message,
    Reading,
)
from tests.casebook.mails import CAMPAIGN, MONDAY, case_text, form, sha

INBOX = Folder("imaps://call@mail.example", "INBOX", 1)
JUNK = Folder("imaps://call@mail.example", "垃圾邮件", 1)
COLLECT_FROM = CAMPAIGN.window.starts_at()


def listed(number: int, **more: Any) -> Listed:
    """A mail on the server: UID, 1000 bytes, a minute apart."""
    values = {"uid": str(number), "size": 1000, "internaldate": MONDAY + timedelta(minutes=number)}
    return Listed(**{**values, **more})


def list_in(book: Casebook, folder: Folder, mails: Sequence[Listed], **more: Any) -> Any:
    """A full listing of a folder that holds exactly these."""
    arguments: dict[str, Any] = {
        "exists": len(mails),
        "collect_from": COLLECT_FROM,
        "now": MONDAY,
        **more,
    }
    return book.places.record_listing(folder, {mail.uid for mail in mails}, mails, **arguments)


def archive_all(book: Casebook, now: datetime = MONDAY) -> list[str]:
    """Archive whatever is due; the bytes of a mail are told by its UID. Returns the hashes."""
    batch = [
        Archived(place.id, mail_sha(place.uid), 990, place.internaldate or now)
        for place in book.places.due(now)
    ]
    book.places.archived(batch, now)
    return [item.raw_sha256 for item in batch]


def mail_sha(uid: object) -> str:
    return sha(f"mail {uid}")


def reading(
    uid: object,
    *attachments: Attachment,
    version: str = "1",
    subject: str | None = "报送案例",
    problem: str | None = None,
    campaign: str = "c" * 64,
) -> Reading:
    numbered = [
        attachment.model_copy(update={"part": str(place)})
        for place, attachment in enumerate(attachments, 1)
    ]
    return Reading(
        raw_sha256=mail_sha(uid),
        reader_version=version,
        campaign_sha256=campaign,
        message=Message(
            message_id=f"<{uid}@mail.example>",
            subject=subject,
            sender=Address(address=f"unit{uid}@126.com", name="李文"),
        ),
        attachments=tuple(numbered),
        problem=problem,
    )


def receive(book: Casebook, *uids: int) -> list[str]:
    """List, archive and read mails, each with a form and a case text."""
    list_in(book, INBOX, [listed(uid) for uid in uids])
    hashes = archive_all(book)
    book.readings.save([submission(uid) for uid in uids], MONDAY)
    return hashes


def submission(uid: object) -> Reading:
    return reading(uid, form(f"案例{uid}", f"单位{uid}"), case_text(f"案例{uid}"))


def case_of(uid: int, *, number: str | None = None, **changes: Any) -> Case:
    """The case that the submission with this UID begins."""
    read = submission(uid)
    received_at = MONDAY + timedelta(minutes=uid)
    materials = tuple(
        Material(
            attachment=attachment,
            raw_sha256=read.raw_sha256,
            message_id=read.message.message_id,
            sender=f"unit{uid}@126.com",
            received_at=received_at,
        )
        for attachment in read.attachments
    )
    form_record = read.attachments[0].form
    assert form_record is not None
    case = Case(
        anchor=f"{read.raw_sha256}:1",
        case_no=number,
        documents=materials,
        values=form_record.fields,
        case_text=read.attachments[1].case_text,
        message_sha256s=(read.raw_sha256,),
        senders=(f"unit{uid}@126.com",),
        received_at=received_at,
        updated_at=received_at,
    )
    return case.model_copy(update=changes)


def issue(code: IssueCode = IssueCode.SCAN_MISSING, **more: Any) -> Issue:
    """An issue stamped as the campaign says."""
    rule = CAMPAIGN.issues[code]
    values = {
        "code": code,
        "field": None,
        "audience": rule.audience,
        "severity": rule.severity,
        "text": rule.text,
    }
    return Issue(**{**values, **more})


def change(case: Case, *issues: Issue, **more: Any) -> CaseChange:
    return CaseChange(case, issues, **{"cause": case.message_sha256s[-1], **more})


def outcome(uid: object, disposition: Any = "submission", **more: Any) -> Outcome:
    return Outcome(mail_sha(uid), disposition, **more)


def file_cases(book: Casebook, *changes: CaseChange, **more: Any) -> Any:
    """File cases with the outcomes of the mails that began them, or those given."""
    outcomes = more.pop("outcomes", None)
    if outcomes is None:
        outcomes = tuple(
            Outcome(change.case.message_sha256s[0], "submission", (change.case.anchor,))
            for change in changes
        )
    now = more.pop("now", MONDAY)
    return book.cases.file(Filing(changes, outcomes, **more), CAMPAIGN, now)


def rows(book: Casebook, sql: str) -> list[tuple[Any, ...]]:
    """What stands in the database, past all our code."""
    with book.database.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def everything(book: Casebook) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, to tell whether anything was written."""
    tables = [name for (name,) in rows(book, "SELECT name FROM sqlite_master WHERE type='table'")]
    return {table: sorted(rows(book, f"SELECT * FROM {table}"), key=repr) for table in tables}


def a_week(book: Casebook) -> None:
    """Three cases, a question, a mail nobody could read, one not read yet."""
    receive(book, 1, 2, 3)
    list_in(book, INBOX, [listed(uid) for uid in range(1, 7)])
    archive_all(book)
    book.readings.save([reading(4, subject="请问截止时间"), reading(5, problem="损坏")], MONDAY)
    cases = [
        change(case_of(1), issue(), issue(IssueCode.SEAL_UNVERIFIED), city="南京", reply_due=True),
        change(case_of(2), issue(IssueCode.SEAL_UNVERIFIED)),
        change(case_of(3, values={}), city="苏州"),
    ]
    outcomes = [outcome(uid, anchors=(case_of(uid).anchor,)) for uid in (1, 2, 3)]
    outcomes.append(outcome(4, "unrelated", anchors=(case_of(2).anchor,), waits_for_person=True))
    outcomes.append(outcome(5, "quarantined", problem="损坏", waits_for_person=True))
    file_cases(book, *cases, outcomes=tuple(outcomes))
