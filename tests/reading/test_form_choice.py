"""Which option people mean, however they mark it; and where nobody can tell, that is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        # a bracket behind an option whose box stands before it
        ("□ 行业党建(√)  □ 行业思政", PARTY),
        ("☐行业党建（✓）   ☐行业思政", PARTY),
        ("□行业党建（√）□行业思政", PARTY),
        ("□行业党建（√）□行业思政（ ）", PARTY),
        ("□行业党建   □行业思政（√）", THOUGHT),
        # other shapes of a tick
        ("⊙行业党建 ○行业思政", PARTY),
        ("◎行业党建 ○行业思政", PARTY),
        ("⚪行业党建 ⚫行业思政", THOUGHT),
        ("⊠行业党建 □行业思政", PARTY),
        ("★行业党建 ☆行业思政", PARTY),
        ("Ⅴ行业党建 □行业思政", PARTY),
        ("█行业党建 □行业思政", PARTY),
        # the form's own words
        ("□行业党建 □行业思政（请打√）", NONE),
        ("□行业党建 □行业思政（二选一）", NONE),
        ("请在□内打“√”：□行业党建 □行业思政", NONE),
        ("行业党建□  行业思政□（请在相应□内打√）", NONE),
        ("申报类型：□行业党建、□行业思政。", NONE),
        ("□行业党建 / □行业思政", NONE),
        ("□行业党建类 □行业思政类", NONE),
        ("☑行业党建 □行业思政（单选）", PARTY),
        # words
        ("行业党建", PARTY),
        ("行业党建（选） 行业思政", PARTY),
        ("行业党建(Y)  行业思政(N)", PARTY),
        ("□党建 ☑行业思政", THOUGHT),
        ("□行业党建 ☑思政", THOUGHT),
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
    assert read_choice(
        (Paragraph(text=text, where="此处"),), text, OPTIONS, ("申报类型",)
    ) == Choice(ticked, sure=True)


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
        "□行业党建 行业思政",
        "□行业党建 ○行业思政",
        "□行业党建 ☑其他",
        "行业党建 ×  行业思政 □",
        "■行业党建 ☑行业思政",
        "☑行业党建 ☒行业思政",
        "选：行业党建 □行业思政",
        "☐行业党建 ☐行业思政 选行业思政",
        "□行业党建 □行业思政（选行业思政）",
        "□行业党建 □行业思政（选思政）",
        "□行业党建 □行业思政 选1",
        "□行业党建 □行业思政 第一项",
        "□行业党建 □行业思政，已口头确认",
        "[*]行业党建 [ ]行业思政",
        "(o)行业党建 ( )行业思政",
        "（○）行业党建 （ ）行业思政",
        "①行业党建 □行业思政",
        "对行业党建 □行业思政",
        "口行业党建 口行业思政",
        "不属于行业思政",
        "其他",
        "☑",
    ],
)
def test_what_cannot_be_told_is_left_to_a_person(text: str) -> None:
    assert not choice(text).sure


def test_an_unsure_box_beside_a_ticked_one_leaves_doubt() -> None:
    assert choice("☑行业党建 ⍰行业思政") == Choice(PARTY, sure=False)


EMPTY_SIGNS = "☐□▢◻⬜◽▫❑❏❒"


@given(st.characters(categories=("L", "N", "S", "P", "Co")).filter(lambda x: x not in EMPTY_SIGNS))
def test_whatever_sign_stands_for_the_box_nobody_is_told_that_nothing_is_ticked(sign: str) -> None:
    for text in (
        f"{sign}行业党建 □行业思政",
        f"□行业党建 {sign}行业思政",
        f"行业党建{sign} 行业思政□",
    ):
        assert choice(text) != Choice(NONE, sure=True), text


@given(st.characters(categories=("L", "N", "S", "Co")).filter(lambda x: x not in "|｜"))
def test_a_sign_beside_a_box_is_not_passed_over(sign: str) -> None:
    for text in (
        f"□{sign}行业党建 □行业思政",
        f"□行业党建 □行业思政{sign}",
        f"行业党建□{sign}行业思政□",
    ):
        assert choice(text) != Choice(NONE, sure=True), text


def test_a_stroke_between_an_option_and_its_box_may_be_the_tick() -> None:
    assert not choice("□/行业党建 □行业思政").sure


def test_an_option_struck_out_is_not_meant() -> None:
    assert choice("行业党建  行业思政", struck=("行业思政",)) == Choice(PARTY, sure=True)
    assert choice("□行业党建  □行业思政", struck=("□行业", "党建")) == Choice(THOUGHT, sure=True)


def test_an_option_that_stands_out_is_probably_meant() -> None:
    assert choice("□行业党建  □行业思政", marked=("行业思政",)) == Choice(THOUGHT, sure=False)


def test_a_part_that_stands_out_leaves_doubt() -> None:
    assert choice("□行业党建  □行业思政", marked=("党建",)) == Choice(NONE, sure=False)
    assert choice("□行业党建  □行业思政", struck=("思政",)) == Choice(NONE, sure=False)


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
