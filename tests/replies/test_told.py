"""What a recipient knows, and what of a verdict is new to them."""

from __future__ import annotations

import pytest

from inbox_ingest.records import Issue, Role
from inbox_ingest.replies.told import Told, news_of, told_from, unprompted, verdict_of, withdrawn
from tests.replies.values import FORM, SCAN, TEXT, issue, judged, material, value

NO_SCAN = issue("scan-missing")
LONG = issue("body-too-long", "正文", measured=3214, limit=3000)
EMPTY = issue("field-missing", "联系人")
SECOND_TEXT = material("正文2.docx", "case_text", content="second text")
SECOND_FORM = material("申报表2.docx", "form", content="second form")


def told_of(*issues: Issue) -> Told:
    return told_from([verdict_of([judged(*issues)])])["DJ003"]


def test_a_case_never_told_of_is_news_and_the_same_again_is_not() -> None:
    assert news_of(judged(NO_SCAN), None)
    assert not news_of(judged(NO_SCAN, LONG), told_of(LONG, NO_SCAN))


def test_what_a_person_waived_is_no_news_and_neither_is_an_organisers_doubt() -> None:
    told = told_of(NO_SCAN, EMPTY)
    assert not news_of(judged(EMPTY, waived=("scan-missing",)), told)
    assert not news_of(judged(NO_SCAN, waived=("field-missing:联系人",)), told)
    assert not news_of(judged(NO_SCAN, EMPTY, issue("seal-unverified")), told)
    assert news_of(judged(NO_SCAN, EMPTY, issue("seal-missing")), told)


def test_a_point_gone_over_the_same_documents_is_news() -> None:
    told = told_of(NO_SCAN, LONG)
    assert news_of(judged(NO_SCAN), told)
    assert withdrawn(judged(NO_SCAN), told) == (LONG.text,)


def test_a_point_that_a_new_document_mended_needs_no_apology() -> None:
    told = told_of(LONG, EMPTY)
    assert withdrawn(judged(EMPTY, documents=(FORM, SCAN, SECOND_TEXT)), told) == ()
    # The other file says nothing of this point.
    assert withdrawn(judged(EMPTY, documents=(SECOND_FORM, SCAN, TEXT)), told) == (LONG.text,)


def test_a_shorter_abstract_in_a_new_text_needs_no_apology() -> None:
    own = issue("summary-too-long", "摘要", measured=560, limit=500)
    told = told_of(own, EMPTY)
    assert withdrawn(judged(EMPTY, documents=(FORM, SCAN, SECOND_TEXT)), told) == ()
    assert withdrawn(judged(EMPTY, documents=(SECOND_FORM, SCAN, TEXT)), told) == (own.text,)
    assert unprompted(judged(own, documents=(FORM, SCAN, SECOND_TEXT)), told_of()) == []
    assert unprompted(judged(own, documents=(SECOND_FORM, SCAN, TEXT)), told_of()) == [own]


def test_a_shorter_summary_in_a_new_form_needs_no_apology() -> None:
    cell = issue("summary-too-long", "案例概要和创新之处", measured=560, limit=500)
    told = told_of(cell)
    known = judged(documents=(SECOND_FORM, SCAN, TEXT))
    filled = {**known.case.values, "案例概要和创新之处": value("以党建带动志愿服务")}
    case = known.case.model_copy(update={"values": filled})
    assert withdrawn(known.model_copy(update={"case": case}), told) == ()


@pytest.mark.parametrize(
    ("name", "role"), [("附录.xlsx", "other"), ("附录.jpg", "photo"), ("附录.pdf", "media_report")]
)
def test_a_section_sent_as_a_file_of_its_own_needs_no_apology(name: str, role: Role) -> None:
    told = told_of(issue("section-missing", "附录"), EMPTY)
    sent = material(name, role)
    assert withdrawn(judged(EMPTY, documents=(FORM, SCAN, TEXT, sent)), told) == ()
    assert withdrawn(judged(EMPTY), told) == (issue("section-missing", "附录").text,)


def test_what_a_person_put_right_needs_no_apology() -> None:
    told = told_of(issue("phone-invalid", "电话", detail="1895160"))
    by_hand = {"电话": value("13912345678", "person")}
    known = judged(NO_SCAN)
    case = known.case.model_copy(update={"values": {**known.case.values, **by_hand}})
    assert withdrawn(known.model_copy(update={"case": case}), told) == ()


def test_where_a_person_took_a_file_away_nobody_apologises_for_what_was_said_of_it() -> None:
    told = told_of(issue("file-unreadable", "附件2-案例正文.docx", detail="设有打开密码"))
    assert withdrawn(judged(documents=(FORM, SCAN)), told) == ()


def test_a_figure_that_changed_is_told_anew_and_not_taken_back() -> None:
    now = issue("body-too-long", "正文", measured=3100, limit=3000)
    assert news_of(judged(now), told_of(LONG))
    assert withdrawn(judged(now), told_of(LONG)) == ()


@pytest.mark.parametrize(
    ("found", "documents", "surprising"),
    [
        (LONG, (FORM, SCAN, SECOND_TEXT), False),
        (LONG, (SECOND_FORM, SCAN, TEXT), True),
        (EMPTY, (SECOND_FORM, SCAN, TEXT), False),
        (EMPTY, (FORM, SCAN, SECOND_TEXT), True),
        (issue("seal-missing"), (FORM, SCAN, SECOND_TEXT), True),
        (issue("file-unreadable", "甲.docx", detail="x"), (FORM, SCAN, TEXT), True),
        (issue("cloud-attachment", "甲.mp4"), (FORM, SCAN, TEXT), False),
    ],
)
def test_points_about_untouched_material_are_no_answer_to_a_mail(
    found: Issue, documents: tuple[object, ...], surprising: bool
) -> None:
    case = judged(found, documents=documents)  # type: ignore[arg-type]
    assert unprompted(case, told_of()) == ([found] if surprising else [])


def test_the_last_letter_counts() -> None:
    told = told_from([verdict_of([judged(LONG)]), None, verdict_of([judged(NO_SCAN)])])
    assert told["DJ003"].points == ("scan-missing||",)
