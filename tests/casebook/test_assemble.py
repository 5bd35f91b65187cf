"""Mails become cases: what joins, what stays apart, what is current, what is doubted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.checking.engine import check
from inbox_ingest.records import (
    Attachment,
    AutomaticSigns,
    Case,
    CloudLink,
    IssueCode,
    Problem,
    Received,
    Role,
    ScanRecord,
)
from tests.casebook.mails import (
    CAMPAIGN,
    MONDAY,
    SECTIONS,
    as_known,
    attachment,
    case_text,
    form,
    mail,
    scan,
    story_of,
    text_record,
)


def fold(*mails: Received) -> Assembled:
    return assemble(mails, CAMPAIGN, next_sequence=1)


def roles(case: Case) -> list[str]:
    return [material.attachment.role for material in case.documents]


def filenames(case: Case) -> list[str | None]:
    return [material.attachment.filename for material in case.documents]


def dispositions(assembled: Assembled, mails: Sequence[Received]) -> list[str]:
    found = {outcome.raw_sha256: outcome.disposition for outcome in assembled.outcomes}
    return [found[item.reading.raw_sha256] for item in mails]


def sender_issues(case: Case) -> list[str]:
    """What the sender would be told."""
    return [issue.code.value for issue in check(case, CAMPAIGN) if issue.audience == "sender"]


def in_folders(
    folders: Mapping[str, Sequence[Attachment]], container: str = "材料.zip", part: str = "2"
) -> list[Attachment]:
    """Files of one archive, each in its folder."""
    placed = [(folder, file) for folder, files in folders.items() for file in files]
    return [
        file.model_copy(update={"container": container, "group": folder, "part": f"{part}/{place}"})
        for place, (folder, file) in enumerate(placed, start=1)
    ]


# --- joining ----------------------------------------------------------------------------------


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


# --- documents that say nothing of themselves -------------------------------------------------

SILENT_TEXT = case_text(None, version="other", filename="正文.docx")


@pytest.mark.parametrize(
    "silent",
    [
        SILENT_TEXT,
        scan("云水县交通运输局申报表盖章.jpg", version="other"),
        case_text(None, version="other", filename="安澜县出租车公司案例（更正）.docx"),
    ],
    ids=lambda file: file.filename,
)
def test_a_bureaus_next_unit_takes_nothing_from_the_one_before(silent: Attachment) -> None:
    first = mail(form(), scan("盖章.jpg"), case_text(), sender="bureau@example.cn")
    assembled = fold(first, mail(silent, sender="bureau@example.cn", hours=200))
    assert assembled.cases[0].documents == fold(first).cases[0].documents
    assert [sender_issues(case) for case in assembled.cases] == [[], []]
    assert all(case.unsure for case in assembled.cases)


@pytest.mark.parametrize(
    "how",
    [
        {"subject": "更正案例正文"},
        {"text": "附件为修改后的正文，请以此为准。"},
        {"answers": "first"},
    ],
)
def test_a_sender_who_says_so_replaces_a_text_by_one_without_a_title(how: dict[str, str]) -> None:
    first = mail(form(), scan(), case_text())
    told = {**how, "answers": first} if "answers" in how else how
    [case] = fold(first, mail(SILENT_TEXT, hours=200, **told)).cases  # type: ignore[arg-type]
    assert filenames(case)[-1] == "正文.docx"
    assert not case.unsure


def test_nearly_the_same_text_replaces_what_it_is_a_version_of() -> None:
    signature = tuple(range(64))
    older = case_text(signature=signature)
    newer = case_text(
        None, version="2", filename="正文.docx", signature=(*signature[:60], 901, 902, 903, 904)
    )
    [case] = fold(mail(form(), scan(), older), mail(newer, hours=200)).cases
    assert filenames(case)[-1] == "正文.docx"


UNLIKE = tuple(range(100, 164)), tuple(range(300, 364))


@pytest.mark.parametrize("filename", ["正文.docx", "案例正文.docx"])
def test_quite_another_text_in_the_thread_takes_none_away_without_a_word(filename: str) -> None:
    older, strange = UNLIKE
    first = mail(form(), scan(), case_text(signature=older))
    other = case_text(None, version="other", filename=filename, signature=strange)
    assembled = fold(first, mail(other, hours=5, answers=first))
    assert assembled.cases[0].documents == fold(first).cases[0].documents
    assert all(case.unsure for case in assembled.cases)
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


@pytest.mark.parametrize(
    ("how", "filename"),
    [
        ({"text": "附件为修改后的正文。"}, "正文.docx"),
        ({}, "正文（金陵市港航事业发展中心）.docx"),
    ],
)
def test_a_text_written_anew_replaces_where_the_thread_and_a_word_say_so(
    how: dict[str, str], filename: str
) -> None:
    older, anew = UNLIKE
    first = mail(form(), scan(), case_text(signature=older))
    other = case_text(None, version="anew", filename=filename, signature=anew)
    [case] = fold(first, mail(other, hours=5, answers=first, **how)).cases  # type: ignore[arg-type]
    assert filenames(case)[-1] == filename
    assert not case.unsure


def test_a_stranger_in_the_thread_replaces_nothing_without_saying_what() -> None:
    first = mail(form(), scan(), case_text())
    assembled = fold(first, mail(SILENT_TEXT, sender="k@example.cn", hours=3, answers=first))
    assert assembled.cases[0].senders == ("liwen@example.cn",)
    assert assembled.cases[0].documents == fold(first).cases[0].documents
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_who_only_sent_a_copy_brings_nothing_into_the_case_later() -> None:
    first = mail(form(), case_text())
    copy = mail(case_text(), sender="z@example.cn", hours=3)
    later = mail(scan("我单位.jpg"), sender="z@example.cn", hours=300)
    assembled = fold(first, copy, later)
    assert [roles(case) for case in assembled.cases] == [["form", "case_text"], ["form_scan"]]
    assert assembled.cases[0].senders == ("liwen@example.cn",)
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_a_gap_is_filled_by_a_silent_text_but_not_by_one_named_after_another_unit() -> None:
    first = mail(form(unit="云水县交通运输局"), scan())
    plain = fold(first, mail(SILENT_TEXT, hours=1))
    named = case_text(None, filename="安澜县交通运输局案例正文.docx")
    other = fold(first, mail(named, hours=1))
    assert [roles(case) for case in plain.cases] == [["form", "form_scan", "case_text"]]
    assert [sender_issues(case) for case in other.cases] == [[], []]
    assert all(case.unsure for case in other.cases)


@pytest.mark.parametrize(
    "filename",
    [
        "金陵市港航事业发展中心《党建引领货车司机之家建设》申报表盖章扫描件.jpg",
        "党建引领货车司机之家建设-盖章.jpg",
    ],
)
def test_a_file_called_after_the_case_fills_its_gap_from_whatever_address(filename: str) -> None:
    first = mail(form(), case_text())
    [case] = fold(first, mail(scan(filename), sender="boss@example.org", hours=20)).cases
    assert roles(case) == ["form", "form_scan", "case_text"]


@pytest.mark.parametrize(
    ("filename", "gap"),
    [
        ("党建引领货车司机之家建设申报材料一.jpg", True),
        ("金陵市港航事业发展中心盖章.jpg", True),
        ("金陵市港航事业发展中心江宁分中心《党建引领货车司机之家建设》盖章.jpg", True),
        ("金陵市港航事业发展中心《党建引领货车司机之家建设》盖章.jpg", False),
    ],
)
def test_half_a_name_or_no_gap_is_a_doubt_that_accuses_nobody(filename: str, gap: bool) -> None:
    files = [form(), case_text(), *([] if gap else [scan("盖章.jpg")])]
    assembled = fold(mail(*files), mail(scan(filename), sender="boss@example.org", hours=20))
    assert len(assembled.cases) == 2
    assert all(case.unsure for case in assembled.cases)
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_one_short_title_from_two_addresses_is_a_doubt_that_accuses_nobody() -> None:
    assembled = fold(
        mail(form("红船领航党"), scan()),
        mail(case_text("红船领航党"), sender="wang@example.cn", hours=20),
    )
    assert len(assembled.cases) == 2
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_a_copy_that_ocr_was_unsure_of_is_a_doubt_that_accuses_nobody() -> None:
    blurred = misread("党建引领货车司饥之家建设", MISSPELT, sure=0.5)
    assembled = fold(mail(form(), case_text()), mail(blurred, sender="b@example.org", hours=20))
    assert len(assembled.cases) == 2
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


@pytest.mark.parametrize(("hours", "cases"), [(71, 1), (73, 2)])
def test_what_one_of_two_cases_lacks_joins_it_only_within_the_campaigns_time(
    hours: int, cases: int
) -> None:
    """A text under a title of its own: nothing but time and gap speaks for the case."""
    first = mail(form(None), scan())
    assert CAMPAIGN.assembly.complementary_hours == 72
    assert len(fold(first, mail(case_text(), hours=hours)).cases) == cases


def test_a_short_title_alone_joins_nothing_of_a_stranger() -> None:
    first = mail(form("党建"), scan())
    other = mail(case_text("党建"), sender="wang@example.cn", hours=20)
    assert len(fold(first, other).cases) == 2


# --- doubt ------------------------------------------------------------------------------------


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


# --- several cases in one mail ----------------------------------------------------------------


def test_an_archive_with_a_folder_for_each_unit_gives_a_case_for_each() -> None:
    files = []
    for place, unit in enumerate(["甲县交通运输局", "乙县交通运输局", "丙县交通运输局"]):
        title = f"{unit}党建案例"
        for number, file in enumerate([form(title, unit), scan(version=unit), case_text(title)]):
            files.append(
                file.model_copy(
                    update={
                        "part": f"2/{place * 3 + number}",
                        "container": "材料.zip",
                        "group": unit,
                    }
                )
            )
    assembled = fold(mail(*files))
    assert [roles(case) for case in assembled.cases] == [["form", "form_scan", "case_text"]] * 3
    assert not any(case.unsure for case in assembled.cases)


def test_folders_that_sort_by_role_are_paired_by_title() -> None:
    files = []
    for place, unit in enumerate(["甲县交通运输局", "乙县交通运输局"]):
        title = f"{unit}党建案例"
        pair = [("申报表", form(title, unit, filename=f"{unit}.docx")), ("正文", case_text(title))]
        for folder, file in pair:
            update = {"part": f"2/{len(files)}{place}", "container": "材料.zip", "group": folder}
            files.append(file.model_copy(update=update))
    assembled = fold(mail(*files))
    assert [roles(case) for case in assembled.cases] == [["form", "case_text"]] * 2


TRUCKS, LANES = "党建引领货车司机之家建设", "智慧航道党员先锋岗"
HARBOUR, YUNSHUI = "金陵市港航事业发展中心", "云水县交通运输局"


@pytest.mark.parametrize("zips", [False, True])
def test_a_folder_or_an_archive_for_each_unit_stays_its_case_though_each_is_incomplete(
    zips: bool,
) -> None:
    one, other = form(TRUCKS, HARBOUR), case_text(LANES, YUNSHUI)
    files = (
        in_folders({"": [one]}, "港航.zip", "2") + in_folders({"": [other]}, "云水.zip", "3")
        if zips
        else in_folders({"锦溪/港航中心": [one], "锦溪/云水县": [other]})
    )
    assembled = fold(mail(*files))
    assert [roles(case) for case in assembled.cases] == [["form"], ["case_text"]]
    assert not any(case.unsure for case in assembled.cases)


@pytest.mark.parametrize("silent", [[], [scan("盖章.jpg")]])
def test_folders_of_a_unit_and_the_one_below_it_are_two_cases_under_one_title(
    silent: list[Attachment],
) -> None:
    files = {HARBOUR: [case_text(TRUCKS, HARBOUR)], f"{HARBOUR}江宁分中心": [], "其他": silent}
    files[f"{HARBOUR}江宁分中心"].append(form(TRUCKS, f"{HARBOUR}江宁分中心"))
    assembled = fold(mail(*in_folders(files)))
    assert [roles(case) for case in assembled.cases][:2] == [["case_text"], ["form"]]
    assert not any(sender_issues(case) for case in assembled.cases)


def test_one_submission_in_two_archives_is_one_case() -> None:
    files = [
        *in_folders({"": [form(), scan()]}, "申报表.zip", "2"),
        *in_folders({"": [case_text(None)]}, "案例正文.zip", "3"),
    ]
    assembled = fold(mail(*files))
    assert [roles(case) for case in assembled.cases] == [["form", "form_scan", "case_text"]]
    assert not assembled.cases[0].unsure


def test_two_archives_under_two_titles_of_one_unit_are_a_doubt_that_accuses_nobody() -> None:
    files = [
        *in_folders({"": [form(TRUCKS), scan()]}, "一.zip", "2"),
        *in_folders({"": [case_text(LANES)]}, "二.zip", "3"),
    ]
    assembled = fold(mail(*files))
    assert len(assembled.cases) == 2
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_folders_by_role_within_folders_by_unit_are_a_case_for_each_unit() -> None:
    files = in_folders(
        {
            f"{unit}/{folder}": [file]
            for title, unit in ((TRUCKS, HARBOUR), (LANES, YUNSHUI))
            for folder, file in (
                ("申报表", form(title, unit)),
                ("扫描件", scan("盖章.jpg", version=unit)),
                ("正文", case_text(title)),
            )
        }
    )
    assembled = fold(mail(*files))
    assert [roles(case) for case in assembled.cases] == [["form", "form_scan", "case_text"]] * 2
    assert not any(case.unsure for case in assembled.cases)


def test_folders_of_one_mail_are_not_joined_because_one_sender_sent_them() -> None:
    silent = [case_text(None, version="w", filename="正文.docx"), scan("s.jpg")]
    files = in_folders({"港航中心": [form(), case_text()], "云水县": silent})
    assembled = fold(mail(*files))
    assert [roles(case) for case in assembled.cases] == [
        ["form", "case_text"],
        ["form_scan", "case_text"],
    ]
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_a_text_of_another_unit_and_title_beside_a_form_is_a_doubt_that_accuses_nobody() -> None:
    assembled = fold(mail(form(TRUCKS, HARBOUR), scan(), case_text(LANES, YUNSHUI)))
    assert [roles(case) for case in assembled.cases] == [["form", "form_scan"], ["case_text"]]
    assert [sender_issues(case) for case in assembled.cases] == [[], []]


def test_two_forms_in_one_mail_take_their_texts_by_title() -> None:
    assembled = fold(
        mail(
            form(),
            case_text("智慧航道党员先锋岗", filename="b.docx"),
            form("智慧航道党员先锋岗", filename="申报表2.docx"),
            case_text(filename="a.docx"),
        )
    )
    assert [roles(case) for case in assembled.cases] == [["form", "case_text"]] * 2


# --- revisions --------------------------------------------------------------------------------


def test_a_newer_form_replaces_the_older_one() -> None:
    mails = [
        mail(form(), scan(), case_text()),
        mail(form(version="2", phone="13900000002"), hours=100),
    ]
    assembled = fold(*mails)
    case = assembled.cases[0]
    assert case.values["电话"].value == "13900000002"
    assert len(case.superseded) == 1
    assert dispositions(assembled, mails) == ["submission", "supplement"]


def test_the_same_mail_again_is_a_duplicate_and_changes_nothing() -> None:
    first = mail(form(), scan(), case_text())
    again = mail(form(), scan(), case_text(), hours=2, name="again")
    assembled = fold(first, again)
    assert dispositions(assembled, [first, again]) == ["submission", "duplicate"]
    assert assembled.cases[0].updated_at == MONDAY + timedelta(hours=2)  # the newest mail's receipt
    assert assembled.cases[0].documents == fold(first).cases[0].documents


def test_a_stranger_who_sends_what_is_there_does_not_join_the_senders() -> None:
    again = mail(form(), case_text(), sender="bureau@example.cn", hours=2)
    assert fold(mail(form(), case_text()), again).cases[0].senders == ("liwen@example.cn",)


def test_a_text_saved_anew_with_the_same_words_brings_nothing() -> None:
    first = mail(form(), case_text())
    again = mail(case_text(resaved="by WPS"), hours=3)
    assert dispositions(fold(first, again), [first, again]) == ["submission", "duplicate"]


def test_an_old_text_saved_anew_does_not_come_back_in_place_of_the_newer_one() -> None:
    old, new = case_text(version="1"), case_text(version="2")
    again = mail(case_text(version="1", resaved="by WPS"), hours=20)
    mails = [mail(form(), old), mail(new, hours=10), again]
    assembled = fold(*mails)
    assert dispositions(assembled, mails) == ["submission", "supplement", "duplicate"]
    assert [m.attachment.sha256 for m in assembled.cases[0].documents][1] == new.sha256


def test_superseded_bytes_that_come_again_bring_nothing_back() -> None:
    old, new = form(), form(phone="13900000002")
    mails = [mail(old), mail(new, hours=1), mail(old, hours=2, name="old again")]
    assembled = fold(*mails)
    assert dispositions(assembled, mails) == ["submission", "supplement", "duplicate"]
    assert assembled.cases[0].values["电话"].value == "13900000002"


def test_current_is_the_newest_by_receipt_in_whatever_order_mails_are_stored() -> None:
    mails = [mail(form()), mail(form(phone="13900000002"), hours=5)]
    assert fold(*mails).cases == fold(*reversed(mails)).cases


@pytest.mark.parametrize(
    ("filename", "kind", "disposition"),
    [
        ("材料.zip", "zip", "submission"),  # a bomb beside documents, boxes in boxes
        ("申报表.png", "png", "submission"),
        ("查看.exe", "exe", "unrelated"),
        ("打开.bat", "text", "unrelated"),
    ],
)
def test_a_suspicious_file_may_be_a_submission_unless_it_is_a_program(
    filename: str, kind: str, disposition: str
) -> None:
    problem = Problem(code=IssueCode.SUSPICIOUS_FILE, detail="未展开")
    role: Role = "archive" if kind == "zip" else "other"
    assembled = assemble(
        [mail(attachment(filename, role, kind=kind, problems=[problem]))], CAMPAIGN
    )
    assert [outcome.disposition for outcome in assembled.outcomes] == [disposition]


def test_a_readable_file_takes_the_place_of_an_unreadable_one() -> None:
    broken = attachment(
        "申报表.docx",
        "form",
        "broken",
        problems=[Problem(code=IssueCode.FILE_UNREADABLE, detail="有密码")],
    )
    mails = [mail(broken, case_text()), mail(form(), hours=4)]
    case = fold(*mails).cases[0]
    assert roles(case) == ["form", "case_text"]
    assert not any(material.attachment.problems for material in case.documents)


def test_a_form_file_that_also_holds_the_text_is_form_and_text() -> None:
    case = fold(mail(form(text=text_record()), scan())).cases[0]
    assert case.case_text is not None
    assert roles(case) == ["form", "form_scan"]


# --- time -------------------------------------------------------------------------------------

AFTER = (CAMPAIGN.window.ends_at() - MONDAY) / timedelta(hours=1)


def test_the_last_second_of_the_window_is_in_time_and_midnight_is_late() -> None:
    in_time = fold(mail(form(), hours=AFTER - 1 / 3600)).cases[0]
    late = fold(mail(form(), hours=AFTER)).cases[0]
    assert (in_time.late, late.late) == (False, True)


def test_a_late_missing_document_is_a_late_correction_but_a_late_photo_is_not() -> None:
    start = mail(form(), case_text())
    with_scan = fold(start, mail(scan(), hours=AFTER + 1)).cases[0]
    with_photo = fold(
        start, mail(attachment("现场.jpg", "photo", kind="jpeg"), hours=AFTER + 1)
    ).cases[0]
    assert (with_scan.late, with_scan.late_corrections) == (False, True)
    assert (with_photo.late, with_photo.late_corrections) == (False, False)


# --- what is no submission --------------------------------------------------------------------


def test_a_question_is_unrelated_and_waits_for_a_person() -> None:
    assembled = fold(mail(text="请问案例可以报两个吗？", subject="咨询"))
    assert [(o.disposition, o.waits_for_person) for o in assembled.outcomes] == [
        ("unrelated", True)
    ]
    assert assembled.cases == ()


def test_a_bounce_is_automatic_even_if_it_carries_the_form_back() -> None:
    report = mail(form(), signs=AutomaticSigns(delivery_report=True), subject="系统退信")
    assert fold(report).outcomes[0].disposition == "automatic"


def test_a_form_sent_through_a_mailing_list_is_a_submission() -> None:
    listed = mail(form(), signs=AutomaticSigns(list_headers=("list-id",), precedence="list"))
    assert fold(listed).outcomes[0].disposition == "submission"


def test_a_mail_that_could_not_be_read_is_quarantined_with_its_reason() -> None:
    outcome = fold(mail(problem="邮件结构损坏")).outcomes[0]
    assert (outcome.disposition, outcome.problem, outcome.waits_for_person) == (
        "quarantined",
        "邮件结构损坏",
        True,
    )


def test_a_mail_with_nothing_but_a_cloud_link_is_a_submission() -> None:
    link = CloudLink(filename="申报材料.zip", url="https://example.invalid/x", provider="163")
    assembled = fold(mail(links=[link]))
    assert assembled.outcomes[0].disposition == "submission"
    assert assembled.cases[0].links == (link,)


@pytest.mark.parametrize(
    ("link", "file"),
    [
        ("申报表盖章扫描件.pdf", scan("IMG_0003.jpg")),
        ("现场照片.zip", attachment("现场照片.zip", "archive", kind="zip")),
    ],
)
def test_a_link_whose_file_came_since_asks_for_nothing(link: str, file: Attachment) -> None:
    cloud = CloudLink(filename=link, url="https://example.invalid/x", provider="163")
    if file.role == "archive":
        damage = Problem(code=IssueCode.FILE_UNREADABLE, detail="打不开")
        file = file.model_copy(update={"problems": (damage,)})
    first = mail(form(), case_text(), links=[cloud])
    assert fold(first).cases[0].links == (cloud,)
    assert fold(first, mail(file, hours=2, answers=first)).cases[0].links == ()


def test_a_mail_with_only_the_blank_template_is_a_submission() -> None:
    assert fold(mail(attachment("附件1.doc", "template"))).outcomes[0].disposition == "submission"


def test_photos_from_nobody_known_are_no_submission_but_join_a_known_case() -> None:
    photo = attachment("现场.jpg", "photo", kind="jpeg")
    assert fold(mail(photo)).outcomes[0].disposition == "unrelated"
    mails = [mail(form(), case_text()), mail(photo, hours=30)]
    assert dispositions(fold(*mails), mails) == ["submission", "supplement"]
