"""Why a page without a visible red seal may have had one: copies in grey, ink that faded, poor photos."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_ingest.reading.scan_picture import Pixels, darkest, lightest, off_paper
from inbox_ingest.reading.seal_red import unexplained_red
from inbox_ingest.reading.seal_shape import (
    LARGEST,
    Mask,
    Patch,
    clear_rim,
    outline,
    unrolled_mask,
)

Plane = NDArray[np.float32]
_DESK = 150  # of 255, on a picture whose paper was made white
_LEAST_CHROMA = 3  # of 255: paper that was seen in colour is nowhere so grey
_LEAST_PIXELS = 500  # a shorter side shows no ring of a seal for sure


def doubt_about(pixels: Pixels, small: Pixels, level: Plane, redness: Mask) -> str | None:
    """Why nobody could be sure that this page has no seal (in Chinese), or None where one can.

    `small` is the picture reduced for the search, `level` the same with its paper made white,
    `redness` how much redder each of its pixels is than grey.
    """
    if min(pixels.shape[:2]) < _LEAST_PIXELS:
        return "图片过小，看不清有无印章"
    if unexplained_red(redness, off_paper(level, darker_than=_DESK)):
        return "有红色印迹，但不能确定是公章"
    if _faint_red(level):
        return "有很淡的红色印迹，看不清是不是印章"
    if _grey_ring(level):
        return "有圆形印迹但不是红色，可能是复印件"
    return _poor_quality(small, level)


def _grey_ring(level: Plane) -> bool:
    """A ring in dark or grey ink: the copy of a stamped page, to be looked at by a person.

    Rings in pieces, and whatever else was copied, are left to `seal_ink`, which knows the text.
    """
    short = min(level.shape[:2])
    ink = np.clip(255.0 - darkest(level), 0, 255).astype(np.uint8)
    for threshold in (24, 70, 130):
        mask = _without_straight_lines((ink >= threshold).astype(np.uint8))
        reach = max(3, round(short * 0.003)) | 1
        joined = cv2.dilate(mask, np.ones((reach, reach), np.uint8))
        _, _, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        for left, top, width, height, _area in boxes[1:]:
            small, large = sorted((int(width), int(height)))
            if small < 0.12 * short or large > LARGEST * short or small < 0.7 * large:
                continue
            patch = Patch(int(left), int(top), int(width), int(height))
            if _rim_share(mask, patch) >= 0.6:
                return True
    return False


def _without_straight_lines(mask: Mask) -> Mask:
    """The mask without rulings of tables, also slightly askew ones."""
    length = max(15, round(min(mask.shape) * 0.06))
    thick = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    across = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return np.asarray(mask & ~(np.asarray(across) | np.asarray(down)) & 1, dtype=np.uint8)


def _rim_share(mask: Mask, patch: Patch) -> float:
    """Share of directions in which a thin line runs at the rim, with paper on both its sides."""
    box = mask[patch.top : patch.top + patch.height, patch.left : patch.left + patch.width]
    ys, xs = np.nonzero(box)
    if len(xs) < 60:
        return 0.0
    ellipse = outline(xs, ys, patch, patch.left, patch.top)
    if ellipse is None or ellipse.axes[1] < 0.6 * ellipse.axes[0]:
        return 0.0
    return clear_rim(unrolled_mask(box, ellipse))


def _faint_red(level: Plane) -> bool:
    """A patch of a seal's size that is a little redder than the paper around it, below all noise."""
    short = min(level.shape[:2])
    tint = level[:, :, 0] - (level[:, :, 1] + level[:, :, 2]) / 2
    wide = max(31, round(short * 0.12)) | 1
    fine = cv2.blur(tint, (9, 9)) - cv2.blur(tint, (wide, wide))
    spread = float(np.percentile(np.abs(fine), 68))
    mask = (fine > max(2.5, 4.0 * spread)).astype(np.uint8)
    reach = max(5, round(short * 0.02)) | 1
    joined = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for left, top, width, height, _area in boxes[1:200]:
        small, large = sorted((int(width), int(height)))
        if small < 0.12 * short or large > LARGEST * short or small < 0.6 * large:
            continue
        here = (slice(top, top + height), slice(left, left + width))
        # What is strongly red was judged by its shape before, and is no seal.
        if int(mask[here].sum()) > 0.08 * small * small and float(tint[here].max()) < 70:
            return True
    return False


def is_neutral(small: Pixels) -> bool:
    """No trace of colour, not even the paper's: a grey scan kept as RGB, a copy, a page never on paper."""
    sample = small[::2, ::2]
    return float(np.percentile(lightest(sample) - darkest(sample), 99)) <= _LEAST_CHROMA


def _poor_quality(small: Pixels, level: Plane) -> str | None:
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    white = float(np.percentile(grey, 90))
    if white < 90:
        return "照片过暗，看不清有无印章"
    if float((darkest(level) > 205).mean()) < 0.45:
        return "照片不清，看不清有无印章"
    ink = grey[darkest(level) < 110]
    if not ink.size or white - float(np.percentile(ink, 10)) < 60:
        return "扫描件过淡，看不清有无印章"
    return None
