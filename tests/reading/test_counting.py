"""字 are counted as contract §2 says, case by case; every expected figure was counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.counting import EAST_ASIAN, count_characters

CASES = [
    # nothing
    ("", 0),
    ("   ", 0),
    ("\u3000\u3000", 0),
    ("\n\t\r\n", 0),
    ("\u00a0", 0),
    # Chinese
    ("党", 1),
    ("党建引领", 4),
    ("党 建 引 领", 4),
    ("党建，引领。", 6),
    ("“交通先行·党建赋能”", 11),
    ("——", 2),
    ("……", 2),
    ("《通知》", 4),
    ("（一）", 3),
    ("一、背景介绍", 6),
    ("‘党’", 3),
    ("甲—乙", 3),
    ("甲…乙", 3),
    ("甲·乙", 3),
    ("！？；：、", 5),
    ("【摘要】", 4),
    ("￥100", 2),
    ("　开头空两格", 5),
    ("㎡", 1),
    ("㈠", 1),
    ("①②③", 3),
    ("■重点◇次要", 6),
    ("○", 1),
    ("☑行业党建", 5),
    ("□行业思政", 5),
    ("★", 1),
    ("☎", 1),
    ("々", 1),
    ("〇", 1),
    ("ぁア", 2),
    ("한글", 2),
    ("⼀", 1),
    ("豈", 1),
    ("﹏", 1),
    ("𠮷野家", 3),
    ("\U0002a6d6", 1),
    ("\U00030000", 1),
    # digits and letters
    ("2024", 1),
    ("2024年", 2),
    ("2024年GDP增长5.2%", 6),
    ("GDP", 1),
    ("1+N", 1),
    ("“1+N”模式", 5),
    ("hello world", 2),
    ("http://www.jsjtzyh.com", 1),
    ("13900000000", 1),
    ("0512-6800 0000", 2),
    ("1,234.5", 1),
    ("1，234", 3),
    ("使用 Adobe Photoshop 打开图片", 8),
    ("3个、5个", 5),
    ("A党B", 3),
    ("well-known", 1),
    ("don't", 1),
    ("don’t", 3),
    # marks that belong to the run they stand in
    ("25℃", 1),
    ("℃", 1),
    ("5‰", 1),
    ("3×4", 1),
    ("±0.5", 1),
    ("α射线", 3),
    ("café", 1),
    ("±", 1),
    ("甲×乙", 3),
    ("√", 1),
    ("√行业党建", 5),
    ("⍰", 1),
    ("½", 1),
    ("①√②", 3),
    # full-width forms are East Asian, every one of them
    ("ＡＢＣ", 3),
    ("２０２５年", 5),
    ("％", 1),
    ("ｶﾞ", 2),
    # edges of the ranges
    ("\u2e7f", 1),
    ("a\u2e80b", 3),
    ("a\u2fdfb", 3),
    ("a\u2fe0b", 1),
    ("a\u3001b", 3),
    ("a\u9fffb", 3),
    ("a\ua000b", 1),
    ("a\uabffb", 1),
    ("a\uac00b", 3),
    ("a\ud7a4b", 1),
    ("a\uff00b", 1),
    ("a\uff01b", 3),
    ("a\uffefb", 3),
    ("a\ufff0b", 1),
    ("a\u245fb", 1),
    ("a\u2460b", 3),
    ("a\u24ffb", 3),
    ("a\u2500b", 1),
    ("a\u259fb", 1),
    ("a\u25a0b", 3),
    ("a\u26ffb", 3),
    ("a\u2700b", 1),
    ("a\U0001f600b", 1),
    ("a\U0001ffffb", 1),
    ("a\U00020000b", 3),
    ("a\U0003ffffb", 3),
    ("a–b", 1),
    ("a—b", 3),
]


@pytest.mark.parametrize(("text", "count"), CASES)
def test_count(text: str, count: int) -> None:
    assert count_characters(text) == count


def test_there_are_enough_cases_to_pin_the_rule() -> None:
    assert len({text for text, _ in CASES}) >= 60


@given(st.text(), st.text())
def test_lines_are_counted_apart(first: str, second: str) -> None:
    whole = count_characters(first + "\n" + second)
    assert whole == count_characters(first) + count_characters(second)


@given(st.text(alphabet="党建引领，。", max_size=50))
def test_chinese_text_counts_its_characters(text: str) -> None:
    assert count_characters(text) == len(text)


def test_ideographic_space_is_a_space_and_no_character() -> None:
    assert "\u3000" not in EAST_ASIAN
    assert count_characters("党\u3000建") == 2
