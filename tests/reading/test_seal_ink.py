"""Grey marks of a stamp's size are noticed on a page whose text is known; writing and rulings are not."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest

from inbox_ingest.reading.content import MemoryContent
from inbox_ingest.reading.scan_picture import open_sheets
from inbox_ingest.reading.scan_table import Rect
from inbox_ingest.reading.seal_ink import unexplained_ink
from tests import scans

Change = Callable[[scans.Page], scans.Page]


@lru_cache
def form(dpi: int) -> scans.Page:
    return scans.form_page(dpi=dpi)


def suspected(page: scans.Page, quality: int = 85) -> bool:
    content = MemoryContent(scans.encoded(page, quality=quality))
    sheet = next(iter(open_sheets(content, "jpeg")))
    scale = sheet.pixels.shape[1] / sheet.full_size[0]
    lines = [Rect(*(round(edge * scale) for edge in line)) for line in page.lines]
    return unexplained_ink(sheet.pixels, lines)


COPIES: dict[str, Change] = {
    "black seal": lambda page: scans.stamped(page, colour=(30, 30, 30)),
    "dark red seal": lambda page: scans.stamped(page, colour=(150, 20, 30)),
    "red seal": scans.stamped,
    "half its strength": lambda page: scans.stamped(page, strength=0.5),
    "faint": lambda page: scans.stamped(page, strength=0.18),
    "worn": lambda page: scans.worn(page, 0.4, seed=1),
    "few patches": lambda page: scans.worn(page, 0.15, seed=2),
    "cut off by the edge": lambda page: scans.stamped(page, at=(205, 228)),
    "small": lambda page: scans.stamped(page, diameter=26),
    "over the text": lambda page: scans.stamped(page, at=(100, 128)),
    "square name seal": scans.name_seal,
}


@pytest.mark.parametrize("dpi", [100, 200])
@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_a_seal_that_was_copied_in_grey_is_suspected(change: Change, dpi: int) -> None:
    assert suspected(scans.noisy(scans.copied(change(form(dpi)))))
    assert suspected(scans.copied(change(form(dpi))))


@pytest.mark.parametrize("quality", [60, 85])
@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_a_form_alone_explains_all_its_ink(dpi: int, quality: int) -> None:
    assert not suspected(scans.noisy(form(dpi)), quality)


@pytest.mark.parametrize(
    "change", [scans.with_red_letterhead, scans.with_red_disc, scans.with_banner]
)
def test_coloured_things_are_judged_elsewhere(change: Change) -> None:
    assert not suspected(scans.noisy(change(form(150))))


def test_where_noise_hides_faint_ink_nothing_is_sure() -> None:
    assert suspected(scans.noisy(form(150), sigma=25))


@pytest.mark.parametrize("size", [(60, 60), (60, 900), (900, 60)])
def test_pictures_of_any_shape_are_survived(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (*size, 3), dtype=np.uint8)
    unexplained_ink(noise, [Rect(-5, -5, 2000, 30)])
