"""What stands on a PDF page as characters: printed, drawn as a tick box, or typed into a form field.

A tick box is believed only where pdfium reads the same in its place as pdfplumber does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from inbox_ingest.reading.pdf_lines import MARKS, Character
from inbox_ingest.reading.table_grid import Area
from inbox_ingest.reading.word_symbols import symbol, symbol_font
from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX

if TYPE_CHECKING:
    from pdfplumber.page import Page

_BOXES = frozenset(f"{TICKED}{EMPTY_BOX}☒□▢◻■√✓✔")  # what people tick with, as plain characters
_SUBSET = re.compile(r"^[A-Z]{6}\+")

SecondReader = Callable[[Area], str]
"""What another program reads inside a rectangle (points, from the top left of the page)."""


class Mark(NamedTuple):
    """A tick box that is drawn and no character: where, and `TICKED`, `EMPTY_BOX` or `UNSURE_BOX`."""

    area: Area
    text: str


MarkFinder = Callable[[Sequence[Area]], Sequence[Mark]]
"""Tick boxes on the rendered page: those in these squares, and what else looks like one."""


def spoken(raw: dict[str, Any], second: SecondReader) -> Character:
    """One character of pdfplumber: a sign of a symbol font put into Unicode, tick boxes if two agree."""
    text = str(raw["text"])
    area = Area(raw["x0"], raw["top"], raw["x1"], raw["bottom"])
    name = _SUBSET.sub("", str(raw.get("fontname", "")))
    font = symbol_font(name, name.split("-")[0])
    hidden = len(text) == 1 and "\uf020" <= text <= "\uf0ff"
    if text.startswith("(cid:"):
        text = UNSURE_BOX if font else "\ufffd"
    elif hidden or (font is not None and len(text) == 1 and " " < text <= "\xff"):
        text = _agreed(text, font, second(area))
    elif text in _BOXES and text not in second(area):
        text = UNSURE_BOX
    return Character(
        text, *area, size=float(raw.get("size") or 10.0), bold="Bold" in name or "Hei" in name
    )


def _agreed(text: str, font: str | None, other: str) -> str:
    """What the sign means, `UNSURE_BOX` where the second reader sees another one there.

    A code of U+F0xx outside a symbol font is one that a program carried over when it replaced
    Wingdings (LibreOffice does): it keeps its Wingdings meaning.
    """
    meant = symbol(font or "wingdings", ord(text))
    if meant not in MARKS:
        return meant
    codes = {ord(character) & 0xFF for character in other if not character.isspace()}
    return meant if codes == {ord(text) & 0xFF} else UNSURE_BOX


def without_doubles(characters: Iterable[Character]) -> list[Character]:
    """Characters once each: some makers print a bold one twice, a little apart."""
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for character in characters:
        grid = max(1.0, character.size / 8)
        key = (character.text, round(character.left / grid), round(character.top / grid))
        if key not in seen:
            seen.add(key)
            kept.append(character)
    return kept


def drawn_marks(marks: Sequence[Mark], characters: Sequence[Character]) -> list[Character]:
    """Tick boxes made of lines: squares where no character stands."""
    added: list[Character] = []
    for mark in marks:
        x, y = (mark.area.left + mark.area.right) / 2, (mark.area.top + mark.area.bottom) / 2
        covered = any(
            c.left - 1 <= x <= c.right + 1 and c.top <= y <= c.bottom and not c.text.isspace()
            for c in characters
        )
        known = any(
            abs(c.left - mark.area.left) < 4 and abs(c.top - mark.area.top) < 4 for c in added
        )
        if not covered and not known:
            added.append(
                Character(mark.text, *mark.area, size=mark.area.bottom - mark.area.top, bold=False)
            )
    return added


def field_texts(page: Page) -> list[Character]:
    """What was typed into the fields of a PDF form: it stands in the field, not on the page."""
    added = []
    for annotation in page.annots[:500]:
        data = annotation.get("data") or {}
        value = _value_of(data)
        if value:
            left, top = float(annotation["x0"]), float(annotation["top"])
            right, bottom = float(annotation["x1"]), float(annotation["bottom"])
            middle, size = (top + bottom) / 2, min(12.0, max(6.0, bottom - top))
            added.append(
                Character(
                    value, left, middle - size / 2, right, middle + size / 2, size, bold=False
                )
            )
    return added


def _value_of(data: dict[str, Any]) -> str | None:
    from pdfminer.pdftypes import resolve1

    parent = resolve1(data.get("Parent")) or {}
    kind = str(data.get("FT") or (parent.get("FT") if isinstance(parent, dict) else ""))
    value = resolve1(data.get("V") or (parent.get("V") if isinstance(parent, dict) else None))
    if ("Tx" not in kind and "Ch" not in kind) or not isinstance(value, bytes | str):
        return None
    if isinstance(value, bytes):
        wide = value.startswith(b"\xfe\xff")
        value = value[2:].decode("utf-16-be", "replace") if wide else value.decode("latin-1")
    return value.strip() or None
