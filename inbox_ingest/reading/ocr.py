"""Recognises the text of pictures and scanned PDFs: seconds a page, so only in a worker of its own.

The result is a value that is kept under the file's SHA-256; readers only ever see that value (`load`).
rapidocr brings its models in its wheel and works off-line. It is imported when the first page
comes, half a gigabyte stays with the process that did it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from inbox_ingest.reading.document import Unreadable
from inbox_ingest.records import Frozen, IssueCode, Problem, SealVerdict

if TYPE_CHECKING:
    from inbox_ingest.reading.content import Content
    from inbox_ingest.reading.scan_picture import Pixels, Sheet
    from inbox_ingest.reading.scan_table import Rect

MOST_READ = 8  # pages of one file that are recognised; all of them are looked at (`ocr_pages`)
OCR_VERSION = 2  # part of every result; raise it and old results are made again
MEMORY_MIB = 900  # what a worker needs at its peak (measured with benchmarks/readers.py)

_SURE_LINE = 0.8  # score

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the straightened page


class Line(Frozen):
    """One line as recognised. `starts` holds the left edge of each character of `text`."""

    box: Box
    text: str
    score: float
    starts: tuple[int, ...] = ()


class TickSquare(Frozen):
    """A square that may be a tick box, with the share of ink inside."""

    box: Box
    ink: float


class PageResult(Frozen):
    """One page, straightened: what stands on it and where. `seal_circle` is x, y, radius in pixels."""

    number: int
    width: int
    height: int
    lines: tuple[Line, ...]
    cells: tuple[Box, ...] = ()
    squares: tuple[TickSquare, ...] = ()
    seal: SealVerdict = "unverified"
    colour: bool = False
    seal_circle: tuple[float, float, float] | None = None
    seal_note: str | None = None
    seal_text: str | None = None


class OcrResult(Frozen):
    """The pages of a file that were read. `seen` of them were looked at, photos among them.

    `unread` are the numbers of further pages of text; `more` says that the file has pages beyond
    those that were looked at. `photo`: nothing in it looks like a page, but a sheet might be seen.
    """

    version: int = OCR_VERSION
    pages: tuple[PageResult, ...]
    seen: int = 1
    unread: tuple[int, ...] = ()
    more: bool = False
    photo: bool = False


def load(kept: bytes | Problem | None) -> OcrResult | Problem | None:
    """The result as `Derived.recognised` has it; None where it has to be made (again)."""
    if kept is None or isinstance(kept, Problem):
        return kept
    try:
        result = OcrResult.model_validate_json(kept)
    except ValidationError:
        return None  # made by another version
    return result if result.version == OCR_VERSION else None


def recognise(content: Content, kind: str) -> bytes | Problem:
    """Recognise a picture (`formats.PICTURES`) or the scanned pages of a PDF, as JSON.

    Takes some 3 s a page on one core. A READER_MISSING problem says that rapidocr is not installed.
    """
    from inbox_ingest.reading.ocr_pages import choose, closer

    try:
        chosen = choose(_sheets(content, kind))
        pages = tuple(_page(closer(sheet, content, kind)) for sheet in chosen.sheets)
    except Unreadable as unreadable:
        return Problem(code=unreadable.code, detail=unreadable.detail)
    except ImportError:
        detail = "本机未安装文字识别组件（pip install rapidocr onnxruntime）"
        return Problem(code=IssueCode.READER_MISSING, detail=detail)
    result = OcrResult(
        pages=pages,
        seen=chosen.seen,
        unread=chosen.unread,
        more=chosen.more,
        photo=chosen.photo,
    )
    return result.model_dump_json().encode()


def _sheets(content: Content, kind: str) -> Iterator[Sheet]:
    if kind == "pdf":
        from inbox_ingest.reading.pdf_render import picture_pages

        return picture_pages(content)
    from inbox_ingest.reading.scan_picture import open_sheets

    return open_sheets(content, kind)


# --- one page ---------------------------------------------------------------------------------


class _Text(NamedTuple):
    lines: tuple[Line, ...]
    quality: float  # mean score, weighted by length; 0 where nothing was read
    sideways: float  # share of long lines that run down the page


def _page(sheet: Sheet) -> PageResult:
    import numpy as np

    from inbox_ingest.reading.scan_page import straightened
    from inbox_ingest.reading.scan_table import printed_ink, table_cells, tick_squares

    straight = straightened(sheet.pixels)
    text = _read(straight)
    if text.sideways > 0.5 or text.quality < 0.72:
        straight, text = _best_turn(sheet.pixels, straight, text)
    ink = printed_ink(np.ascontiguousarray(straight[:, :, 0]))
    page = PageResult(
        number=sheet.number,
        width=straight.shape[1],
        height=straight.shape[0],
        lines=text.lines,
        cells=tuple(_box(cell) for cell in table_cells(ink)),
        squares=tuple(
            TickSquare(box=_box(square.place), ink=square.ink) for square in tick_squares(ink)
        ),
    )
    return page.model_copy(update=_seal_of(sheet, straight, page))


def _box(place: Rect) -> Box:
    return place.left, place.top, place.right, place.bottom


def _best_turn(pixels: Pixels, straight: Pixels, text: _Text) -> tuple[Pixels, _Text]:
    """Read the page turned by quarters, for as long as it gets better."""
    import numpy as np

    from inbox_ingest.reading.scan_page import straightened

    best = (straight, text)
    for quarters in (1, 3) if text.sideways > 0.5 else (2,):
        turned = straightened(np.ascontiguousarray(np.rot90(pixels, quarters)))
        again = _read(turned)
        if again.sideways <= 0.5 and (best[1].sideways > 0.5 or again.quality > best[1].quality):
            best = (turned, again)
        if best[1].sideways <= 0.5 and best[1].quality > 0.85:
            break
    return best


def _read(pixels: Pixels) -> _Text:
    import numpy as np

    # Only the red channel: to it a red seal is white, and what is printed below comes out.
    plane = np.ascontiguousarray(np.repeat(pixels[:, :, :1], 3, axis=2))
    # Flags of one call stick for the next (facts §5): all of them, each time.
    output = _engine()(
        plane,
        use_det=True,
        use_cls=False,
        use_rec=True,
        return_word_box=True,
        return_single_char_box=True,
    )
    if getattr(output, "boxes", None) is None or not output.txts:
        return _Text((), 0.0, 0.0)
    words = output.word_results if output.word_results else [()] * len(output.txts)
    lines, tall, long = [], 0, 0
    for corners, text, score, characters in zip(
        output.boxes, output.txts, output.scores, words, strict=False
    ):
        box = _around(corners)
        if len(text) >= 4:
            long += 1
            tall += int(box[3] - box[1] > 1.5 * (box[2] - box[0]))
        lines.append(
            Line(box=box, text=text, score=round(float(score), 3), starts=_starts(text, characters))
        )
    weights = [len(line.text) for line in lines]
    quality = sum(line.score * weight for line, weight in zip(lines, weights, strict=True))
    return _Text(tuple(lines), quality / sum(weights), tall / long if long else 0.0)


def _around(corners: Any) -> Box:
    xs = [round(float(x)) for x, _ in corners]
    ys = [round(float(y)) for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _starts(text: str, characters: Any) -> tuple[int, ...]:
    """Left edges of the characters, or nothing where they do not fit the text one to one."""
    found = [(str(entry[0]), _around(entry[2])[0]) for entry in characters or ()]
    if "".join(character for character, _ in found) != text or len(found) != len(text):
        return ()
    return tuple(left for _, left in found)


def _seal_of(sheet: Sheet, straight: Pixels, page: PageResult) -> dict[str, object]:
    """The verdict on the page as it came and as it was straightened: the more careful one counts."""
    from inbox_ingest.reading.seal import find_seal
    from inbox_ingest.reading.seal_ink import unexplained_ink

    sight = find_seal(straight, colour_stored=sheet.colour_stored)
    if sight.verdict != "present":
        before = find_seal(sheet.pixels, colour_stored=sheet.colour_stored)
        if before.verdict == "present":
            # Straightening lost it: where it is on the straight page is not known.
            sight = before._replace(circle=None)
        elif before.verdict == "unverified":
            sight = before._replace(circle=sight.circle)
    if sight.verdict == "absent" and sheet.whole is not None:
        around = find_seal(sheet.whole, colour_stored=sheet.colour_stored, may_deny=False)
        if around.circle is not None:  # beside what was cut out: the sheet may have been more
            sight = sight._replace(verdict="unverified", note="有红色印迹，但不能确定是公章")
    if sight.verdict == "absent" and unexplained_ink(straight, _surely_text(page)):
        sight = sight._replace(verdict="unverified", note="有灰黑色印迹，可能是复印出来的印章")
    circle, text = None, None
    if sight.circle is not None:
        height, width = straight.shape[:2]
        radius = sight.circle.radius * min(width, height)
        circle = (sight.circle.x * width, sight.circle.y * height, radius)
    if circle is not None and sight.verdict == "present":
        text = _arc_text(straight, circle)
    return {
        "seal": sight.verdict,
        "colour": sight.colour,
        "seal_note": sight.note,
        "seal_circle": None if circle is None else tuple(round(value, 1) for value in circle),
        "seal_text": text,
    }


def _surely_text(page: PageResult) -> list[Rect]:
    """Where surely writing or a tick box stands: what was read badly, or is too high, may be a seal."""
    from statistics import median

    from inbox_ingest.reading.scan_table import Rect

    lines = page.lines
    heights = [line.box[3] - line.box[1] for line in lines]
    highest = 2.0 * median(heights) if heights else 0.0
    return [Rect(*square.box) for square in page.squares] + [
        Rect(*line.box)
        for line, height in zip(lines, heights, strict=True)
        if line.score >= _SURE_LINE and height <= highest
    ]


def _arc_text(pixels: Pixels, circle: tuple[float, float, float]) -> str | None:
    """What is written along the seal's rim, unrolled: a hint, wrong in a character or two."""
    from inbox_ingest.reading.seal_text import unrolled

    strip = unrolled(pixels, circle)
    output = _engine()(
        strip,
        use_det=False,
        use_cls=False,
        use_rec=True,
        return_word_box=False,
        return_single_char_box=False,
    )
    texts = getattr(output, "txts", None) or ()
    text = "".join(texts).strip()
    return text if len(text) >= 3 else None


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": 1600,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
