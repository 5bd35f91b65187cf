"""Reads PDFs page by page: real text as a document, pictures as scans, seals wherever they show.

| page | read by |
|---|---|
| real text | pdfplumber; tick boxes compared with pdfium, unsure where they differ |
| a picture, or text in fonts that give rubbish | OCR (`Want`), as any scan |
| a picture over a scanner's invisible text | OCR: that text is the scanner's guess |

A seal is looked for on every picture page, as on any scan, and on text pages that a picture or a
stamp lies on.
A signature field that shows something is an electronic seal (电子签章).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from io import BufferedReader
from typing import TYPE_CHECKING, Any, cast

from inbox_ingest.reading import ocr
from inbox_ingest.reading.document import Document, Paragraph, Table, Unreadable
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.ocr_document import document_from_ocr, line_scores
from inbox_ingest.reading.scan import recognised_scan
from inbox_ingest.reading.table_grid import Area
from inbox_ingest.records import (
    EMPTY_BOX,
    TICKED,
    UNSURE_BOX,
    IssueCode,
    Problem,
    ScanRecord,
    Want,
)

if TYPE_CHECKING:
    import pypdfium2  # type: ignore[import-untyped]

    from inbox_ingest.reading.content import Content, Derived
    from inbox_ingest.reading.pdf_render import PageLook
    from inbox_ingest.reading.pdf_text import Mark, PageText
    from inbox_ingest.reading.scan_picture import Pixels

MOST_SEAL_PAGES = 8  # adorned text pages that are searched for a seal
_MOST_PICTURES = 12


def read_pdf(content: Content, derived: Derived) -> Finding:
    """Read a PDF. Never raises on bad files: what is wrong is in `problems`.

    `document` holds the text pages, and the recognised ones once OCR was done; until then a PDF with
    scanned pages has a `Want`. `scan` is set where it has scanned pages, or a seal on a text page.
    """
    from inbox_ingest.reading import pdf_render

    try:
        with pdf_render.opened(content) as document:
            return _read(content, document, derived)
    except Unreadable as unreadable:
        return Finding(problems=(Problem(code=unreadable.code, detail=unreadable.detail),))


def _read(content: Content, document: pypdfium2.PdfDocument, derived: Derived) -> Finding:
    from inbox_ingest.reading import pdf_render

    looks = list(pdf_render.looks(document))
    texts = [look for look in looks if look.kind == "text"]
    pictures = [look for look in looks if look.kind == "picture"]
    blocks, problems = _text_blocks(content, document, texts)
    finding = Finding(
        document=Document(blocks=_flat(blocks), lost=_lost(document, looks)) if blocks else None,
        scan=_seal_on_text(document, texts),
        pages=len(document),
        problems=problems,
    )
    if not pictures:
        if not texts:
            whole = len(looks) == min(len(document), pdf_render.MOST_PAGES)
            why = _EMPTY if whole else _HALF_READ
            return finding.model_copy(update={"problems": (*problems, why)})
        return finding
    kept = ocr.load(derived.recognised(content.sha256))
    if isinstance(kept, ocr.OcrResult):
        return _merged(finding, blocks, kept, signed=any(look.signed for look in pictures))
    return _waiting(finding, document, pictures, kept or Want(kind="ocr", sha256=content.sha256))


_EMPTY = Problem(code=IssueCode.FILE_UNREADABLE, detail="PDF 中没有任何内容")


def _lost(document: pypdfium2.PdfDocument, looks: Sequence[PageLook]) -> tuple[str, ...]:
    return (f"第{len(looks) + 1}页以后",) if len(document) > len(looks) else ()


# --- text pages -------------------------------------------------------------------------------

_Blocks = list[tuple[int, list[Paragraph | Table]]]


def _text_blocks(
    content: Content, document: pypdfium2.PdfDocument, looks: Sequence[PageLook]
) -> tuple[_Blocks, tuple[Problem, ...]]:
    if not looks:
        return [], ()
    import pdfplumber
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException

    from inbox_ingest.reading.pdf_text import blocks_of

    pages: list[PageText] = []
    # pdfminer meets bytes that no writer should have written, and trips over them in many ways.
    tripped = (PDFException, PSException, ValueError, TypeError, LookupError, AttributeError)
    try:
        with content.open() as stream, pdfplumber.open(cast(BufferedReader, stream)) as plumber:
            for look in looks:
                pages.append(_page_text(plumber.pages[look.number - 1], document, look.number))
    except (*tripped, struct.error, ArithmeticError, AssertionError, RecursionError, OSError):
        if not pages:
            return _plain_blocks(document, looks), (_HALF_READ,)
        return blocks_of(pages), (_HALF_READ,)
    return blocks_of(pages), ()


_HALF_READ = Problem(code=IssueCode.READER_MISSING, detail="PDF 有部分内容未能读出，需人工查看")


def _plain_blocks(document: pypdfium2.PdfDocument, looks: Sequence[PageLook]) -> _Blocks:
    """The text as pdfium has it, where pdfminer gave up: enough to see what the file is."""
    found: _Blocks = []
    for look in looks:
        text = str(document[look.number - 1].get_textpage().get_text_bounded())
        where = f"第{look.number}页"
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        found.append((look.number, [Paragraph(text=line, where=where) for line in lines]))
    return found


def _page_text(page: Any, document: pypdfium2.PdfDocument, number: int) -> PageText:
    from inbox_ingest.reading.pdf_text import read_page

    rendered = document[number - 1]
    text_page = rendered.get_textpage()
    height = float(rendered.get_size()[1])

    def second(area: Area) -> str:
        # pdfium counts from the foot of the page; half a point of air around the character.
        return str(
            text_page.get_text_bounded(
                area.left + 0.5, height - area.bottom, area.right - 0.5, height - area.top
            )
        )

    try:
        return read_page(
            page, number, second, lambda squares: list(_drawn(document, number, squares))
        )
    finally:
        page.close()  # pdfplumber keeps every page's objects otherwise


def _drawn(document: pypdfium2.PdfDocument, number: int, squares: Sequence[Area]) -> Iterator[Mark]:
    """Tick boxes that are drawn with lines, or are fields of a PDF form, by the ink in them."""
    import numpy as np

    from inbox_ingest.reading.pdf_render import render
    from inbox_ingest.reading.pdf_text import Mark
    from inbox_ingest.reading.scan_table import (
        EMPTY_INK,
        TICKED_INK,
        Rect,
        ink_inside,
        printed_ink,
        tick_squares,
    )

    pixels = render(document, number)
    unit = float(document[number - 1].get_size()[0]) / pixels.shape[1]
    ink = printed_ink(np.ascontiguousarray(pixels[:, :, 0]))
    places = [Rect(*(round(edge / unit) for edge in square)) for square in squares]
    found = [(place, ink_inside(ink, place)) for place in places]
    found += [(square.place, square.ink) for square in tick_squares(ink)]
    for place, share in found:
        area = Area(*(edge * unit for edge in place))
        if share >= TICKED_INK:
            yield Mark(area, TICKED)
        else:
            yield Mark(area, EMPTY_BOX if share <= EMPTY_INK else UNSURE_BOX)


def _flat(pages: _Blocks) -> tuple[Paragraph | Table, ...]:
    """All blocks in order; a table that goes on over a page's end becomes one again."""
    from inbox_ingest.reading.pdf_text import continued

    flat: list[Paragraph | Table] = []
    for _, blocks in pages:
        for block in blocks:
            last = flat[-1] if flat else None
            if isinstance(block, Table) and isinstance(last, Table):
                joined = continued(last, block)
                if joined is not None:
                    flat[-1] = joined
                    continue
            flat.append(block)
    return tuple(flat)


