"""Puts tick boxes into recognised lines, by the ink in the square: OCR is not trusted with them.

OCR drops ☑ and reads empty squares as ☑ (facts §5). A square counts where the text leaves a place
for it, or where OCR read something square there; the square of a 国 does not, nor that of the 四 with
which a title begins: what reads as a character is a box only where the cell has the look of a choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from inbox_ingest.reading.ocr import Line, TickSquare
from inbox_ingest.reading.scan_table import EMPTY_INK, TICKED_INK
from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX

MOST_CHARACTERS = 60  # a cell or line with more text holds no choice between options

_BOX_SIGNS = frozenset("□☐☑☒■▣▢√✓✔口囗")
_MOUTHS = frozenset("口囗")
_LOOKALIKES = frozenset("回日曰田四凶図团国因目")  # what OCR makes of a box at the start of a line
_SIGN_ALONE = re.compile(r"[□☐☑☒■▣▢√✓✔]")
_MOUTH_AT_START = re.compile(
    r"(?:(?<=\s)|^)[口囗](?=[\u4e00-\u9fff])(?!岸|碑|腔|号|头|径|才|粮|感|罩|袋|述|诀|令|语|味)"
)

_LONGEST_OPTION = 8  # characters of an option that has a cell of its own

Taken = tuple[list[int], TickSquare]  # the characters that OCR read in the place of a square
Piece = tuple[int, str]  # left edge, text


def with_ticks(lines: Sequence[Line], squares: Sequence[TickSquare]) -> list[list[Piece]]:
    """For each line its pieces from left to right, ticks among them.

    `lines` are those of one cell, or one line outside any table; `squares` all of the page.
    """
    if sum(len(line.text) for line in lines) > MOST_CHARACTERS:
        return [[(line.box[0], line.text)] for line in lines]
    found = [_taken(line, squares) for line in lines]
    if not _is_choice(lines, found):
        found = [
            [(under, square) for under, square in taken if not _reads_as_word(line, under)]
            for line, taken in zip(lines, found, strict=True)
        ]
    inks = [square.ink for taken in found for _, square in taken]
    sure = any(ink >= TICKED_INK for ink in inks)
    return [_pieces(line, taken, sure) for line, taken in zip(lines, found, strict=True)]


def _state(ink: float, one_is_ticked: bool) -> str:
    """The tick box for this much ink. Where none is ticked the mark may stand beside its box."""
    if ink >= TICKED_INK:
        return TICKED
    return EMPTY_BOX if ink <= EMPTY_INK and one_is_ticked else UNSURE_BOX


def _reads_as_word(line: Line, under: Sequence[int]) -> bool:
    return any(line.text[place] in _LOOKALIKES | _MOUTHS for place in under)


def _is_choice(lines: Sequence[Line], found: Sequence[Sequence[Taken]]) -> bool:
    """Whether squares stand here as before or behind options: several, or one with a short word."""
    around = [
        _around(line, under, square)
        for line, taken in zip(lines, found, strict=True)
        for under, square in sorted(taken, key=lambda entry: entry[1].box[0])
    ]
    if not around:
        return False
    (before, after), (_, behind) = around[0], around[-1]
    if len(around) == 1:
        return not before.strip() and 2 <= len(after.strip()) <= _LONGEST_OPTION
    parted = not before.strip() or not before[-1].isalnum()
    return (parted and len(behind.strip()) >= 2) or (
        not behind.strip() and len(before.strip()) >= 2
    )


def _around(line: Line, under: Sequence[int], square: TickSquare) -> tuple[str, str]:
    """The text of a line before and after a square."""
    if under:
        return line.text[: under[0]], line.text[under[-1] + 1 :]
    middle = (square.box[0] + square.box[2]) / 2
    place = sum(start < middle for start, _ in _spans(line))
    return f"{line.text[:place]} ", f" {line.text[place:]}"


def _taken(line: Line, squares: Sequence[TickSquare]) -> list[Taken]:
    """Squares that stand in this line, each with the characters OCR read in its place."""
    left, top, right, bottom = line.box
    height = bottom - top
    spans = _spans(line)
    taken = []
    for square in squares:
        x0, y0, x1, y1 = square.box
        middle, width = (y0 + y1) / 2, x1 - x0
        if not top - 0.1 * height <= middle <= bottom + 0.1 * height or width > 1.3 * height:
            continue
        if x1 < left - 2.5 * height or x0 > right + 1.5 * height:
            continue
        under = [
            place
            for place, (start, end) in enumerate(spans)
            if min(end, x1) - max(start, x0) > 0.45 * min(width, end - start)
        ]
        if all(_may_be_box(line.text, place) for place in under):
            taken.append((under, square))
    return taken


def _may_be_box(text: str, place: int) -> bool:
    character = text[place]
    if character in _BOX_SIGNS or character.isspace():
        return True
    return character in _LOOKALIKES and (place == 0 or text[place - 1].isspace())


def _spans(line: Line) -> list[tuple[float, float]]:
    """Left and right edge of each character: as recognised, else in proportion to its width."""
    left, _, right, _ = line.box
    height = line.box[3] - line.box[1]
    if line.starts:
        ends = [*line.starts[1:], right]
        # A gap after a character does not belong to it.
        return [
            (start, min(end, start + 0.95 * height))
            for start, end in zip(line.starts, ends, strict=True)
        ]
    widths = [0.55 if character.isascii() else 1.0 for character in line.text]
    unit = (right - left) / max(sum(widths), 1.0)
    spans, x = [], float(left)
    for width in widths:
        spans.append((x, x + width * unit))
        x += width * unit
    return spans


def _pieces(line: Line, taken: Sequence[Taken], one_is_ticked: bool) -> list[Piece]:
    spans = _spans(line)
    replaced = {place for under, _ in taken for place in under}
    marks = [(square.box[0], _state(square.ink, one_is_ticked)) for _, square in taken]
    pieces: list[Piece] = []
    text, start = "", line.box[0]
    for place, character in enumerate(line.text):
        x = spans[place][0]
        while marks and marks[0][0] <= x + 0.5 * (spans[place][1] - x):
            pieces += [(start, _unproved(text))] if text else []
            pieces.append(marks.pop(0))
            text = ""
        if place in replaced:
            continue
        start = start if text else round(x)
        text += character
    pieces += [(start, _unproved(text))] if text else []
    return pieces + marks


def _unproved(text: str) -> str:
    """Tick signs that OCR read where no square was found: somebody has to look."""
    return _MOUTH_AT_START.sub(UNSURE_BOX, _SIGN_ALONE.sub(UNSURE_BOX, text))
