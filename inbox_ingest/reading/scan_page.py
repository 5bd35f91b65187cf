"""Says what a picture shows (a page, a photo, a logo) without OCR, and lays a page straight.

A page is light paper with small dark marks in rows, or with the rulings of a table; it may lie small
on a desk (`scan_sheet`). Only what is surely no page is a photo: a page taken for a photo would be a
form that nobody finds.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_ingest.reading.finding import PictureKind
from inbox_ingest.reading.scan_picture import Pixels, darkest, lightest
from inbox_ingest.reading.scan_sheet import cut_out, sheets_in

LOGO_SIDE = 260  # pixels: no page of text is legible below this
_SIDE = 720  # pixels of the longest side while judging
_USUAL_INK, _PALEST_INK = 0.72, 0.93  # lightness of ink beside its paper's: at most this
_LEAST_PAPER, _FEW_LETTERS = 0.05, 12  # of a photo, that may be a sheet of text
_DRAWN_SHARE = 0.55  # of a side of a table's frame is a line, however faintly it was printed
_STEEPEST = 8.0  # degrees of skew that are put right; beyond this somebody meant it


class Look(NamedTuple):
    """What decided: shares of paper and ink, marks of a letter's size, rows they stand in, rulings."""

    paper: float
    ink: float
    letters: int
    in_rows: float
    rulings: int


def picture_kind(pixels: Pixels) -> PictureKind:
    """Judge one picture (RGB): a page fills it, or lies in it as a sheet. Takes some 30 ms."""
    if max(pixels.shape[:2]) < LOGO_SIDE or min(pixels.shape[:2]) < LOGO_SIDE // 4:
        return "logo"
    if is_page(look_at(pixels)):
        return "page"
    written = any(is_written(cut_out(pixels, corners)) for corners in sheets_in(pixels))
    return "page" if written else "photo"


def is_page(look: Look) -> bool:
    """Whether text may stand here that a person would read; false only where surely not."""
    if look.rulings >= 5 and look.paper > 0.3:
        return True
    if look.letters < 12:
        return look.letters >= 3 and look.paper > 0.93  # the last lines of a form, on a second page
    return look.paper > 0.6 or (look.paper > 0.35 and look.in_rows > 0.3)


def is_written(sheet: Pixels) -> bool:
    """Whether a sheet that was cut out bears text, or the rulings of a form too far away to read."""
    edge = round(0.05 * max(sheet.shape[:2]))  # the sheet's own edge is a line too
    look = look_at(sheet[edge:-edge, edge:-edge])
    return look.letters >= 8 or look.rulings >= 4


def could_hold_sheet(pixels: Pixels) -> bool:
    """Whether paper with writing may be anywhere in a photo: what has such a part is not ruled out.

    Wider than `picture_kind`: a sheet of which no edge is seen, held in a hand, or under a lamp.
    """
    ink, light, colourful = _ink(pixels)
    clearest = cv2.resize(darkest(pixels), ink.shape[::-1], interpolation=cv2.INTER_AREA)
    clear = _surroundings(np.asarray(clearest, dtype=np.uint8))
    bright = clear >= 0.75 * float(np.percentile(clear, 98))
    paper = np.asarray(light & bright & ~colourful, dtype=np.uint8)
    closed = np.asarray(cv2.morphologyEx(paper, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)))
    _, regions, boxes, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    count, _, marks, middles = cv2.connectedComponentsWithStats(ink, connectivity=8)
    letters = [
        regions[int(y), int(x)]
        for (_, _, width, height, _), (x, y) in zip(marks[1:count], middles[1:count], strict=True)
        if 3 <= height <= 40 and 2 <= width <= 160
    ]
    held = np.bincount(np.array(letters, dtype=int), minlength=len(boxes))
    return bool(((boxes[:, 4] >= _LEAST_PAPER * ink.size) & (held >= _FEW_LETTERS))[1:].any())


