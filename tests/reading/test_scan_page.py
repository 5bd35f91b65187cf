"""A page is told from a photo without OCR, and laid straight."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from inbox_ingest.reading.scan_page import could_hold_sheet, picture_kind, skew_of, straightened
from inbox_ingest.reading.scan_picture import Pixels
from inbox_ingest.reading.scan_table import printed_ink, table_cells, tick_squares
from tests import scans


def pixels(image: scans.Page | Image.Image) -> Pixels:
    plain = image.image if isinstance(image, scans.Page) else image
    return np.asarray(plain.convert("RGB"), dtype=np.uint8)


def landscape(seed: int) -> Image.Image:
    """Sky over textured ground with some round things: no letter in it."""
    generator = np.random.default_rng(seed)
    ground = generator.normal(110, 35, (600, 900, 3))
    ground[:240] = np.linspace(235, 170, 240)[:, None, None] * np.array([0.8, 0.9, 1.0])
    image = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(9):
        x, y, size = (
            generator.integers(0, 800),
            generator.integers(200, 520),
            generator.integers(40, 160),
        )
        colour = tuple(int(value) for value in generator.integers(30, 220, 3))
        draw.ellipse((x, y, x + size, y + size), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(2))


def dense_text() -> scans.Page:
    page = scans.blank_paper(110)
    draw = ImageDraw.Draw(page.image)
    font = scans._font(scans.SERIF, 18)
    for row in range(38):
        draw.text(
            (90, 90 + 29 * row),
            "深入学习贯彻落实党的二十大和习近平总书记重要讲话精神围绕服务大局",
            (20, 20, 20),
            font,
        )
    return page


def last_lines() -> scans.Page:
    """What is left of a form on its second page: the place for the seal and the date."""
    page = scans.blank_paper(110)
    whole = scans.stamped(scans.form_page(dpi=110))
    top = round(page.px(222))
    page.image.paste(
        whole.image.crop((0, top, page.image.width, top + round(page.px(27)))), (0, 90)
    )
    return page


PAGES: dict[str, Callable[[], scans.Page]] = {
    "a form": lambda: scans.form_page(dpi=110),
    "a form in grey": lambda: scans.grey(scans.form_page(dpi=110)),
    "a form in black and white": lambda: scans.black_and_white(scans.form_page(dpi=150)),
    "a form on a desk": lambda: scans.phone_photo(scans.form_page(dpi=130)),
    "a form askew": lambda: scans.rotated(scans.form_page(dpi=110), 5),
    "a form sideways": lambda: scans.turned(scans.form_page(dpi=110), 1),
    "a page of text": dense_text,
    "the last lines of a form": last_lines,
    "a form of four colours": lambda: scans.few_colours(scans.noisy(scans.form_page(dpi=110)), 4),
    "a form of sixteen colours": lambda: scans.few_colours(
        scans.noisy(scans.stamped(scans.form_page(dpi=110))), 16
    ),
    "a page of text on a desk": lambda: scans.phone_photo(dense_text()),
}


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES)
def test_pages_of_paper_are_pages(make: Callable[[], scans.Page]) -> None:
    assert picture_kind(pixels(make())) == "page"


@pytest.mark.parametrize("seed", range(4))
def test_a_landscape_is_a_photo(seed: int) -> None:
    assert picture_kind(pixels(landscape(seed))) == "photo"


def test_a_portrait_before_a_white_wall_is_a_photo() -> None:
    image = Image.new("RGB", (900, 1200), (236, 234, 230))
    draw = ImageDraw.Draw(image)
    draw.ellipse((330, 250, 570, 560), fill=(208, 170, 140))
    draw.ellipse((320, 200, 580, 380), fill=(30, 24, 20))
    draw.rounded_rectangle((200, 560, 700, 1200), 90, fill=(40, 52, 92))
    assert picture_kind(pixels(image)) == "photo"


def test_a_red_banner_at_a_meeting_is_a_photo() -> None:
    image = landscape(9)
    ImageDraw.Draw(image).rectangle((100, 60, 800, 130), fill=(200, 20, 30))
    assert picture_kind(pixels(image)) == "photo"


def test_a_tiny_picture_is_a_logo() -> None:
    assert picture_kind(pixels(Image.new("RGB", (180, 60), (255, 255, 255)))) == "logo"


def test_noise_and_single_colours_are_survived() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (500, 500, 3), dtype=np.uint8)
    assert picture_kind(noise) in ("page", "photo")
    for value in (0, 128, 255):
        assert picture_kind(np.full((500, 500, 3), value, dtype=np.uint8)) == "photo"


def held_up() -> Image.Image:
    """A form held up in the street: coats and hands leave a round part of it to be seen."""
    street = landscape(3).resize((1600, 1067)).point(lambda value: value // 2)
    sheet = scans.stamped(scans.form_page(dpi=150)).image.resize((400, 566))
    mask = Image.new("L", sheet.size, 0)
    ImageDraw.Draw(mask).ellipse((8, 24, 392, 552), fill=255)
    street.paste(sheet.rotate(20), (600, 140), mask)
    return street.filter(ImageFilter.GaussianBlur(0.8))


def test_a_sheet_whose_edges_are_hidden_is_not_ruled_out() -> None:
    assert could_hold_sheet(pixels(held_up()))


@pytest.mark.parametrize("seed", range(10))
def test_a_landscape_holds_no_sheet(seed: int) -> None:
    assert not could_hold_sheet(pixels(landscape(seed)))


# --- straight ---------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [-5.0, -2.3, 0.0, 1.4, 5.0])
def test_skew_is_measured(degrees: float) -> None:
    page = scans.rotated(scans.form_page(dpi=110), degrees)
    assert skew_of(pixels(page)) == pytest.approx(-degrees, abs=0.2)


BENT: dict[str, Callable[[scans.Page], scans.Page]] = {
    "as scanned": lambda page: page,
    "turned left": lambda page: scans.rotated(page, 5),
    "turned right": lambda page: scans.rotated(page, -4),
    "from the side": lambda page: scans.skewed(page, 0.05),
    "by phone": scans.phone_photo,
}


@pytest.mark.parametrize("change", BENT.values(), ids=BENT)
def test_all_cells_and_both_boxes_are_found_however_the_page_lay(
    change: Callable[[scans.Page], scans.Page],
) -> None:
    straight = straightened(pixels(change(scans.stamped(scans.form_page(dpi=140)))))
    ink = printed_ink(np.ascontiguousarray(straight[:, :, 0]))
    cells = table_cells(ink)
    # The form: three rows of two cells, one of four, two of two. A sheet's edge makes no cell.
    assert len(cells) == 14
    row = sorted(cells, key=lambda cell: cell.top)[4:6]
    inks = [
        square.ink
        for square in tick_squares(ink)
        if any(c.top < square.place.top and square.place.bottom < c.bottom for c in row)
        and square.place.left > min(cell.right for cell in row)
    ]
    assert max(inks) >= 0.24 and min(inks) == 0.0


def test_the_edge_of_the_sheet_on_a_desk_is_no_cell() -> None:
    ink = np.zeros((800, 600), dtype=np.uint8)
    frames = ((20, 20, 580, 780), (100, 100, 300, 200), (300, 100, 500, 200))
    for left, top, right, bottom in frames:
        ink[top : top + 3, left:right] = ink[bottom : bottom + 3, left:right] = 1
        ink[top:bottom, left : left + 3] = ink[top : bottom + 3, right : right + 3] = 1
    cells = table_cells(ink)
    assert [(round(c.left, -1), round(c.right, -1)) for c in cells] == [(110, 300), (310, 500)]


@pytest.mark.parametrize("at", [(205, 228), (196, 228), (12, 228)])
def test_a_seal_that_touches_the_table_does_not_bend_the_page(at: tuple[int, int]) -> None:
    page = scans.copied(scans.stamped(scans.form_page(dpi=150), at=at))
    flat = pixels(page)
    assert np.abs(straightened(flat).astype(int) - flat).mean() < 2


def test_perspective_is_undone_though_one_side_of_the_table_is_faint() -> None:
    page = scans.skewed(scans.noisy(scans.stamped(scans.form_page(dpi=150))))
    straight = straightened(pixels(page))
    cells = table_cells(printed_ink(np.ascontiguousarray(straight[:, :, 0])))
    first_column = sorted(cell.left for cell in cells)[:6]
    assert first_column[-1] - first_column[0] <= 6
