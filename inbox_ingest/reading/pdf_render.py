"""Looks at the pages of a PDF with pdfium: which hold text, which are pictures, and what they look like.

pdfium is fast and tolerant; it judges, renders and says whether a page bears a signature. The text
itself is read by `pdf_text.py`.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from inbox_ingest.reading.document import Unreadable
from inbox_ingest.reading.scan_picture import MOST_PIXELS, WORKING_SIDE, Pixels, Sheet
from inbox_ingest.records import IssueCode

if TYPE_CHECKING:
    from inbox_ingest.reading.content import Content

MOST_PAGES = 60  # a form and a case text of 3,000 字 have ten
MOST_BYTES = 200 * 1024 * 1024
MOST_OBJECTS = 4000  # of one page that are looked at; a page of text has some hundred
_FEWEST_CHARACTERS = 8
_SIGNATURE_SIDE = 20.0  # points; a smaller appearance is no seal that anybody could see
_SOME_RED = 40  # of 255: a seal's ink, however pale
_DRAWN = (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING, pdfium.FPDF_PAGEOBJ_TEXT)
_DRAWS = re.compile(r"(?<![\w/])(?:Do|Tj|TJ|sh|BI|[fFbBsS]\*?)(?![\w])")

PageKind = Literal["text", "picture", "blank"]


class PageLook(NamedTuple):
    """One page: its number from 1, what it is, whether something lies on it that may be a seal."""

    number: int
    kind: PageKind
    adorned: bool
    signed: bool
    colour_stored: bool


@contextlib.contextmanager
def opened(content: Content) -> Iterator[pypdfium2.PdfDocument]:
    """The open document.

    Raises:
        Unreadable: FILE_UNREADABLE where a password is needed or the file is damaged.
    """
    if content.size > MOST_BYTES:
        raise Unreadable(IssueCode.READER_MISSING, "PDF 过大，未自动读取，需人工查看")
    with content.open() as stream:
        try:
            document = pypdfium2.PdfDocument(stream)
            count = len(document)
        except pypdfium2.PdfiumError as error:
            locked = "password" in str(error).lower()
            detail = "PDF 设有密码，请去掉密码后重新发来" if locked else "PDF 已损坏，打不开"
            raise Unreadable(IssueCode.FILE_UNREADABLE, detail) from error
        try:
            if count == 0:
                raise Unreadable(IssueCode.FILE_UNREADABLE, "PDF 中没有任何页面")
            with contextlib.suppress(pypdfium2.PdfiumError):
                document.init_forms()  # filled-in fields and stamps are drawn only with it
            yield document
        finally:
            document.close()


def looks(document: pypdfium2.PdfDocument) -> Iterator[PageLook]:
    """Judge the pages one after another, `MOST_PAGES` at most."""
    for number in range(1, min(len(document), MOST_PAGES) + 1):
        with contextlib.suppress(pypdfium2.PdfiumError):
            yield _look(document, number)


def render(document: pypdfium2.PdfDocument, number: int, side: int = WORKING_SIDE) -> Pixels:
    """The page as people see it, annotations and stamps included: RGB, `side` pixels long."""
    page = document[number - 1]
    scale = side / max(*page.get_size(), 1.0)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False, fill_color=(255,) * 4)
    return np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)


def picture_pages(content: Content) -> Iterator[Sheet]:
    """The pages without usable text, rendered one by one, among the first `MOST_PAGES`.

    Raises:
        Unreadable: as `opened`.
    """
    with opened(content) as document:
        for look in looks(document):
            if look.kind == "picture":
                yield sheet_of(document, look)


def sheet_of(document: pypdfium2.PdfDocument, look: PageLook, side: int = WORKING_SIDE) -> Sheet:
    """One page as a sheet for the readers of scans."""
    pixels = render(document, look.number, side)
    size = (pixels.shape[1], pixels.shape[0])
    return Sheet(pixels, size, look.colour_stored, look.number)


# --- one page ---------------------------------------------------------------------------------


class _Objects(NamedTuple):
    total: int
    pictures: int
    visible_text: bool
    colour: bool
    red: bool  # a line, a shape or a character that is drawn in red, or in no plain colour


def _look(document: pypdfium2.PdfDocument, number: int) -> PageLook:
    page = document[number - 1]
    objects = _objects(page)
    stamped, signed = _annotations(document, page)
    drawn = objects.total or pdfium.FPDFPage_GetAnnotCount(page.raw)
    if objects.visible_text and objects.total < MOST_OBJECTS and _is_legible(page):
        kind: PageKind = "text"
    else:
        kind = "picture" if drawn else "blank"
    return PageLook(
        number=number,
        kind=kind,
        adorned=stamped or objects.pictures > 0 or objects.red,
        signed=signed,
        colour_stored=objects.colour or stamped,
    )


def _objects(page: pypdfium2.PdfPage) -> _Objects:
    count, pictures, colour, red = 0, 0, False, False
    texts: list[bool] = []
    for item in islice(page.get_objects(max_depth=3), MOST_OBJECTS):
        count += 1
        if item.type == pdfium.FPDF_PAGEOBJ_TEXT and len(texts) < 200:
            mode = pdfium.FPDFTextObj_GetTextRenderMode(item.raw)
            texts.append(mode != pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
        elif item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
            colour = _picture_has_colour(item, page) or colour
        elif item.type in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING):
            colour = colour or not pictures
        red = red or (item.type in _DRAWN and _may_be_red(item))
    red = red or count == MOST_OBJECTS  # whatever comes after these was not looked at
    # Text that a scanner's own OCR laid invisibly over the picture is no text of the sender's.
    visible = sum(texts) > 0.3 * len(texts) if texts else False
    return _Objects(count, pictures, visible, colour, red)


def _may_be_red(item: pypdfium2.PdfObject) -> bool:
    """Whether lines or areas of an object are redder than grey; patterns and gradients may be."""
    if item.type == pdfium.FPDF_PAGEOBJ_SHADING:
        return True
    for colour_of in (pdfium.FPDFPageObj_GetStrokeColor, pdfium.FPDFPageObj_GetFillColor):
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if not colour_of(item.raw, red, green, blue, alpha):
            return True
        if red.value - max(green.value, blue.value) > _SOME_RED:
            return True
    return False


def _picture_has_colour(item: pypdfium2.PdfObject, page: pypdfium2.PdfPage) -> bool:
    details = pdfium.FPDF_IMAGEOBJ_METADATA()
    if not pdfium.FPDFImageObj_GetImageMetadata(item.raw, page.raw, details):
        return True
    if details.width * details.height > MOST_PIXELS:
        raise Unreadable(
            IssueCode.SUSPICIOUS_FILE,
            f"PDF 中图片尺寸异常（{details.width}×{details.height}像素），未打开",
        )
    grey = (pdfium.FPDF_COLORSPACE_DEVICEGRAY, pdfium.FPDF_COLORSPACE_CALGRAY)
    return bool(details.colorspace not in grey and details.bits_per_pixel > 8)


def _is_legible(page: pypdfium2.PdfPage) -> bool:
    """Enough characters, and characters that mean something: some fonts give only rubbish."""
    text_page = page.get_textpage()
    count = min(int(text_page.count_chars()), 1500)
    codes = [int(pdfium.FPDFText_GetUnicode(text_page.raw, place)) for place in range(count)]
    plain = [code for code in codes if code > 32 or code not in (0, 9, 10, 13, 32)]
    if len(plain) < _FEWEST_CHARACTERS:
        return False
    rubbish = sum(code < 32 or code == 0xFFFD or 0xE000 <= code <= 0xF8FF for code in plain)
    return rubbish < 0.3 * len(plain)


def _annotations(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> tuple[bool, bool]:
    """Whether a stamp or picture is laid over the page, and whether a signature shows on it."""
    stamped, signed = False, False
    for place in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), 500)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, place)
        if not annotation:
            continue
        try:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            stamped = stamped or kind == pdfium.FPDF_ANNOT_STAMP
            if kind == pdfium.FPDF_ANNOT_WIDGET and document.formenv is not None:
                field = pdfium.FPDFAnnot_GetFormFieldType(document.formenv.raw, annotation)
                if field == pdfium.FPDF_FORMFIELD_SIGNATURE and _shows(annotation):
                    signed = True
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return stamped or signed, signed


def _shows(annotation: object) -> bool:
    """Whether the annotation has an appearance of some size that draws something."""
    place = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, place)
    if min(abs(place.right - place.left), abs(place.top - place.bottom)) < _SIGNATURE_SIDE:
        return False
    mode = pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL
    length = pdfium.FPDFAnnot_GetAP(annotation, mode, None, 0)
    if not 2 < length < 1 << 22:
        return bool(length > 2)
    buffer = ctypes.create_string_buffer(length)
    pointer = ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR))
    pdfium.FPDFAnnot_GetAP(annotation, mode, pointer, length)
    return bool(_DRAWS.search(buffer.raw.decode("utf-16-le", "replace")))
