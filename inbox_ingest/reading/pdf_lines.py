"""Characters of a PDF page → lines, lines → paragraphs, by where they stand.

A PDF knows characters and places, no paragraphs: lines are put together by their baseline, and a
paragraph ends where a line is short, indented, larger, or set apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from inbox_ingest.reading.document import Paragraph
from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX

MARKS = (TICKED, EMPTY_BOX, UNSURE_BOX)


class Character(NamedTuple):
    """One character with its place in points, from the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool


class TextLine(NamedTuple):
    """Characters on one baseline."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool


def lines_of(characters: Sequence[Character]) -> list[TextLine]:
    """The characters as lines, top to bottom, each left to right."""
    rows: list[list[Character]] = []
    for character in sorted(characters, key=lambda c: ((c.top + c.bottom) / 2, c.left)):
        if character.text.isspace() and not rows:
            continue
        middle = (character.top + character.bottom) / 2
        row = rows[-1] if rows else None
        if row is not None:
            level = median((c.top + c.bottom) / 2 for c in row[-12:])
            if abs(middle - level) <= 0.45 * max(character.size, row[-1].size):
                row.append(character)
                continue
        rows.append([character])
    return [line for row in rows if (line := _line(row)) is not None]


def _line(row: Sequence[Character]) -> TextLine | None:
    ordered = sorted(row, key=lambda c: c.left)
    inked = [character for character in ordered if not character.text.isspace()]
    if not inked:
        return None
    text, before = "", None
    for character in ordered:
        if before is not None and not before.text.isspace() and not character.text.isspace():
            gap = character.left - before.right
            latin = before.text.isascii() and character.text.isascii()
            if gap > (0.22 if latin else 0.9) * character.size:
                text += " "
        text += character.text
        before = character
    return TextLine(
        text=re.sub(r"[ \u00a0]+", " ", text).strip(),
        left=inked[0].left,
        top=min(c.top for c in inked),
        right=max(c.right for c in inked),
        bottom=max(c.bottom for c in inked),
        size=median(c.size for c in inked),
        bold=all(c.bold for c in inked),
    )


def paragraphs_of(
    lines: Sequence[TextLine], where: str, right: float | None = None
) -> list[tuple[float, Paragraph]]:
    """Lines joined into paragraphs, each with its top; `right` is where a full line ends."""
    if not lines:
        return []
    edge = right if right is not None else max(line.right for line in lines)
    margin = min(line.left for line in lines)
    gaps = [b.top - a.top for a, b in pairwise(lines) if b.top > a.top]
    step = median(gaps) if gaps else 0.0
    found: list[tuple[float, Paragraph]] = []
    before: TextLine | None = None
    for line in lines:
        if before is not None and _runs_on(before, line, edge, margin, step):
            top, last = found[-1]
            found[-1] = (top, last.model_copy(update={"text": _joined(last.text, line.text)}))
        else:
            found.append((line.top, Paragraph(text=line.text, bold=line.bold, where=where)))
        before = line
    return found


def _runs_on(before: TextLine, line: TextLine, edge: float, margin: float, step: float) -> bool:
    """Whether a paragraph goes on from one line to the next."""
    size = max(before.size, line.size)
    full = before.right > edge - 2.2 * size
    indented = line.left > margin + 1.2 * size and line.left > before.left + 0.6 * size
    apart = step > 0 and line.top - before.top > 1.6 * max(step, size)
    other = abs(before.size - line.size) > 0.12 * size or before.bold != line.bold
    return full and not (indented or apart or other or any(m in line.text for m in MARKS))


def _joined(first: str, second: str) -> str:
    latin = first[-1:].isascii() and second[:1].isascii() and first[-1:].isalnum()
    return f"{first} {second}" if latin and second[:1].isalnum() else first + second
