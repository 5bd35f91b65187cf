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

# Where a seal is asked for: the opinion field's own short label, or its hint.
_SEAL_PLACE = re.compile(r"^.{0,8}意\s*见[:：]?$|^意$|盖\s*章|签\s*章|公\s*章|[(（]章[)）]")
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
    if finding.picture != "page":
        return finding
    if isinstance(kept, Problem):
        return finding.model_copy(update={"problems": (kept,), "lost": ("未识别文字",)})
    want = Want(kind="ocr", sha256=content.sha256)
    return finding.model_copy(update={"wants": (want,)})


def _looked_at(content: Content, kind: str) -> Finding:
    from inbox_ingest.reading.scan_page import picture_kind
    from inbox_ingest.reading.scan_picture import open_sheets
    from inbox_ingest.reading.seal import find_seal

    sights: list[SealSight] = []
    kinds = []
    for sheet in open_sheets(content, kind, side=_LOOK_SIDE):
        kinds.append(picture_kind(sheet.pixels))
        if kinds[-1] == "page":
            colour = sheet.colour_stored
            sights.append(find_seal(sheet.pixels, colour_stored=colour, may_deny=False))
    if not sights:
        return Finding(picture=kinds[0] if kinds else "logo", pages=len(kinds))
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
        picture="page",
        pages=result.seen,
        line_scores=line_scores(result),
    )


def recognised_document(result: ocr.OcrResult) -> Document:
    """The text of all recognised pages; its `lost` names pages beyond the limits or hardly legible."""
    return document_from_ocr(result).model_copy(update={"lost": _lost_pages(result)})


def _lost_pages(result: ocr.OcrResult) -> tuple[str, ...]:
    unread = "、".join(str(number) for number in result.unread)
    badly = "、".join(str(page.number) for page in result.pages if _reads_badly(page))
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
    """Whether the opinion field is whole in the picture: its label in a cell with all four sides."""
    return any(
        cell[0] <= (line.box[0] + line.box[2]) / 2 <= cell[2]
        and cell[1] <= (line.box[1] + line.box[3]) / 2 <= cell[3]
        for line in page.lines
        if _SEAL_PLACE.search(line.text)
        for cell in page.cells
    )


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
