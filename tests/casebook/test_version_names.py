"""File names say which version is the last one only where nothing else can be meant."""

from __future__ import annotations

import pytest

from inbox_ingest.casebook.version_names import latest


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("申报表.docx", "申报表（最终版）.docx"),
        ("申报表.docx", "申报表(修改).docx"),
        ("申报表.doc", "申报表-改.docx"),
        ("申报表.doc", "申报表修改20250612.docx"),
        ("案例正文.docx", "案例正文（修改稿）.docx"),
        ("案例正文（初稿）.docx", "案例正文.docx"),
        ("案例正文初稿.docx", "案例正文定稿.docx"),
        ("2申报表（旧）.docx", "1申报表（定稿）.docx"),
        ("申报表（旧）.docx", "申报表（新）.docx"),
        ("申报表 未定稿.docx", "申报表.docx"),
        ("修改前/申报表.docx", "修改后/申报表.docx"),
        ("申报表V1.docx", "申报表V2.docx"),
        ("正文第二稿.docx", "正文第三稿.docx"),
    ],
)
def test_the_later_one_is_told_in_whatever_order_they_stand(older: str, newer: str) -> None:
    assert latest([[older], [newer]]) == 1
    assert latest([[newer], [older]]) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("申报表.docx", "申报表 - 副本.docx"),
        ("申报表.docx", "申报表(1).docx"),
        ("申报表.docx", "申报表2.docx"),
        ("申报表.docx", "申报表V2.docx"),  # the plain one may be made of it
        ("申报表（修改）.docx", "申报表（最终版）.docx"),
        ("申报表（最终版）.docx", "申报表（最终版2）.docx"),
        ("申报表.docx", "申报表（最终版，作废）.docx"),
        ("案例正文.docx", "党建焕新案例正文.docx"),  # 新 is of the title
        ("案例正文.docx", "从旧码头到红色地标.docx"),
        ("申报表.docx", "申报表.docx"),
    ],
)
def test_anything_else_is_left_to_a_person(one: str, other: str) -> None:
    assert latest([[one], [other]]) is None


def test_a_version_may_have_come_under_several_names() -> None:
    assert latest([["申报表.docx"], ["申报表.docx", "申报表（最终版）.pdf"]]) == 1
    assert latest([["申报表.docx"], ["申报表（旧）.docx", "申报表（最终版）.pdf"]]) is None
