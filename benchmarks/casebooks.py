"""Casebooks for the benchmarks: filled through the store as a pass fills them, without the mail."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import mailboxes
from benchmarks.measuring import INGEST, run
from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.casebook.changes import Archived, Folder, Listed
from inbox_ingest.casebook.store import Casebook, open_casebook
from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.mail import read_mail
from inbox_ingest.records import Attachment, FieldValue, Reading
from inbox_ingest.stages.file import file_mail

_FOLDER = Folder("imap://benchmark@127.0.0.1", "INBOX", 1)


def with_cases(home: Path, count: int) -> Path:
    """An INGEST_HOME with `count` cases; made once, kept for the next run."""
    if (home / "complete").is_file():
        return home
    shutil.rmtree(home, ignore_errors=True)
    # One real pass makes the home as a pass makes it; the other cases go straight to the store.
    box = mailboxes.filled(home.with_name("one-mail"), 1, mailboxes.submission)
    run([INGEST, "run", "--source", f"maildir:{box / 'mail'}"], home=home)
    with open_casebook(home / "casebook.sqlite3") as book:
        _fill(book, count - 1)
    (home / "complete").touch()
    return home


def _fill(book: Casebook, count: int) -> None:
    campaign = load_campaign(shipped_campaign())
    now = datetime.now(UTC)
    numbers = range(1, count + 1)
    places = [Listed(str(number), 100_000, mailboxes.received(number)) for number in numbers]
    book.places.record_listing(
        _FOLDER,
        {place.uid for place in places},
        places,
        exists=count,
        collect_from=campaign.window.starts_at(),
        now=now,
    )
    model = read_mail(
        MemoryContent(mailboxes.submission(0)), campaign, MemorySink(), NothingDerived()
    )
    readings = {number: _varied(model, number) for number in numbers}
    due = [place for place in book.places.due(now) if place.account == _FOLDER.account]
    book.places.archived(
        [
            Archived(
                place.id,
                readings[int(place.uid)].raw_sha256,
                100_000,
                mailboxes.received(int(place.uid)),
            )
            for place in due
        ],
        now,
    )
    book.readings.save(list(readings.values()), now)
    file_mail(book, campaign, lambda: now)


def _varied(model: Reading, number: int) -> Reading:
    """The reading of another unit's submission: other names, other bytes, another text."""
    told = mailboxes.case(number)
    sender = model.message.sender
    assert sender is not None
    message = model.message.model_copy(
        update={
            "message_id": f"<bench-{number}@example.com>",
            "sender": sender.model_copy(update={"address": f"unit{number}@example.com"}),
        }
    )
    return model.model_copy(
        update={
            "raw_sha256": _hash(f"mail {number}"),
            "message": message,
            "attachments": tuple(
                _other(attachment, number, told.title, told.unit)
                for attachment in model.attachments
            ),
        }
    )


def _other(attachment: Attachment, number: int, title: str, unit: str) -> Attachment:
    changes: dict[str, object] = {"sha256": _hash(f"{attachment.part} {number}")}
    if attachment.form is not None:
        fields = dict(attachment.form.fields)
        for name, value in (("案例名称", title), ("申报单位", unit)):
            fields[name] = _said(fields[name], value)
        if number % 7 == 0:
            fields["联系人"] = _said(fields["联系人"], None)  # some cases are incomplete
        changes["form"] = attachment.form.model_copy(update={"fields": fields})
    if attachment.case_text is not None:
        changes["case_text"] = attachment.case_text.model_copy(
            update={
                "title": title,
                "unit": unit,
                "text_sha256": _hash(f"text {number}"),
                "signature": tuple(
                    int.from_bytes(hashlib.sha256(f"{number}/{i}".encode()).digest()[:4])
                    for i in range(len(attachment.case_text.signature))
                ),
            }
        )
    return attachment.model_copy(update=changes)


def _said(value: FieldValue, text: str | None) -> FieldValue:
    return value.model_copy(update={"value": text, "count": len(text or "")})


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
