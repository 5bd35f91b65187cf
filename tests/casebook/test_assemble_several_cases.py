"""Several cases in one mail: folders, archives, titles tell them apart."""

from __future__ import annotations

import pytest

from inbox_ingest.records import (
    Attachment,
)
from tests.casebook.folds import (
    fold,
    in_folders,
    roles,
    sender_issues,
)
from tests.casebook.mails import (
    case_text,
    form,
    mail,
    scan,
)


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