def look_at(pixels: Pixels) -> Look:
    """Measure a picture for `is_page`."""
    ink, light, colourful = _ink(pixels)
    paper = float((light & ~colourful).mean())
    count, _, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    sizes = boxes[1:count, 2:5]
    short = min(ink.shape)
    height, width = sizes[:, 1], sizes[:, 0]
    # Characters of 2 to 10 mm on a page that fills the picture, or half of it.
    letter = (height >= 4) & (height <= short * 0.07) & (width >= 3) & (width <= short * 0.25)
    tops = (boxes[1:count, 1] + boxes[1:count, 3] / 2)[letter]
    return Look(
        paper=paper,
        ink=float(ink.mean()),
        letters=int(letter.sum()),
        in_rows=_share_in_rows(np.sort(tops), ink.shape[0]),
        rulings=_rulings(ink),
    )


def _reduced(pixels: Pixels) -> Pixels:
    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _ink(pixels: Pixels) -> tuple[Pixels, NDArray[np.bool_], NDArray[np.bool_]]:
    """Marks darker than their surroundings, paper (light and flat), and what is strongly coloured."""
    small = _reduced(pixels)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    around = _surroundings(grey)
    ratio = grey.astype(np.float32) / np.maximum(around, 1)
    white = float(np.percentile(around, 85))
    palest = _USUAL_INK
    if float((around > 0.8 * white).mean()) > 0.95:
        # Nothing but paper. On a pale scan, or one of few colours, text is hardly darker than that.
        palest = float(np.clip((1.0 + np.percentile(ratio, 0.5)) / 2, _USUAL_INK, _PALEST_INK))
    ink = np.asarray((ratio < palest) & (around > 70), dtype=np.uint8)
    flat = cv2.absdiff(cv2.blur(grey, (5, 5)), grey) < 8
    light = (around > max(80.0, 0.6 * white)) & (flat | (ink > 0))
    return ink, np.asarray(light), np.asarray(lightest(small) - darkest(small) > 90)


