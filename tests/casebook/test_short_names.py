"""A unit called in short: by its place, before what it sends."""

from __future__ import annotations

import pytest

from inbox_ingest.casebook.short_names import calls, place_of
from inbox_ingest.checking.sameness import normal_form
from tests.casebook.mails import CAMPAIGN


@pytest.mark.parametrize(
    ("unit", "place"),
    [
        ("浦口区交通运输局", "浦口"),
        ("南京市浦口区交通运输局", "浦口"),
        ("江苏省南京市公路事业发展中心", "南京"),
        ("江北新区交通运输局", "江北"),
        ("雨花台区交通运输局", "雨花台"),
        ("连云港市港航中心", "连云港"),
        ("邳州市公路站", "邳州"),
        ("苏州工业园区交通局", "工业园"),
        ("开发区管理委员会", ""),
        ("中铁宝桥有限公司", ""),
    ],
)
def test_the_nearest_place_that_a_name_begins_with(unit: str, place: str) -> None:
    assert place_of(unit, CAMPAIGN) == place


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("浦口正文", True),
        ("浦口区案例", True),
        ("转报浦口局的案例正文", True),
        ("申报表（浦口）", True),
        ("浦口驿站正文", False),  # where it plays, not who sends it
        ("浦口公路站正文", False),  # another unit there
        ("江宁正文", False),
    ],
)
def test_a_file_name_calls_a_unit_by_its_place(words: str, expected: bool) -> None:
    assert calls([normal_form(words)], [], "浦口区交通运输局", CAMPAIGN) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("附件是浦口局的案例正文", True),
        ("这是浦口区的", True),
        ("南京市浦口区", False),  # an address
        ("浦口区交通运输局", False),  # a signature
    ],
)
def test_in_a_letter_the_place_says_whose_something_is(line: str, expected: bool) -> None:
    assert calls([], [line], "浦口区交通运输局", CAMPAIGN) is expected
