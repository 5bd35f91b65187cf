"""Opens pictures within bounds: any format phones and scanners write, upright, small enough to judge.

The size is read before a pixel is decoded, so that an image bomb costs nothing. JPEG is decoded at
a fraction of its size where that is enough: a phone's 12 million pixels then cost 30 ms.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence

from inbox_ingest.reading.document import Unreadable
from inbox_ingest.records import IssueCode

if TYPE_CHECKING:
    from inbox_ingest.reading.content import Content

Pixels = NDArray[np.uint8]

WORKING_SIDE = 1600  # longest side in pixels: 137 dpi on A4, where OCR reads as well as at 300
MOST_PIXELS = 120_000_000  # an A3 sheet at 600 dpi has 70 million, a phone's largest mode 108
MOST_PAGES = 12
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
    "heic": ("HEIF",),
    "avif": ("HEIF", "AVIF"),
}


class Sheet(NamedTuple):
    """One picture, upright by its EXIF tag: RGB pixels, height × width × 3.

    `full_size` is (width, height) before it was made smaller. `colour_stored` is False where the
    file has one channel (grey, black and white): then no colour can be missing from it.
    """

    pixels: Pixels
    full_size: tuple[int, int]
    colour_stored: bool
    number: int


def open_sheets(content: Content, kind: str, side: int = WORKING_SIDE) -> Iterator[Sheet]:
    """Yield the pages of a picture file, each at most `side` pixels long, `MOST_PAGES` at most.

    Raises:
        Unreadable: FILE_UNREADABLE where the picture is damaged, SUSPICIOUS_FILE where it claims a
            size that no scanner makes.
    """
    if content.size > MOST_BYTES:
        raise Unreadable(IssueCode.SUSPICIOUS_FILE, "图片文件过大，未打开")
    with content.open() as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's bomb warning: the limit is ours, below
        try:
            with _opened(stream, kind) as image:
                for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                    if number > MOST_PAGES or (number > 1 and kind != "tiff"):
                        return
                    yield _sheet(frame, side, number)
        except Image.DecompressionBombError as error:
            raise Unreadable(IssueCode.SUSPICIOUS_FILE, "图片尺寸异常，未打开") from error
        except (
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
            KeyError,
            TypeError,
            IndexError,
        ) as error:
            # What Pillow's decoders raise on bytes that are not what they should be.
            raise Unreadable(IssueCode.FILE_UNREADABLE, "图片已损坏，打不开") from error


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
    upright = ImageOps.exif_transpose(_on_white(reduced))
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


def _on_white(image: Image.Image) -> Image.Image:
    exif = image.getexif()
    if "A" in image.getbands() or "transparency" in image.info:
        layers = image.convert("RGBA")
        paper = Image.new("RGB", layers.size, (255, 255, 255))
        paper.paste(layers, mask=layers.getchannel("A"))
    else:
        paper = image.convert("RGB")
    paper.info["exif"] = exif.tobytes()
    return paper
