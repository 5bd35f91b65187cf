"""Red that is straight explains itself; whatever is left of a seal does not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from inbox_ingest.reading.seal_red import unexplained_red
from tests import scans

WIDTH, HEIGHT = 636, 900  # A4 as it is searched: 3 pixels a millimetre
RED = 150


def plane() -> Image.Image:
    return Image.new("L", (WIDTH, HEIGHT), 0)


def judged(image: Image.Image) -> bool:
    redness = np.asarray(image, dtype=np.uint8)
    return unexplained_red(redness, np.zeros_like(redness))


def print_row(image: Image.Image, at: tuple[int, int], text: str, size: int = 34) -> Image.Image:
    font = ImageFont.truetype(str(scans.BOLD), size, index=scans.SIMPLIFIED)
    ImageDraw.Draw(image).text(at, text, fill=RED, font=font)
    return image


def arc(image: Image.Image, start: float, end: float, thick: int = 4) -> Image.Image:
    """A piece of a ring of 42 mm around (400, 700), in degrees clockwise from the right."""
    ImageDraw.Draw(image).arc((337, 637, 463, 763), start, end, fill=RED, width=thick)
    return image


def test_rules_a_letterhead_a_banner_and_a_frame_explain_themselves() -> None:
    image = print_row(plane(), (120, 60), "清江市交通运输局文件")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 120, 600, 123), fill=RED)
    draw.rectangle((40, 126, 600, 127), fill=RED)
    draw.rectangle((90, 600, 540, 650), fill=RED)
    draw.rectangle((340, 700, 490, 820), outline=RED, width=3)
    assert not judged(image)


@pytest.mark.parametrize("turn", [-3, 0, 2, 90])
def test_a_row_of_print_explains_itself_however_the_page_lies(turn: int) -> None:
    image = print_row(plane(), (150, 430), "急件请于五月三十日前办结", 24)
    assert not judged(image.rotate(turn, Image.Resampling.BILINEAR))


@pytest.mark.parametrize("turn", [0, 90, 180, 37])
@pytest.mark.parametrize("share", [60, 90, 130])
def test_an_arc_of_a_seal_is_never_taken_for_a_row(share: int, turn: int) -> None:
    middle = 270 + turn
    image = arc(plane(), middle - share / 2, middle + share / 2)
    assert judged(image)


@pytest.mark.parametrize("share", [0.2, 0.3, 0.4])
@pytest.mark.parametrize("turn", [0, 180, -20])
def test_the_upper_part_of_a_seal_with_its_writing_is_never_taken_for_a_row(
    share: float, turn: int
) -> None:
    mark = (
        scans.seal("清江市公路运输集团有限公司", 126)
        .getchannel("A")
        .point(lambda v: v * RED // 255)
    )
    mark.paste(0, (0, round(126 * share), 126, 126))
    image = plane()
    image.paste(mark.rotate(turn), (300, 600))
    assert judged(image)


def test_writing_in_a_straight_frame_may_be_a_stamp() -> None:
    image = print_row(plane(), (300, 700), "清江市公路运输集团", 22)
    ImageDraw.Draw(image).rectangle((290, 692, 510, 740), outline=RED, width=3)
    assert judged(image)


def test_a_thin_piece_at_the_edge_may_be_the_rim_of_a_seal() -> None:
    image = plane()
    ImageDraw.Draw(image).arc((340, 890, 466, 1016), 180, 360, fill=RED, width=4)
    assert judged(image)


def test_a_blot_may_be_anything() -> None:
    image = plane()
    ImageDraw.Draw(image).ellipse((300, 600, 400, 700), fill=RED)
    assert judged(image)


def test_scattered_pieces_of_a_ring_are_never_explained_each_by_itself() -> None:
    image = plane()
    draw = ImageDraw.Draw(image)
    for degrees in range(0, 360, 40):
        x = 400 + 60 * math.cos(math.radians(degrees))
        y = 700 + 60 * math.sin(math.radians(degrees))
        draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=RED)
    assert judged(image)


def test_specks_and_what_lies_beside_the_paper_are_nothing() -> None:
    image = plane()
    draw = ImageDraw.Draw(image)
    for x in range(50, 600, 60):
        draw.point((x, 300 + x % 7), fill=RED)
    assert not judged(image)
    draw.ellipse((300, 600, 400, 700), fill=RED)
    redness = np.asarray(image, dtype=np.uint8)
    assert not unexplained_red(redness, np.ones_like(redness))
