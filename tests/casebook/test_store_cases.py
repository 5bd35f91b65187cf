"""Filing: one transaction, revisions only for changes, numbers for ever, everything countable."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox_ingest.casebook.changes import EarlierVersion, Filed, Filing, KnownCase
from inbox_ingest.casebook.revising import body_mark
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.records import IssueCode, Reason
from tests.casebook.mails import CAMPAIGN, MONDAY, sha
from tests.casebook.making import (
    case_of,
    change,
    everything,
    file_cases,
    issue,
    mail_sha,
    outcome,
    receive,
    rows,
)

LATER = MONDAY + timedelta(days=1)


def known(book: Casebook) -> dict[str, KnownCase]:
    return {case.case_no: case for case in book.cases.known()}


def open_issues(book: Casebook) -> list[tuple[str, int]]:
    sql = "SELECT code, opened_revision FROM issues WHERE closed_revision IS NULL ORDER BY code"
    return [(code, revision) for code, revision in rows(book, sql)]


def test_new_cases_get_numbers_in_the_order_of_the_filing(book: Casebook) -> None:
    receive(book, 1, 2, 3)
    filed = file_cases(book, change(case_of(2)), change(case_of(1)))
    assert filed.new == 2
    assert filed.numbers == {case_of(2).anchor: "DJ001", case_of(1).anchor: "DJ002"}
    assert book.cases.next_sequence() == 3
    assert file_cases(book, change(case_of(3))).numbers == {case_of(3).anchor: "DJ003"}


def test_a_number_given_beforehand_must_be_the_next_one(book: Casebook) -> None:
    receive(book, 1, 2)
    assert file_cases(book, change(case_of(1, number="DJ001"))).new == 1
    before = everything(book)
    with pytest.raises(ValueError, match="DJ007"):
        file_cases(book, change(case_of(2, number="DJ007")))
    assert everything(book) == before


def test_filing_the_same_twice_writes_nothing(book: Casebook) -> None:
    receive(book, 1, 2)
    changes = (
        change(case_of(1), issue(), issue(IssueCode.SEAL_UNVERIFIED), reply_due=True, city="南京"),
        change(case_of(2), reply_due=True),
    )
    first = file_cases(book, *changes)
    before = everything(book)
    again = file_cases(book, *changes, now=LATER)
    assert (first.new, first.outcomes) == (2, 2)
    assert again == Filed(unchanged=2, numbers=first.numbers)
    assert everything(book) == before


def test_a_known_case_comes_out_as_it_was_filed(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1), issue()))
    (case,) = book.cases.known()
    filed = case_of(1, number="DJ001")
    assert case.case() == filed
    assert case.body == filed.model_dump_json()
    assert case.body_sha256 == body_mark(filed.model_dump_json())
    assert (case.sequence, case.revision, case.status) == (1, 1, "incomplete")
    assert case.message_sha256s == {mail_sha(1)}
    assert not case.closed
    (lean,) = book.cases.known(bodies=False)
    assert (lean.body, lean.body_sha256) == ("", case.body_sha256)


def test_changed_content_is_a_revision_and_the_old_one_stays_readable(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1)))
    corrected = case_of(1, number="DJ001", late_corrections=True)
    filed = file_cases(book, change(corrected, cause=sha("correction")), now=LATER)
    assert (filed.new, filed.revised) == (0, 1)
    found = rows(book, "SELECT number, cause, body FROM revisions ORDER BY number")
    assert [number for number, _, _ in found] == [1, 2]
    assert found[1][1] == sha("correction")
    assert [json.loads(body)["late_corrections"] for *_, body in found] == [False, True]
    assert known(book)["DJ001"].revision == 2


def test_a_copy_joins_the_case_without_a_revision(book: Casebook) -> None:
    receive(book, 1, 2)
    file_cases(book, change(case_of(1)))
    both = (mail_sha(1), mail_sha(2))
    copied = case_of(1, number="DJ001", message_sha256s=both, updated_at=LATER)
    filed = file_cases(
        book,
        change(copied, reply_due=True),
        outcomes=(outcome(2, "duplicate", anchors=(copied.anchor,)),),
    )
    assert filed.revised == 0
    assert known(book)["DJ001"].message_sha256s == set(both)
    assert known(book)["DJ001"].revision == 1
    assert rows(book, "SELECT count(*) FROM reply_dues") == [(0,)]
    line = json.loads(rows(book, "SELECT line FROM cases")[0][0])
    assert line["updated_at"] == LATER.isoformat()


def test_issues_open_and_close_with_revisions(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1), issue(), issue(IssueCode.FORM_MISSING)))
    assert open_issues(book) == [("form-missing", 1), ("scan-missing", 1)]
    second = case_of(1, number="DJ001")
    file_cases(book, change(second, issue(), issue(IssueCode.SEAL_UNVERIFIED)))
    assert open_issues(book) == [("scan-missing", 1), ("seal-unverified", 2)]
    closed = rows(book, "SELECT code, closed_revision FROM issues WHERE closed_revision NOT NULL")
    assert closed == [("form-missing", 2)]


def test_reworded_issues_are_kept_up_to_date_without_a_revision(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1), issue()))
    filed = file_cases(book, change(case_of(1, number="DJ001"), issue(text="请补扫描件")))
    assert filed.revised == 0
    assert rows(book, "SELECT text, opened_revision FROM issues") == [("请补扫描件", 1)]


def test_a_case_says_since_when_it_is_complete(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1), issue()))
    assert rows(book, "SELECT status, completed_at FROM cases") == [("incomplete", None)]
    completed = case_of(1, number="DJ001", updated_at=LATER)
    file_cases(book, change(completed, cause="decision:1"), now=LATER + timedelta(days=9))
    since = rows(book, "SELECT status, completed_at FROM cases")
    assert since[0][0] == "complete"
    assert since[0][1].startswith("2025-05-13T01:00:00")  # LATER in UTC, not the run's clock
    file_cases(book, change(completed.model_copy(update={"senders": ("b@126.com",)})))
    assert rows(book, "SELECT status, completed_at FROM cases") == since
    file_cases(book, change(completed, issue()))
    assert rows(book, "SELECT completed_at FROM cases") == [(None,)]


def test_it_is_complete_since_the_mail_that_made_it_so_however_many_were_filed_at_once(
    book: Casebook,
) -> None:
    receive(book, 1)
    bare, whole = case_of(1), case_of(1, updated_at=LATER)
    again = whole.model_copy(update={"updated_at": LATER + timedelta(days=5)})  # a second copy
    versions = (
        EarlierVersion(bare, (issue(),), mail_sha(1)),
        EarlierVersion(whole, (), mail_sha(2)),
    )
    file_cases(book, change(again, earlier=versions, cause=mail_sha(3)))
    assert moment(rows(book, "SELECT completed_at FROM cases")[0][0]) == LATER


def test_the_time_of_a_copy_is_not_the_time_of_being_complete(book: Casebook) -> None:
    receive(book, 1)
    case = case_of(1, updated_at=LATER)
    file_cases(book, change(case))
    received = case.documents[0].received_at
    assert moment(rows(book, "SELECT completed_at FROM cases")[0][0]) == received


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_reply_is_due_for_each_revision_that_asks_for_it_once(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1), issue(), reply_due=True))
    file_cases(book, change(case_of(1, number="DJ001"), issue(), reply_due=True))
    second = case_of(1, number="DJ001", late=True)
    file_cases(book, change(second, reply_due=True, reply_held="重读改变了结论"))
    file_cases(book, change(case_of(1, number="DJ001"), reply_due=False))
    due = [(item.case_no, item.revision, item.held) for item in book.dues.waiting()]
    assert due == [("DJ001", 1, None), ("DJ001", 2, "重读改变了结论")]


def test_a_merged_case_closes_and_its_mails_go_to_the_other(book: Casebook) -> None:
    receive(book, 1, 2, 3)
    file_cases(
        book, change(case_of(1), reply_due=True), change(case_of(2), issue(), reply_due=True)
    )
    question = outcome(3, "unrelated", anchors=(case_of(2).anchor,))
    file_cases(book, outcomes=(question,))
    joined = case_of(1, number="DJ001", message_sha256s=(mail_sha(1), mail_sha(2)))
    filed = file_cases(book, change(joined), outcomes=(), merged={"DJ002": "DJ001"})
    assert filed.closed == 1
    assert known(book)["DJ002"].closed
    assert known(book)["DJ002"].merged_into == "DJ001"
    assert open_issues(book) == []
    assert [item.case_no for item in book.dues.waiting()] == ["DJ001"]
    links = rows(book, "SELECT DISTINCT case_id, raw_sha256 FROM case_messages")
    assert set(links) == {(1, mail_sha(1)), (1, mail_sha(2)), (1, mail_sha(3))}
    before = everything(book)
    assert file_cases(book, outcomes=(), merged={"DJ002": "DJ001"}).closed == 0
    assert everything(book) == before


def test_a_case_taken_out_of_a_merger_comes_back_under_its_number(book: Casebook) -> None:
    receive(book, 1, 2)
    file_cases(book, change(case_of(1)), change(case_of(2), issue()))
    file_cases(book, outcomes=(), merged={"DJ002": "DJ001"})
    file_cases(book, change(case_of(2, number="DJ002"), issue()))
    assert not known(book)["DJ002"].closed
    assert known(book)["DJ002"].merged_into is None
    assert open_issues(book) == [("scan-missing", 1)]
    assert book.cases.next_sequence() == 3


def test_a_dropped_case_keeps_number_and_history(book: Casebook) -> None:
    receive(book, 1, 2)
    file_cases(book, change(case_of(1), issue()))
    assert file_cases(book, outcomes=(outcome(1, "unrelated"),), dropped=("DJ001",)).closed == 1
    assert known(book)["DJ001"].closed
    assert rows(book, "SELECT count(*) FROM revisions") == [(1,)]
    assert file_cases(book, change(case_of(2))).numbers == {case_of(2).anchor: "DJ002"}


def test_an_open_case_has_the_last_word_on_an_anchor(book: Casebook) -> None:
    receive(book, 1, 2)
    file_cases(book, change(case_of(1)), change(case_of(2)))
    taken = case_of(2, number="DJ002", anchor=case_of(1).anchor)
    file_cases(book, change(taken), outcomes=(), merged={"DJ001": "DJ002"})
    by_anchor = {case.anchor: case.case_no for case in book.cases.known()}
    assert by_anchor[case_of(1).anchor] == "DJ002"
    file_cases(book, outcomes=(outcome(1, anchors=(case_of(1).anchor,)),))
    assert rows(book, "SELECT DISTINCT case_id FROM case_messages") == [(2,)]


def test_a_mail_may_have_to_do_with_a_case_without_material(book: Casebook) -> None:
    receive(book, 1, 2)
    file_cases(book, change(case_of(1)))
    ask = outcome(2, "unrelated", anchors=(case_of(1).anchor,), waits_for_person=True)
    file_cases(book, outcomes=(ask,))
    assert known(book)["DJ001"].message_sha256s == {mail_sha(1)}
    links = rows(book, "SELECT raw_sha256, member FROM case_messages WHERE member = 0")
    assert links == [(mail_sha(2), 0)]
    file_cases(book, change(case_of(1, number="DJ001", late=True)), outcomes=())
    assert rows(book, "SELECT count(*) FROM case_messages") == [(2,)]
    file_cases(book, outcomes=(outcome(2, "unrelated"),))
    assert rows(book, "SELECT count(*) FROM case_messages") == [(1,)]


def test_outcomes_are_kept_with_reasons_and_end_the_wait(book: Casebook) -> None:
    receive(book, 1)
    why = Reason(raw_sha256=mail_sha(1), code="automatic", text="系统退信")
    file_cases(book, outcomes=(outcome(1, "automatic", reasons=(why,), problem=None),))
    assert book.readings.unfiled() == set()
    (stored,) = rows(book, "SELECT disposition, reasons FROM messages")
    assert stored[0] == "automatic"
    assert json.loads(stored[1]) == [why.model_dump()]


@pytest.mark.parametrize(
    "filing",
    [
        Filing(outcomes=(outcome(1, anchors=("no such anchor",)),)),
        Filing(merged={"DJ009": "DJ001"}),
        Filing(merged={"DJ001": "DJ009"}),
        Filing(dropped=("DJ009",)),
    ],
)
def test_a_filing_that_names_what_is_not_there_is_refused_whole(
    book: Casebook, filing: Filing
) -> None:
    receive(book, 1, 2)
    file_cases(book, change(case_of(1)))
    before = everything(book)
    whole = Filing((change(case_of(2)),), filing.outcomes, filing.merged, filing.dropped)
    with pytest.raises(ValueError, match="no "):
        book.cases.file(whole, CAMPAIGN, MONDAY)
    assert everything(book) == before


def test_a_decision_counts_as_filed_unless_it_changed_meanwhile(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1)))
    note = book.decisions.add("note", who="袁", now=MONDAY, case_no="DJ001")
    waive = book.decisions.add("waive", who="袁", now=MONDAY, case_no="DJ001")
    seen = tuple(book.decisions.all())
    book.decisions.undo(waive.id, who="张", now=LATER)
    file_cases(book, decisions=seen)
    assert book.decisions.waiting()
    assert rows(book, "SELECT id FROM decisions WHERE applied_at IS NULL") == [(waive.id,)]
    file_cases(book, decisions=tuple(book.decisions.all()))
    assert not book.decisions.waiting()
    assert note.in_force


contents = st.fixed_dictionaries(
    {},
    optional={
        "late": st.booleans(),
        "waived": st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple),
    },
)
codes = st.lists(
    st.sampled_from([IssueCode.SCAN_MISSING, IssueCode.FORM_MISSING, IssueCode.SEAL_UNVERIFIED]),
    unique=True,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.lists(st.tuples(contents, codes), min_size=1, max_size=6))
def test_open_issues_are_always_those_of_the_newest_revision(
    book: Casebook, history: Sequence[tuple[dict[str, Any], list[IssueCode]]]
) -> None:
    uid = book.cases.next_sequence()
    receive(book, *range(1, uid + 1))
    number: str | None = None
    for content, found in history:
        judged = change(case_of(uid, number=number, **content), *(issue(code) for code in found))
        number = file_cases(book, judged).numbers[case_of(uid).anchor]
        still_open = rows(
            book, f"SELECT code FROM issues WHERE case_id = {uid} AND closed_revision IS NULL"
        )
        assert sorted(code for (code,) in still_open) == sorted(code.value for code in found)
    ((revision, count, line),) = rows(
        book,
        "SELECT revision, (SELECT count(*) FROM revisions WHERE case_id = cases.id), line"
        f" FROM cases WHERE id = {uid}",
    )
    assert revision == count <= len(history)
    assert [item["code"] for item in json.loads(line)["issues"]] == [
        c.value for c in history[-1][1]
    ]
