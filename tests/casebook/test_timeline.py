"""The versions of a case: one for each mail that changed it and each decision about it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_ingest.casebook.timeline import Version, timeline
from inbox_ingest.checking.engine import check
from inbox_ingest.records import Received
from tests.casebook.mails import CAMPAIGN, case_text, form, mail, scan
from tests.casebook.test_assemble_properties import boxes
from tests.casebook.test_verdicts import Desk, words


def versions(desk: Desk, case_no: str) -> list[Version]:
    case = desk.case(case_no)
    merged = [number for number, into in desk.now.merged.items() if into == case_no]
    return timeline(case, check(case, CAMPAIGN), desk.decisions, merged, CAMPAIGN)


def test_each_mail_that_changed_the_case_is_a_version() -> None:
    first = mail(form(phone="1390000"), case_text())
    repeat = mail(form(phone="1390000"), hours=1, name="again")
    second = mail(form(phone="13900000001", version="2"), scan(), hours=20, answers=first)
    told = versions(Desk(first, repeat, second), "DJ001")
    assert [version.cause for version in told] == [
        first.reading.raw_sha256,
        second.reading.raw_sha256,
    ]
    assert [version.status for version in told] == ["incomplete", "complete"]
    assert [version.case.values["电话"].value for version in told] == ["1390000", "13900000001"]
    assert [len(version.case.superseded) for version in told] == [0, 1]


def test_a_decision_is_a_version_and_an_undone_one_is_not() -> None:
    desk = Desk(mail(form(phone="1390000"), scan(), case_text()))
    undone = desk.fix("DJ001", "联系人", "王敏")
    desk.undo(undone)
    kept = desk.fix("DJ001", "电话", "13900000009")
    told = versions(desk, "DJ001")
    assert [version.cause for version in told][1:] == [f"decision:{kept}"]
    assert told[-1].case == desk.case("DJ001")


def test_a_late_correction_is_late_from_its_own_version_on() -> None:
    first = mail(form(), case_text())
    late = mail(form(version="2"), scan(), hours=24 * 60, answers=first)
    told = versions(Desk(first, late), "DJ001")
    assert [version.case.late_corrections for version in told] == [False, True]
    assert not any(version.case.late for version in told)


@given(boxes(), st.data())
@settings(max_examples=40, deadline=None)
def test_there_are_as_many_versions_as_the_case_counts_and_the_last_is_the_case(
    mails: list[Received], data: st.DataObject
) -> None:
    desk = Desk(*mails)
    for _ in range(2):
        data.draw(words(desk))
    for case in desk.now.cases:
        told = versions(desk, str(case.case_no))
        assert told[-1].case == case
        assert [version.number for version in told] == list(range(1, len(told) + 1))
        assert len(told) == case.revision
