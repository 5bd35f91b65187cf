"""Titles and units that are the same but for how they were written."""

from __future__ import annotations

import pytest

from inbox_ingest.checking.sameness import (
    abbreviates,
    compatible_units,
    normal_form,
    same_title,
    same_unit,
)

SUFFIXES = ("有限责任公司", "有限公司", "集团", "公司")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("党建引领  货车司机之家", "党建引领货车司机之家"),
        ("《党建引领货车司机之家》", "党建引领货车司机之家"),
        ("“红色驿站”建设", "红色驿站建设"),
        ("党建＋物流", "党建+物流"),
        ("ＡＢＣ先锋", "abc先锋"),
        ("党建引领货车司机之家——以金陵港为例", "党建引领货车司机之家"),
    ],
)
def test_spacing_width_and_punctuation_make_no_other_title(first: str, second: str) -> None:
    assert same_title(first, second)
    assert same_title(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("党建引领货车司机之家", "党建引领网约车司机之家"),
        ("红色公交", "蓝色公交"),
        ("党建", "党建引领货车司机之家建设"),  # too short to be the same by standing in it
        (None, "党建引领货车司机之家"),
        ("", ""),
    ],
)
def test_other_words_are_another_title(first: str | None, second: str | None) -> None:
    assert not same_title(first, second)


def test_nearly_equal_titles_are_one_where_the_campaign_allows_it() -> None:
    first, second = "党建引领货车司机之家建设实践与探索", "党建引领货车司机之家建设实践和探索"
    assert not same_title(first, second)
    assert same_title(first, second, similarity=0.92)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("金陵公交集团有限公司", "金陵公交集团"),
        ("金陵公交有限责任公司", "金陵公交公司"),
        ("金陵市交通运输局", "金陵市 交通运输局"),
        ("（金陵市）交通运输局", "金陵市交通运输局"),
    ],
)
def test_spacing_and_legal_form_make_no_other_unit(first: str, second: str) -> None:
    assert same_unit(first, second, SUFFIXES)
    assert same_unit(second, first, SUFFIXES)


ABBREVIATIONS = [
    ("金陵市港航事业发展中心", "市港航中心"),
    ("金陵市交通局", "金陵市交通运输局"),
    ("中共金陵市交通运输局委员会", "金陵市交通运输局"),
    ("江南省金陵市交通运输局", "金陵市交通运输局"),
    ("白沙县公路事业发展中心", "公路中心"),
]


@pytest.mark.parametrize(("first", "second"), ABBREVIATIONS)
def test_an_abbreviation_is_no_mismatch_and_no_proof(first: str, second: str) -> None:
    for pair in ((first, second), (second, first)):
        assert abbreviates(*pair, SUFFIXES)
        assert compatible_units(*pair, SUFFIXES)
        assert not same_unit(*pair, SUFFIXES)


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("苏州市交通运输局", "苏州市吴中区交通运输局"),
        ("南京市交通运输局", "南京市交通运输局江宁分局"),
        ("南京公共交通集团有限公司", "南京公共交通集团有限公司第三分公司"),
        ("南京公共交通集团有限公司", "南京公共交通集团江宁分公司"),
        ("市交通局", "苏州市相城区交通运输局"),
        ("云水县交通运输局", "云水县交通运输局公路管理站"),
        ("金陵市执法支队", "金陵市交通执法第二支队"),
        ("江南省交通运输厅", "江南省交通运输厅港航所"),
    ],
)
def test_a_unit_below_another_is_not_that_one(above: str, below: str) -> None:
    assert not same_unit(above, below, SUFFIXES)
    assert not compatible_units(above, below, SUFFIXES)
    assert not compatible_units(below, above, SUFFIXES)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("金陵市交通运输局", "云水县交通运输局"),
        ("金陵市港航事业发展中心", "金陵市公路事业发展中心"),
        ("金陵公交", "云水公交"),
        ("", "金陵公交"),
        ("中心", "金陵市港航事业发展中心"),
    ],
)
def test_different_units_stay_different(first: str, second: str) -> None:
    assert not same_unit(first, second, SUFFIXES)
    assert not abbreviates(first, second, SUFFIXES)


def test_a_name_of_nothing_but_its_suffix_keeps_it() -> None:
    assert same_unit("公司", "公司", SUFFIXES) is True
    assert normal_form(None) == ""
