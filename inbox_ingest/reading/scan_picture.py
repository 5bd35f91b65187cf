"""Opens pictures within bounds: any format phones and scanners write, upright, small enough to judge.

The size is read before a pixel is decoded, so that an image bomb costs nothing. JPEG is decoded at
a fraction of its size where that is enough: a phone's 12 million pixels then cost 30 ms.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from inbox_ingest.reading.document import Unreadable
from inbox_ingest.reading.picture_size import picture_size
from inbox_ingest.records import IssueCode

if TYPE_CHECKING:
    from inbox_ingest.reading.content import Content

Pixels = NDArray[np.uint8]

# Workers are the parallelism; threads of several workers only stand in each other's way.
cv2.setNumThreads(1)

WORKING_SIDE = 1600  # longest side in pixels: 137 dpi on A4, where OCR reads as well as at 300
MOST_PIXELS = 120_000_000  # an A3 sheet at 600 dpi has 70 million, a phone's largest mode 108
MOST_PAGES = 61  # one more than anybody looks at, so that it is seen that there are more
MOST_BYTES = 200 * 1024 * 1024

# kind (formats.py) → Pillow's plugins that may look at it. Nothing else is tried: a picture whose
# first bytes say JPEG must not reach a rare and little-tested decoder.
DECODERS: dict[str, tuple[str, ...]] = {
    "jpeg": ("JPEG", "MPO"),
    "png": ("PNG",),
    "tiff": ("TIFF",),
    "bmp": ("BMP", "DIB"),
    "gif": ("GIF",),
    "webp": ("WEBP",),
    "heic": ("HEIF", "AVIF"),
    "avif": ("HEIF", "AVIF"),
}


class Sheet(NamedTuple):
    """One picture, upright by its EXIF tag: RGB pixels, height × width × 3.

    `full_size` is (width, height) before it was made smaller. `colour_stored` is False where the
    file has one channel (grey, black and white): then no colour can be missing from it. `whole` is
    the picture that `pixels` was cut out of, where only a part of it is the sheet.
    """

    pixels: Pixels
    full_size: tuple[int, int]
    colour_stored: bool
    number: int
    whole: Pixels | None = None


def darkest(planes: NDArray[Any]) -> NDArray[Any]:
    """The least of the three channels, pixel by pixel (ten times as fast as `min(axis=2)`)."""
    return np.asarray(np.minimum(np.minimum(planes[:, :, 0], planes[:, :, 1]), planes[:, :, 2]))


def lightest(planes: NDArray[Any]) -> NDArray[Any]:
    """The greatest of the three channels, pixel by pixel."""
    return np.asarray(np.maximum(np.maximum(planes[:, :, 0], planes[:, :, 1]), planes[:, :, 2]))


def off_paper(planes: NDArray[Any], darker_than: float | None = None) -> NDArray[np.uint8]:
    """The desk around the sheet, with a seam: nothing white near, as far as the picture's edge.

    `darker_than` is the level of a desk where the paper's is known; else 0.6 of the paper's own.
    """
    reach = max(9, round(min(planes.shape[:2]) * 0.045)) | 1
    light = np.asarray(cv2.dilate(darkest(planes), np.ones((reach, reach), np.uint8)))
    if darker_than is None:
        darker_than = 0.6 * float(np.percentile(light, 75))
    dark = (light < darker_than).astype(np.uint8)
    count, areas, _, _ = cv2.connectedComponentsWithStats(dark, connectivity=4)
    desk = np.zeros(count, dtype=np.uint8)
    for edge in (areas[0], areas[-1], areas[:, 0], areas[:, -1]):
        desk[edge] = 1
    desk[0] = 0
    seam = np.ones((reach + 6, reach + 6), np.uint8)
    return np.asarray(cv2.dilate(desk[areas], seam), dtype=np.uint8)


def open_sheets(content: Content, kind: str, side: int = WORKING_SIDE) -> Iterator[Sheet]:
    """Yield the pages of a picture file, each at most `side` pixels long, `MOST_PAGES` at most.

    Raises:
        Unreadable: FILE_UNREADABLE where the picture is damaged, READER_MISSING where it is of a
            variant that nothing here decodes, SUSPICIOUS_FILE where it claims a size that no scanner
            makes.
    """
    if content.size > MOST_BYTES:
        raise Unreadable(IssueCode.SUSPICIOUS_FILE, "图片文件过大，未打开")
    with content.open() as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's bomb warning: the limit is ours, below
        number = 0
        try:
            with _opened(stream, kind) as image:
                # Only TIFF has pages. The second image of a phone's JPEG is a preview or a depth map.
                frames = ImageSequence.Iterator(image) if kind == "tiff" else (image,)
                for number, frame in enumerate(frames, start=1):
                    if number > MOST_PAGES:
                        return
                    yield _sheet(frame, side, number)
        except Image.DecompressionBombError as error:
            raise Unreadable(IssueCode.SUSPICIOUS_FILE, "图片尺寸异常，未打开") from error
        except _TRIPPED as error:
            second = _by_second_decoder(content, kind, side) if number <= 1 else None
            if second is None:
                raise _fault(error, kind) from error
            yield second


# What Pillow's decoders raise on bytes that are not what they should be.
_TRIPPED = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    struct.error,
)
_CUT_OFF = ("truncated", "broken data", "unrecognized data", "no data", "unexpected end")
_NOT_OURS = ("support", "cannot load", "apng", "too large", "not available")
_MANY_VARIANTS = frozenset(("tiff", "bmp"))


def _fault(error: Exception, kind: str) -> Unreadable:
    """Whose fault it is: a file that was cut off is the sender's, a rare variant is ours to read.

    TIFF and BMP have variants without end that are no damage; of the others every one is read here,
    but for those whose error says so, and those with odd tags in a sound picture (TypeError).
    """
    said = str(error).lower()
    if not any(word in said for word in _CUT_OFF) and (
        kind in _MANY_VARIANTS
        or any(word in said for word in _NOT_OURS)
        or isinstance(error, TypeError | AttributeError)
    ):
        return Unreadable(IssueCode.READER_MISSING, "本机打不开这种图片，需人工查看")
    return Unreadable(IssueCode.FILE_UNREADABLE, "图片已损坏，打不开")


def _by_second_decoder(content: Content, kind: str, side: int) -> Sheet | None:
    """A JPEG by OpenCV, where Pillow tripped over its tags: the picture itself may be whole."""
    size = picture_size(content, kind)
    if kind != "jpeg" or size is None or not 0 < size[0] * size[1] <= MOST_PIXELS:
        return None
    data = content.read()
    if b"\xff\xd9" not in data[-4096:]:
        return None  # cut off: OpenCV would fill the rest with grey and say nothing
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        return None
    scale = min(1.0, side / max(decoded.shape[:2]))
    wanted = (round(decoded.shape[1] * scale), round(decoded.shape[0] * scale))
    small = cv2.resize(decoded, wanted, interpolation=cv2.INTER_AREA)
    pixels = np.ascontiguousarray(np.asarray(small, dtype=np.uint8)[:, :, ::-1])
    return Sheet(pixels, (decoded.shape[1], decoded.shape[0]), True, 1)


def _opened(stream: object, kind: str) -> Image.Image:
    if kind in ("heic", "avif"):
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    return Image.open(stream, formats=DECODERS.get(kind, ("JPEG", "PNG")))  # type: ignore[arg-type]


def _sheet(image: Image.Image, side: int, number: int) -> Sheet:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Unreadable(IssueCode.SUSPICIOUS_FILE, f"图片尺寸异常（{width}×{height}像素），未打开")
    if image.format in ("JPEG", "MPO"):
        scale = min(1.0, side / max(width, height))
        image.draft("RGB", (round(width * scale), round(height * scale)))
    colour_stored = _has_colour_channels(image)
    reduced = image.copy() if number > 1 else image
    if reduced.mode in ("I;16", "I", "F"):
        reduced = _eight_bits(reduced)
    if max(reduced.size) > side and reduced.mode not in ("P", "1", "PA"):
        reduced.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=None)
    upright = _turned(_on_white(reduced), _orientation(image))
    if max(upright.size) > side:
        upright.thumbnail((side, side), Image.Resampling.BOX)
    return Sheet(np.asarray(upright), (width, height), colour_stored, number)


def _has_colour_channels(image: Image.Image) -> bool:
    if image.mode in ("1", "L", "LA", "I", "I;16", "F"):
        return False
    if image.mode in ("P", "PA"):
        palette = image.getpalette("RGB") or []
        triples = zip(palette[0::3], palette[1::3], palette[2::3], strict=False)
        return any(max(triple) - min(triple) > 8 for triple in triples)
    return True


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.float32)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255.0 / (high - low or 1.0))
    return Image.fromarray(scaled.astype(np.uint8))


# Exif's Orientation (274) → what puts the picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(274, 1))
    except _TRIPPED:
        return 1  # senseless tags are no reason to refuse a picture


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _on_white(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layers = image.convert("RGBA")
    paper = Image.new("RGB", layers.size, (255, 255, 255))
    paper.paste(layers, mask=layers.getchannel("A"))
    return paper
