"""Mails that speak of one case join it; what only looks so stays apart or is asked."""

from __future__ import annotations

from typing import Any

import pytest

from inbox_ingest.casebook.assemble import assemble
from inbox_ingest.records import (
    Attachment,
    ScanRecord,
)
from tests.casebook.folds import (
    dispositions,
    fold,
    in_folders,
    roles,
    sender_issues,
)
from tests.casebook.mails import (
    CAMPAIGN,
    as_known,
    case_text,
    form,
    mail,
    scan,
    story_of,
)


def test_a_complete_mail_is_one_case_with_its_three_documents() -> None:
    only = fold(mail(form(), scan(), case_text())).cases
    assert len(only) == 1
    assert roles(only[0]) == ["form", "form_scan", "case_text"]
    assert only[0].case_no == "DJ001"
    assert only[0].values["案例名称"].value == "党建引领货车司机之家建设"


def test_form_on_monday_and_text_on_tuesday_from_another_address_are_one_case() -> None:
    mails = [mail(form(), scan()), mail(case_text(), sender="wang@example.cn", hours=24)]
    assembled = fold(*mails)
    assert len(assembled.cases) == 1
    assert dispositions(assembled, mails) == ["submission", "supplement"]
    assert assembled.cases[0].senders == ("liwen@example.cn", "wang@example.cn")


def test_an_answer_in_the_thread_adds_to_its_case() -> None:
    first = mail(form())
    answer = mail(scan(), sender="other@example.cn", hours=300, answers=first)
    assert len(fold(first, answer).cases) == 1


def test_an_answer_to_our_reply_adds_to_the_case_of_that_reply() -> None:
    first = mail(form())
    answer = mail(scan(), sender="other@example.cn", hours=300, answers="<reply-1@ours>")
    assembled = assemble(
        [first, answer],
        CAMPAIGN,
        known=as_known(fold(first)),
        sent={"<reply-1@ours>": ("DJ001",)},
        next_sequence=2,
    )
    assert [roles(case) for case in assembled.cases] == [["form", "form_scan"]]


def test_documents_without_title_join_the_senders_only_case() -> None:
    assembled = fold(mail(form(), case_text()), mail(scan(), hours=24 * 20))
    assert roles(assembled.cases[0]) == ["form", "form_scan", "case_text"]


def test_two_units_with_the_same_title_stay_two_cases() -> None:
    assembled = fold(
        mail(form(unit="金陵市公路事业发展中心")),
        mail(form(unit="云水县交通运输局"), sender="zhao@example.cn", hours=1),
    )
    assert len(assembled.cases) == 2
    assert all(case.duplicates_of for case in assembled.cases)


def test_an_abbreviated_unit_is_the_same_unit() -> None:
    assembled = fold(
        mail(form(unit="金陵市港航事业发展中心")),
        mail(form(unit="金陵市港航中心", version="2"), sender="zhao@example.cn", hours=30),
    )
    assert len(assembled.cases) == 1


def test_an_abbreviated_unit_of_somebody_else_is_a_doubt_and_no_proof() -> None:
    short = form(unit="市港航中心", phone="13900000002")
    assembled = fold(
        mail(form(unit="金陵市港航事业发展中心"), scan(), case_text()),
        mail(short, sender="zhao@example.cn", hours=30),
    )
    assert [roles(case) for case in assembled.cases] == [
        ["form", "form_scan", "case_text"],
        ["form"],
    ]
    assert all(case.unsure for case in assembled.cases)
    assert sender_issues(assembled.cases[1]) == []


def test_a_sender_of_many_units_proves_nothing_where_the_forms_name_other_people() -> None:
    text = case_text(unit="市港航中心", version="2")
    assembled = fold(
        mail(form(unit="金陵市港航事业发展中心"), case_text()),
        mail(form(unit="市港航中心", phone="13900000002"), text, hours=3),
    )
    assert len(assembled.cases) == 2
    assert all(case.unsure for case in assembled.cases)


