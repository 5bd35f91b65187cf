"""Doubts, and texts and scans that come in several pieces."""

from __future__ import annotations

import pytest

from tests.casebook.folds import (
    fold,
    roles,
    sender_issues,
)
from tests.casebook.mails import (
    SECTIONS,
    case_text,
    form,
    mail,
    scan,
    text_record,
)


def test_a_scan_that_fits_two_cases_of_a_sender_is_doubted_on_all_sides() -> None:
    assembled = fold(
        mail(form(), case_text()),
        mail(form("智慧航道党员先锋岗"), case_text("智慧航道党员先锋岗"), hours=1),
        mail(scan("IMG_0012.jpg"), hours=2),
    )
    assert len(assembled.cases) == 3
    assert all(case.unsure for case in assembled.cases)


def test_a_scan_called_after_one_of_two_cases_joins_it() -> None:
    assembled = fold(
        mail(form(), case_text()),
        mail(form("智慧航道党员先锋岗"), case_text("智慧航道党员先锋岗"), hours=1),
        mail(scan("智慧航道党员先锋岗盖章.jpg"), hours=2),
    )
    assert [roles(case) for case in assembled.cases] == [
        ["form", "case_text"],
        ["form", "form_scan", "case_text"],
    ]
    assert not any(case.unsure for case in assembled.cases)


def test_two_different_texts_in_one_mail_are_a_doubt() -> None:
    case = fold(
        mail(form(), case_text(version="1"), case_text(version="2", filename="正文2.docx"))
    ).cases[0]
    assert len(case.unsure) == 1


def test_a_text_in_two_files_is_counted_as_one() -> None:
    first = case_text(sections=("背景介绍", "主要做法"), body_count=1500, filename="正文上.docx")
    second = case_text(
        None, sections=("工作成效", "经验总结", "附录"), body_count=1000, filename="正文下.docx"
    )
    case = fold(mail(form(), second, first)).cases[0]
    assert case.case_text is not None
    assert case.case_text.body_count == 2500
    assert [s.name for s in case.case_text.sections] == [
        "背景介绍",
        "主要做法",
        "工作成效",
        "经验总结",
        "附录",
    ]
    assert not case.unsure


def test_a_text_that_goes_on_in_a_later_mail_is_one_with_what_came_before() -> None:
    upper = case_text(sections=SECTIONS[:2], body_count=1500, filename="正文（上）.docx")
    lower = case_text(None, sections=SECTIONS[2:], body_count=1000, filename="正文（下）.docx")
    case = fold(mail(form(), scan(), upper), mail(lower, hours=0.1)).cases[0]
    assert case.case_text is not None
    assert case.case_text.body_count == 2500
    assert [section.name for section in case.case_text.sections] == list(SECTIONS)
    assert not case.superseded
    assert sender_issues(case) == []


def test_who_sends_just_the_section_that_we_asked_for_is_not_asked_for_the_others() -> None:
    record = text_record(sections=SECTIONS)
    empty = record.sections[-1].model_copy(update={"empty": True, "count": 0})
    text = case_text(sections=SECTIONS).model_copy(
        update={"case_text": record.model_copy(update={"sections": (*record.sections[:4], empty)})}
    )
    missing = case_text(None, sections=SECTIONS[4:], body_count=0, filename="附录.docx")
    first = mail(form(), scan(), text)
    answer = mail(missing, hours=30, answers=first)
    assert sender_issues(fold(first).cases[0]) == ["section-empty"]
    assert sender_issues(fold(first, answer).cases[0]) == []


def test_a_corrected_part_is_taken_up_into_the_text_that_came_in_parts() -> None:
    upper = case_text(sections=SECTIONS[:2], body_count=1500, filename="正文（上）.docx")
    lower = case_text(None, sections=SECTIONS[2:], body_count=1000, filename="正文（下）.docx")
    better = case_text(
        None, version="2", sections=SECTIONS[2:], body_count=900, filename="正文（下）.docx"
    )
    first = mail(form(), scan(), upper)
    mails = [first, mail(lower, hours=1), mail(better, hours=2, answers=first, text="请以此件为准")]
    case = fold(*mails).cases[0]
    assert case.case_text is not None
    assert (case.case_text.body_count, len(case.superseded)) == (2400, 1)


def test_one_section_sent_again_takes_no_whole_text_away() -> None:
    first = mail(form(), scan(), case_text())
    part = case_text(sections=["工作成效"], body_count=300, filename="工作成效.docx")
    whole = case_text(version="3")
    doubted = fold(first, mail(part, hours=20, answers=first)).cases[0]
    assert doubted.case_text is not None
    assert doubted.case_text.body_count == 2400
    assert sender_issues(doubted) == []
    assert len(doubted.unsure) == 1
    settled = fold(
        first, mail(part, hours=20, answers=first), mail(whole, hours=40, answers=first)
    ).cases[0]
    assert not settled.unsure
    assert len(settled.superseded) == 2


@pytest.mark.parametrize("names", [("扫描第1页.jpg", "扫描第2页.jpg"), ("IMG_1.jpg", "IMG_2.jpg")])
def test_a_second_page_without_a_seal_does_not_take_the_sealed_one_away(
    names: tuple[str, str],
) -> None:
    first = mail(form(), case_text(), scan(names[0]))
    second = mail(scan(names[1], seal="absent"), hours=1, answers=first)
    case = fold(first, second).cases[0]
    assert roles(case) == ["form", "form_scan", "form_scan", "case_text"]
    assert sender_issues(case) == []
    assert bool(case.unsure) is not ("页" in names[0])
