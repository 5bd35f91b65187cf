"""Tells a seal's shape from other red shapes: a thin ring with writing in it, by its unrolled picture."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

THRESHOLDS = (80.0, 56.0, 40.0, 28.0, 20.0, 14.0)  # redness, falling: fresh ink first, faint last
SMALLEST, LARGEST = 0.09, 0.42  # a seal's width as a share of the page's short side
ANGLES = 90
_SIDE, _SIDE_PARTS = 0.07, 20  # how deep a side of a square is, in how many parts it is looked at
_EDGE = 120  # the gradient of an edge; Hough's circles use half of it as well
_MOST_EDGES = 0.06  # of the picture; a page with two seals and a red head has 0.03


class Shape(NamedTuple):
    """A ring-like thing in pixels: `sure` where every test of a seal was passed."""

    x: float
    y: float
    radius: float
    sure: bool


class Patch(NamedTuple):
    """A part of the picture to be tested, in pixels; `by_circle` where Hough's circles named it."""

    left: int
    top: int
    width: int
    height: int
    by_circle: bool = False


def search(redness: Mask) -> Shape | None:
    """The first thing at falling thresholds that passes as a seal, else the best doubtful one."""
    doubtful: Shape | None = None
    for threshold in THRESHOLDS:
        mask = (redness >= threshold).astype(np.uint8)
        share = float(mask.mean())
        if share < 0.0004:
            continue
        if share > 0.45:
            break
        for candidate in _candidates(mask):
            shape = _judge(mask, candidate)
            if shape is not None and shape.sure:
                return shape
            doubtful = doubtful or shape
        for candidate in _circles(redness, threshold):
            shape = _judge(mask, candidate)
            if shape is not None and shape.sure:
                return shape
    return doubtful


def _candidates(mask: Mask) -> list[Patch]:
    """Patches of red of a seal's size; strokes less than 2 mm apart belong together."""
    short = min(mask.shape)
    reach = max(3, round(short * 0.012)) | 1
    joined = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    patches = []
    for left, top, width, height, area in boxes[1:40]:
        small, large = sorted((int(width), int(height)))
        if small < SMALLEST * short * 0.8 or large > LARGEST * short or small < 0.5 * large:
            continue
        if area < 0.05 * width * height:
            continue
        patches.append(Patch(int(left), int(top), int(width), int(height)))
    return patches


def _circles(redness: Mask, threshold: float) -> list[Patch]:
    """Circles in the red plane: a seal that touches a red line or another seal is no patch."""
    short = min(redness.shape)
    stretched = cv2.convertScaleAbs(redness, alpha=160.0 / max(threshold, 1.0))
    smooth = cv2.GaussianBlur(stretched, (5, 5), 0)
    edges = cv2.Canny(smooth, _EDGE / 2, _EDGE)
    if cv2.countNonZero(edges) > _MOST_EDGES * redness.size:
        return []  # leaves, tiles, grain: circles without end, and minutes to look for them
    found = cv2.HoughCircles(
        smooth,
        cv2.HOUGH_GRADIENT,
        dp=2,
        minDist=short * 0.1,
        param1=_EDGE,
        param2=70,
        minRadius=round(short * SMALLEST / 2),
        maxRadius=round(short * LARGEST / 2),
    )
    if found is None:
        return []
    patches = []
    for x, y, radius in found[0][:4]:
        left, top = round(float(x - radius)), round(float(y - radius))
        side = round(float(2 * radius))
        patches.append(Patch(left, top, side, side, by_circle=True))
    return patches


