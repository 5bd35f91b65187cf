"""Finds a table's cells and the little squares for ticks on a straightened page, by their lines."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from inbox_ingest.reading.scan_picture import Pixels

# Ink inside a square, as a share of its inner part (measured, facts §5: 0.0 empty, ≥ 0.24 ticked).
TICKED_INK, EMPTY_INK = 0.20, 0.03


class Rect(NamedTuple):
    """A rectangle in pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int


class Square(NamedTuple):
    """A tick box: where it is, and the share of ink inside it."""

    place: Rect
    ink: float


def printed_ink(red: Pixels) -> Pixels:
    """Black marks as 1, on the red channel: a red seal is not in it. Shadows do not matter."""
    around = cv2.medianBlur(cv2.dilate(red, np.ones((15, 15), np.uint8)), 21)
    ratio = red.astype(np.float32) / np.maximum(np.asarray(around, dtype=np.float32), 1.0)
    return np.asarray(ratio < 0.78, dtype=np.uint8)


def table_cells(ink: Pixels) -> list[Rect]:
    """Cells of the tables on the page, each once, top to bottom and left to right."""
    grid = _rulings(ink)
    if not grid.any():
        return []
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
    cells: list[Rect] = []
    for number in range(1, len(boxes)):
        left, top, width, height, _ = (int(value) for value in boxes[number])
        if width < ink.shape[1] * 0.2 or height < ink.shape[0] * 0.03:
            continue
        inside = np.asarray(labels[top : top + height, left : left + width] != number, np.uint8)
        cells += [
            Rect(cell.left + left, cell.top + top, cell.right + left, cell.bottom + top)
            for cell in _holes(inside, ink.shape[0])
        ]
    return sorted(_innermost(cells), key=lambda cell: (cell.top, cell.left))


def _innermost(cells: list[Rect]) -> list[Rect]:
    """Cells without those that hold others: the sheet's own edge on a desk, a double frame."""
    return [cell for cell in cells if not any(_lies_in(other, cell) for other in cells)]


def _lies_in(inner: Rect, outer: Rect) -> bool:
    return (
        inner != outer
        and outer.left <= inner.left
        and inner.right <= outer.right
        and outer.top <= inner.top
        and inner.bottom <= outer.bottom
    )


def _rulings(ink: Pixels) -> Pixels:
    """Straight lines across and down, small gaps closed."""
    thick = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    lines = np.zeros_like(ink)
    across, down = max(25, ink.shape[1] // 22), max(25, ink.shape[0] // 40)
    for opening, closing in (
        (np.ones((1, across), np.uint8), np.ones((1, across), np.uint8)),
        (np.ones((down, 1), np.uint8), np.ones((down, 1), np.uint8)),
    ):
        found = cv2.morphologyEx(thick, cv2.MORPH_OPEN, opening)
        lines |= np.asarray(cv2.morphologyEx(found, cv2.MORPH_CLOSE, closing), dtype=np.uint8)
    return np.asarray(cv2.dilate(lines, np.ones((5, 5), np.uint8)), dtype=np.uint8)


def _holes(inside: Pixels, page_height: int) -> list[Rect]:
    """Areas between the lines that reach no edge: cells. They fill their own rectangle."""
    count, _, boxes, _ = cv2.connectedComponentsWithStats(inside, connectivity=4)
    height, width = inside.shape
    least = max(10, page_height // 130)
    cells = []
    for left, top, wide, high, area in boxes[1:count]:
        at_edge = left == 0 or top == 0 or left + wide == width or top + high == height
        if at_edge or wide < least or high < least or area < 0.75 * wide * high:
            continue
        cells.append(Rect(int(left), int(top), int(left + wide), int(top + high)))
    return cells


def tick_squares(ink: Pixels) -> list[Square]:
    """Every square outline of a tick box's size (some 2.5 to 8 mm on a page that fills the picture).

    Characters such as 口 and 国 are square too: who takes these for tick boxes must look at the text.
    """
    short = min(ink.shape)
    smallest, largest = short * 0.011, short * 0.042
    contours, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    places: list[Rect] = []
    for contour in contours:
        left, top, width, height = cv2.boundingRect(contour)
        if not (smallest <= width <= largest and smallest <= height <= largest):
            continue
        if not 0.72 <= width / height <= 1.39 or not _has_four_sides(ink, left, top, width, height):
            continue
        places.append(Rect(left, top, left + width, top + height))
    return [Square(place, ink_inside(ink, place)) for place in _once_each(places)]


def _has_four_sides(ink: Pixels, left: int, top: int, width: int, height: int) -> bool:
    """Nearly unbroken ink along all four edges of the rectangle."""
    band = max(2, round(0.16 * min(width, height)))
    box = ink[top : top + height, left : left + width]
    sides = (
        box[:band].any(axis=0),
        box[-band:].any(axis=0),
        box[:, :band].any(axis=1),
        box[:, -band:].any(axis=1),
    )
    return all(float(side.mean()) >= 0.88 for side in sides)


def _once_each(places: list[Rect]) -> list[Rect]:
    """The outer one of outlines that lie in each other (each line has an outer and an inner edge)."""
    kept: list[Rect] = []
    for place in sorted(places, key=lambda rect: rect.left - rect.right):
        x, y = (place.left + place.right) / 2, (place.top + place.bottom) / 2
        if not any(o.left <= x <= o.right and o.top <= y <= o.bottom for o in kept):
            kept.append(place)
    return sorted(kept, key=lambda rect: (rect.top, rect.left))


def ink_inside(ink: Pixels, place: Rect) -> float:
    """Share of ink in the inner part of a tick box, away from its own lines."""
    inset_x = max(2, round(0.24 * (place.right - place.left)))
    inset_y = max(2, round(0.24 * (place.bottom - place.top)))
    inner = ink[
        place.top + inset_y : place.bottom - inset_y, place.left + inset_x : place.right - inset_x
    ]
    return round(float(inner.mean()), 3) if inner.size else 0.5
