"""Tells red ink that explains itself (rules, a line of print, a banner) from what may be left of a seal.

A seal leaves bent marks: an arc with writing along it, pieces of both, a blot. Whatever is red and
neither straight nor a straight row of writing may be one, however little of it came out.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

_SOME_RED = 22  # redness that no noise reaches over an area
_LEAST_RED = 0.00008  # of the picture: some 5 mm² of an A4 sheet
_SPOT, _MANY_SPOTS = 0.2, 2.5  # times that: what counts where red is scattered, and when it is much
_STRAIGHT = 0.12  # of the short side, 25 mm: no arc of a seal's ring is straight for so long
_THICKEST = 0.02  # of the short side, 4 mm: the thickest rule
_TOGETHER = 0.03  # of the short side, 6 mm: marks that are no farther apart are one thing
_ROW = 2.4  # a row of writing is at least so many times as long as high
_HIGHEST_ROW = 0.16  # of the short side, 34 mm: a letterhead of two lines
_BENT = 0.35  # of the row's height, by which its edge may swing out in the middle
_BINS = 12


def unexplained_red(redness: Mask, elsewhere: Mask) -> bool:
    """Whether red on the paper may come from a seal.

    `redness` is how much redder each pixel is than grey, `elsewhere` marks what is no paper.
    """
    mask = ((redness >= _SOME_RED) & (elsewhere == 0)).astype(np.uint8)
    short = min(mask.shape)
    across, down = _lines(mask, short)
    reach = max(5, round(short * _TOGETHER)) | 1
    joined = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    least = _LEAST_RED * mask.size
    spots = 0
    for label in range(1, min(count, 300)):
        left, top, width, height, _area = (int(value) for value in boxes[label])
        here = (slice(top, top + height), slice(left, left + width))
        part = np.asarray(mask[here] & (labels[here] == label), dtype=np.uint8)
        rest = np.asarray(part & (1 - (across[here] | down[here])), dtype=np.uint8)
        area = int(rest.sum())
        if area < least:
            spots += area if area >= _SPOT * least else 0
            continue
        if _is_banner(part):
            continue
        framed = bool((part & across[here]).any() and (part & down[here]).any())
        at_edge = left == 0 or top == 0 or left + width == mask.shape[1]
        at_edge = at_edge or top + height == mask.shape[0]
        if framed or at_edge or not _is_straight_row(rest, short):
            return True
    return bool(spots >= _MANY_SPOTS * least)


def _lines(mask: Mask, short: int) -> tuple[Mask, Mask]:
    """Straight lines across and down, slightly askew ones too, a pixel wider than they are."""
    length = max(15, round(short * _STRAIGHT))
    thick = np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    solid = np.ones((max(4, round(short * _THICKEST)) + 2,) * 2, np.uint8)
    across, down = (
        _thin_runs(thick, np.ones(shape, np.uint8), solid) for shape in ((1, length), (length, 1))
    )
    return across, down


def _thin_runs(thick: Mask, run: Mask, solid: Mask) -> Mask:
    runs = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, run), dtype=np.uint8)
    areas = np.asarray(cv2.morphologyEx(runs, cv2.MORPH_OPEN, solid), dtype=np.uint8)
    return np.asarray(cv2.dilate(runs & (1 - areas), np.ones((3, 3), np.uint8)), dtype=np.uint8)


def _is_banner(part: Mask) -> bool:
    """A filled rectangle, longer than high, with or without light writing on it."""
    contours, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea)
    _, sides, _ = cv2.minAreaRect(largest)
    thin, long = sorted(sides)
    filled = float(cv2.contourArea(largest)) > 0.93 * thin * long
    solid = int(part.sum()) > 0.6 * thin * long
    return bool(filled and solid and long > _ROW * thin)


def _is_straight_row(part: Mask, short: int) -> bool:
    """Whether the marks stand in a row with straight edges, as print does and no arc."""
    ys, xs = np.nonzero(part)
    points = np.stack([xs, ys], axis=1).astype(np.float32)
    box = cv2.boxPoints(cv2.minAreaRect(points))
    first, second = box[1] - box[0], box[2] - box[1]
    along = first if np.hypot(*first) >= np.hypot(*second) else second
    long = float(np.hypot(*along))
    if long < 1:
        return False
    along = along / long
    place = points @ along
    offset = points @ np.array([-along[1], along[0]], dtype=np.float32)
    high = float(np.ptp(offset)) + 1
    if long < _ROW * high or high > _HIGHEST_ROW * short:
        return False
    return not _is_bent(place - place.min(), offset, long)


def _is_bent(place: NDArray[np.float32], offset: NDArray[np.float32], long: float) -> bool:
    bins = np.minimum((place * (_BINS / (long + 1))).astype(int), _BINS - 1)
    filled = [number for number in range(_BINS) if (bins == number).any()]
    if len(filled) < 4:
        return True  # too few marks to see a row in them
    where = (np.array(filled) + 0.5) * (2.0 / _BINS) - 1.0
    edges = np.array(
        [[offset[bins == number].min(), offset[bins == number].max()] for number in filled]
    )
    height = float(np.median(edges[:, 1] - edges[:, 0])) + 1
    bends = np.polyfit(where, edges, 2)[0]
    return bool(np.abs(bends).max() > _BENT * height)