def _judge(mask: Mask, patch: Patch) -> Shape | None:
    """Test one patch: ring, thin line, writing inside. None where it surely is no seal."""
    short = min(mask.shape)
    margin = max(2, round(0.06 * max(patch.width, patch.height)))
    top, left = max(0, patch.top - margin), max(0, patch.left - margin)
    part = mask[top : patch.top + patch.height + margin, left : patch.left + patch.width + margin]
    ys, xs = np.nonzero(part)
    if len(xs) < 60:
        return None
    ellipse = outline(xs, ys, patch, left, top)
    if ellipse is None:
        return None
    (x, y), (major, minor) = ellipse.centre, ellipse.axes
    polar = unrolled_mask(part, ellipse)
    radius = (major + minor) / 4
    shape = Shape(x + left, y + top, radius, sure=False)
    if not SMALLEST * short / 2 <= radius <= LARGEST * short / 2:
        return None
    marks = _Marks.of(polar)
    if _surely_none(part, polar, marks, patch):
        return None
    if marks.ring >= 0.6 and marks.line <= 0.17 and marks.strokes >= 9 and minor >= 0.6 * major:
        return shape._replace(sure=marks.gap and not has_corners(part))
    doubtful = marks.ring >= 0.4 and marks.strokes >= 6 and not patch.by_circle
    return shape if doubtful else None


def _surely_none(part: Mask, polar: Mask, marks: _Marks, patch: Patch) -> bool:
    if marks.filled > 0.72 or (is_frame(part) and marks.strokes < 9):
        return True  # a disc, a banner, an empty frame
    if marks.ring >= 0.6 and marks.line > 0.17 and marks.strokes < 9:
        return True  # a thick ring with little in it: a logo
    return patch.by_circle and clear_rim(polar) < 0.7  # a circle drawn by chance through letters


class Ellipse(NamedTuple):
    """A fitted outline in pixels."""

    centre: tuple[float, float]
    axes: tuple[float, float]  # full lengths, longer first
    tilt: float  # degrees of the longer axis


def outline(
    xs: NDArray[np.intp], ys: NDArray[np.intp], patch: Patch, left: int, top: int
) -> Ellipse | None:
    """Fit an ellipse to the outermost red pixel in each direction, twice, without what sticks out."""
    centre_x = patch.left + patch.width / 2 - left
    centre_y = patch.top + patch.height / 2 - top
    reach = 0.56 * max(patch.width, patch.height) if patch.by_circle else float("inf")
    for _ in range(2):
        dx, dy = xs - centre_x, ys - centre_y
        distance = np.hypot(dx, dy)
        sector = ((np.arctan2(dy, dx) + np.pi) * (ANGLES / (2 * np.pi))).astype(int) % ANGLES
        inside = distance <= reach
        if inside.sum() < 40:
            return None
        farthest = np.zeros(ANGLES)
        np.maximum.at(farthest, sector[inside], distance[inside])
        typical = float(np.percentile(farthest[farthest > 0], 60))
        kept = (farthest > 0.86 * typical) & (farthest < 1.14 * typical)
        if kept.sum() < ANGLES // 4:
            return None
        angles = (np.nonzero(kept)[0] + 0.5) * (2 * np.pi / ANGLES) - np.pi
        rim = np.stack(
            [
                centre_x + farthest[kept] * np.cos(angles),
                centre_y + farthest[kept] * np.sin(angles),
            ],
            axis=1,
        ).astype(np.float32)
        (centre_x, centre_y), (first, second), tilt = cv2.fitEllipse(rim)
        if not np.isfinite([centre_x, centre_y, first, second]).all() or min(first, second) < 8:
            return None
        reach = 0.56 * max(first, second)
    if first < second:
        first, second, tilt = second, first, tilt + 90
    return Ellipse((centre_x, centre_y), (first, second), tilt)


