"""The quick look: right sums, the contract's shapes, nothing heavy imported, nothing written."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.heartbeat import looked
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.errors import TryLater
from inbox_ingest.records import IssueCode
from tests.casebook.mails import CAMPAIGN, MONDAY, attachment
from tests.casebook.making import (
    INBOX,
    JUNK,
    a_week,
    archive_all,
    case_of,
    change,
    everything,
    file_cases,
    issue,
    list_in,
    listed,
    mail_sha,
    outcome,
    reading,
    receive,
)
from tests.casebook.test_store_replies import new

LATER = MONDAY + timedelta(hours=2)


def test_what_waits_for_a_person_is_listed_once_each(book: Casebook, glance: Glance) -> None:
    a_week(book)
    found = [(entry["kind"], entry["reference"]) for entry in glance.for_a_person()]
    assert found == [
        ("case", "DJ001"),
        ("case", "DJ002"),
        ("question", mail_sha(4)),
        ("quarantined", mail_sha(5)),
    ]
    question = glance.for_a_person()[2]
    assert question["subject"] == "请问截止时间"
    assert question["reason"] == "unit4@126.com"
    assert question["since"] == "2025-05-12T09:04:00+08:00"


def test_a_letter_that_the_program_refused_waits_until_a_person_or_a_newer_letter_settles_it(
    book: Casebook, glance: Glance
) -> None:
    def listed_letters() -> list[tuple[str, str]]:
        return [(entry["kind"], entry["reference"]) for entry in glance.for_a_person()]

    receive(book, 1, 2)
    file_cases(book, change(case_of(1)), change(case_of(2)))
    refused = {"state": "withheld", "reason": "不宜自动答复：群发"}
    book.replies.add(new(1, cases=(("DJ001", 1),), **refused), MONDAY)
    book.replies.add(new(2, cases=(("DJ002", 1),), **refused), MONDAY)
    assert listed_letters() == [("refused", "1"), ("refused", "2")]
    assert glance.status(MONDAY)["for_a_person"] == 2
    book.replies.move(1, "withheld", LATER, reason="已电话联系")
    assert listed_letters() == [("refused", "2")]
    book.replies.add(new(3, cases=(("DJ002", 1),)), LATER)
    assert listed_letters() == []


def test_a_mail_that_cannot_be_fetched_comes_before_a_person(
    book: Casebook, glance: Glance
) -> None:
    list_in(book, INBOX, [listed(1)])
    (place,) = book.places.due(MONDAY)
    for _ in range(4):
        book.places.postpone(place.id, "连接中断", MONDAY)
    assert glance.for_a_person() == []
    book.places.postpone(place.id, "邮件太大", MONDAY)
    (entry,) = glance.for_a_person()
    assert (entry["kind"], entry["reference"], entry["reason"]) == ("fetch", "INBOX/1", "邮件太大")


def test_closed_cases_are_counted_and_listed_nowhere(book: Casebook, glance: Glance) -> None:
    a_week(book)
    file_cases(book, outcomes=(), merged={"DJ001": "DJ002"})
    status = glance.status(MONDAY)
    assert status["cases"]["total"] == 2
    assert status["issues"] == {"seal-unverified": 1}
    assert [case["case_no"] for case in glance.cases()] == ["DJ002", "DJ003"]
    assert [line["case_no"] for line in glance.export("cases")] == ["DJ002", "DJ003"]
    (first, *_) = glance.export("messages")
    assert first["case_nos"] == ["DJ002"]
    merged = glance.case("DJ001")
    assert merged is not None
    assert merged["merged_into"] == "DJ002"
    assert merged["closed_at"] is not None


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["DJ001", "DJ002", "DJ003"]),
        ({"status": "review"}, ["DJ002"]),
        ({"type": "行业党建"}, ["DJ001", "DJ002"]),
        ({"type": "unknown"}, ["DJ003"]),
        ({"city": "南京"}, ["DJ001"]),
        ({"city": "unknown"}, ["DJ002"]),
        ({"unit": "位2"}, ["DJ002"]),
        ({"unit": "%"}, []),
        ({"unit": "' OR 1=1 --"}, []),
        ({"code": "scan-missing"}, ["DJ001"]),
        ({"code": "seal-unverified", "status": "incomplete"}, ["DJ001"]),
        ({"since": MONDAY + timedelta(minutes=2)}, ["DJ002", "DJ003"]),
        ({"waiting": True}, ["DJ001", "DJ002"]),
        ({"limit": 1}, ["DJ001"]),
        ({"city": ["南京", "苏州"]}, ["DJ001", "DJ003"]),
    ],
)
def test_lists_are_filtered(
    book: Casebook, glance: Glance, filters: dict[str, Any], expected: list[str]
) -> None:
    a_week(book)
    assert [case["case_no"] for case in glance.cases(**filters)] == expected


def test_a_listed_case_names_its_open_issues_once_each(book: Casebook, glance: Glance) -> None:
    receive(book, 1)
    twice = [issue(IssueCode.FIELD_MISSING, field=name) for name in ("电话", "联系人")]
    file_cases(book, change(case_of(1), *twice, issue()))
    (case,) = glance.cases()
    assert case["codes"] == ["field-missing", "scan-missing"]
    assert case["open_issues"] == 3
    assert case["updated_at"] == "2025-05-12T09:01:00+08:00"


def test_one_case_shows_everything_about_it(book: Casebook, glance: Glance) -> None:
    a_week(book)
    book.decisions.add("note", who="袁", now=LATER, case_no="DJ001", payload={"text": "已电话联系"})
    book.replies.add(new(cases=(("DJ001", 1),)), LATER)
    second = case_of(1, number="DJ001", late=True, revision=2)
    file_cases(book, change(second, issue(IssueCode.SEAL_UNVERIFIED)), now=LATER)
    case = glance.case("DJ001")
    assert case is not None
    assert (case["status"], case["revision"], case["city"]) == ("review", 2, None)
    assert case["values"]["联系人"]["value"] == "李文"
    assert [m["raw_sha256"] for m in case["messages"]] == [mail_sha(1)]
    assert [r["number"] for r in case["revisions"]] == [1, 2]
    assert [r["case"]["late"] for r in case["revisions"]] == [False, True]
    assert [(i["code"], i["closed_revision"]) for i in case["issue_history"]] == [
        ("scan-missing", 2),
        ("seal-unverified", None),
    ]
    assert [i["code"] for i in case["issues"]] == ["seal-unverified"]
    assert case["decisions"][0]["payload"] == {"text": "已电话联系"}
    assert [(r["to"], r["revision"]) for r in case["replies"]] == [("unit1@126.com", 1)]
    assert glance.case("DJ404") is None


def test_messages_are_exported_in_the_shape_of_the_contract(book: Casebook, glance: Glance) -> None:
    a_week(book)
    lines = list(glance.export("messages"))
    assert list(lines[0]) == [
        "message_id",
        "from",
        "subject",
        "received_at",
        "disposition",
        "case_nos",
        "raw_sha256",
        "attachments",
        "problem",
    ]
    assert [line["disposition"] for line in lines] == [
        "submission",
        "submission",
        "submission",
        "unrelated",
        "quarantined",
        None,  # archived, not read yet
    ]
    assert lines[0]["from"] == "unit1@126.com"
    assert [file["role"] for file in lines[0]["attachments"]] == ["form", "case_text"]
    assert list(lines[0]["attachments"][0]) == ["filename", "role", "size", "sha256", "container"]
    assert [line["case_nos"] for line in lines] == [
        ["DJ001"],
        ["DJ002"],
        ["DJ003"],
        ["DJ002"],
        [],
        [],
    ]
    assert lines[4]["problem"] == "损坏"


def test_replies_are_exported_in_the_shape_of_the_contract(book: Casebook, glance: Glance) -> None:
    a_week(book)
    book.replies.add(new(cases=(("DJ002", 1), ("DJ001", 1)), in_reply_to="<a@x>"), MONDAY)
    assert list(glance.export("replies")) == [
        {
            "to": "unit1@126.com",
            "subject": "关于报送材料",
            "body": "材料已收到。",
            "kind": "missing",
            "state": "draft",
            "reason": None,
            "in_reply_to": "<a@x>",
            "case_nos": ["DJ001", "DJ002"],
        }
    ]


def test_exported_issues_are_those_that_are_open(book: Casebook, glance: Glance) -> None:
    a_week(book)
    for line in glance.export("cases"):
        case = glance.case(line["case_no"])
        assert case is not None
        open_now = [i["code"] for i in case["issue_history"] if i["closed_revision"] is None]
        assert sorted(i["code"] for i in line["issues"]) == sorted(open_now)


def test_an_empty_poll_learns_what_the_last_listing_left(book: Casebook, glance: Glance) -> None:
    list_in(book, INBOX, [listed(9), listed(11), listed(10)], collect_from=LATER)
    list_in(book, JUNK, [], now=LATER)
    poll = glance.poll(INBOX.account, LATER)
    inbox = poll.folders["INBOX"]
    assert (inbox.uidvalidity, inbox.exists, inbox.highest_uid) == (1, 3, 11)
    assert inbox.listed_at == MONDAY
    assert inbox.compared_at is None
    assert poll.folders["垃圾邮件"].exists == 0
    assert poll.folders["垃圾邮件"].highest_uid is None
    assert poll.waiting == frozenset()
    assert poll.campaign_sha256 == CAMPAIGN.sha256
    assert glance.poll("imaps://other@mail.example", LATER).folders == {}


def test_a_poll_tells_which_work_is_waiting(book: Casebook, glance: Glance) -> None:
    def waiting(now: datetime = MONDAY) -> set[str]:
        return set(glance.poll(INBOX.account, now).waiting)

    list_in(book, INBOX, [listed(1)])
    assert waiting() == {"places"}
    book.places.postpone(book.places.due(MONDAY)[0].id, "连接中断", MONDAY)
    assert waiting() == set()
    assert waiting(LATER) == {"places"}
    archive_all(book, LATER)
    assert waiting() == {"messages"}
    wanting = attachment("申报表.doc", "form")
    book.readings.save([reading(1, wanting, problem="读不了")], MONDAY)
    file_cases(book, outcomes=(outcome(1, "quarantined"),))
    assert waiting() == set()
    book.decisions.add("note", who="袁", now=MONDAY)
    assert waiting() == {"decisions"}
    file_cases(book, decisions=tuple(book.decisions.all()))
    reply = book.replies.add(new(not_before=LATER), MONDAY)
    book.replies.move(reply.id, "approved", MONDAY)
    assert waiting() == set()
    assert waiting(LATER) == {"replies"}
    book.replies.move(reply.id, "sending", LATER)
    assert waiting() == {"interrupted"}


def test_letters_that_have_to_be_written_anew_wake_a_pass(book: Casebook, glance: Glance) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1)))
    told = (("DJ001", 1),)
    book.replies.add(new(1, cases=told, verdict="v"), MONDAY)
    book.replies.add(new(2, cases=told, verdict="v", state="withheld"), MONDAY)
    assert glance.poll(INBOX.account, MONDAY).waiting == frozenset()
    file_cases(book, change(case_of(1), issue()))
    assert glance.poll(INBOX.account, MONDAY).waiting == {"dues"}
    book.replies.confirm(1, (("DJ001", 2),), None)
    assert glance.poll(INBOX.account, MONDAY).waiting == frozenset()
    book.replies.add(new(3, cases=told, state="failed"), MONDAY)  # no template could write it
    assert glance.poll(INBOX.account, MONDAY).waiting == {"dues"}


def test_an_answer_that_waits_for_a_person_wakes_no_pass(book: Casebook, glance: Glance) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1), reply_due=True, reply_held="重读改变了结论"))
    assert glance.poll(INBOX.account, MONDAY).waiting == frozenset()
    book.dues.agree([due.id for due in book.dues.waiting()])
    assert glance.poll(INBOX.account, MONDAY).waiting == {"dues"}


def test_a_look_that_found_nothing_moves_the_time_of_the_last_fetch_and_nothing_else(
    book: Casebook, glance: Glance, path: Path
) -> None:
    a_week(book)
    before = everything(book)
    looked(path, INBOX.account, ["INBOX", "unknown"], LATER)
    assert glance.status(LATER)["last_fetch"] == LATER.isoformat()
    after = everything(book)
    assert {table for table in after if after[table] != before[table]} == {"folders"}
    assert glance.poll(INBOX.account, LATER).folders["INBOX"].listed_at == MONDAY


def test_a_look_at_a_casebook_that_is_being_written_is_for_later(
    book: Casebook, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox_ingest.casebook.heartbeat._BUSY_SECONDS", 0.05)
    list_in(book, INBOX, [listed(1)])
    with book.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM marks")
        with pytest.raises(TryLater, match="正忙"):
            looked(path, INBOX.account, ["INBOX"], LATER)


def test_glance_sees_what_is_committed_while_a_pass_is_writing(
    book: Casebook, glance: Glance
) -> None:
    list_in(book, INBOX, [listed(1)])
    with book.database.writing() as connection:
        connection.exec_driver_sql("UPDATE folders SET present = 77")
        assert glance.status(MONDAY)["balance"][0]["on_server"] == 1
    assert glance.status(MONDAY)["balance"][0]["on_server"] == 77


def test_glance_opens_a_casebook_that_nobody_has_open(book: Casebook, path: Path) -> None:
    a_week(book)
    book.close()
    assert not path.with_name(f"{path.name}-wal").exists()
    glance = Glance.open(path)
    assert glance is not None
    assert glance.status(MONDAY)["cases"]["total"] == 3
    glance.close()


def test_looking_imports_neither_the_orm_nor_pydantic(book: Casebook, path: Path) -> None:
    book.runs.remember_campaign(CAMPAIGN, Path("campaign.toml"), MONDAY)
    a_week(book)
    program = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from inbox_ingest.casebook.glance import Glance\n"
        "from inbox_ingest.casebook.heartbeat import looked\n"
        "path, now = Path(sys.argv[1]), datetime.now(UTC)\n"
        "glance = Glance.open(path)\n"
        "glance.status(now), glance.cases(), glance.case('DJ001'), glance.poll('a', now)\n"
        "glance.for_a_person(), list(glance.export('messages'))\n"
        "looked(path, 'a', ['INBOX'], now)\n"
        "heavy = {'pydantic', 'sqlalchemy', 'sqlmodel', 'alembic', 'typer', 'rich'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)


def test_ten_thousand_cases_are_summed_and_found(book: Casebook, glance: Glance) -> None:
    """Filed as a template case and multiplied in SQL: what is tested is looking, not filing."""
    receive(book, 1)
    file_cases(book, change(case_of(1), issue(), issue(IssueCode.SEAL_UNVERIFIED), city="南京"))
    multiply(book, 10_000)
    status = glance.status(MONDAY)
    assert status["cases"]["total"] == 10_000
    assert status["cases"]["by_status"] == {"incomplete": 5000, "review": 2500, "complete": 2500}
    assert status["messages"]["submission"] == 10_000
    assert status["issues"] == {"seal-unverified": 7500, "scan-missing": 5000}
    assert status["for_a_person"] == 7500
    assert status["balance"][0]["filed"] == status["balance"][0]["on_server"] == 10_000
    assert len(glance.cases()) == 10_000
    assert [case["case_no"] for case in glance.cases(unit="单位7777号")] == ["DJ7777"]
    assert len(glance.cases(code="scan-missing", waiting=True)) == 5000
    assert sum(1 for _ in glance.export("cases")) == 10_000
    case = glance.case("DJ7777")
    assert case is not None
    assert case["messages"][0]["raw_sha256"] == f"{7777:064d}"


def multiply(book: Casebook, count: int) -> None:
    """Give case DJ001 brothers: every second incomplete, every fourth in review, the rest complete."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
    sha = "printf('%064d', i)"
    statements = (
        f"INSERT INTO messages SELECT {sha}, received_at, folder, size, stage, disposition,"
        " waits_for_person, handled, unsettled, attempts, message_id, sender, subject, problem,"
        " reasons FROM messages, n",
        "INSERT INTO places SELECT i, account, folder, uidvalidity, printf('%d', i), state, size,"
        f" internaldate, {sha}, attempts, next_try_at, gone_at, last_error FROM places, n",
        "INSERT INTO cases SELECT i, printf('DJ%03d', i),"
        " CASE WHEN i % 2 THEN 'incomplete' WHEN i % 4 THEN 'review' ELSE 'complete' END,"
        " revision, received_at, updated_at, completed_at, closed_at, merged_into, type, city,"
        " title, printf('单位%d号', i), anchor || i, fingerprint, body_sha256,"
        " json_set(line, '$.case_no', printf('DJ%03d', i)), body FROM cases, n",
        f"INSERT INTO case_messages SELECT i, {sha}, 1 FROM n",
        'INSERT INTO issues SELECT NULL, i, code, field, audience, severity, measured, "limit",'
        " expires, opened_revision, closed_revision, text FROM issues, n"
        " WHERE i % 2 OR (i % 4 AND audience = 'organiser')",
        f"UPDATE folders SET present = {count}",
    )
    with book.database.writing() as connection:
        for statement in statements:
            recursive = numbers if ", n" in statement or "FROM n" in statement else ""
            connection.exec_driver_sql(recursive + statement)
