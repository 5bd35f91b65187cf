"""Recognised lines become paragraphs and the table they were drawn in."""

from __future__ import annotations

from inbox_ingest.reading.document import Paragraph, Table
from inbox_ingest.reading.ocr import Box, Line, OcrResult, PageResult, TickSquare
from inbox_ingest.reading.ocr_document import confidence_of, document_from_ocr, line_scores
from inbox_ingest.records import EMPTY_BOX, TICKED


def line(text: str, left: int, top: int, score: float = 0.99) -> Line:
    starts = tuple(left + 30 * place for place in range(len(text)))
    return Line(
        box=(left, top, left + 30 * len(text), top + 30), text=text, score=score, starts=starts
    )


CELLS: tuple[Box, ...] = (
    (100, 200, 300, 260),
    (305, 200, 900, 260),
    (100, 265, 300, 325),
    (305, 265, 500, 325),
    (505, 265, 600, 325),
    (605, 265, 900, 325),
    (100, 330, 300, 600),
    (305, 330, 900, 600),
)


def page(
    *lines: Line, squares: tuple[TickSquare, ...] = (), cells: tuple[Box, ...] = CELLS
) -> PageResult:
    return PageResult(number=1, width=1000, height=1400, lines=lines, cells=cells, squares=squares)


def blocks(*pages: PageResult) -> tuple[Paragraph | Table, ...]:
    return document_from_ocr(OcrResult(pages=pages)).blocks


def cell_texts(*pages: PageResult) -> dict[tuple[int, int], str]:
    table = next(block for block in blocks(*pages) if isinstance(block, Table))
    return {(cell.row, cell.column): cell.text for cell in table.cells}


def test_lines_come_into_their_cells() -> None:
    texts = cell_texts(
        page(
            line("案例名称", 120, 215),
            line("红色驿站", 320, 215),
            line("联系人", 120, 280),
            line("沈向阳", 320, 280),
            line("电话", 520, 280),
            line("13900001234", 620, 280),
        )
    )
    assert (texts[0, 0], texts[0, 1]) == ("案例名称", "红色驿站")
    assert (texts[1, 0], texts[1, 1], texts[1, 2], texts[1, 3]) == (
        "联系人",
        "沈向阳",
        "电话",
        "13900001234",
    )


def test_the_wide_cell_spans_the_columns_below_it() -> None:
    table = next(b for b in blocks(page(line("案例名称", 120, 215))) if isinstance(b, Table))
    spans = {(cell.row, cell.column): cell.column_span for cell in table.cells}
    assert spans[0, 1] == 3 and spans[1, 1] == 1 and spans[2, 1] == 3


def test_a_line_read_across_a_ruling_is_cut_there() -> None:
    merged = Line(
        box=(120, 280, 420, 310),
        text="联系人沈向阳",
        score=0.98,
        starts=(120, 150, 180, 320, 350, 380),
    )
    texts = cell_texts(page(merged))
    assert (texts[1, 0], texts[1, 1]) == ("联系人", "沈向阳")


def test_full_lines_in_a_cell_run_on_and_a_short_one_ends_the_paragraph() -> None:
    table = cell_texts(
        page(line("党" * 18, 320, 340), line("建。", 320, 380), line("第二段", 320, 420))
    )
    assert table[2, 1] == "党" * 18 + "建。\n第二段"


def test_ticks_reach_the_text_of_their_cell() -> None:
    squares = (
        TickSquare(box=(320, 217, 344, 241), ink=0.0),
        TickSquare(box=(600, 217, 624, 241), ink=0.35),
    )
    texts = cell_texts(
        page(line("行业党建", 350, 215), line("行业思政", 630, 215), squares=squares)
    )
    assert texts[0, 1] == f"{EMPTY_BOX}行业党建 {TICKED}行业思政"


def test_what_stands_above_and_below_the_table_stays_there() -> None:
    found = blocks(
        page(line("申报表", 400, 100), line("案例名称", 120, 215), line("注：", 100, 700))
    )
    assert [type(block).__name__ for block in found] == ["Paragraph", "Table", "Paragraph"]


def test_a_page_without_rulings_is_read_row_by_row() -> None:
    found = blocks(
        page(
            line("案例名称", 100, 100), line("红色驿站", 400, 102), line("次行", 100, 160), cells=()
        )
    )
    assert [block.text for block in found if isinstance(block, Paragraph)] == [
        "案例名称 红色驿站",
        "次行",
    ]


def test_pages_follow_each_other() -> None:
    first = page(line("第一页", 100, 100), cells=())
    second = page(line("第二页", 100, 100), cells=()).model_copy(update={"number": 2})
    assert [b.where for b in blocks(first, second) if isinstance(b, Paragraph)] == [
        "第1页",
        "第2页",
    ]


def test_the_document_is_as_sure_as_its_worst_line_of_some_length() -> None:
    result = OcrResult(
        pages=(
            page(
                line("案例名称", 100, 10), line("红色驿站", 300, 10, 0.7), line("一", 600, 10, 0.2)
            ),
        )
    )
    assert document_from_ocr(result).confidence == 0.7
    scores = line_scores(result)
    assert confidence_of("红色驿站", scores) == 0.7
    assert confidence_of("案例 名称", scores) == 0.99


def test_an_empty_page_is_an_empty_document() -> None:
    assert blocks(page(cells=())) == ()


def test_a_square_in_the_label_s_cell_is_no_box_before_the_value() -> None:
    square = TickSquare(box=(275, 220, 290, 236), ink=0.5)
    written = (line("申报单位", 160, 215), line("清江公司", 320, 215))
    texts = cell_texts(page(*written, squares=(square,)))
    assert texts[0, 1] == "清江公司"


def test_cells_stay_one_table_though_rulings_are_wide_and_soft() -> None:
    cells = tuple((left, top, right - 8, bottom - 8) for left, top, right, bottom in CELLS)
    tables = blocks(page(line("案例名称", 120, 215), cells=cells))
    assert len(tables) == 1