def test_a_name_that_is_short_for_two_units_does_not_make_them_one() -> None:
    mails = [
        mail(form(unit=unit, phone=None), case_text(unit=unit, version=unit), hours=place)
        for place, unit in enumerate(["市交通局", "金陵市交通运输局", "临江市交通运输局"])
    ]
    for case in fold(*mails).cases:
        named = {
            material.attachment.form.fields["申报单位"].value
            for material in (*case.documents, *case.superseded)
            if material.attachment.form
        }
        assert not named >= {"金陵市交通运输局", "临江市交通运输局"}


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("苏州市交通运输局", "苏州市吴中区交通运输局"),
        ("南京市交通运输局", "南京市交通运输局江宁分局"),
        ("南京公共交通集团有限公司", "南京公共交通集团有限公司第三分公司"),
    ],
)
@pytest.mark.parametrize("folders", [False, True])
def test_a_unit_and_the_one_below_it_are_two_cases_and_each_others_likeness(
    above: str, below: str, folders: bool
) -> None:
    def files(unit: str) -> list[Attachment]:
        return [form(unit=unit), scan(version=unit), case_text(unit=unit, version=unit)]

    assembled = (
        fold(mail(*in_folders({above: files(above), below: files(below)})))
        if folders
        else fold(mail(*files(above)), mail(*files(below), hours=5))
    )
    assert [roles(case) for case in assembled.cases] == [["form", "form_scan", "case_text"]] * 2
    assert all(case.duplicates_of for case in assembled.cases)


def test_a_second_case_sent_in_an_old_thread_is_a_case_of_its_own() -> None:
    first = mail(form(), scan(), case_text())
    second = mail(
        form("智慧航道党员先锋岗"),
        case_text("智慧航道党员先锋岗"),
        hours=50,
        answers=first,
    )
    assembled = fold(first, second)
    assert len(assembled.cases) == 2


def test_a_title_corrected_in_the_thread_stays_the_same_case() -> None:
    first = mail(form(), scan(), case_text())
    story = story_of("金陵市港航事业发展中心 党建引领货车司机之家建设")
    renamed = form("党建引领网约车司机之家建设", summary=story)
    assembled = fold(first, mail(renamed, hours=50, answers=first))
    assert len(assembled.cases) == 1
    assert assembled.cases[0].values["案例名称"].value == "党建引领网约车司机之家建设"


def test_a_whole_submission_that_calls_itself_a_correction_corrects_title_and_all() -> None:
    first = mail(form(), scan(), case_text())
    corrected = mail(
        form("智慧航道党员先锋岗"),
        case_text("智慧航道党员先锋岗"),
        hours=50,
        subject="更正：案例申报",
        answers=first,
    )
    assembled = fold(first, corrected)
    assert len(assembled.cases) == 1
    assert assembled.cases[0].values["案例名称"].value == "智慧航道党员先锋岗"


def test_a_corrected_title_in_a_new_mail_of_the_same_sender_stays_the_same_case() -> None:
    corrected = form("智慧航道党员先锋岗", filename="申报表（修改）.docx")
    assert len(fold(mail(form(), scan(), case_text()), mail(corrected, hours=100)).cases) == 1


def test_a_correction_of_another_unit_joins_nothing() -> None:
    other = form("智慧航道党员先锋岗", "云水县交通运输局", filename="申报表（修改）.docx")
    assert len(fold(mail(form(), scan()), mail(other, hours=100)).cases) == 2


MISSPELT = "金陵市港航事业发展中兴"


def misread(
    title: str, unit: str, filename: str = "盖章.jpg", sure: float = 0.95, **more: Any
) -> Attachment:
    """A stamped copy as OCR read it."""
    read = form(title, unit, role="form_scan", means="ocr", filename=filename, kind="jpeg", **more)
    assert read.form is not None
    fields = {
        name: value.model_copy(
            update={"evidence": value.evidence.model_copy(update={"confidence": sure})}
        )
        for name, value in read.form.fields.items()
    }
    return read.model_copy(
        update={
            "form": read.form.model_copy(update={"fields": fields}),
            "scan": ScanRecord(seal="present", colour=True),
        }
    )


@pytest.mark.parametrize("threaded", [True, False])
def test_a_slip_in_the_units_name_is_corrected_in_the_same_case(threaded: bool) -> None:
    first = mail(form(unit=MISSPELT), scan(), case_text(unit=MISSPELT))
    corrected = form(filename="申报表（更正）.docx")
    answer = mail(
        corrected,
        hours=3,
        subject="更正：申报单位名称写错",
        answers=first if threaded else None,
    )
    [case] = fold(first, answer).cases
    assert case.values["申报单位"].value == "金陵市港航事业发展中心"
    assert roles(case) == ["form", "form_scan", "case_text"]


