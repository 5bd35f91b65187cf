"""Seals: found fresh, faint, askew and under a lamp; never made out of other red things; never denied
where somebody might see one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from PIL import Image

from inbox_ingest.reading.content import MemoryContent
from inbox_ingest.reading.scan_picture import open_sheets
from inbox_ingest.reading.seal import SealSight, find_seal
from tests import scans

Change = Callable[[scans.Page], scans.Page]


@lru_cache
def form(dpi: int) -> scans.Page:
    return scans.form_page(dpi=dpi)


def sight(page: scans.Page, kind: str = "JPEG", quality: int = 85) -> SealSight:
    content = MemoryContent(scans.encoded(page, kind, quality))
    sheet = next(iter(open_sheets(content, kind.lower())))
    return find_seal(sheet.pixels, colour_stored=sheet.colour_stored)


STAMPED: dict[str, Change] = {
    "fresh": scans.stamped,
    "colour scanner": lambda page: scans.noisy(scans.stamped(page)),
    "turned by five degrees": lambda page: scans.rotated(scans.stamped(page), 5),
    "turned by minus four": lambda page: scans.rotated(scans.noisy(scans.stamped(page)), -4),
    "upside down": lambda page: scans.turned(scans.stamped(page), 2),
    "seen from the side": lambda page: scans.skewed(scans.stamped(page)),
    "faint": lambda page: scans.noisy(scans.stamped(page, strength=0.3)),
    "over printed text": lambda page: scans.noisy(scans.stamped(page, at=(100, 140))),
    "warm lamp": lambda page: scans.phone_photo(scans.stamped(page)),
    "very warm lamp": lambda page: scans.phone_photo(scans.stamped(page), warmth=0.6),
    "on letterhead": lambda page: scans.noisy(scans.with_red_letterhead(scans.stamped(page))),
    "in a red frame": lambda page: scans.noisy(scans.with_red_frame(scans.stamped(page))),
    "two seals that overlap": lambda page: scans.stamped(scans.stamped(page), at=(115, 228)),
    "orange ink": lambda page: scans.noisy(scans.stamped(page, colour=(235, 80, 60))),
    "small": lambda page: scans.stamped(page, diameter=38),
}

NO_SEALS: dict[str, Change] = {
    "nothing red": lambda page: page,
    "letterhead": scans.with_red_letterhead,
    "disc": scans.with_red_disc,
    "ring of a logo": scans.with_ring_logo,
    "banner": scans.with_banner,
    "frame": scans.with_red_frame,
}


@pytest.mark.parametrize("dpi", [100, 200])
@pytest.mark.parametrize("change", STAMPED.values(), ids=STAMPED)
def test_a_seal_is_found(change: Change, dpi: int) -> None:
    assert sight(change(form(dpi))).verdict == "present"


def test_a_seal_survives_strong_jpeg_compression() -> None:
    assert sight(scans.noisy(scans.stamped(form(150))), quality=60).verdict == "present"


@pytest.mark.parametrize("light", [scans.noisy, scans.phone_photo], ids=["scanner", "phone"])
@pytest.mark.parametrize("change", NO_SEALS.values(), ids=NO_SEALS)
def test_other_red_things_are_no_seal(change: Change, light: Change) -> None:
    assert sight(light(change(form(150)))).verdict != "present"


def test_a_clean_colour_page_without_any_red_surely_has_none() -> None:
    assert sight(scans.noisy(form(150))).verdict == "absent"


@pytest.mark.parametrize("strength", [0.85, 0.3])
@pytest.mark.parametrize(
    "make",
    [
        scans.grey,
        scans.black_and_white,
        lambda page: scans.Page(page.image.convert("L").convert("RGB"), page.dpi),
        lambda page: scans.Page(scans.black_and_white(page).image.convert("RGB"), page.dpi),
    ],
    ids=["grey", "one bit", "grey kept as RGB", "black and white kept as RGB"],
)
def test_a_stamped_page_without_colour_is_never_called_unstamped(
    make: Change, strength: float
) -> None:
    page = make(scans.stamped(form(150), strength=strength))
    kind = "PNG" if page.image.mode == "1" else "JPEG"
    assert sight(page, kind).verdict == "unverified"


@pytest.mark.parametrize("strength", [0.22, 0.16, 0.12, 0.08])
def test_a_seal_that_fades_is_doubted_before_it_is_denied(strength: float) -> None:
    # 0.08 is a pink that is hard to see on screen: nothing less may be called absent.
    page = scans.noisy(scans.stamped(form(150), strength=strength), sigma=2)
    assert sight(page).verdict != "absent"


ODD: dict[str, Change] = {
    "half outside the picture": lambda page: scans.stamped(page, at=(208, 228)),
    "very small": lambda page: scans.stamped(page, diameter=24),
    "very large": lambda page: scans.stamped(page, diameter=58),
    "half printed": lambda page: scans.worn(page, 0.5),
    "spots": lambda page: scans.worn(page, 0.3),
    "few spots": lambda page: scans.worn(page, 0.2),
    "faint spots": lambda page: scans.worn(page, 0.3, strength=0.4),
    "few faint spots": lambda page: scans.worn(page, 0.2, strength=0.4),
    "short name": lambda page: scans.stamped(page, "某某局"),
    "no writing": lambda page: scans.stamped(page, "·"),
    "blue": lambda page: scans.stamped(page, colour=(40, 60, 200)),
    "violet": lambda page: scans.stamped(page, colour=(150, 40, 150)),
    "square seal of a person": scans.name_seal,
    "its upper quarter": lambda page: scans.partly_stamped(page, 0.25),
    "its upper third, upside down": lambda page: scans.turned(scans.partly_stamped(page, 0.33), 2),
    "its upper third, sideways": lambda page: scans.turned(scans.partly_stamped(page, 0.33), 1),
    "a blot": lambda page: scans.with_red_disc(page, 20),
}


@pytest.mark.parametrize("light", [scans.noisy, scans.phone_photo], ids=["scanner", "phone"])
@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_whatever_was_stamped_is_never_denied(change: Change, light: Change) -> None:
    assert sight(light(change(form(130)))).verdict != "absent"


@pytest.mark.parametrize("dpi", [100, 150, 200])
@pytest.mark.parametrize(
    "light",
    [scans.noisy, scans.phone_photo, lambda page: scans.rotated(page, 4)],
    ids=["scanner", "phone", "askew"],
)
def test_the_square_seal_of_a_person_is_not_the_seal_of_the_unit(light: Change, dpi: int) -> None:
    assert sight(light(scans.name_seal(form(dpi)))).verdict == "unverified"


@pytest.mark.parametrize("at", [(95, 228), (112, 232)], ids=["beside it", "touching it"])
def test_the_seal_of_the_unit_is_found_beside_that_of_a_person(at: tuple[int, int]) -> None:
    page = scans.noisy(scans.name_seal(scans.stamped(form(150), at=at)))
    assert sight(page).verdict == "present"


def test_a_seal_of_which_the_scanner_caught_a_third_is_never_denied() -> None:
    page = scans.noisy(scans.stamped(form(130), at=(216, 228)))
    assert sight(page).verdict != "absent"


@pytest.mark.parametrize("name", ["nothing red", "letterhead", "banner"])
@pytest.mark.parametrize("light", [scans.noisy, scans.phone_photo], ids=["scanner", "phone"])
def test_red_that_explains_itself_leaves_no_doubt(name: str, light: Change) -> None:
    assert sight(light(NO_SEALS[name](form(150)))).verdict == "absent"


def test_a_red_frame_leaves_no_doubt() -> None:
    assert sight(scans.noisy(scans.with_red_frame(form(150)))).verdict == "absent"


def test_a_page_whose_text_went_pale_with_its_colours_is_not_judged() -> None:
    page = scans.few_colours(scans.noisy(scans.stamped(form(150))), 4)
    assert sight(page, "PNG").verdict != "absent"


def test_a_page_too_small_or_too_dark_to_judge_is_not_judged() -> None:
    small = form(100).image.resize((330, 467))
    assert sight(scans.Page(small, 40)).verdict == "unverified"
    dark = Image.fromarray((np.asarray(form(150).image) * 0.3).astype(np.uint8))
    assert sight(scans.Page(dark, 150)).verdict == "unverified"


def test_it_says_where_the_seal_is() -> None:
    circle = sight(scans.stamped(form(150), at=(142, 228), diameter=42)).circle
    assert circle is not None
    assert circle.x == pytest.approx(142 / 210, abs=0.01)
    assert circle.y == pytest.approx(228 / 297, abs=0.01)
    assert circle.radius == pytest.approx(21 / 210, rel=0.08)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_pictures_of_any_shape_are_survived(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert find_seal(noise).verdict != "present"


@pytest.mark.parametrize("dpi", [100, 150, 300])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_page_without_a_trace_of_colour_is_never_denied_a_seal(dpi: int, kind: str) -> None:
    # It may be a copy, and the seal grey like all the rest.
    found = sight(form(dpi), kind)
    assert (found.verdict, found.colour) == ("unverified", False)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_red_seal_on_a_page_that_was_never_printed_is_found(kind: str) -> None:
    assert sight(scans.stamped(form(300)), kind).verdict == "present"
