"""Reads pictures: which of them are pages, what a stamped page says, and whether it bears a seal.

What is decided without OCR is decided without it: a photo or a logo never waits for one. A page waits,
because everything asked of it (is it the form? of which case? does the opinion stand under the
seal?) is in its text.

| picture | OCR | seal |
|---|---|---|
| photo, logo, blank sheet | no | not looked for in photos and logos |
| page | yes, once for these bytes | `present` at once, `absent` only after OCR (see below) |
| page in grey, too small, unsharp | yes | `unverified`, unless a red seal is seen |

`absent` needs all of this: traces of colour, good quality, no red that does not explain itself, no ink
of a stamp's size beside writing and rulings, every page searched, and the opinion field recognised in
a cell with four sides, so that the place for a seal is surely in the picture.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from inbox_ingest.reading import ocr
from inbox_ingest.reading.document import Document, Unreadable
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.ocr_document import document_from_ocr, line_scores
from inbox_ingest.records import IssueCode, Problem, ScanRecord, SealVerdict, Want

if TYPE_CHECKING:
    from inbox_ingest.reading.content import Content, Derived
    from inbox_ingest.reading.seal import SealSight

_LOOK_SIDE = 900  # pixels: enough to see what a picture shows; OCR gets it larger

# Where a seal is asked for: the hint, or the date alone on a line below the opinion.
_SEAL_PLACE = re.compile(
    r"盖\s*章|签\s*章|公\s*章|[(（]章[)）]|^盖$|^章$"
    r"|^.{0,12}?(20\d\d)?\s*年\s*\d{0,2}\s*月\s*\d{0,2}\s*日$"
)
_OPINION_LABEL = re.compile(r"^.{0,8}意\s*见[:：]?$|^意$|^见$")
# Beside which a seal lies that was put on right: the date under the opinion, too.
_OPINION = re.compile(r"意见|意$|盖\s*章|签\s*章|公\s*章|（章）|\(章\)|年\s*\d*\s*月\s*\d*\s*日")


def read_picture(content: Content, kind: str, derived: Derived) -> Finding:
    """Read one picture file (`formats.PICTURES`), from a mail or pasted into a document.

    Never raises on bad pictures. A page that was not recognised yet has a `Want`; its `scan` then
    says what is known without OCR, and never that the seal is absent.
    """
    kept = ocr.load(derived.recognised(content.sha256))
    if isinstance(kept, ocr.OcrResult):
        return recognised_scan(kept)
    try:
        finding = _looked_at(content, kind)
    except Unreadable as unreadable:
        return Finding(problems=(Problem(code=unreadable.code, detail=unreadable.detail),))
    except ImportError:
        detail = "本机未安装图片组件（pip install pillow-heif opencv-python-headless）"
        return Finding(problems=(Problem(code=IssueCode.READER_MISSING, detail=detail),))
    want = Want(kind="ocr", sha256=content.sha256)
    if finding.picture != "page":
        spare = (want,) if finding.lost and kept is None else ()
        return finding.model_copy(update={"spare": spare})
    if isinstance(kept, Problem):
        return finding.model_copy(update={"problems": (kept,), "lost": ("未识别文字",)})
    return finding.model_copy(update={"wants": (want,)})


def _looked_at(content: Content, kind: str) -> Finding:
    from inbox_ingest.reading.scan_page import could_hold_sheet, picture_kind
    from inbox_ingest.reading.scan_picture import open_sheets
    from inbox_ingest.reading.seal import find_seal

    sights: list[SealSight] = []
    kinds = []
    lost: tuple[str, ...] = ()
    for sheet in open_sheets(content, kind, side=_LOOK_SIDE):
        kinds.append(picture_kind(sheet.pixels))
        if kinds[-1] == "page":
            colour = sheet.colour_stored
            sights.append(find_seal(sheet.pixels, colour_stored=colour, may_deny=False))
        elif kinds[-1] == "photo" and not lost and could_hold_sheet(sheet.pixels):
            lost = ("画面中可能有纸页，未识别",)
    if not sights:
        return Finding(picture=kinds[0] if kinds else "logo", pages=len(kinds), lost=lost)
    return Finding(picture="page", scan=before_ocr(sights), pages=len(kinds))


def before_ocr(sights: Sequence[SealSight]) -> ScanRecord:
    """What can be said before the text is known: that there is a seal, never that there is none."""
    best = max(sights, key=lambda sight: sight.verdict == "present")
    present = best.verdict == "present"
    return ScanRecord(
        seal="present" if present else "unverified",
        colour=any(sight.colour for sight in sights),
        note=None if present else best.note or "尚未识别文字，不能断定",
    )


# --- after OCR --------------------------------------------------------------------------------


def recognised_scan(result: ocr.OcrResult) -> Finding:
    """What a recognised file says, all its pages together."""
    return Finding(
        document=recognised_document(result),
        scan=scan_record(result),
        picture="photo" if result.photo else "page",
        pages=result.seen,
        line_scores=line_scores(result),
    )


def recognised_document(result: ocr.OcrResult) -> Document:
    """The text of all recognised pages; its `lost` names pages beyond the limits or hardly legible."""
    return document_from_ocr(result).model_copy(update={"lost": _lost_pages(result)})


def _lost_pages(result: ocr.OcrResult) -> tuple[str, ...]:
    unread = "、".join(str(number) for number in result.unread)
    badly = "、".join(
        str(page.number)
        for page in result.pages
        if _reads_badly(page) or not (page.lines or result.photo)
    )
    return tuple(
        words
        for words in (
            f"第{unread}页未识别" if unread else "",
            f"第{badly}页不清" if badly else "",
            "后面的页未查看" if result.more else "",
        )
        if words
    )


def scan_record(result: ocr.OcrResult) -> ScanRecord:
    """The seal on any of the recognised pages, or how sure it is that none has one."""
    sealed = next((page for page in result.pages if page.seal == "present"), None)
    colour = any(page.colour for page in result.pages)
    if sealed is not None:
        return ScanRecord(
            seal="present",
            colour=True,
            over_opinion=_over_opinion(sealed),
            seal_text=sealed.seal_text,
        )
    verdict, note = _without_seal(result)
    return ScanRecord(seal=verdict, colour=colour, note=note)


def _without_seal(result: ocr.OcrResult) -> tuple[SealVerdict, str | None]:
    """`absent` where every page was searched for sure, and the place for the seal is on one of them."""
    doubtful = next((page for page in result.pages if page.seal == "unverified"), None)
    if doubtful is not None:
        return "unverified", doubtful.seal_note
    if result.more or result.unread or not result.pages:
        return "unverified", "页数过多，未逐页识别"
    if not any(_shows_seal_place(page) for page in result.pages):
        return "unverified", "未见盖章处，可能没有拍全"
    if any(_reads_badly(page) for page in result.pages):
        return "unverified", "图片不清，看不清有无印章"
    return "absent", None


def _shows_seal_place(page: ocr.PageResult) -> bool:
    """Whether the place for the seal is whole in the picture.

    The hint (盖章, the date) stands in a cell with all four sides, and the opinion's label in the same
    row of the table. A label alone may stand on a page whose row goes on over the page's end.
    """
    labels = [_middle(line) for line in page.lines if _OPINION_LABEL.search(line.text)]
    hints = [line for line in page.lines if _SEAL_PLACE.search(line.text)]
    return any(
        left <= x <= right
        and top <= y <= bottom
        and ("意见" in "".join(hint.text.split()) or any(top <= at <= bottom for _, at in labels))
        for hint in hints
        for x, y in (_middle(hint),)
        for left, top, right, bottom in page.cells
    )


def _middle(line: ocr.Line) -> tuple[float, float]:
    left, top, right, bottom = line.box
    return (left + right) / 2, (top + bottom) / 2


def _reads_badly(page: ocr.PageResult) -> bool:
    scores = [line.score for line in page.lines if len(line.text) >= 2]
    return len(scores) >= 3 and sum(scores) / len(scores) < 0.8


def _opinion_lines(page: ocr.PageResult) -> list[ocr.Line]:
    return [line for line in page.lines if _OPINION.search(line.text)]


def _over_opinion(page: ocr.PageResult) -> bool | None:
    """Whether the seal lies on the opinion field or its date; None where neither was recognised."""
    lines = _opinion_lines(page)
    if page.seal_circle is None or not lines:
        return None
    x, y, radius = page.seal_circle
    if any(_touches(line.box, x, y, radius) for line in lines):
        return True
    rows = [
        cell
        for cell in page.cells
        for line in lines
        if cell[1] <= (line.box[1] + line.box[3]) / 2 <= cell[3]
    ]
    return any(top - 0.3 * radius <= y <= bottom + radius for _, top, _, bottom in rows)


def _touches(box: ocr.Box, x: float, y: float, radius: float) -> bool:
    left, top, right, bottom = box
    dx = max(left - x, 0.0, x - right)
    dy = max(top - y, 0.0, y - bottom)
    return dx * dx + dy * dy <= radius * radius