def test_a_slip_in_the_units_name_elsewhere_is_a_doubt_that_accuses_nobody() -> None:
    text = case_text(unit=MISSPELT)
    assembled = fold(mail(form(), scan()), mail(text, sender="wang@example.cn", hours=10))
    assert [roles(case) for case in assembled.cases] == [["form", "form_scan"], ["case_text"]]
    assert all(case.unsure for case in assembled.cases)
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_a_correction_that_names_quite_another_unit_is_a_doubt_that_accuses_nobody() -> None:
    first = mail(form(), scan(), case_text())
    other = form(unit="金陵市交通综合执法支队", filename="申报表（更正）.docx")
    assembled = fold(first, mail(other, hours=10, answers=first, subject="更正申报单位"))
    assert len(assembled.cases) == 2
    assert all(case.unsure for case in assembled.cases)
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_neighbouring_units_are_no_slips_of_the_pen() -> None:
    first = mail(form(unit="金陵公交第一分公司"), scan(), case_text())
    other = form(unit="金陵公交第二分公司", version="2", filename="申报表（更正）.docx")
    assert len(fold(first, mail(other, hours=10, answers=first)).cases) == 2


@pytest.mark.parametrize("title", ["党建引领货车司机之家建设", "红船领航"])
def test_one_character_misread_on_a_stamped_copy_keeps_it_in_its_case(title: str) -> None:
    first = mail(form(title), case_text(title))
    wrong_unit = mail(misread(title, MISSPELT), hours=20, answers=first)
    wrong_title = mail(misread(title.replace("领", "邻", 1), "金陵市港航事业发展中心"), hours=20)
    for second in (wrong_unit, wrong_title):
        assert [roles(case) for case in fold(first, second).cases] == [
            ["form", "form_scan", "case_text"]
        ]


@pytest.mark.parametrize("title", ["党建引领货车司饥之家建设", "党建引领货车司 ⍰之家建设"])
@pytest.mark.parametrize("unit", ["金陵市港航事业发展中心", MISSPELT])
@pytest.mark.parametrize(("phone", "count"), [("13900000001", 1), (None, 2)])
def test_a_misread_copy_and_the_word_files_give_one_verdict_in_either_order(
    title: str, unit: str, phone: str | None, count: int
) -> None:
    """The telephone number says that they are one; without it, somebody has to look."""
    copy = misread(title, unit, phone=phone, summary=story_of("unreadable"))
    count = 1 if unit != MISSPELT else count  # a title misread under the very unit fills the gap
    for scan_first in (True, False):
        scanned = mail(copy, sender="8@example.org", hours=0 if scan_first else 30)
        words = mail(form(), case_text(), hours=20)
        cases = fold(scanned, words).cases
        expected = [["form", "form_scan", "case_text"]]
        if count == 2:
            expected = [["form", "case_text"], ["form_scan"]]
        assert sorted(map(roles, cases)) == sorted(expected)
        assert [sender_issues(case) for case in cases] == [[]] * count
        assert all(bool(case.unsure) is (count == 2) for case in cases)


def test_a_copy_that_ocr_was_unsure_of_is_doubted_though_it_came_first() -> None:
    blurred = misread("党建引领货车司饥之家建设", MISSPELT, sure=0.5)
    cases = fold(mail(blurred, sender="b@example.org"), mail(form(), case_text(), hours=20)).cases
    assert [roles(case) for case in cases] == [["form_scan"], ["form", "case_text"]]
    assert all(case.unsure for case in cases)
    assert [sender_issues(case) for case in cases] == [[], []]


def test_a_copy_that_ocr_was_unsure_of_is_a_doubt_that_accuses_nobody() -> None:
    blurred = misread("党建引领货车司饥之家建设", MISSPELT, sure=0.5)
    assembled = fold(mail(form(), case_text()), mail(blurred, sender="b@example.org", hours=20))
    assert len(assembled.cases) == 2
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_a_number_quoted_by_a_stranger_joins_nothing() -> None:
    first = mail(form())
    known = fold(first)
    stranger = mail(
        scan("扫描.jpg"), sender="stranger@example.org", hours=5, subject="DJ001 补充材料"
    )
    assembled = assemble([first, stranger], CAMPAIGN, known=as_known(known), next_sequence=2)
    assert len(assembled.cases) == 2


def test_a_number_quoted_by_a_sender_of_the_case_joins_it() -> None:
    mails = [mail(form()), mail(form("智慧航道党员先锋岗"), hours=1)]
    known = fold(*mails)
    quoting = mail(scan("扫描.jpg"), hours=500, subject="DJ002盖章扫描件")
    assembled = assemble([*mails, quoting], CAMPAIGN, known=as_known(known), next_sequence=3)
    assert [roles(case) for case in assembled.cases] == [["form"], ["form", "form_scan"]]
