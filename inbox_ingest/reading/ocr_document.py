"""What OCR read on a page → `Document`: the table as it is drawn, lines joined into paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from inbox_ingest.reading.document import Document, Paragraph, Table
from inbox_ingest.reading.ocr import Line, OcrResult, PageResult, TickSquare
from inbox_ingest.reading.table_grid import Area, table_of, together
from inbox_ingest.reading.ticks_on_scan import with_ticks
from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX

_MARKS = frozenset((TICKED, EMPTY_BOX, UNSURE_BOX))


def document_from_ocr(result: OcrResult) -> Document:
    """The recognised pages as one document. Its confidence is that of the worst line of some length."""
    blocks: list[Paragraph | Table] = []
    scores = [1.0]
    for page in result.pages:
        blocks += _blocks(page)
        scores += [line.score for line in page.lines if len(line.text) >= 4]
    return Document(blocks=tuple(blocks), means="ocr", confidence=min(scores))


def line_scores(result: OcrResult) -> tuple[tuple[str, float], ...]:
    """Every line with its score, without white space: how sure one field's value is."""
    return tuple(
        ("".join(line.text.split()), line.score) for page in result.pages for line in page.lines
    )


def confidence_of(value: str, scores: Sequence[tuple[str, float]]) -> float:
    """The lowest score of the lines that make up `value`; 1.0 where none of them does."""
    plain = "".join(value.split())
    return min((score for text, score in scores if text and text in plain), default=1.0)


def _blocks(page: PageResult) -> list[Paragraph | Table]:
    reach = max(6.0, page.width / 75)  # a ruling in a soft photo, which no cell holds, is this wide
    tables = together([Area(*map(float, cell)) for cell in page.cells], reach)
    placed: list[tuple[float, Paragraph | Table]] = []
    lines = list(_cut_at_rulings(page))
    free = set(range(len(lines)))
    for number, areas in enumerate(tables, start=1):
        inside = {place for place in free if any(_holds(area, lines[place]) for area in areas)}
        mine = [lines[place] for place in sorted(inside)]
        where = f"第{page.number}页表{number}"

        def content(
            area: Area, mine: list[Line] = mine, where: str = where
        ) -> tuple[Paragraph, ...]:
            here = [line for line in mine if _holds(area, line)]
            # The square of a 位 in the label's cell is no box before the value beside it.
            boxes = [square for square in page.squares if _holds(area, square)]
            return _paragraphs(here, boxes, area.right, where, in_table=True)

        free -= inside
        if len(areas) > 1:
            table = table_of(areas, content, where, _leeway(areas, reach))
            placed.append((min(area.top for area in areas), table))
        else:
            free |= inside  # a single frame around text is no table
    in_cells = [area for areas in tables if len(areas) > 1 for area in areas]
    free_squares = [
        square for square in page.squares if not any(_holds(area, square) for area in in_cells)
    ]
    rest = sorted((lines[place] for place in free), key=lambda line: line.box[1])
    right = max((line.box[2] for line in rest), default=page.width)
    for row in _rows(rest):
        paragraph = _paragraphs(row, free_squares, right, f"第{page.number}页", in_table=False)
        placed += [(float(row[0].box[1]), one) for one in paragraph]
    return [block for _, block in sorted(placed, key=lambda entry: entry[0])]


def _leeway(areas: Sequence[Area], reach: float) -> float:
    """How far apart edges of one grid line may be: what perspective is left, less than half a cell."""
    least = min(min(area.right - area.left, area.bottom - area.top) for area in areas)
    return max(reach, 0.3 * least)


def _holds(area: Area, mark: Line | TickSquare) -> bool:
    x, y = (mark.box[0] + mark.box[2]) / 2, (mark.box[1] + mark.box[3]) / 2
    return area.left <= x <= area.right and area.top <= y <= area.bottom


def _cut_at_rulings(page: PageResult) -> Iterator[Line]:
    """Lines of the page; one that was read across a ruling is cut there."""
    for line in page.lines:
        left, top, right, bottom = line.box
        middle = (top + bottom) / 2
        cuts = sorted(
            cell[0]
            for cell in page.cells
            if cell[1] <= middle <= cell[3] and left + 8 < cell[0] < right - 8
        )
        yield from _cut(line, cuts) if cuts and line.starts else [line]


def _cut(line: Line, cuts: Sequence[int]) -> Iterator[Line]:
    left, top, right, bottom = line.box
    edges = [left, *cuts, right]
    for start, end in pairwise(edges):
        chosen = [place for place, x in enumerate(line.starts) if start - 4 <= x < end - 4]
        text = "".join(line.text[place] for place in chosen)
        if text.strip():
            starts = tuple(line.starts[place] for place in chosen)
            yield Line(box=(start, top, end, bottom), text=text, score=line.score, starts=starts)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stand beside each other, top to bottom, each row left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda entry: (entry.box[1] + entry.box[3]) / 2):
        middle = (line.box[1] + line.box[3]) / 2
        last = rows[-1][-1] if rows else None
        if last is not None and last.box[1] + 2 < middle < last.box[3] - 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda entry: entry.box[0]) for row in rows]


def _paragraphs(
    lines: Sequence[Line],
    squares: Sequence[TickSquare],
    right: float,
    where: str,
    *,
    in_table: bool,
) -> tuple[Paragraph, ...]:
    """Lines of one cell (or one row outside tables) as paragraphs: full lines run on in the next."""
    rows = _rows(lines)
    ordered = [line for row in rows for line in row]
    pieces = dict(zip(map(id, ordered), with_ticks(ordered, squares), strict=True))
    texts: list[str] = []
    full = False
    for row in rows:
        text = _row_text([piece for line in row for piece in pieces[id(line)]])
        if full and texts and not set(text) & _MARKS:
            texts[-1] += text
        else:
            texts.append(text)
        height = row[-1].box[3] - row[-1].box[1]
        full = row[-1].box[2] > right - 2.2 * height
    return tuple(
        Paragraph(text=text, where=where, origin="table" if in_table else "body") for text in texts
    )


def _row_text(pieces: Sequence[tuple[int, str]]) -> str:
    text = ""
    for _, piece in sorted(pieces, key=lambda entry: entry[0]):
        joined = not text or text[-1] in _MARKS
        text += piece if joined else f" {piece}"
    return text.strip()
