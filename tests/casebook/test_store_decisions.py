"""The organiser's word: kept at once, undoable, never refused while a pass is working."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from inbox_ingest.casebook.store import Casebook, open_casebook
from inbox_ingest.errors import UsageError
from tests.casebook.mails import MONDAY
from tests.casebook.making import (
    case_of,
    change,
    file_cases,
    mail_sha,
    outcome,
    receive,
    rows,
)

LATER = MONDAY + timedelta(hours=1)


def test_a_decision_comes_back_with_who_when_and_why(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1)))
    made = book.decisions.add(
        "fix",
        who="袁广如",
        why="来电更正",
        now=MONDAY,
        case_no="DJ001",
        payload={"field": "电话", "value": "025-84200000"},
    )
    (kept,) = book.decisions.all()
    assert kept == made
    assert (kept.who, kept.why, kept.made_at) == ("袁广如", "来电更正", MONDAY)
    assert (kept.case_no, kept.anchor) == ("DJ001", case_of(1).anchor)
    assert kept.payload == {"field": "电话", "value": "025-84200000"}
    assert kept.in_force
    assert book.decisions.waiting()


def test_an_undone_decision_stays_on_record(book: Casebook) -> None:
    made = book.decisions.add("note", who="袁", now=MONDAY, payload={"text": "已电话联系"})
    undone = book.decisions.undo(made.id, who="张", now=LATER)
    assert (undone.undone_by, undone.undone_at, undone.changed_at) == ("张", LATER, LATER)
    assert [decision.in_force for decision in book.decisions.all()] == [False]
    with pytest.raises(UsageError, match="张"):
        book.decisions.undo(made.id, who="李", now=LATER)


@pytest.mark.parametrize("wrong", [{"case_no": "DJ404"}, {"raw_sha256": "0" * 64}])
def test_a_decision_about_nothing_is_refused(book: Casebook, wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="没有"):
        book.decisions.add("note", who="袁", now=MONDAY, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="没有"):
        book.decisions.undo(7, who="袁", now=MONDAY)
    assert book.decisions.all() == []


def test_a_handled_question_leaves_the_list_at_once_and_returns_when_undone(
    book: Casebook,
) -> None:
    receive(book, 1)
    file_cases(book, outcomes=(outcome(1, "unrelated", waits_for_person=True),))
    listing = "SELECT kind FROM for_a_person"
    assert rows(book, listing) == [("question",)]
    first = book.decisions.add("handle", who="袁", now=MONDAY, raw_sha256=mail_sha(1))
    second = book.decisions.add("dispose", who="张", now=MONDAY, raw_sha256=mail_sha(1))
    assert rows(book, listing) == []
    book.decisions.undo(first.id, who="袁", now=LATER)
    assert rows(book, listing) == []
    book.decisions.undo(second.id, who="张", now=LATER)
    assert rows(book, listing) == [("question",)]


def test_a_decision_waits_for_the_filing_of_a_pass_and_is_not_refused(
    book: Casebook, path: Path
) -> None:
    begun, decided = threading.Event(), []

    def decide() -> None:
        with open_casebook(path) as mine:
            begun.set()
            decided.append(mine.decisions.add("note", who="袁", now=MONDAY))

    person = threading.Thread(target=decide)
    with book.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO marks VALUES ('pass', 'is', 'writing')")
        person.start()
        assert begun.wait(20)
        person.join(0.2)
        assert person.is_alive()
        assert decided == []
    person.join(20)
    assert [decision.who for decision in decided] == ["袁"]


def test_what_a_pass_has_read_does_not_stand_in_the_way_of_a_decision(
    book: Casebook, path: Path
) -> None:
    receive(book, 1)
    with book.database.reading() as connection, open_casebook(path) as mine:
        connection.exec_driver_sql("SELECT * FROM messages").fetchall()
        mine.decisions.add("note", who="袁", now=MONDAY)
        assert connection.exec_driver_sql("SELECT count(*) FROM decisions").scalar() == 0
    assert book.decisions.waiting()
