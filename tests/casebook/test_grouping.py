"""Why the files of one mail were taken together is said; near titles in one mail are kept apart."""

from __future__ import annotations

import pytest

from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.records import Attachment, Case
from tests.casebook.mails import CAMPAIGN, case_text, form, mail, scan, story_of

UNIT = "金陵市港航事业发展中心"
ROADS, DIGITAL = "党建引领公路养护", "党建引领公路养护数字化建设"
BOATS = "智慧航道党员先锋岗"


def fold(*files: Attachment) -> Assembled:
    return assemble([mail(*files)], CAMPAIGN, next_sequence=1)


def why(case: Case) -> str:
    return next(reason.text for reason in case.reasons if reason.code == "together")


def names(case: Case) -> set[str | None]:
    return {material.attachment.filename for material in case.documents}


def packed(folder: str | None, *files: Attachment, first: int = 1) -> list[Attachment]:
    """Files of one archive in a folder, from this member on."""
    return [
        file.model_copy(update={"container": "材料.zip", "group": folder, "part": f"2/{place}"})
        for place, file in enumerate(files, first)
    ]


def test_a_case_that_begins_from_one_mail_says_how_many_files_came_in_it() -> None:
    [case] = fold(form(), scan(), case_text()).cases
    assert why(case) == "3个文件同在一封邮件中"


def test_a_lone_file_needs_no_reason_to_be_together() -> None:
    [case] = fold(form()).cases
    assert [reason.code for reason in case.reasons] == ["new"]


def test_folders_of_an_archive_are_named() -> None:
    files = [
        *packed("汇总/1.甲县", form("甲县的案例", "甲县交通运输局"), case_text("甲县的案例")),
        *packed(
            "汇总/2.乙县", form("乙县的案例", "乙县交通运输局"), case_text("乙县的案例"), first=3
        ),
    ]
    assert [why(case) for case in fold(*files).cases] == [
        "2个文件同在“材料.zip”的文件夹“汇总/1.甲县”中",
        "2个文件同在“材料.zip”的文件夹“汇总/2.乙县”中",
    ]


def test_the_only_case_of_an_archive_names_the_archive() -> None:
    [case] = fold(*packed(None, form(), scan(), case_text())).cases
    assert why(case) == "3个文件同在“材料.zip”中"


def test_pairs_say_whether_titles_or_file_names_made_them() -> None:
    files = [
        form(ROADS, filename="申报表1.docx"),
        form(BOATS, filename="申报表2.docx"),
        case_text(ROADS, filename="甲.docx"),
        case_text(BOATS, filename="乙.docx"),
        scan(f"{ROADS}盖章.jpg"),
        scan(f"{BOATS}盖章.jpg"),
    ]
    first, second = fold(*files).cases
    assert why(first) == (
        f"“{ROADS}盖章.jpg”按文件名中的案例名称归并；“甲.docx”按所写的案例名称归并"
    )
    assert "“乙.docx”按所写的案例名称归并" in why(second)


# --- file names that pair by number -----------------------------------------------------------


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize(
    "called",
    [
        "{n}{role}.docx",
        "{role}{n}.docx",
        "({n}){role}.docx",
        "（{n}）{role}.docx",
        "{n:02d}-{role}.docx",
        "{n}.{role}（2）.docx",
        "附件1-{n} {role}.docx",
        "金陵{role}{n}.docx",
    ],
)
def test_documents_that_name_nothing_pair_by_the_number_in_their_names(
    called: str, archived: bool
) -> None:
    count = 4
    forms = [
        form(f"{ROADS}之{n}篇", f"{n}县交通运输局", filename=called.format(n=n, role="申报表"))
        for n in range(1, count + 1)
    ]
    texts = [
        case_text(None, version=str(n), filename=called.format(n=n, role="正文"))
        for n in range(count, 0, -1)
    ]
    scans = [
        scan(called.format(n=n, role="扫描件").replace("docx", "jpg")) for n in range(2, count)
    ]
    files = [*forms, *texts, *scans]
    cases = fold(*(packed(None, *files) if archived else files)).cases
    assert [names(case) for case in cases] == [
        {
            file.filename
            for file in (forms[n - 1], texts[-n], *([scans[n - 2]] if n in (2, 3) else []))
        }
        for n in range(1, count + 1)
    ]
    assert not any(case.unsure for case in cases)
    assert "按文件名中的序号归并" in why(cases[0])


@pytest.mark.parametrize(
    "called",
    [
        ("申报表.docx", "申报表(1).docx", "正文.docx", "正文(1).docx"),  # the browser counted
        ("申报表1.docx", "申报表2.docx", "正文3.docx", "正文4.docx"),
        ("申报表1.docx", "申报表2.docx", "IMG1.docx", "IMG2.docx"),
        ("申报表2025.docx", "申报表2024.docx", "正文2025.docx", "正文2024.docx"),
        ("附件1申报表.docx", "附件1申报表(1).docx", "附件1正文.docx", "附件2正文.docx"),
    ],
)
def test_numbers_that_are_not_one_for_each_pair_nothing(called: tuple[str, ...]) -> None:
    first, second, third, fourth = called
    cases = fold(
        form(ROADS, filename=first),
        form(BOATS, "云水县交通运输局", filename=second),
        case_text(None, version="a", filename=third),
        case_text(None, version="b", filename=fourth),
    ).cases
    assert [len(case.documents) for case in cases] == [1, 1, 1, 1]
    assert all(case.unsure for case in cases)


def test_titles_outrank_the_numbers_in_file_names() -> None:
    first, second = fold(
        form(ROADS, filename="1申报表.docx"),
        form(BOATS, filename="2申报表.docx"),
        case_text(BOATS, filename="1正文.docx"),
        case_text(ROADS, filename="2正文.docx"),
    ).cases
    assert names(first) == {"1申报表.docx", "2正文.docx"}
    assert names(second) == {"2申报表.docx", "1正文.docx"}


# --- near titles in one mail ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"), [(ROADS, DIGITAL), ("地铁3号线红色驿站", "地铁4号线红色驿站")]
)
def test_two_cases_with_near_titles_in_one_mail_are_two(one: str, other: str) -> None:
    files = [
        form(one, UNIT, filename="表1.docx"),
        form(other, UNIT, filename="表2.docx"),
        case_text(other, filename="文2.docx"),
        case_text(one, filename="文1.docx"),
        scan(f"{other}盖章.jpg"),
        scan(f"{one}盖章.jpg"),
    ]
    first, second = fold(*files).cases
    assert names(first) == {"表1.docx", "文1.docx", f"{one}盖章.jpg"}
    assert names(second) == {"表2.docx", "文2.docx", f"{other}盖章.jpg"}
    assert not (first.unsure or second.unsure)


def test_one_form_twice_with_a_subtitle_on_one_is_one_case() -> None:
    again = form(f"{ROADS}——以金陵为例", filename="申报表.pdf", summary=story_of("养护"))
    [case] = fold(form(ROADS, summary=story_of("养护")), again, case_text(ROADS)).cases
    assert len(case.documents) == 3
