"""Names found again in file names and subjects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.casebook.naming import name_of
from inbox_ingest.casebook.pointing import Names, names_another, names_case
from inbox_ingest.checking.sameness import misspells, normal_form
from tests.casebook.mails import CAMPAIGN, form

WORDS = st.text(alphabet="党建引领货车司机之家红色驿站公交线", min_size=4, max_size=24)


def known(*names: str) -> Names:
    found = Names()
    for name in names:
        found.add(name)
    return found


@given(st.lists(WORDS, min_size=1, max_size=8), WORDS, WORDS)
def test_every_name_that_stands_in_a_text_is_found(
    names: list[str], before: str, after: str
) -> None:
    for name in names:
        found = known(*names).within(before + name + after)
        assert any(name in other for other in found)


@given(st.lists(WORDS, min_size=1, max_size=8), WORDS)
def test_names_with_a_slip_are_found_as_by_comparing_with_each(
    names: list[str], asked: str
) -> None:
    expected = {name for name in names if name == asked or misspells(name, asked)}
    assert set(known(*names).misspelt(asked)) == expected


CASE = [name_of(form("养路工的红色驿站故事", "白沙县公路事业发展中心"), CAMPAIGN)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("白沙县公路事业发展中心养路工的红色驿站故事", True),
        ("养路工的红色驿站故事（白沙县公路事业发展中心）", True),
        ("养路工的红色驿站故事", False),
        ("白沙县公路事业发展中心", False),
        ("白沙县公路事业发展中心南岭分中心养路工的红色驿站故事", False),
    ],
)
def test_a_case_is_named_by_unit_and_title_together(words: str, expected: bool) -> None:
    assert names_case([normal_form(words)], CASE) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("安澜县出租车公司案例", True),
        ("云水县交通运输局", True),
        ("的士先锋队在行动", True),
        ("白沙县公路事业发展中心", False),
        ("公路中心", False),
        ("养路工的红色驿站故事", False),
        ("红色驿站", False),
        ("第2页", False),
        ("我单位", False),
        ("", False),
    ],
)
def test_another_unit_or_title_is_seen_in_a_name(words: str, expected: bool) -> None:
    titles = known("的士先锋队在行动", "养路工的红色驿站故事")
    units = known("白沙县公路事业发展中心", "云水县交通运输局")
    assert names_another([words], CASE, titles, units, CAMPAIGN) is expected
