"""Reads PDFs page by page: real text as a document, pictures as scans, seals wherever they show.

| page | read by |
|---|---|
| real text | pdfplumber; tick boxes compared with pdfium, unsure where they differ |
| a picture, or text in fonts that give rubbish | OCR (`Want`), as any scan |
| a picture over a scanner's invisible text | OCR: that text is the scanner's guess |

A seal is looked for on every picture page, as on any scan, and on text pages that hold a picture, a
stamp, or anything drawn in red.
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
from inbox_ingest.reading.scan import recognised_document, scan_record
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
    from inbox_ingest.reading.pdf_characters import Mark
    from inbox_ingest.reading.pdf_render import PageLook
    from inbox_ingest.reading.pdf_text import PageText

_MOST_CHARACTERS = 30_000  # of one page; ten times what fits on one
_LOOK_SIDE = 900  # pixels: enough to see what a page shows and whether it bears a seal


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
        document=Document(blocks=_flat(blocks)) if blocks else None,
        scan=_seal_on_text(document, texts),
        pages=len(document),
        problems=problems,
        lost=_lost(document, looks),
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
    return blocks_of(pages), () if all(page.whole for page in pages) else (_HALF_READ,)


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
    if text_page.count_chars() > _MOST_CHARACTERS:  # pdfplumber would need minutes and gigabytes
        raise ValueError(f"page {number} holds more characters than a page can")
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

    from inbox_ingest.reading.pdf_characters import Mark
    from inbox_ingest.reading.pdf_render import render
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

    doubtful: ScanRecord | None = None
    for look in looks:
        if not look.adorned:
            continue
        sight = find_seal(sheet_of(document, look, _LOOK_SIDE).pixels, may_deny=False)
        if sight.verdict == "present":
            return ScanRecord(seal="present", colour=True, electronic=True)
        if sight.circle is not None and doubtful is None:
            doubtful = ScanRecord(seal="unverified", colour=True, electronic=True, note=sight.note)
    return doubtful


# --- picture pages ----------------------------------------------------------------------------


def _waiting(
    finding: Finding,
    document: pypdfium2.PdfDocument,
    pictures: Sequence[PageLook],
    reason: Want | Problem,
) -> Finding:
    """What is known before OCR; `reason` is the wish for it, or why there will be none."""
    seen = _seen(document, pictures)
    if seen is None:
        return finding if finding.document else finding.model_copy(update={"picture": "photo"})
    update: dict[str, object] = {"scan": _better(finding.scan, seen)}
    if isinstance(reason, Problem):
        update["problems"] = (*finding.problems, reason)
        update["lost"] = (*finding.lost, "扫描页未识别")
    else:
        update["wants"] = (reason,)
    return finding.model_copy(update={**update, "picture": "page"})


def _seen(document: pypdfium2.PdfDocument, pictures: Sequence[PageLook]) -> ScanRecord | None:
    """What pages that show text look like before OCR; None where all are photos."""
    from inbox_ingest.reading.pdf_render import sheet_of
    from inbox_ingest.reading.scan import before_ocr
    from inbox_ingest.reading.scan_page import picture_kind
    from inbox_ingest.reading.seal import SealSight, find_seal

    if any(look.signed for look in pictures):
        return ScanRecord(seal="present", colour=True, electronic=True)
    sights: list[SealSight] = []
    for look in pictures:
        sheet = sheet_of(document, look, _LOOK_SIDE)
        if picture_kind(sheet.pixels) == "page":
            colour = sheet.colour_stored
            sights.append(find_seal(sheet.pixels, colour_stored=colour, may_deny=False))
            if sights[-1].verdict == "present":
                break
    return before_ocr(sights) if sights else None


def _better(text: ScanRecord | None, pictures: ScanRecord) -> ScanRecord:
    """A seal on text pages or on picture pages: a sure one before a doubtful one before none."""
    if text is None or (pictures.seal == "present" and text.seal != "present"):
        return pictures
    return text


def _merged(finding: Finding, blocks: _Blocks, result: ocr.OcrResult, *, signed: bool) -> Finding:
    """Text pages and recognised pages as one document, in the order of the pages."""
    read = recognised_document(result)
    scan = _better(finding.scan, scan_record(result))
    if signed:
        scan = ScanRecord(seal="present", colour=True, electronic=True)
    elif finding.lost and scan.seal == "absent":
        scan = ScanRecord(seal="unverified", colour=scan.colour, note="页数过多，未逐页查看")
    scores = line_scores(result)
    update: dict[str, object] = {"scan": scan, "picture": "page", "line_scores": scores}
    if finding.document is None:
        return finding.model_copy(update={**update, "document": read})
    pages: _Blocks = list(blocks)
    for page in result.pages:
        one = document_from_ocr(result.model_copy(update={"pages": (page,)}))
        pages.append((page.number, list(one.blocks)))
    flat = _flat(sorted(pages, key=lambda entry: entry[0]))
    whole = read.model_copy(update={"blocks": flat})
    parts = {"typed": finding.document, "recognised": read}
    return finding.model_copy(update={**update, **parts, "document": whole})
