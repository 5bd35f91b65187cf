"""The text of one PDF page, as pdfplumber reads it → lines, paragraphs and tables in reading order.

Headers, footers and page numbers are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from inbox_ingest.reading.document import Cell, Paragraph, Table
from inbox_ingest.reading.pdf_characters import (
    MarkFinder,
    SecondReader,
    drawn_marks,
    field_texts,
    spoken,
    without_doubles,
)
from inbox_ingest.reading.pdf_lines import Character, TextLine, lines_of, paragraphs_of
from inbox_ingest.reading.table_grid import Area, table_of

if TYPE_CHECKING:
    from pdfplumber.page import Page

MOST_RULINGS = 3000  # of one page; finding tables among more takes minutes
_PAGE_NUMBER = re.compile(
    r"[-—–\s]*(?:第\s*)?\d{1,4}\s*(?:页|/\s*\d{1,4})?(?:\s*共\s*\d+\s*页)?[-—–\s]*"
)
_LARGEST_BOX = 20  # points


class PageText(NamedTuple):
    """One page: its tables, and the lines outside them, each with its place from the top.

    `whole` is False where so much is drawn on it that its tables were not looked for.
    """

    number: int
    height: float
    lines: tuple[TextLine, ...]
    tables: tuple[tuple[float, Table], ...]
    whole: bool = True


def read_page(page: Page, number: int, second: SecondReader, drawn: MarkFinder) -> PageText:
    """Read one page. `drawn` is asked only where the page has a table and what boxes are drawn with."""
    characters = without_doubles(spoken(character, second) for character in page.chars)
    rulings = [*page.lines, *page.rects, *page.curves]
    whole = len(rulings) <= MOST_RULINGS
    groups = _tables(page) if whole else []
    if groups and (page.images or page.annots or any(map(_is_short, rulings))):
        squares = [_area(ruling) for ruling in rulings if _is_little_square(ruling)]
        characters += drawn_marks(drawn(squares), characters)
    characters += field_texts(page)
    where = f"第{number}页"
    tables = []
    taken: set[int] = set()
    for place, areas in enumerate(groups, start=1):
        inside: dict[Area, list[Character]] = {area: [] for area in areas}
        for index, character in enumerate(characters):
            holder = next((area for area in areas if _holds(area, character)), None)
            if holder is not None and index not in taken:
                taken.add(index)
                inside[holder].append(character)
        name = f"{where}表{place}"
        tables.append(
            (
                min(area.top for area in areas),
                table_of(areas, _cell_reader(inside, name), name, reach=2.0),
            )
        )
    free = [character for index, character in enumerate(characters) if index not in taken]
    return PageText(number, float(page.height), tuple(lines_of(free)), tuple(tables), whole)


def blocks_of(pages: Sequence[PageText]) -> list[tuple[int, list[Paragraph | Table]]]:
    """Paragraphs and tables of each page, without headers and footers."""
    repeated = _repeated(pages)
    found = []
    for page in pages:
        body = [line for line in page.lines if not _is_margin(line, page, repeated)]
        placed: list[tuple[float, Paragraph | Table]] = list(page.tables)
        edges = sorted(top for top, _ in page.tables)
        for part in _between(body, edges):
            placed += paragraphs_of(part, f"第{page.number}页")
        found.append((page.number, [block for _, block in sorted(placed, key=lambda e: e[0])]))
    return found


# --- tables -----------------------------------------------------------------------------------


def _is_little_square(drawn: dict[str, Any]) -> bool:
    """Whether a drawn thing (or a stroke across it) is as large as a tick box, in points."""
    if drawn.get("object_type") not in ("line", "rect", "curve"):
        return False
    width, height = float(drawn["width"]), float(drawn["height"])
    return (
        5 <= width <= _LARGEST_BOX and 5 <= height <= _LARGEST_BOX and 0.7 <= width / height <= 1.4
    )


def _is_short(drawn: dict[str, Any]) -> bool:
    """Whether a drawn thing may be a tick box or one of its sides."""
    return 5 <= max(float(drawn["width"]), float(drawn["height"])) <= _LARGEST_BOX


def _area(drawn: dict[str, Any]) -> Area:
    return Area(*(float(drawn[edge]) for edge in ("x0", "top", "x1", "bottom")))


def _tables(page: Page) -> list[list[Area]]:
    """Cells of each ruled table; a frame around a whole page or text is none."""
    groups = []
    # A tick box drawn with lines must not cut its cell into pieces.
    for table in page.filter(lambda drawn: not _is_little_square(drawn)).find_tables():
        areas = [Area(*(float(edge) for edge in cell)) for cell in table.cells]
        if len(areas) >= 2:
            groups.append(areas)
    return groups


def _holds(area: Area, character: Character) -> bool:
    x = (character.left + character.right) / 2
    y = (character.top + character.bottom) / 2
    return area.left <= x <= area.right and area.top <= y <= area.bottom


def _cell_reader(
    inside: dict[Area, list[Character]], where: str
) -> Callable[[Area], tuple[Paragraph, ...]]:
    def read(area: Area) -> tuple[Paragraph, ...]:
        lines = lines_of(inside[area])
        found = paragraphs_of(lines, where, right=area.right)
        return tuple(p.model_copy(update={"origin": "table"}) for _, p in found)

    return read


def _between(lines: Sequence[TextLine], edges: Sequence[float]) -> list[list[TextLine]]:
    """Lines parted where a table stands between them: no paragraph runs through a table."""
    parts: list[list[TextLine]] = [[] for _ in range(len(edges) + 1)]
    for line in lines:
        parts[sum(line.top > edge for edge in edges)].append(line)
    return parts


# --- headers and footers ----------------------------------------------------------------------


def _repeated(pages: Sequence[PageText]) -> frozenset[str]:
    """Texts that stand near the edge of half the pages at least, numbers aside."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_plain(line) for line in page.lines if _near_edge(line, page)})
    return frozenset(
        text for text, count in counts.items() if count >= 2 and count * 2 >= len(pages)
    )


def _near_edge(line: TextLine, page: PageText) -> bool:
    return line.bottom < 0.085 * page.height or line.top > 0.91 * page.height


def _plain(line: TextLine) -> str:
    return re.sub(r"[\d\s]+", "", line.text)


def _is_margin(line: TextLine, page: PageText, repeated: frozenset[str]) -> bool:
    if not _near_edge(line, page):
        return False
    return bool(_PAGE_NUMBER.fullmatch(line.text)) or _plain(line) in repeated


def continued(first: Table, second: Table) -> Table | None:
    """The two as one table where the second goes on with the first on the next page, else None.

    It does where both have the same columns and the second's first label cell is empty: a row was
    cut by the page's end, and its text goes on.
    """
    columns = {cell.column for cell in first.cells}
    if columns != {cell.column for cell in second.cells}:
        return None
    opening = [cell for cell in second.cells if cell.row == 0]
    label = next((cell for cell in opening if cell.column == 0), None)
    if label is None or label.text.strip():
        return None
    last = max(cell.row + cell.row_span - 1 for cell in first.cells)
    cells: list[Cell] = []
    for cell in first.cells:
        more = next((o for o in opening if o.column == cell.column), None)
        reaches = cell.row + cell.row_span - 1 == last
        if reaches and more is not None:
            paragraphs = (*cell.paragraphs, *more.paragraphs)
            cells.append(cell.model_copy(update={"paragraphs": paragraphs}))
        else:
            cells.append(cell)
    cells += [
        cell.model_copy(update={"row": cell.row + last}) for cell in second.cells if cell.row > 0
    ]
    return first.model_copy(update={"cells": tuple(cells)})
