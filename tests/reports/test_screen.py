"""Text on a terminal: what mails bring does no harm, and Chinese lines up within its columns."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from inbox_ingest.reports.screen import counted, fit, fit_middle, harmless, pad, table, wrap

ANY = st.text(alphabet=st.characters())  # surrogates and controls too
CHINESE = st.text(alphabet="党建创新典型案例，。（）《》abc 123—…·“”", max_size=200)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("正常\x1b[2J\x1b[31m红", "正常\ufffd[2J\ufffd[31m红"),
        ("一\r二\n三\t四", "一 二 三 四"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\u200bb\ufeffc", "abc"),
        ("\x07\x9b31m", "\ufffd\ufffd31m"),
        ("坏\udc80名", "坏\ufffd名"),
        ("两\u2028行", "两 行"),
        ("全\u3000角", "全\u3000角"),
    ],
)
def test_what_a_terminal_would_act_on_is_made_harmless(hostile: str, shown: str) -> None:
    assert harmless(hostile) == shown


@given(ANY)
def test_harmless_text_has_no_control_format_or_surrogate_characters(text: str) -> None:
    result = harmless(text)
    assert {unicodedata.category(c) for c in result} & {"Cc", "Cf", "Cs", "Zl", "Zp"} == set()
    assert harmless(result) == result
    result.encode("utf-8")


@given(ANY, st.integers(1, 40))
def test_fit_never_exceeds_its_columns(text: str, columns: int) -> None:
    assert cell_len(fit(text, columns)) <= columns
    assert cell_len(fit_middle(text, columns)) <= columns


@given(ANY, st.integers(1, 40), st.booleans())
def test_pad_fills_exactly(text: str, columns: int, right: bool) -> None:
    assert cell_len(pad(text, columns, right=right)) == columns


def test_what_fits_is_left_whole_and_what_does_not_ends_in_an_ellipsis() -> None:
    assert fit("港航中心", 8) == "港航中心"
    assert fit("港航中心", 7) == "港航中…"
    assert fit("港航中心", 6) == "港航…"
    assert fit_middle("某某市港航事业发展中心.docx", 16) == "某某市港…心.docx"  # 9 + 7 columns


@given(CHINESE, st.integers(8, 80))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, columns: int) -> None:
    lines = wrap(text, columns, indent="  ", hanging="    ")
    assert all(cell_len(line) <= columns for line in lines)
    kept = "".join(line.strip() for line in lines)
    assert kept.replace(" ", "") == harmless(text).replace(" ", "")


def test_wrapping_keeps_words_whole_and_closing_marks_off_the_line_start() -> None:
    assert wrap("正文字数 abcdef", 12) == ["正文字数", "abcdef"]
    assert wrap("征集活动，征集活动", 8) == ["征集活", "动，征集", "活动"]


def test_tables_line_up_with_wide_and_narrow_cells() -> None:
    lines = table(["文件夹", "数"], [["INBOX", "7"], ["垃圾邮件", "12"]], numbers=(1,))
    assert lines == [
        "文件夹    数",
        "INBOX      7",
        "垃圾邮件  12",
    ]


@given(st.lists(st.tuples(ANY, st.integers(0, 10**9)), max_size=6))
def test_tables_and_counts_stay_within_eighty_columns(rows: list[tuple[str, int]]) -> None:
    cells = [[name, str(number)] for name, number in rows]
    assert all(cell_len(line) <= 80 for line in table(["名", "数"], cells, numbers=(1,)))
    assert all(cell_len(line) <= 80 for line in counted(rows))