def _surroundings(grey: Pixels) -> Pixels:
    """The paper's lightness everywhere, marks taken out; made at a quarter of the size."""
    size = (max(1, grey.shape[1] // 2), max(1, grey.shape[0] // 2))
    half = cv2.resize(cv2.dilate(grey, np.ones((7, 7), np.uint8)), size)
    whole = cv2.resize(cv2.medianBlur(half, 9), (grey.shape[1], grey.shape[0]))
    return np.asarray(whole, dtype=np.uint8)


def _share_in_rows(middles: NDArray[np.float64], height: int) -> float:
    """Share of marks that stand in rows: beside at least four others at the same height."""
    if len(middles) == 0:
        return 0.0
    reach = max(2.0, height * 0.004)
    near = np.searchsorted(middles, middles + reach) - np.searchsorted(middles, middles - reach)
    rows = near >= 5
    occupied = np.zeros(height + 1, dtype=bool)
    for middle in middles[rows]:
        occupied[max(0, int(middle - 3 * reach)) : int(middle + 3 * reach)] = True
    # Texture has marks at every height; lines of text leave paper between them.
    return float(rows.mean()) if occupied.mean() < 0.9 else 0.0


def _rulings(ink: Pixels) -> int:
    """Long straight lines, across and down, each counted once."""
    thick = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    total = 0
    for length, kernel in (
        (ink.shape[1] // 6, np.ones((1, max(20, ink.shape[1] // 12)), np.uint8)),
        (ink.shape[0] // 8, np.ones((max(20, ink.shape[0] // 14), 1), np.uint8)),
    ):
        lines = cv2.morphologyEx(thick, cv2.MORPH_OPEN, kernel)
        _, _, boxes, _ = cv2.connectedComponentsWithStats(np.asarray(lines, dtype=np.uint8))
        for _left, _top, width, height, _area in boxes[1:]:
            long, thin = max(width, height), min(width, height)
            total += int(long >= length and thin <= max(6, long // 12))
    return total


# --- laying a page straight -------------------------------------------------------------------


def straightened(pixels: Pixels) -> Pixels:
    """The page turned by its skew, and its perspective undone where a table's frame shows it."""
    angle = skew_of(pixels)
    level = _rotated(pixels, angle) if abs(angle) >= 0.15 else pixels
    corners = _frame_corners(level)
    return level if corners is None else _squared(level, corners)


def skew_of(pixels: Pixels) -> float:
    """Degrees by which the page has to be turned counter-clockwise to lie straight, within ±8."""
    ink, _, _ = _ink(pixels)
    scale = 500 / max(ink.shape)
    small = cv2.resize(ink * np.uint8(255), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    marks = np.asarray(small, dtype=np.float32)
    best, step = 0.0, 1.0
    for step in (1.0, 0.25, 0.1):
        span = _STEEPEST if step == 1.0 else 1.0 if step == 0.25 else 0.3
        angles = np.arange(best - span, best + span + step / 2, step)
        best = float(max(angles, key=lambda angle: _sharpness(marks, float(angle))))
    return best if abs(best) <= _STEEPEST + 1 else 0.0


def _sharpness(marks: NDArray[np.float32], angle: float) -> float:
    """How clearly rows and gaps alternate when turned by `angle`."""
    height, width = marks.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    rows = cv2.warpAffine(marks, turn, (width, height), flags=cv2.INTER_LINEAR).sum(axis=1)
    return float((np.diff(rows) ** 2).sum())


def _rotated(pixels: Pixels, angle: float) -> Pixels:
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    size = (round(height * sine + width * cosine), round(height * cosine + width * sine))
    turn[0, 2] += size[0] / 2 - width / 2
    turn[1, 2] += size[1] / 2 - height / 2
    turned = cv2.warpAffine(
        pixels, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, dtype=np.uint8)


def _frame_corners(pixels: Pixels) -> NDArray[np.float32] | None:
    """The four corners of the largest table frame, where it is a slightly distorted rectangle."""
    ink, _, _ = _ink(pixels)
    scale = pixels.shape[1] / ink.shape[1]
    grid = np.zeros_like(ink)
    thick = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    length = max(15, min(ink.shape) // 25)
    for shape in ((1, length), (length, 1)):
        lines = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        # A line askew falls into pieces: gaps along it are closed.
        along = np.ones((shape[0] * 2 - 1, shape[1] * 2 - 1), np.uint8)
        closed = cv2.morphologyEx(lines, cv2.MORPH_CLOSE, along)
        grid |= np.asarray(closed, dtype=np.uint8)
    grid = np.asarray(cv2.dilate(grid, np.ones((5, 5), np.uint8)), dtype=np.uint8)
    contours, _ = cv2.findContours(grid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=lambda one: cv2.contourArea(cv2.convexHull(one))))
    points = np.asarray(hull, dtype=np.float32).reshape(-1, 2)
    sums, differences = points.sum(axis=1), points[:, 1] - points[:, 0]
    order = [sums.argmin(), differences.argmin(), sums.argmax(), differences.argmax()]
    area = cv2.contourArea(hull)
    # A frame fills the four corners of its outline; a lone line, or text, does not.
    if area < 0.1 * ink.size or cv2.contourArea(points[order]) < 0.93 * area:
        return None
    if not _is_drawn(grid, points[order]):
        return None  # something beside the table, a seal that touches it, makes a corner of its own
    return np.asarray(points[order] * scale, dtype=np.float32)


def _is_drawn(grid: Pixels, corners: NDArray[np.float32]) -> bool:
    """Whether three sides at least between these corners are lines on the page, the fourth being faint.

    A corner that something beside the table made (a seal that touches it) has none of its two.
    """
    near = cv2.dilate(grid, np.ones((13, 13), np.uint8))
    steps = np.linspace(0.03, 0.97, 100)[:, None]
    drawn = 0
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        xs, ys = np.rint(start + (end - start) * steps).astype(int).T
        drawn += int(float((np.asarray(near)[ys, xs] > 0).mean()) >= _DRAWN_SHARE)
    return drawn >= 3


def _squared(pixels: Pixels, corners: NDArray[np.float32]) -> Pixels:
    """The picture seen so that the frame is an upright rectangle; left alone where it nearly is."""
    upper_left, upper_right, lower_right, lower_left = corners
    left = float((upper_left[0] + lower_left[0]) / 2)
    right = float((upper_right[0] + lower_right[0]) / 2)
    top = float((upper_left[1] + upper_right[1]) / 2)
    bottom = float((lower_left[1] + lower_right[1]) / 2)
    wanted = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    shift = float(np.abs(corners - wanted).max())
    if shift < 3 or shift > 0.15 * max(pixels.shape[:2]):
        return pixels
    view = cv2.getPerspectiveTransform(corners, wanted)
    squared = cv2.warpPerspective(
        pixels,
        view,
        (pixels.shape[1], pixels.shape[0]),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(squared, dtype=np.uint8)
