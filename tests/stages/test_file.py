"""What a filing touches: the cases that news is about, whatever else today's rules would say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Archived, DecisionKind, Listed
from inbox_ingest.casebook.store import Casebook, open_casebook
from inbox_ingest.errors import LockHeld
from inbox_ingest.records import Received
from inbox_ingest.stages import lock
from inbox_ingest.stages.file import file_decisions, file_mail
from tests.casebook.mails import CAMPAIGN, case_text, form, mail, scan, story_of
from tests.casebook.making import COLLECT_FROM, INBOX, rows

NOW = datetime(2025, 6, 1, tzinfo=UTC)
HARBOUR = mail(form(), case_text(), scan(), sender="a@example.cn", name="harbour")
STATION = mail(
    form("山路弯弯党旗引", "采石县公路站", filename="表2.docx"),
    case_text("山路弯弯党旗引", filename="正文2.docx"),
    scan("章2.jpg", version="2"),
    sender="b@example.cn",
    hours=30,
    name="station",
)
# Closed before the second mail came: under these rules it is late.
SHORTER = CAMPAIGN.model_copy(
    update={"window": CAMPAIGN.window.model_copy(update={"closes": date(2025, 5, 12)})}
)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Casebook]:
    with open_casebook(tmp_path / "casebook.sqlite3") as book:
        yield book


def receive(book: Casebook, *mails: Received) -> None:
    """List, archive and read mails, besides those that are there."""
    known = [Listed(uid, 1000, None) for (uid,) in rows(book, "SELECT uid FROM places")]
    new = [
        Listed(str(len(known) + place), 1000, item.received_at)
        for place, item in enumerate(mails, 1)
    ]
    listed = [*known, *new]
    book.places.record_listing(
        INBOX,
        [item.uid for item in listed],
        listed,
        exists=len(listed),
        collect_from=COLLECT_FROM,
        now=NOW,
    )
    places = {place.uid: place.id for place in book.places.due(NOW)}
    book.places.archived(
        [
            Archived(places[listed.uid], item.reading.raw_sha256, 1000, item.received_at)
            for listed, item in zip(new, mails, strict=True)
        ],
        NOW,
    )
    book.readings.save([item.reading for item in mails], NOW)


def file(book: Casebook, campaign: Campaign = CAMPAIGN, **more: bool) -> None:
    file_mail(book, campaign, lambda: NOW, **more)


def decide(book: Casebook, kind: DecisionKind, case_no: str, **payload: object) -> int:
    return book.decisions.add(kind, who="袁", now=NOW, case_no=case_no, payload=payload).id


def statuses(book: Casebook) -> dict[str, str]:
    query = "SELECT case_no, status FROM cases WHERE closed_at IS NULL ORDER BY id"
    return dict(rows(book, query))


def revisions(book: Casebook) -> dict[str, int]:
    return dict(rows(book, "SELECT case_no, revision FROM cases"))


@pytest.fixture
def filed(book: Casebook) -> Casebook:
    receive(book, HARBOUR, STATION)
    file(book)
    assert statuses(book) == {"DJ001": "complete", "DJ002": "complete"}
    return book


def test_a_decision_after_the_rules_were_edited_judges_no_other_case(filed: Casebook) -> None:
    decide(filed, "note", "DJ001", text="已电话联系")
    file_decisions(filed, SHORTER, lambda: NOW)
    assert statuses(filed) == {"DJ001": "complete", "DJ002": "complete"}
    assert not filed.decisions.waiting()
    file(filed, SHORTER, everything=True)
    assert statuses(filed) == {"DJ001": "complete", "DJ002": "review"}


def test_new_mail_after_the_rules_were_edited_judges_its_own_case_only(filed: Casebook) -> None:
    receive(filed, mail(form(version="2"), sender="a@example.cn", hours=2, answers=HARBOUR))
    file(filed, SHORTER)
    assert statuses(filed) == {"DJ001": "complete", "DJ002": "complete"}
    assert revisions(filed) == {"DJ001": 2, "DJ002": 1}


def test_edited_rules_of_assembly_join_no_cases_before_a_rereading(book: Casebook) -> None:
    near = [
        mail(
            form(f"党建引领公路养护{word}建设", filename=f"{word}.docx", summary=story_of("养护")),
            case_text(f"党建引领公路养护{word}建设", filename=f"{word}正文.docx", version=word),
            sender="a@example.cn",
            hours=hours,
            name=word,
        )
        for hours, word in ((0, "标准化"), (9, "数字化"))
    ]
    receive(book, *near, STATION)
    file(book)
    assert len(statuses(book)) == 3
    looser = CAMPAIGN.model_copy(
        update={"assembly": CAMPAIGN.assembly.model_copy(update={"title_similarity": 0.6})}
    )
    decide(book, "note", "DJ003", text="看过")
    file_decisions(book, looser, lambda: NOW)
    assert len(statuses(book)) == 3
    decide(book, "split", "DJ003", sha256s=[STATION.reading.attachments[2].sha256])
    file_decisions(book, looser, lambda: NOW)
    assert list(statuses(book)) == ["DJ001", "DJ002", "DJ003", "DJ004"]
    file(book, looser, everything=True)
    assert list(statuses(book)) == ["DJ001", "DJ003", "DJ004"]


def test_a_decision_reaches_the_twin_of_its_case(book: Casebook) -> None:
    title = "水运党建联盟"
    one = mail(form(title), case_text(title), scan(), sender="a@example.cn", name="one")
    other = mail(
        form(title, "采石县公路站", filename="表2.docx"),
        case_text(title, filename="正文2.docx", version="2"),
        scan("章2.jpg", version="2"),
        sender="b@example.cn",
        hours=30,
        name="other",
    )
    receive(book, one, other)
    file(book)
    assert statuses(book) == {"DJ001": "review", "DJ002": "review"}
    decide(book, "merge", "DJ001", **{"from": "DJ002"})
    file_decisions(book, CAMPAIGN, lambda: NOW)
    assert list(statuses(book)) == ["DJ001"]
    assert "possible-duplicate" not in str(rows(book, "SELECT line FROM cases WHERE id = 1"))


def test_a_case_that_becomes_anothers_twin_is_nothing_to_tell_its_sender(filed: Casebook) -> None:
    filed.dues.settle([due.id for due in filed.dues.waiting()], NOW)
    title = "山路弯弯党旗引"
    third = mail(
        form(title, "航道处", filename="表3.docx"),
        case_text(title, filename="正文3.docx", version="3"),
        sender="c@example.cn",
        hours=60,
        name="third",
    )
    receive(filed, third)
    file(filed)
    assert statuses(filed) == {"DJ001": "complete", "DJ002": "review", "DJ003": "incomplete"}
    assert [due.case_no for due in filed.dues.waiting()] == ["DJ003"]
    causes = rows(filed, "SELECT cause FROM revisions WHERE case_id = 2 ORDER BY number")
    assert causes[1:] == [("others",)]


def test_decisions_are_filed_without_the_mails_that_a_pass_has_read_so_far(
    filed: Casebook,
) -> None:
    half_read = mail(
        form("只读了一半", "某某局", filename="表3.docx"), sender="c@example.cn", hours=40
    )
    receive(filed, half_read)
    decide(filed, "waive", "DJ001", code="received-late", field=None)
    file_decisions(filed, CAMPAIGN, lambda: NOW)
    assert list(statuses(filed)) == ["DJ001", "DJ002"]
    assert not filed.decisions.waiting()
    assert filed.readings.unfiled() == {half_read.reading.raw_sha256}
    file(filed)
    assert list(statuses(filed)) == ["DJ001", "DJ002", "DJ003"]


def test_a_mail_read_again_still_waits_after_a_decision_was_filed(filed: Casebook) -> None:
    again = HARBOUR.reading.model_copy(update={"attachments": HARBOUR.reading.attachments[:1]})
    filed.readings.save([again], NOW)
    decide(filed, "note", "DJ002", text="看过")
    file_decisions(filed, CAMPAIGN, lambda: NOW)
    assert statuses(filed)["DJ001"] == "complete"
    assert filed.readings.unfiled() == {again.raw_sha256}
    file(filed)
    assert statuses(filed)["DJ001"] == "incomplete"


def test_a_filing_waits_for_another_and_gives_up_in_the_end(
    filed: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "FILING_SECONDS", 0.0)
    decide(filed, "note", "DJ001", text="看过")
    with lock.only_filing(filed.database.file), pytest.raises(LockHeld):
        file_decisions(filed, CAMPAIGN, lambda: NOW)
    assert filed.decisions.waiting()
    file_decisions(filed, CAMPAIGN, lambda: NOW)
    assert not filed.decisions.waiting()


def test_the_count_of_revisions_never_falls(filed: Casebook) -> None:
    def counted() -> int:
        query = "SELECT json_extract(line, '$.revision') FROM cases WHERE case_no = 'DJ001'"
        return int(rows(filed, query)[0][0])

    counts = [counted()]
    made = decide(filed, "fix", "DJ001", field="电话", value="13900000009")
    file_decisions(filed, CAMPAIGN, lambda: NOW)
    counts.append(counted())
    filed.decisions.undo(made, who="袁", now=NOW + timedelta(hours=1))
    file_decisions(filed, CAMPAIGN, lambda: NOW)
    counts.append(counted())
    for _ in range(2):
        file(filed, everything=True)
    counts.append(counted())
    assert counts == [1, 2, 3, 3]


def test_each_mail_that_changed_a_case_is_a_revision_however_many_come_at_once(
    tmp_path: Path,
) -> None:
    first = mail(form(phone="1390000"), case_text(), sender="a@example.cn", name="first")
    second = mail(form(version="2"), sender="a@example.cn", hours=20, answers=first, name="second")
    third = mail(scan(), sender="a@example.cn", hours=30, answers=first, name="third")
    told = []
    for place, passes in enumerate(([[first, second, third]], [[first], [second], [third]])):
        with open_casebook(tmp_path / f"{place}.sqlite3") as book:
            for mails in passes:
                receive(book, *mails)
                file(book)
            told.append(rows(book, "SELECT number, cause, status, issues, body FROM revisions"))
            assert revisions(book) == {"DJ001": 3}
    assert [(cause, status) for _, cause, status, *_ in told[0]] == [
        (first.reading.raw_sha256, "incomplete"),
        (second.reading.raw_sha256, "incomplete"),
        (third.reading.raw_sha256, "complete"),
    ]
    assert [line[:4] for line in told[0]] == [line[:4] for line in told[1]]


def test_what_was_filed_is_never_rewritten(filed: Casebook) -> None:
    def written() -> list[tuple[object, ...]]:
        return rows(filed, "SELECT * FROM revisions ORDER BY case_id, number")

    before = written()
    merged = decide(filed, "merge", "DJ001", **{"from": "DJ002"})
    file_decisions(filed, CAMPAIGN, lambda: NOW)
    filed.decisions.undo(merged, who="袁", now=NOW + timedelta(hours=1))
    file_decisions(filed, CAMPAIGN, lambda: NOW)
    decide(filed, "split", "DJ001", sha256s=[HARBOUR.reading.attachments[2].sha256])
    file_decisions(filed, CAMPAIGN, lambda: NOW)
    assert [row for row in written() if row in before] == before