def _seal_on_text(document: pypdfium2.PdfDocument, looks: Sequence[PageLook]) -> ScanRecord | None:
    """An electronic seal: a signature that shows, or a red seal laid over text. None where neither."""
    if any(look.signed for look in looks):
        return ScanRecord(seal="present", colour=True, electronic=True)
    from inbox_ingest.reading.pdf_render import sheet_of
    from inbox_ingest.reading.seal import find_seal

    for look in [look for look in looks if look.adorned][:MOST_SEAL_PAGES]:
        sight = find_seal(sheet_of(document, look).pixels, may_deny=False)
        if sight.verdict == "present":
            return ScanRecord(seal="present", colour=True, electronic=True)
        if sight.circle is not None:
            return ScanRecord(seal="unverified", colour=True, electronic=True, note=sight.note)
    return None


# --- picture pages ----------------------------------------------------------------------------


def _waiting(
    finding: Finding,
    document: pypdfium2.PdfDocument,
    pictures: Sequence[PageLook],
    reason: Want | Problem,
) -> Finding:
    """What is known before OCR; `reason` is the wish for it, or why there will be none."""
    sheets = _page_like(document, pictures)
    if not sheets:
        return finding if finding.document else finding.model_copy(update={"picture": "photo"})
    signed = any(look.signed for look in pictures)
    update: dict[str, object] = {"scan": finding.scan or _seen(sheets, signed=signed)}
    if isinstance(reason, Problem):
        update["problems"] = (*finding.problems, reason)
    else:
        update["wants"] = (reason,)
    return finding.model_copy(update={**update, "picture": "page"})


def _page_like(
    document: pypdfium2.PdfDocument, pictures: Sequence[PageLook]
) -> list[tuple[Pixels, bool]]:
    """Rendered pages that show a page of text, each with whether its picture can hold colour."""
    from inbox_ingest.reading.pdf_render import sheet_of
    from inbox_ingest.reading.scan_page import picture_kind

    sheets = (sheet_of(document, look) for look in pictures[:_MOST_PICTURES])
    return [(s.pixels, s.colour_stored) for s in sheets if picture_kind(s.pixels) == "page"]


def _seen(sheets: Sequence[tuple[Pixels, bool]], *, signed: bool) -> ScanRecord:
    from inbox_ingest.reading.scan import before_ocr
    from inbox_ingest.reading.seal import find_seal

    if signed:
        return ScanRecord(seal="present", colour=True, electronic=True)
    return before_ocr(
        [find_seal(pixels, colour_stored=colour, may_deny=False) for pixels, colour in sheets]
    )


def _merged(finding: Finding, blocks: _Blocks, result: ocr.OcrResult, *, signed: bool) -> Finding:
    """Text pages and recognised pages as one document, in the order of the pages."""
    recognised = recognised_scan(result)
    scan = finding.scan or recognised.scan
    if signed:
        scan = ScanRecord(seal="present", colour=True, electronic=True)
    if not blocks:
        return recognised.model_copy(
            update={"scan": scan, "pages": finding.pages, "problems": finding.problems}
        )
    pages: _Blocks = list(blocks)
    worst = 1.0
    for page in result.pages:
        one = document_from_ocr(result.model_copy(update={"pages": (page,)}))
        pages.append((page.number, list(one.blocks)))
        worst = min(worst, one.confidence)
    flat = _flat(sorted(pages, key=lambda entry: entry[0]))
    document = Document(blocks=flat, means="ocr", confidence=worst)
    return finding.model_copy(
        update={
            "document": document,
            "scan": scan,
            "picture": "page",
            "line_scores": line_scores(result),
        }
    )
