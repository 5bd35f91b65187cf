"""Looks for a round red seal on a page: by colour against the paper's white, then by shape.

A seal (公章) is a thin ring with writing inside it, 38 to 58 mm wide. Red letterheads, discs, thick
rings of logos, banners and frames fail one of the tests below. `absent` is said only where a colour
page of good quality holds nothing that could be a seal, red or grey; in all doubt a person looks.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_ingest.reading.scan_picture import Pixels
from inbox_ingest.records import SealVerdict

Mask = NDArray[np.uint8]
Plane = NDArray[np.float32]

SIDE = 900  # pixels of the longest side while searching
THRESHOLDS = (80.0, 56.0, 40.0, 28.0, 20.0, 14.0)  # redness, falling: fresh ink first, faint last
SMALLEST, LARGEST = 0.09, 0.42  # a seal's width as a share of the page's short side
ANGLES = 90
LEAST_PIXELS = 500  # a shorter side shows no ring of a seal for sure


class Circle(NamedTuple):
    """Where a seal is, as shares of the picture's width (x), height (y) and short side (radius)."""

    x: float
    y: float
    radius: float


class SealSight(NamedTuple):
    """What was seen. `colour` says that the picture can show colour; `note` is for the organiser."""

    verdict: SealVerdict
    colour: bool
    circle: Circle | None
    note: str | None


class _Shape(NamedTuple):
    """A ring-like thing: `sure` where every test of a seal was passed."""

    x: float
    y: float
    radius: float
    sure: bool


def find_seal(pixels: Pixels, *, colour_stored: bool = True) -> SealSight:
    """Judge one upright or turned page (RGB, height × width × 3). Takes some 30 ms."""
    if not colour_stored:
        return SealSight("unverified", False, None, "灰度或黑白扫描件，看不出印章颜色")
    small = _reduced(pixels)
    level = _on_white_paper(small)
    red = level[:, :, 0] - np.maximum(level[:, :, 1], level[:, :, 2])
    found = _search(_bytes(cv2.medianBlur(np.clip(red, 0, 255).astype(np.uint8), 3)))
    if found is not None:
        verdict: SealVerdict = "present" if found.sure else "unverified"
        note = None if found.sure else "有红色印迹，但不能确定是公章"
        return SealSight(verdict, True, _as_shares(found, small), note)
    doubt = _doubt(pixels, small, level)
    return SealSight("unverified" if doubt else "absent", True, None, doubt)


