"""The versions of a case between the mails that one filing brings: one for each that changed it."""

from __future__ import annotations

from hypothesis import given, settings

from inbox_ingest.casebook.changes import EarlierVersion
from inbox_ingest.casebook.timeline import earlier_versions
from inbox_ingest.records import Received, status_of
from tests.casebook.mails import CAMPAIGN, case_text, form, mail, scan
from tests.casebook.test_assemble_properties import boxes
from tests.casebook.test_verdicts import Desk


def versions(desk: Desk, case_no: str, *fresh: Received) -> tuple[EarlierVersion, ...]:
    new = {item.reading.raw_sha256 for item in fresh or desk.mails}
    return earlier_versions(desk.case(case_no), new, desk.decisions, CAMPAIGN)


FIRST = mail(form(phone="1390000"), case_text())
REPEAT = mail(form(phone="1390000"), hours=1, name="again")
SECOND = mail(form(phone="13900000001", version="2"), hours=20, answers=FIRST, name="second")
THIRD = mail(scan(), hours=30, answers=FIRST, name="third")


def test_each_mail_that_changed_the_case_but_the_last_is_an_earlier_version() -> None:
    told = versions(Desk(FIRST, REPEAT, SECOND, THIRD), "DJ001")
    assert [version.cause for version in told] == [
        FIRST.reading.raw_sha256,
        SECOND.reading.raw_sha256,
    ]
    assert [status_of(version.issues) for version in told] == ["incomplete", "incomplete"]
    assert [version.case.values["电话"].value for version in told] == ["1390000", "13900000001"]
    assert [len(version.case.superseded) for version in told] == [0, 1]
    assert [version.case.revision for version in told] == [1, 2]


def test_what_was_filed_before_is_not_told_again() -> None:
    desk = Desk(FIRST, REPEAT, SECOND, THIRD)
    assert versions(desk, "DJ001", THIRD) == ()
    assert [v.cause for v in versions(desk, "DJ001", SECOND, THIRD)] == [SECOND.reading.raw_sha256]


def test_a_mail_fetched_late_is_no_version_between_older_ones() -> None:
    assert versions(Desk(FIRST, SECOND, THIRD), "DJ001", FIRST, SECOND) == ()


def test_what_a_person_said_holds_in_every_version() -> None:
    desk = Desk(FIRST)
    desk.fix("DJ001", "电话", "13900000009")
    desk.receive(SECOND, THIRD)
    (told,) = versions(desk, "DJ001", SECOND, THIRD)
    assert told.case.values["电话"].value == "13900000009"
    assert "assembly-unsure" in [issue.code for issue in told.issues]


def test_a_late_correction_is_late_from_its_own_version_on() -> None:
    late = mail(form(version="2"), scan(), hours=24 * 60, answers=FIRST, name="late")
    later = mail(form(version="3"), hours=24 * 61, answers=FIRST, name="later")
    told = versions(Desk(FIRST, late, later), "DJ001")
    assert [version.case.late_corrections for version in told] == [False, True]
    assert not any(version.case.late for version in told)


@given(boxes())
@settings(max_examples=40, deadline=None)
def test_there_are_as_many_versions_as_the_case_counts(mails: list[Received]) -> None:
    desk = Desk(*mails)
    for case in desk.now.cases:
        told = versions(desk, str(case.case_no))
        assert [version.case.revision for version in told] == list(range(1, case.revision))
