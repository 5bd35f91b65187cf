"""Rectangles of table cells → `Table`s with rows, columns and spans: for scans and PDFs alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from inbox_ingest.reading.document import Cell, Paragraph, Table


class Area(NamedTuple):
    """A cell's rectangle in any unit, y downwards."""

    left: float
    top: float
    right: float
    bottom: float


def together(areas: Sequence[Area], reach: float) -> list[list[Area]]:
    """Areas grouped into tables: those closer than `reach` to each other belong together."""
    groups: list[list[Area]] = []
    for area in areas:
        touching = [group for group in groups if any(_near(area, other, reach) for other in group)]
        merged = [area, *(other for group in touching for other in group)]
        groups = [group for group in groups if group not in touching]
        groups.append(merged)
    return sorted(groups, key=lambda group: min((area.top, area.left) for area in group))


def _near(one: Area, other: Area, reach: float) -> bool:
    return (
        one.left <= other.right + reach
        and other.left <= one.right + reach
        and one.top <= other.bottom + reach
        and other.top <= one.bottom + reach
    )


def table_of(
    areas: Sequence[Area],
    content: Callable[[Area], tuple[Paragraph, ...]],
    where: str,
    reach: float,
) -> Table:
    """The areas as one table; edges closer than `reach` are one line of the grid."""
    tops = _lines([area.top for area in areas], reach)
    lefts = _lines([area.left for area in areas], reach)
    cells = []
    for area in areas:
        row, column = _place(tops, area.top), _place(lefts, area.left)
        cells.append(
            Cell(
                row=row,
                column=column,
                row_span=max(1, sum(area.top + reach < t < area.bottom - reach for t in tops) + 1),
                column_span=max(
                    1, sum(area.left + reach < x < area.right - reach for x in lefts) + 1
                ),
                paragraphs=content(area),
            )
        )
    return Table(cells=tuple(sorted(cells, key=lambda c: (c.row, c.column))), where=where)


def _lines(edges: Sequence[float], reach: float) -> list[float]:
    """Edges that lie close to each other as one, by their first."""
    lines: list[float] = []
    for edge in sorted(edges):
        if not lines or edge - lines[-1] > reach:
            lines.append(edge)
    return lines


def _place(lines: Sequence[float], edge: float) -> int:
    return min(range(len(lines)), key=lambda place: abs(lines[place] - edge))
