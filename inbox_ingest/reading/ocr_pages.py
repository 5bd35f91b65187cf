"""Chooses the pages of a file that OCR reads: all are looked at, stamped and ruled ones go first.

A look costs 60 ms and OCR seconds, so a file with forty scanned pages has all of them looked at and
the most telling few read. What was not read is named: it may hold what seems to be missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from inbox_ingest.reading.content import Content
from inbox_ingest.reading.ocr import MOST_READ
from inbox_ingest.reading.scan_page import is_written, look_at, picture_kind
from inbox_ingest.reading.scan_picture import WORKING_SIDE, Sheet, open_sheets
from inbox_ingest.reading.scan_sheet import cut_out, sheet_corners, sides
from inbox_ingest.reading.seal import find_seal

MOST_LOOKED = 60  # pages of a file; a form and a case text of 3,000 字 have ten
_RULED = 5  # rulings: a table, as every form is

_CLOSEST = 4800  # pixels of a photo's longest side, opened so large to see a small sheet in it

_STAMPED, _FORM_LIKE, _PLAIN = range(3)


class Chosen(NamedTuple):
    """The pages to read, in order; how many were looked at; pages of text that will not be read.

    `photo` says that none of them looks like a page of text.
    """

    sheets: tuple[Sheet, ...]
    seen: int
    unread: tuple[int, ...]
    more: bool
    photo: bool = False


def choose(sheets: Iterable[Sheet]) -> Chosen:
    """Look at the sheets one after another; `MOST_READ` at most are held in memory."""
    held: dict[tuple[int, int], Sheet] = {}  # by rank and number
    first: Sheet | None = None
    unread: list[int] = []
    seen, more = 0, False
    for sheet in sheets:
        if seen == MOST_LOOKED:
            more = True
            break
        seen += 1
        first = first or sheet
        if picture_kind(sheet.pixels) != "page":
            continue
        held[_rank(sheet), sheet.number] = sheet
        if len(held) > MOST_READ:
            unread.append(held.pop(max(held)).number)
    if not held and first is not None:
        return Chosen(
            (first,), seen, (), more, photo=True
        )  # somebody asked for it: then it is read
    chosen = sorted(held.values(), key=lambda sheet: sheet.number)
    return Chosen(tuple(chosen), seen, tuple(sorted(unread)), more)


def _rank(sheet: Sheet) -> int:
    sight = find_seal(sheet.pixels, colour_stored=sheet.colour_stored, may_deny=False)
    if sight.circle is not None:
        return _STAMPED
    return _FORM_LIKE if look_at(sheet.pixels).rulings >= _RULED else _PLAIN


def closer(sheet: Sheet, content: Content, kind: str) -> Sheet:
    """The sheet of paper alone where it lies in a photo, as sharp as the file has it; else as it is."""
    corners = sheet_corners(sheet.pixels)
    if corners is None or not is_written(cut_out(sheet.pixels, corners)):
        return sheet
    share = max(sides(corners)) / max(sheet.pixels.shape[:2])
    pixels = sheet.pixels
    if share < 0.85 and kind != "pdf":
        side = min(_CLOSEST, round(WORKING_SIDE / share))
        again = (s for s in open_sheets(content, kind, side) if s.number == sheet.number)
        pixels = next(again, sheet).pixels
    scale = pixels.shape[1] / sheet.pixels.shape[1]
    return sheet._replace(pixels=cut_out(pixels, corners * scale), whole=sheet.pixels)
