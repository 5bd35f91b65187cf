"""A sheet on a desk is found and cut out; nothing is cut off a scan that is all paper."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inbox_ingest.reading.scan_page import look_at, picture_kind
from inbox_ingest.reading.scan_sheet import cut_out, sheet_corners, sheets_in
from tests import scans

GROUNDS = {
    "red-brown": (150, 60, 45),
    "wood": (170, 120, 75),
    "grey": (90, 90, 95),
    "white": (205, 200, 195),
    "black": (35, 35, 38),
}


def pixels(page: scans.Page) -> np.ndarray:
    return np.asarray(page.image.convert("RGB"), dtype=np.uint8)


@pytest.mark.parametrize("size", [(1600, 1200), (1200, 1600)], ids=["landscape", "portrait"])
@pytest.mark.parametrize("share", [0.45, 0.6, 0.72, 0.85])
@pytest.mark.parametrize("ground", GROUNDS.values(), ids=GROUNDS)
def test_a_stamped_sheet_on_a_desk_is_a_page_and_is_cut_out(
    ground: tuple[int, int, int], share: float, size: tuple[int, int]
) -> None:
    form = scans.stamped(scans.form_page(dpi=150))
    photo = pixels(scans.on_desk(form, share, ground=ground, size=size))
    assert picture_kind(photo) == "page"
    corners = sheet_corners(photo)
    assert corners is not None
    sheet = cut_out(photo, corners)
    height, width = sheet.shape[:2]
    assert height / width == pytest.approx(297 / 210, rel=0.12)
    assert look_at(sheet).paper > 0.75


@pytest.mark.parametrize(
    "make",
    [
        lambda: scans.form_page(dpi=110),
        lambda: scans.noisy(scans.stamped(scans.form_page(dpi=110))),
        lambda: scans.grey(scans.form_page(dpi=110)),
        lambda: scans.rotated(scans.form_page(dpi=110), 4),
        lambda: scans.with_red_frame(scans.form_page(dpi=110)),
        lambda: scans.with_banner(scans.form_page(dpi=110)),
        lambda: scans.blank_paper(110),
    ],
)
def test_a_scan_is_all_paper_and_nothing_is_cut_off(make: Callable[[], scans.Page]) -> None:
    assert sheet_corners(pixels(make())) is None


def test_what_lies_at_a_hidden_corner_is_kept() -> None:
    form = scans.stamped(scans.form_page(dpi=150))
    photo = scans.on_desk(form, 0.7, lean=0.0)
    draw = ImageDraw.Draw(photo.image)
    draw.polygon([(480, 1080), (480, 900), (600, 1080)], fill=(60, 45, 40))  # a sleeve
    corners = sheet_corners(pixels(photo))
    if corners is not None:
        whole = (corners[:, 0].min(), corners[:, 1].min(), corners[:, 0].max())
        # The sheet is 594 by 840 in the middle of 1600 by 1200.
        assert whole[0] <= 510 and whole[1] <= 190 and whole[2] >= 1090


def test_of_two_sheets_beside_each_other_none_is_cut_off() -> None:
    table = Image.new("RGB", (1600, 1000), (120, 85, 55))
    for left, page in (
        (120, scans.form_page(dpi=80)),
        (860, scans.stamped(scans.form_page(dpi=75))),
    ):
        table.paste(page.image, (left, 40))
    photo = np.asarray(table)
    assert len(sheets_in(photo)) == 2
    assert sheet_corners(photo) is None
    assert picture_kind(photo) == "page"


def test_a_window_and_a_sign_without_writing_are_no_pages() -> None:
    photo = Image.new("RGB", (1200, 900), (70, 80, 60))
    draw = ImageDraw.Draw(photo)
    draw.rectangle((300, 200, 700, 700), fill=(235, 240, 245))
    draw.rectangle((850, 300, 1000, 400), fill=(230, 230, 230))
    assert picture_kind(np.asarray(photo)) == "photo"


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (40, 40), (500, 700)])
def test_pictures_of_any_shape_are_survived(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (*shape, 3), dtype=np.uint8)
    corners = sheet_corners(noise)
    assert corners is None or cut_out(noise, corners).size > 0