def _reduced(pixels: Pixels) -> Pixels:
    scale = SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return _bytes(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _bytes(plane: object) -> Pixels:
    return np.asarray(plane, dtype=np.uint8)


def _doubt(pixels: Pixels, small: Pixels, level: Plane) -> str | None:
    """Why nobody could be sure that this page has no seal, or None where one can."""
    if min(pixels.shape[:2]) < LEAST_PIXELS:
        return "图片过小，看不清有无印章"
    if _grey_ring(level, thorough=_is_neutral(small)):
        return "有圆形印迹但不是红色，可能是复印件"
    return _poor_quality(small, level)


# --- colour -----------------------------------------------------------------------------------


def _on_white_paper(small: Pixels) -> Plane:
    """The picture as if its paper were white everywhere: warm lamps and shadows are taken out.

    The paper's colour is looked for in blocks (the brightest twentieth of each), a block that is
    much darker than the rest (a desk, a banner that fills it) takes the colour of its neighbours.
    """
    rows = max(3, min(14, small.shape[0] // 48))
    columns = max(3, min(14, small.shape[1] // 48))
    paper = np.zeros((rows, columns, 3), dtype=np.float32)
    for row, band in enumerate(np.array_split(small, rows, axis=0)):
        for column, block in enumerate(np.array_split(band, columns, axis=1)):
            flat = block.reshape(-1, 3)
            bright = flat[:: max(1, len(flat) // 600)].astype(np.float32)
            order = np.argsort(bright.min(axis=1))
            paper[row, column] = bright[order[-max(1, len(order) // 20) :]].mean(axis=0)
    darkest = paper.min(axis=2)
    white = float(np.percentile(darkest, 75))
    typical = np.median(paper[darkest >= 0.8 * white], axis=0)
    paper[darkest < 0.6 * white] = typical
    smooth = cv2.blur(paper, (3, 3))
    light = cv2.resize(smooth, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
    level = small.astype(np.float32) * (255.0 / np.maximum(light, 24.0))
    return np.asarray(np.minimum(level, 255.0), dtype=np.float32)


# --- shape ------------------------------------------------------------------------------------


def _search(redness: Mask) -> _Shape | None:
    """The first thing at falling thresholds that passes as a seal, else the best doubtful one."""
    doubtful: _Shape | None = None
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


class _Patch(NamedTuple):
    left: int
    top: int
    width: int
    height: int
    by_circle: bool = False


def _candidates(mask: Mask) -> list[_Patch]:
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
        patches.append(_Patch(int(left), int(top), int(width), int(height)))
    return patches


def _circles(redness: Mask, threshold: float) -> list[_Patch]:
    """Circles in the red plane: a seal that touches a red line or another seal is no patch."""
    short = min(redness.shape)
    stretched = cv2.convertScaleAbs(redness, alpha=160.0 / max(threshold, 1.0))
    found = cv2.HoughCircles(
        cv2.GaussianBlur(stretched, (5, 5), 0),
        cv2.HOUGH_GRADIENT,
        dp=2,
        minDist=short * 0.1,
        param1=120,
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
        patches.append(_Patch(left, top, side, side, by_circle=True))
    return patches


def _judge(mask: Mask, patch: _Patch) -> _Shape | None:
    """Test one patch: ring, thin line, writing inside. None where it surely is no seal."""
    short = min(mask.shape)
    margin = max(2, round(0.06 * max(patch.width, patch.height)))
    top, left = max(0, patch.top - margin), max(0, patch.left - margin)
    part = mask[top : patch.top + patch.height + margin, left : patch.left + patch.width + margin]
    ys, xs = np.nonzero(part)
    if len(xs) < 60:
        return None
    ellipse = _outline(xs, ys, patch, left, top)
    if ellipse is None:
        return None
    (x, y), (major, minor) = ellipse.centre, ellipse.axes
    polar = _polar(part, ellipse)
    radius = (major + minor) / 4
    shape = _Shape(x + left, y + top, radius, sure=False)
    if not SMALLEST * short / 2 <= radius <= LARGEST * short / 2:
        return None
    marks = _Marks.of(polar)
    if _surely_none(part, polar, marks, patch):
        return None
    if marks.ring >= 0.6 and marks.line <= 0.17 and marks.strokes >= 9 and minor >= 0.6 * major:
        return shape._replace(sure=marks.gap)
    doubtful = marks.ring >= 0.4 and marks.strokes >= 6 and not patch.by_circle
    return shape if doubtful else None


def _surely_none(part: Mask, polar: Mask, marks: _Marks, patch: _Patch) -> bool:
    if marks.filled > 0.72 or _is_frame(part, marks):
        return True  # a disc, a banner, an empty frame
    if marks.ring >= 0.6 and marks.line > 0.17 and marks.strokes < 9:
        return True  # a thick ring with little in it: a logo
    return patch.by_circle and _clear_rim(polar) < 0.7  # a circle drawn by chance through letters


class _Ellipse(NamedTuple):
    centre: tuple[float, float]
    axes: tuple[float, float]  # full lengths, longer first
    tilt: float  # degrees of the longer axis


def _outline(
    xs: NDArray[np.intp], ys: NDArray[np.intp], patch: _Patch, left: int, top: int
) -> _Ellipse | None:
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
    return _Ellipse((centre_x, centre_y), (first, second), tilt)


def _polar(part: Mask, ellipse: _Ellipse) -> Mask:
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


def _is_frame(part: Mask, marks: _Marks) -> bool:
    """An empty rectangle: its ink lies along straight edges and nothing is inside."""
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
    return bool(near.mean() > 0.9 and corners >= 3 and marks.strokes < 9)


# --- pages without red ------------------------------------------------------------------------


def _grey_ring(level: Plane, *, thorough: bool) -> bool:
    """A ring in dark or grey ink: the copy of a stamped page, to be looked at by a person.

    `thorough` also follows rings that a black-and-white scanner broke into pieces.
    """
    short = min(level.shape[:2])
    ink = np.clip(255.0 - level.min(axis=2), 0, 255).astype(np.uint8)
    for threshold in (24, 70, 130):
        mask = _without_straight_lines((ink >= threshold).astype(np.uint8))
        reach = max(3, round(short * (0.008 if thorough else 0.003))) | 1
        joined = cv2.dilate(mask, np.ones((reach, reach), np.uint8))
        _, _, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        for left, top, width, height, _area in boxes[1:]:
            small, large = sorted((int(width), int(height)))
            if small < 0.12 * short or large > LARGEST * short or small < 0.7 * large:
                continue
            patch = _Patch(int(left), int(top), int(width), int(height))
            if _rim_share(mask, patch) >= (0.45 if thorough else 0.6):
                return True
    return False


def _without_straight_lines(mask: Mask) -> Mask:
    """The mask without rulings of tables, also slightly askew ones."""
    length = max(15, round(min(mask.shape) * 0.06))
    thick = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    across = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return _bytes(mask & ~(_bytes(across) | _bytes(down)) & 1)


def _rim_share(mask: Mask, patch: _Patch) -> float:
    """Share of directions in which a thin line runs at the rim, with paper on both its sides."""
    box = mask[patch.top : patch.top + patch.height, patch.left : patch.left + patch.width]
    ys, xs = np.nonzero(box)
    if len(xs) < 60:
        return 0.0
    ellipse = _outline(xs, ys, patch, patch.left, patch.top)
    if ellipse is None or ellipse.axes[1] < 0.6 * ellipse.axes[0]:
        return 0.0
    return _clear_rim(_polar(box, ellipse))


def _clear_rim(polar: Mask) -> float:
    rim = polar[:, 72:88].any(axis=1)
    inside = polar[:, 52:72].mean(axis=1) < 0.75
    outside = polar[:, 87:].mean(axis=1) < 0.5
    return float((rim & inside & outside).mean())


def _is_neutral(small: Pixels) -> bool:
    """No trace of colour at all: a grey scan kept as RGB, or a page that never was on paper."""
    sample = small[::2, ::2].astype(np.int16)
    spread = sample.max(axis=2) - sample.min(axis=2)
    return float(np.percentile(spread, 99)) <= 3.0


def _poor_quality(small: Pixels, level: Plane) -> str | None:
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    white = float(np.percentile(grey, 90))
    if white < 90:
        return "照片过暗，看不清有无印章"
    if float((level.min(axis=2) > 205).mean()) < 0.45:
        return "照片不清，看不清有无印章"
    ink = grey[level.min(axis=2) < 110]
    if ink.size and white - float(np.percentile(ink, 10)) < 60:
        return "扫描件过淡，看不清有无印章"
    return None


def _as_shares(shape: _Shape, small: Pixels) -> Circle:
    height, width = small.shape[:2]
    return Circle(shape.x / width, shape.y / height, shape.radius / min(width, height))
