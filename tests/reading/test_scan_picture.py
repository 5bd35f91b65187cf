"""Pictures are opened upright, reduced, and within bounds; damage and bombs become values."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, features

from inbox_ingest.reading.content import MemoryContent
from inbox_ingest.reading.document import Unreadable
from inbox_ingest.reading.scan_picture import MOST_PAGES, WORKING_SIDE, Sheet, open_sheets
from inbox_ingest.records import IssueCode


def opened(data: bytes, kind: str) -> list[Sheet]:
    return list(open_sheets(MemoryContent(data), kind))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def half_red(width: int = 200, height: int = 100) -> Image.Image:
    """Red on the left, white on the right: turning shows."""
    pixels = np.full((height, width, 3), 255, dtype=np.uint8)
    pixels[:, : width // 2] = (220, 10, 10)
    return Image.fromarray(pixels)


def is_red(sheet: Sheet, x: float, y: float) -> bool:
    height, width = sheet.pixels.shape[:2]
    red, green, _ = sheet.pixels[int(y * height), int(x * width)].astype(int)
    return red - green > 100


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "bmp", "webp", "gif"])
def test_every_format_of_scanners_and_phones_is_opened(kind: str) -> None:
    sheet = opened(saved(half_red(), kind.upper()), kind)[0]
    assert is_red(sheet, 0.2, 0.5) and not is_red(sheet, 0.8, 0.5)
    assert sheet.full_size == (200, 100)


def test_heic_is_opened() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    stream = io.BytesIO()
    pillow_heif.from_pillow(half_red(256, 128)).save(stream)
    sheet = opened(stream.getvalue(), "heic")[0]
    assert is_red(sheet, 0.2, 0.5) and not is_red(sheet, 0.8, 0.5)


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [(1, (0.2, 0.5)), (3, (0.8, 0.5)), (6, (0.5, 0.2)), (8, (0.5, 0.8))],
)
def test_a_phone_picture_is_turned_as_its_tag_says(
    orientation: int, red_at: tuple[float, float]
) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    sheet = opened(saved(half_red(), "JPEG", exif=exif), "jpeg")[0]
    assert is_red(sheet, *red_at)
    assert not is_red(sheet, 1 - red_at[0] if red_at[0] != 0.5 else 0.5, 1 - red_at[1])


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_large_picture_is_reduced_and_keeps_its_shape(kind: str) -> None:
    sheet = opened(saved(half_red(4000, 3000), kind.upper()), kind)[0]
    height, width = sheet.pixels.shape[:2]
    assert width <= WORKING_SIDE and width >= 0.9 * WORKING_SIDE
    assert height / width == pytest.approx(0.75, abs=0.01)
    assert sheet.full_size == (4000, 3000)


def test_each_page_of_a_tiff_is_a_sheet_up_to_a_limit() -> None:
    pages = [half_red(60, 40 + n) for n in range(MOST_PAGES + 3)]
    sheets = opened(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]), "tiff")
    assert [sheet.number for sheet in sheets] == list(range(1, MOST_PAGES + 1))
    assert sheets[2].pixels.shape[0] == 42


@pytest.mark.parametrize(
    ("mode", "colour"),
    [("1", False), ("L", False), ("I;16", False), ("P", True), ("RGB", True), ("CMYK", True)],
)
def test_whether_a_file_can_hold_colour_is_told_by_its_channels(mode: str, colour: bool) -> None:
    image = half_red().convert("L").convert("I;16") if mode == "I;16" else half_red().convert(mode)
    assert opened(saved(image, "TIFF"), "tiff")[0].colour_stored is colour


def test_a_palette_of_greys_is_no_colour() -> None:
    assert not opened(saved(half_red().convert("L").quantize(16), "PNG"), "png")[0].colour_stored


def test_what_is_transparent_lies_on_white_paper() -> None:
    image = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    assert (opened(saved(image, "PNG"), "png")[0].pixels == 255).all()


# --- bad files --------------------------------------------------------------------------------


def png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (200_000, 800), (13_000, 13_000)])
def test_an_image_bomb_is_refused_before_a_pixel_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(Unreadable) as caught:
        opened(png_claiming(*size), "png")
    assert caught.value.code is IssueCode.SUSPICIOUS_FILE


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "bmp", "webp"])
def test_a_picture_that_was_cut_off_is_unreadable(kind: str) -> None:
    whole = saved(half_red(400, 300), kind.upper())
    with pytest.raises(Unreadable) as caught:
        opened(whole[: len(whole) // 2], kind)
    assert caught.value.code is IssueCode.FILE_UNREADABLE


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        *((kind, IssueCode.FILE_UNREADABLE) for kind in ("jpeg", "png", "webp", "gif", "heic")),
        # Of these there are variants without end: what we cannot open need not be damaged.
        *((kind, IssueCode.READER_MISSING) for kind in ("tiff", "bmp")),
    ],
)
def test_what_no_decoder_knows(kind: str, code: IssueCode) -> None:
    with pytest.raises(Unreadable) as caught:
        opened(bytes(range(256)) * 20, kind)
    assert caught.value.code is code


def test_the_depth_map_behind_a_phone_s_picture_is_no_second_page() -> None:
    picture = half_red(300, 200)
    both = saved(picture, "MPO", save_all=True, append_images=[half_red(60, 40)])
    cut = both[: both.rindex(b"\xff\xd8") + 40]  # the second one is damaged: nobody cares
    for data in (both, cut):
        assert [sheet.full_size for sheet in opened(data, "jpeg")] == [(300, 200)]


def test_a_sound_jpeg_with_senseless_tags_is_read_all_the_same() -> None:
    # One entry: XResolution (282), which is a number, as four letters.
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHI4s", 282, 2, 4, b"wide") + b"\0" * 4
    sheet = opened(saved(half_red(), "JPEG", exif=exif), "jpeg")[0]
    assert is_red(sheet, 0.2, 0.5)


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")
def test_avif_is_opened() -> None:
    assert is_red(opened(saved(half_red(), "AVIF"), "heic")[0], 0.2, 0.5)
