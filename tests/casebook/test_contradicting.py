"""A person's word against material that he did not have before him: it stands, and he is asked."""

from __future__ import annotations

from inbox_ingest.checking.engine import check
from inbox_ingest.records import Received
from tests.casebook.mails import CAMPAIGN, case_text, form, mail, scan
from tests.casebook.test_verdicts import BUS, BUSES, HARBOUR, TRUCKS, Desk, files, two_cases

AGENT = "agent@example.cn"


def form_here_and_text_there() -> Desk:
    """An agent's form of one unit and text of another: two cases."""
    desk = Desk(
        mail(form(TRUCKS, HARBOUR), sender=AGENT, name="form"),
        mail(case_text(BUSES, BUS), sender=AGENT, hours=6, name="text"),
    )
    assert desk.numbers == ["DJ001", "DJ002"]
    return desk


def merged(desk: Desk, source: str, into: str) -> int:
    seen = [*files(desk.case(source)), *files(desk.case(into))]
    return desk.decide("merge", into, **{"from": source, "seen": seen})


def own_form(**more: object) -> Received:
    return mail(
        form(BUSES, BUS, filename="公交申报表.docx", **more),  # type: ignore[arg-type]
        scan("公交.jpg", version="2"),
        sender=AGENT,
        hours=30,
        name="own form",
    )


# --- merge ------------------------------------------------------------------------------------


def test_a_later_form_of_the_other_unit_questions_the_merger() -> None:
    desk = form_here_and_text_there()
    merged(desk, "DJ002", "DJ001")
    assert desk.case("DJ001").unsure == ()
    desk.receive(own_form())
    assert desk.numbers == ["DJ001"]
    (doubt,) = desk.case("DJ001").unsure
    assert BUSES in doubt
    assert TRUCKS in doubt
    assert "assembly-unsure" in [issue.code for issue in check(desk.case("DJ001"), CAMPAIGN)]


def test_the_question_stays_when_the_first_form_comes_again() -> None:
    desk = form_here_and_text_there()
    merged(desk, "DJ002", "DJ001")
    desk.receive(own_form())
    desk.receive(mail(form(TRUCKS, HARBOUR, version="2"), sender=AGENT, hours=50, name="again"))
    assert len(desk.case("DJ001").unsure) == 1


def test_a_later_form_under_a_name_that_was_known_questions_nothing() -> None:
    desk = two_cases()
    merged(desk, "DJ002", "DJ001")
    later = form(BUSES, BUS, version="2", filename="表2.docx")
    desk.receive(mail(later, sender="b@example.cn", hours=9))
    assert desk.numbers == ["DJ001"]
    assert desk.case("DJ001").unsure == ()


# --- fix, then merge --------------------------------------------------------------------------


def test_a_fix_made_for_a_case_that_was_merged_away_leaves_the_other_cases_own_word() -> None:
    desk = form_here_and_text_there()
    desk.fix("DJ002", "申报类型", "行业思政", "行业思政")
    merged(desk, "DJ002", "DJ001")
    case = desk.case("DJ001")
    assert case.values["申报类型"].ticked == ("行业党建",)
    assert any("DJ002" in doubt and "行业思政" in doubt for doubt in case.unsure)


def test_such_a_fix_holds_where_the_other_case_says_nothing() -> None:
    desk = form_here_and_text_there()
    desk.fix("DJ001", "联系人", "王敏")
    merged(desk, "DJ001", "DJ002")
    case = desk.case("DJ002")
    assert case.values["联系人"].value == "王敏"
    assert case.unsure == ()


def test_a_word_on_the_case_itself_settles_it() -> None:
    desk = form_here_and_text_there()
    desk.fix("DJ002", "申报类型", "行业思政", "行业思政")
    merged(desk, "DJ002", "DJ001")
    desk.fix("DJ001", "申报类型", "行业思政", "行业思政")
    case = desk.case("DJ001")
    assert case.values["申报类型"].ticked == ("行业思政",)
    assert case.unsure == ()


def test_an_earlier_form_that_a_merger_brought_is_not_called_a_later_one() -> None:
    desk = form_here_and_text_there()
    desk.fix("DJ002", "联系人", "王敏")
    merged(desk, "DJ001", "DJ002")
    (doubt,) = desk.case("DJ002").unsure
    assert "后来" not in doubt
    assert "归入的“申报表.docx”写作“李文”" in doubt


# --- waive ------------------------------------------------------------------------------------


def twin(unit: str, hours: int) -> Received:
    return mail(
        form(TRUCKS, unit, filename=f"{unit}申报表.docx"),
        case_text(TRUCKS, unit, filename=f"{unit}正文.docx", version=unit),
        scan(f"{unit}.jpg", version=unit),
        sender=f"unit{hours}@example.cn",
        hours=hours,
        name=unit,
    )


def duplicates(desk: Desk, case_no: str) -> list[str]:
    issues = check(desk.case(case_no), CAMPAIGN)
    return [issue.text for issue in issues if issue.code == "possible-duplicate"]


def waived(desk: Desk, case_no: str) -> None:
    case = desk.case(case_no)
    twins = [name.partition("《")[0] for name in case.duplicates_of]
    desk.decide(
        "waive", case_no, code="possible-duplicate", field=None, seen=files(case), twins=twins
    )


def test_a_waived_likeness_covers_the_case_that_was_looked_at_and_no_third() -> None:
    desk = Desk(twin(HARBOUR, 0), twin(BUS, 30))
    waived(desk, "DJ001")
    assert duplicates(desk, "DJ001") == []
    assert len(duplicates(desk, "DJ002")) == 1
    desk.receive(twin("航道处", 60))
    (text,) = duplicates(desk, "DJ001")
    assert "DJ003" in text
    assert "DJ002" not in text
    waived(desk, "DJ001")
    assert duplicates(desk, "DJ001") == []


def test_a_waived_likeness_is_open_again_with_another_text() -> None:
    first = twin(HARBOUR, 0)
    desk = Desk(first, twin(BUS, 30))
    waived(desk, "DJ001")
    desk.receive(mail(case_text(TRUCKS, HARBOUR, version="new"), hours=60, answers=first))
    assert len(duplicates(desk, "DJ001")) == 1
