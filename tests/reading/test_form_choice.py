"""Which option people mean, however they mark it; and where nobody can tell, that is said."""

from __future__ import annotations

import pytest

from inbox_ingest.reading.document import Paragraph
from inbox_ingest.reading.form_choice import Choice, read_choice

OPTIONS = ("行业党建", "行业思政")
PARTY, THOUGHT = ("行业党建",), ("行业思政",)
BOTH, NONE = OPTIONS, ()


def choice(text: str, *, options: tuple[str, ...] = OPTIONS, **looks: object) -> Choice:
    paragraph = Paragraph.model_validate({"text": text, "where": "此处", **looks})
    return read_choice((paragraph,), text, options)


@pytest.mark.parametrize(
    ("text", "ticked"),
    [
        # boxes before
        ("☑行业党建               □行业思政", PARTY),
        ("☑ 行业党建   ☐ 行业思政", PARTY),
        ("□行业党建 ☑行业思政", THOUGHT),
        ("☒行业党建 ☐行业思政", PARTY),
        ("■行业党建 □行业思政", PARTY),
        ("●行业党建 ○行业思政", PARTY),
        ("◯行业党建 ●行业思政", THOUGHT),
        ("▢行业党建\n☑行业思政", THOUGHT),
        ("✅行业党建 ⬜行业思政", PARTY),
        ("☑️行业党建 □行业思政", PARTY),
        ("☑行 业 党 建 □行 业 思 政", PARTY),
        ("☑行业党建案例 □行业思政案例", PARTY),
        ("☑行业党建", PARTY),
        ("□行业党建 □行业思政", NONE),
        ("○行业党建    ○行业思政", NONE),
        ("☑行业党建 ☑行业思政", BOTH),
        ("√行业党建 √行业思政", BOTH),
        ("☑行业党建 √行业思政", BOTH),
        # boxes after
        ("行业党建☑   行业思政□", PARTY),
        ("行业党建 □   行业思政 ☑", THOUGHT),
        ("行业党建（√）  行业思政（ ）", PARTY),
        ("行业党建（ ）行业思政（√）", THOUGHT),
        ("行业党建[ ] 行业思政[x]", THOUGHT),
        ("行业党建（✓） 行业思政", PARTY),
        ("（√）行业党建 （  ）行业思政", PARTY),
        ("（ ）行业党建（√）行业思政", THOUGHT),
        ("行业党建（√）\n行业思政（×）", PARTY),
        # a tick beside the box, or over it
        ("□√行业党建 □行业思政", PARTY),
        ("√□行业党建 □行业思政", PARTY),
        ("□行业党建 □√行业思政", THOUGHT),
        ("□行业党建    √□行业思政", THOUGHT),
        ("□行业党建√    □行业思政", PARTY),
        ("□行业党建 √    □行业思政", PARTY),
        # ticks alone
        ("√行业党建 行业思政", PARTY),
        ("√ 行业党建    行业思政", PARTY),
        ("行业党建√   行业思政", PARTY),
        ("行业党建   √行业思政", THOUGHT),
        ("行业党建   行业思政√", THOUGHT),
        ("行业党建\n√ 行业思政", THOUGHT),
        ("✔行业党建 ✘行业思政", PARTY),
        ("V行业党建  行业思政", PARTY),
        # words
        ("行业党建", PARTY),
        ("行业思政", THOUGHT),
        ("行业党建：是 行业思政：否", PARTY),
        ("行业党建：否\n行业思政：是", THOUGHT),
        ("党建", PARTY),
        ("思政类", THOUGHT),
        ("√党建  思政", PARTY),
        ("", NONE),
    ],
)
def test_what_can_be_told_is_told(text: str, ticked: tuple[str, ...]) -> None:
    assert choice(text) == Choice(ticked, sure=True)


@pytest.mark.parametrize(
    "text",
    [
        "⍰行业党建 ⍰行业思政",
        "⍰行业党建 □行业思政",
        "行业党建 行业思政",
        "(行业党建               (行业思政",
        "行业党建 √ 行业思政",
        "行业党建√行业思政",
        "■行业党建 ■行业思政",
        "●行业党建 ●行业思政",
        "×行业党建 行业思政",
        "R行业党建 £行业思政",
        "\uf0fe行业党建 \uf0a8行业思政",
        "□行业党建",
        "其他",
        "☑",
    ],
)
def test_what_cannot_be_told_is_left_to_a_person(text: str) -> None:
    assert not choice(text).sure


def test_an_unsure_box_beside_a_ticked_one_leaves_doubt() -> None:
    assert choice("☑行业党建 ⍰行业思政") == Choice(PARTY, sure=False)


def test_an_option_struck_out_is_not_meant() -> None:
    assert choice("行业党建  行业思政", struck=("行业思政",)) == Choice(PARTY, sure=True)
    assert choice("□行业党建  □行业思政", struck=("□行业", "党建")) == Choice(THOUGHT, sure=True)


def test_an_option_that_stands_out_is_probably_meant() -> None:
    assert choice("□行业党建  □行业思政", marked=("行业思政",)) == Choice(THOUGHT, sure=False)


def test_options_that_all_stand_out_say_nothing() -> None:
    assert choice("□行业党建 □行业思政", marked=("□行业党建 □行业思政",)) == Choice(NONE, sure=True)


def test_a_shape_drawn_into_the_cell_may_be_the_tick() -> None:
    assert choice("□行业党建 □行业思政", drawn=True) == Choice(NONE, sure=False)


def test_three_options() -> None:
    options = ("上午", "下午", "全天")
    assert choice("□上午 ☑下午 □全天", options=options) == Choice(("下午",), sure=True)
    assert choice("上午□ 下午□ 全天☑", options=options) == Choice(("全天",), sure=True)


def test_an_option_inside_another_is_told_apart() -> None:
    options = ("党建", "党建品牌")
    assert choice("□党建 ☑党建品牌", options=options) == Choice(("党建品牌",), sure=True)
