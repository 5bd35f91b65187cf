"""Documents that say nothing of themselves: what they may fill, what they may not replace."""

from __future__ import annotations

import pytest

from inbox_ingest.records import (
    Attachment,
)
from tests.casebook.folds import (
    filenames,
    fold,
    roles,
    sender_issues,
)
from tests.casebook.mails import (
    CAMPAIGN,
    case_text,
    form,
    mail,
    scan,
)

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
