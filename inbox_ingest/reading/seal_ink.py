"""Looks for grey ink that nothing on a page explains: a seal that was photocopied before the scan.

A copied seal is black or grey and so keeps no colour that could be searched for. On a page whose text
was recognised everything else can be told: writing lies in the lines that were read, rulings are
straight. Ink beside both, as wide and as high as a stamp, may be one.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_ingest.reading.scan_picture import Pixels, darkest, lightest, off_paper
from inbox_ingest.reading.scan_table import Rect

Mask = NDArray[np.uint8]

_SIDE = 1200  # pixels of the longest side while searching: a ring's line is then 4 pixels wide
_FAINTEST = 7.0  # how much darker than its surroundings ink is at least
_NOISIEST = 10.0  # where more is needed to tell ink from noise, faint ink would be missed
_WIDEST_STROKE = 0.02  # of the short side, 4 mm of A4: what is wider is a shadow
_AIR = 0.006  # of the short side, around lines of text and rulings: compression smears that far
_STAMP = 0.04  # of the short side, 8 mm: the least width and height of a mark that counts
_JOINED = 0.014  # of the short side: dots nearer than this are parts of one mark
_LARGEST_STAMP = 0.31  # of the short side, 65 mm
_LEAST_INK = 0.00004  # of the page, some 3 mm²
_SPOT = 0.007  # of the short side, 1.5 mm: narrower is what is left of a ruling
_MANY_SPOTS = 0.0002  # of the page, some 12 mm²
_MOST_MARKS = 2000
_COLOURED = 24  # difference of channels from which ink was judged by its colour


def unexplained_ink(pixels: Pixels, text: Sequence[Rect]) -> bool:
    """Whether an upright page (RGB) holds a grey mark of a stamp's size that is no text and no ruling.

    `text` are the lines and tick boxes that were recognised for sure, in pixels.
    True also where the picture is too noisy to tell. Takes some 60 ms.
    """
    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    short = min(small.shape[:2])
    depth = _depth(small, short)
    threshold = _threshold(depth)
    if threshold > _NOISIEST:
        return True
    ink = (depth >= threshold).astype(np.uint8)
    explained = _rulings(ink, short) | _covered(text, scale, small.shape[:2], short)
    elsewhere = _coloured(small, short) | off_paper(small)
    explained |= elsewhere
    rest = np.asarray(ink & (1 - explained), dtype=np.uint8)
    return _has_mark(rest, short) or _has_frame(ink & (1 - elsewhere), short)


def _depth(small: Pixels, short: int) -> NDArray[np.float32]:
    """How much darker each pixel is than the paper around it: strokes, no shadows."""
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (3, 3), 0)
    reach = max(7, round(short * _WIDEST_STROKE)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    paper = cv2.GaussianBlur(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, kernel), (0, 0), reach / 3)
    return np.asarray(paper, dtype=np.float32) - np.asarray(grey, dtype=np.float32)


def _threshold(depth: NDArray[np.float32]) -> float:
    """The least depth that noise of the bare paper does not reach."""
    sample = depth[::3, ::3]
    middle = float(np.median(sample))
    spread = 1.4826 * float(np.median(np.abs(sample - middle)))
    return max(_FAINTEST, middle + 5.0 * spread)


def _rulings(ink: Mask, short: int) -> Mask:
    """Straight lines across and down, slightly askew ones too, with some air."""
    length = max(15, round(short * 0.15))
    thick = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    across = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return _with_air(np.asarray(across) | np.asarray(down), short)


def _covered(text: Sequence[Rect], scale: float, shape: tuple[int, ...], short: int) -> Mask:
    mask = np.zeros(shape[:2], dtype=np.uint8)
    for line in text:
        left, top, right, bottom = (round(edge * scale) for edge in line)
        mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 1
    return _with_air(mask, short)


def _coloured(small: Pixels, short: int) -> Mask:
    spread = lightest(small) - darkest(small)
    return _with_air(np.asarray(spread >= _COLOURED, dtype=np.uint8), short)


def _with_air(mask: Mask, short: int) -> Mask:
    air = 2 * max(2, round(short * _AIR)) + 1
    return np.asarray(cv2.dilate(mask, np.ones((air, air), np.uint8)), dtype=np.uint8)


def _has_mark(rest: Mask, short: int) -> bool:
    """One mark as wide and high as a stamp, or enough spots of one that came out in pieces."""
    joint = 2 * max(2, round(short * _JOINED / 2)) + 1
    joined = cv2.dilate(rest, np.ones((joint, joint), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    spots = 0
    for label in range(1, min(count, _MOST_MARKS)):
        left, top, width, height, _area = (int(value) for value in boxes[label])
        here = (slice(top, top + height), slice(left, left + width))
        points = cv2.findNonZero(rest[here] * np.asarray(labels[here] == label, dtype=np.uint8))
        if points is None:
            continue
        _, sides, _ = cv2.minAreaRect(points)  # of a ruling askew its longer side alone is long
        if min(sides) >= _STAMP * short and len(points) >= _LEAST_INK * rest.size:
            return True
        if min(sides) >= _SPOT * short:
            spots += len(points)
    return count > _MOST_MARKS or spots >= _MANY_SPOTS * rest.size


def _has_frame(ink: Mask, short: int) -> bool:
    """Something about square that touches no ruling, of a stamp's size: a name seal, a logo."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats(cv2.dilate(ink, np.ones((3, 3), np.uint8)))
    widths, heights = boxes[1:, 2], boxes[1:, 3]
    least, most = np.minimum(widths, heights), np.maximum(widths, heights)
    stamps = (least >= _STAMP * short) & (most <= _LARGEST_STAMP * short) & (most <= 2 * least)
    return bool(stamps.any())
