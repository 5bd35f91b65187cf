"""Rectangles become rows, columns and spans."""

from __future__ import annotations

from inbox_ingest.reading.document import Paragraph
from inbox_ingest.reading.table_grid import Area, table_of, together


def named(area: Area) -> tuple[Paragraph, ...]:
    return (Paragraph(text=f"{area.left:.0f},{area.top:.0f}", where=""),)


def places(areas: list[Area]) -> list[tuple[int, int, int, int]]:
    table = table_of(areas, named, "表1", reach=3)
    return [(c.row, c.column, c.row_span, c.column_span) for c in table.cells]


def test_a_plain_grid() -> None:
    areas = [Area(x, y, x + 50, y + 20) for y in (0, 20) for x in (0, 50)]
    assert places(areas) == [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]


def test_a_wide_cell_above_two_narrow_ones_spans_both() -> None:
    areas = [Area(0, 0, 100, 20), Area(0, 20, 50, 40), Area(50, 20, 100, 40)]
    assert places(areas) == [(0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)]


def test_a_tall_label_spans_its_rows() -> None:
    areas = [Area(0, 0, 50, 40), Area(50, 0, 100, 20), Area(50, 20, 100, 40)]
    assert places(areas) == [(0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1)]


def test_edges_that_waver_a_little_are_one_line() -> None:
    areas = [Area(0, 0, 50, 20), Area(52, 1, 100, 21), Area(1, 22, 50, 40), Area(51, 20, 100, 40)]
    assert places(areas) == [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]


def test_tables_with_paper_between_them_are_two() -> None:
    upper = [Area(0, 0, 50, 20), Area(50, 0, 100, 20)]
    lower = [Area(0, 60, 50, 80), Area(52, 60, 100, 80)]
    groups = together([lower[0], upper[0], lower[1], upper[1]], reach=5)
    assert [sorted(group) for group in groups] == [sorted(upper), sorted(lower)]