def unrolled_mask(part: Mask, ellipse: Ellipse) -> Mask:
    """The patch unrolled: a row for each of 4 × ANGLES directions, columns from centre to 1.15 radii."""
    columns, rows = 92, 4 * ANGLES  # 80 columns to the rim
    angle = np.linspace(0, 2 * np.pi, rows, endpoint=False, dtype=np.float32)[:, None]
    radius = np.arange(columns, dtype=np.float32)[None, :] / 80.0
    tilt = np.float32(np.deg2rad(ellipse.tilt))
    along = radius * np.cos(angle) * np.float32(ellipse.axes[0] / 2)
    across = radius * np.sin(angle) * np.float32(ellipse.axes[1] / 2)
    x = ellipse.centre[0] + along * np.cos(tilt) - across * np.sin(tilt)
    y = ellipse.centre[1] + along * np.sin(tilt) + across * np.cos(tilt)
    unrolled = cv2.remap(
        part * np.uint8(255), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR
    )
    return np.asarray(unrolled > 110, dtype=np.uint8)


class _Marks(NamedTuple):
    """What the unrolled patch shows, all relative to the radius.

    `ring` share of directions with ink at the rim · `line` thickness of the ring · `gap` whether
    there is less ink just inside the ring · `strokes` how often the writing starts, once around ·
    `filled` share of ink within the rim.
    """

    ring: float
    line: float
    gap: bool
    strokes: float
    filled: float

    @classmethod
    def of(cls, polar: Mask) -> _Marks:
        rim = polar[:, 72:88]
        on_rim = rim.any(axis=1)
        ring = float(on_rim.mean())
        thick = []
        for row in polar[on_rim]:
            outer = 72 + int(np.nonzero(row[72:88])[0][-1])
            run = row[: outer + 1][::-1]
            empty = np.nonzero(run == 0)[0]
            thick.append(int(empty[0]) if len(empty) else outer)
        line = float(np.median(thick)) / 80.0 if thick else 1.0
        # The lightest band between ring and middle must hold much less ink than the ring.
        bands = polar[:, 46:78].mean(axis=0)
        gap = bool(bands.min() < 0.62 * max(ring, 0.01))
        strokes = max(
            float(((polar[:, c] == 1) & (np.roll(polar[:, c], 1) == 0)).sum())
            for c in range(44, 68, 3)
        )
        return cls(ring, line, gap, strokes, float(polar[:, :78].mean()))


def is_frame(part: Mask) -> bool:
    """Whether the ink of this patch lies along the four edges of a rectangle, all around."""
    ys, xs = np.nonzero(part)
    left, right, top, bottom = xs.min(), xs.max(), ys.min(), ys.max()
    width, height = right - left + 1, bottom - top + 1
    band = max(2.0, 0.07 * min(width, height))
    near = (xs - left < band) | (right - xs < band) | (ys - top < band) | (bottom - ys < band)
    corners = sum(
        int(part[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].any())
        for x in (left + 2, right - 2)
        for y in (top + 2, bottom - 2)
    )
    return bool(near.mean() > 0.9 and corners >= 3)


def has_corners(part: Mask) -> bool:
    """Whether the ink runs straight along three sides at least: the square seal of a person (法人章).

    The patch may be turned. A ring touches each side of the box around it with half its width only.
    """
    ys, xs = np.nonzero(part)
    points = np.stack([xs, ys], axis=1).astype(np.float32)
    centre, size, tilt = cv2.minAreaRect(points)
    turned = (points - np.array(centre, np.float32)) @ cv2.getRotationMatrix2D((0, 0), tilt, 1)[
        :, :2
    ].T
    half = np.array(size) / 2
    sides = 0
    for along, across in ((0, 1), (1, 0)):
        if half[along] < 4:
            return False
        for end in (-1, 1):
            near = turned[end * turned[:, across] > half[across] * (1 - 2 * _SIDE)]
            places = ((near[:, along] / half[along] + 1) * _SIDE_PARTS / 2).astype(int)
            sides += len(set(places.tolist())) >= 0.8 * _SIDE_PARTS
    return sides >= 3


def clear_rim(polar: Mask) -> float:
    """Share of directions in which a thin line runs at the rim, with paper on both its sides."""
    rim = polar[:, 72:88].any(axis=1)
    inside = polar[:, 52:72].mean(axis=1) < 0.75
    outside = polar[:, 87:].mean(axis=1) < 0.5
    return float((rim & inside & outside).mean())
