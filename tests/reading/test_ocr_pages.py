"""Which pages of a file are recognised: all are looked at, the telling ones read, the rest named."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from PIL import Image

from inbox_ingest.reading.content import MemoryContent
from inbox_ingest.reading.ocr import MOST_READ
from inbox_ingest.reading.ocr_pages import MOST_LOOKED, choose, closer
from inbox_ingest.reading.scan_picture import Pixels, Sheet, open_sheets
from tests import scans


@cache
def writing() -> Pixels:
    page = scans.blank_paper(80)
    pen = scans._Pen(page)
    for row in range(9):
        pen.wrapped(25, 30 + 25 * row, 160, "深入推进党建与业务融合，围绕中心服务大局，" * 3)
    return np.asarray(page.image)


@cache
def form() -> Pixels:
    return np.asarray(scans.form_page(dpi=80).image)


@cache
def stamped() -> Pixels:
    return np.asarray(scans.stamped(scans.form_page(dpi=80)).image)


def photo() -> Pixels:
    return np.asarray(Image.new("RGB", (900, 700), (90, 120, 160)))


def sheets(*pages: Pixels) -> Iterator[Sheet]:
    for number, pixels in enumerate(pages, start=1):
        yield Sheet(pixels, (pixels.shape[1], pixels.shape[0]), True, number)


def numbers(*pages: Pixels) -> list[int]:
    return [sheet.number for sheet in choose(sheets(*pages)).sheets]


def test_a_short_file_is_read_whole_but_for_its_photos() -> None:
    assert numbers(form(), photo(), writing(), photo()) == [1, 3]


def test_the_stamped_page_is_read_wherever_it_stands() -> None:
    chosen = choose(sheets(*[writing()] * 11, stamped(), *[writing()] * 3))
    read = [sheet.number for sheet in chosen.sheets]
    assert read == [*range(1, MOST_READ), 12]
    assert chosen.unread == tuple(n for n in range(1, 16) if n not in read)
    assert (chosen.seen, chosen.more) == (15, False)


def test_a_form_comes_before_pages_of_text() -> None:
    assert numbers(*[writing()] * 12, form()) == [*range(1, MOST_READ), 13]


def test_it_says_that_there_are_pages_beyond_those_looked_at() -> None:
    chosen = choose(sheets(*[photo()] * (MOST_LOOKED + 1)))
    assert (chosen.seen, chosen.more) == (MOST_LOOKED, True)
    assert not choose(sheets(*[photo()] * MOST_LOOKED)).more


def test_what_somebody_took_for_a_page_is_read() -> None:
    assert numbers(photo(), photo()) == [1]


def test_a_file_without_pages_has_none_to_read() -> None:
    assert choose(sheets()).sheets == ()


# --- a sheet in a photo -----------------------------------------------------------------------


def opened(page: scans.Page) -> tuple[Sheet, MemoryContent]:
    content = MemoryContent(scans.encoded(page))
    return next(iter(open_sheets(content, "jpeg"))), content


def test_a_small_sheet_is_cut_out_as_sharp_as_the_photo_has_it() -> None:
    photo = scans.on_desk(scans.stamped(scans.form_page(dpi=150)), 0.5, size=(3000, 2250))
    sheet, content = opened(photo)
    near = closer(sheet, content, "jpeg")
    assert near.whole is not None and near.whole.shape == sheet.pixels.shape
    # Half of 2250 pixels: opened at 1600 the sheet would have had 600 of them.
    assert max(near.pixels.shape) > 1050


def test_a_scan_stays_as_it_is() -> None:
    sheet, content = opened(scans.noisy(scans.form_page(dpi=110)))
    assert closer(sheet, content, "jpeg") is sheet


def test_a_light_thing_without_writing_is_not_taken_for_the_sheet() -> None:
    photo = scans.on_desk(scans.blank_paper(80), 0.6)
    sheet, content = opened(photo)
    assert closer(sheet, content, "jpeg") is sheet
