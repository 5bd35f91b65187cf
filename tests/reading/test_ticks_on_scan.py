"""Tick boxes on scans come from the ink in their squares; where there is doubt they are unsure."""

from __future__ import annotations

import pytest

from inbox_ingest.reading.ocr import Line, TickSquare
from inbox_ingest.reading.ticks_on_scan import with_ticks
from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX

FULL, NONE, LITTLE = 0.4, 0.0, 0.1


def line(text: str, left: int = 100, top: int = 100, step: int = 30) -> Line:
    """Characters of 30 pixels each, as wide as they are high."""
    starts = tuple(left + step * place for place in range(len(text)))
    box = (left, top, left + step * len(text), top + 30)
    return Line(box=box, text=text, score=0.99, starts=starts)


def square(left: int, ink: float, top: int = 103) -> TickSquare:
    return TickSquare(box=(left, top, left + 24, top + 24), ink=ink)


def spoken(lines: list[Line], squares: list[TickSquare]) -> str:
    rows = with_ticks(lines, squares)
    return "".join(text for row in rows for _, text in sorted(row, key=lambda piece: piece[0]))


def test_squares_before_the_options_are_put_where_they_stand() -> None:
    lines = [line("行业党建", 140), line("行业思政", 400)]
    text = spoken(lines, [square(108, FULL), square(368, NONE)])
    assert text == f"{TICKED}行业党建{EMPTY_BOX}行业思政"


def test_what_ocr_read_in_the_place_of_a_square_does_not_count() -> None:
    # OCR reads the ticked box as 口 and the empty one as ☑: the ink says otherwise.
    lines = [line("口行业党建", 100), line("☑行业思政", 400)]
    text = spoken(lines, [square(103, FULL), square(403, NONE)])
    assert text == f"{TICKED}行业党建{EMPTY_BOX}行业思政"


def test_two_options_read_as_one_line() -> None:
    text = spoken([line("□行业党建 □行业思政")], [square(103, NONE), square(283, FULL)])
    assert text.replace(" ", "") == f"{EMPTY_BOX}行业党建{TICKED}行业思政"


def test_a_box_behind_its_option() -> None:
    lines = [line("行业党建", 100), line("行业思政", 400)]
    text = spoken(lines, [square(226, NONE), square(526, FULL)])
    assert text == f"行业党建{EMPTY_BOX}行业思政{TICKED}"


@pytest.mark.parametrize("ink", [0.05, LITTLE, 0.18])
def test_a_little_ink_is_neither_a_tick_nor_nothing(ink: float) -> None:
    lines = [line("行业党建", 140), line("行业思政", 400)]
    text = spoken(lines, [square(108, ink), square(368, FULL)])
    assert text == f"{UNSURE_BOX}行业党建{TICKED}行业思政"


def test_where_no_box_is_ticked_the_mark_may_stand_beside_it() -> None:
    lines = [line("行业党建", 140), line("行业思政", 400)]
    text = spoken(lines, [square(108, NONE), square(368, NONE)])
    assert text == f"{UNSURE_BOX}行业党建{UNSURE_BOX}行业思政"


def test_a_tick_that_only_ocr_saw_is_unsure() -> None:
    assert spoken([line("☑行业党建"), line("□行业思政", 400)], []) == (
        f"{UNSURE_BOX}行业党建{UNSURE_BOX}行业思政"
    )


def test_a_square_read_as_the_character_mouth_is_unsure_without_ink() -> None:
    assert spoken([line("口行业党建")], []) == f"{UNSURE_BOX}行业党建"


@pytest.mark.parametrize("text", ["口岸服务中心", "口碑建设", "港口岸线办"])
def test_the_character_mouth_in_a_word_stays(text: str) -> None:
    assert spoken([line(text)], []) == text


def test_square_characters_are_no_tick_boxes() -> None:
    # The outline of 国 and 团 is a square with much ink in it.
    text = "中国交通集团"
    squares = [square(100 + 30 * place + 3, FULL) for place in (1, 5)]
    assert spoken([line(text)], squares) == text


def test_a_square_in_another_row_belongs_to_that_row() -> None:
    lines = [line("行业党建", 140, top=100), line("行业思政", 140, top=160)]
    text = spoken(lines, [square(108, NONE, top=103), square(108, FULL, top=163)])
    assert text == f"{EMPTY_BOX}行业党建{TICKED}行业思政"


def test_running_text_is_left_alone() -> None:
    text = "港" * 61
    assert spoken([line(text)], [square(100, FULL)]) == text


def test_without_places_of_characters_they_are_taken_to_be_even() -> None:
    even = line("□行业党建").model_copy(update={"starts": ()})
    assert spoken([even, line("行业思政", 400)], [square(103, FULL)]) == f"{TICKED}行业党建行业思政"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("四强支部引领公路先锋行动", [0]),
        ("四季红旗飘扬在港口", [0, 8]),
        ("国道旁的红色驿站点亮回家路", [0]),
        ("红旗飘扬在太仓港口", [8]),
    ],
)
def test_a_character_with_a_square_in_it_stays_a_character_where_nothing_is_chosen(
    text: str, places: list[int]
) -> None:
    assert spoken([line(text)], [square(103 + 30 * place, FULL) for place in places]) == text


def test_a_title_of_two_lines_that_begins_and_ends_with_a_square_is_no_choice() -> None:
    lines = [line("四季红旗飘扬在"), line("太仓港口", top=150)]
    assert spoken(lines, [square(103, NONE), square(193, NONE, 153)]) == "四季红旗飘扬在太仓港口"


@pytest.mark.parametrize("sign", ["口", "四", "回"])
def test_a_box_that_reads_as_a_character_counts_before_options(sign: str) -> None:
    both = [line(f"{sign}行业党建"), line(f"{sign}行业思政", 400)]
    text = spoken(both, [square(103, FULL), square(403, NONE)])
    assert text == f"{TICKED}行业党建{EMPTY_BOX}行业思政"
    alone = spoken([line(f"{sign}行业党建")], [square(103, FULL)])
    assert alone == f"{TICKED}行业党建"
