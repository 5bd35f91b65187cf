"""What OCR read in the cells of a form is believed no further than the page allows."""

from __future__ import annotations

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.reading.document import Cell, Document, Paragraph, Table
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.parsed import parsed
from inbox_ingest.records import FieldValue

CAMPAIGN = load_campaign(shipped_campaign())


def form_of(*rows: tuple[str, str], score: float = 1.0) -> dict[str, FieldValue]:
    """The fields of a recognised table with these rows."""
    cells = tuple(
        Cell(
            row=row,
            column=column,
            row_span=1,
            column_span=1,
            paragraphs=(Paragraph(text=text, where="第1页表1", origin="table"),),
        )
        for row, pair in enumerate(rows)
        for column, text in enumerate(pair)
    )
    document = Document(blocks=(Table(cells=cells, where="第1页表1"),), means="ocr")
    scores = tuple((text, score) for pair in rows for text in pair)
    form = parsed(Finding(document=document, line_scores=scores), CAMPAIGN, "扫描.jpg").form
    assert form is not None
    return form.fields


def test_pieces_of_the_forms_own_print_are_no_answers() -> None:
    """The rulings of a photo from afar are broken: the rest of a label stands where the answer was."""
    read = form_of(
        ("案例名称", "申报"), ("申报单位", "意见"), ("联系人", "李文"), ("电话", "13900000001")
    )
    assert [(name, value.value, value.sure) for name, value in read.items()] == [
        ("案例名称", None, False),
        ("申报单位", None, False),
        ("联系人", "李文", True),
        ("电话", "13900000001", True),
    ]


def test_a_value_is_as_sure_as_its_own_lines() -> None:
    read = form_of(
        ("案例名称", "红色驿站"),
        ("申报单位", "某某公司"),
        ("联系人", "李文"),
        ("电话", "139"),
        score=0.7,
    )
    assert {value.evidence.confidence for value in read.values()} == {0.7}
