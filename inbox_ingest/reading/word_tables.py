"""A Word table as a grid: each cell once, with the rows and columns it spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from inbox_ingest.reading.word_styles import VAL, W, child_value, is_on

SEEN_THROUGH = frozenset(W + name for name in ("ins", "moveTo", "customXml", "smartTag"))
_WIDEST = 64  # columns; Word itself ends at 63


@dataclass(slots=True)
class GridCell:
    """One cell of the grid; `control` is the content control around it, if any."""

    row: int
    column: int
    column_span: int
    node: etree._Element
    control: etree._Element | None
    row_span: int = 1


def grid(table: etree._Element) -> list[GridCell]:
    """The cells of `w:tbl`, row by row; a merged one where it begins, deleted rows left out."""
    cells: list[GridCell] = []
    merging: dict[int, GridCell] = {}
    for number, row in enumerate(_rows(table)):
        properties = row.find(W + "trPr")
        column = 0 if properties is None else _number(child_value(properties, "gridBefore"), 0)
        previous: GridCell | None = None
        for node, control in _cells(row):
            settings = node.find(W + "tcPr")
            span = 1 if settings is None else _number(child_value(settings, "gridSpan"), 1)
            down = None if settings is None else settings.find(W + "vMerge")
            right = None if settings is None else settings.find(W + "hMerge")
            above = merging.get(column)
            if previous is not None and right is not None and not _restarts(right):
                previous.column_span += span
            elif down is not None and not _restarts(down) and above is not None:
                above.row_span = number - above.row + 1
                previous = None
            else:
                previous = GridCell(number, column, span, node, control)
                cells.append(previous)
                merging.pop(column, None)
                if down is not None:
                    merging[column] = previous
            column += span
    return cells


def _rows(container: etree._Element) -> Iterator[etree._Element]:
    for node in container:
        if node.tag == W + "tr":
            properties = node.find(W + "trPr")
            if properties is None or (
                properties.find(W + "del") is None and not is_on(properties.find(W + "hidden"))
            ):
                yield node
        elif node.tag == W + "sdt":
            content = node.find(W + "sdtContent")
            if content is not None:
                yield from _rows(content)
        elif node.tag in SEEN_THROUGH:
            yield from _rows(node)


def _cells(
    container: etree._Element, control: etree._Element | None = None
) -> Iterator[tuple[etree._Element, etree._Element | None]]:
    for node in container:
        if node.tag == W + "tc":
            yield node, control
        elif node.tag == W + "sdt":
            content = node.find(W + "sdtContent")
            if content is not None:
                yield from _cells(content, node)
        elif node.tag in SEEN_THROUGH:
            yield from _cells(node, control)


def _restarts(merge: etree._Element) -> bool:
    return merge.get(VAL) == "restart"


def _number(value: str | None, otherwise: int) -> int:
    if value is None or not value.isascii() or not value.isdecimal() or len(value) > 4:
        return otherwise
    return max(otherwise, min(int(value), _WIDEST))
