"""Finds the sheets of paper in a photo of a desk, and cuts one out so that it fills the picture.

A sheet is the largest light shape with four straight sides on darker ground. Where none is surely
seen the picture stays as it is: what was cut off could have been the seal.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inbox_ingest.reading.scan_picture import WORKING_SIDE, Pixels, darkest

Corners = NDArray[np.float32]  # upper left, upper right, lower right, lower left: x, y in pixels

_SIDE = 640  # pixels of the longest side while searching
_LEAST, _MOST = 0.06, 0.92  # of the picture: smaller is not legible, larger needs no cutting
_BESIDE = 0.4  # of the largest sheet: a smaller one beside it is a note, a card, a telephone
_NARROWEST = 0.4  # shorter side by longer: A4 is 0.71, seen from the side less
_ROUNDED = 4.0  # pixels that a corner may lie inside the shape, whose own corners are rounded
_MARGIN = 0.015  # kept around the sheet: its edge is never exact


def sheet_corners(pixels: Pixels) -> Corners | None:
    """The corners of the only sheet in the picture, None where there are several or it is all sheet."""
    sheets = sheets_in(pixels)
    return sheets[0] if len(sheets) == 1 else None


def sheets_in(pixels: Pixels) -> list[Corners]:
    """The corners of the sheets that lie beside each other in the picture, the largest first.

    Takes some 20 ms. Much smaller ones than the largest are left out.
    """
    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    # The least channel: paper is light in all three, wood and leather are not.
    light = np.asarray(cv2.medianBlur(np.ascontiguousarray(darkest(small)), 5), dtype=np.uint8)
    found = [
        corners
        for mask in (*_by_lightness(light), _by_edges(light))
        for corners in _four_sided(mask)
        if _stands_out(light, corners)
    ]
    apart: list[Corners] = []
    for corners in sorted(found, key=_area, reverse=True):
        small_one = bool(apart) and _area(corners) < _BESIDE * _area(apart[0])
        if not small_one and not any(_overlap(corners, other) for other in apart):
            apart.append(corners)
    return [np.asarray(corners / np.float32(scale), dtype=np.float32) for corners in apart]


def _area(corners: Corners) -> float:
    return float(cv2.contourArea(corners))


def _overlap(first: Corners, second: Corners) -> bool:
    x, y = first.mean(axis=0)
    return cv2.pointPolygonTest(second, (float(x), float(y)), False) >= 0


def _by_lightness(light: Pixels) -> Iterator[Pixels]:
    """What is lighter than falling thresholds, with the writing on it filled in."""
    white = float(np.percentile(light, 98))
    closing = np.ones((13, 13), np.uint8)
    opening = np.ones((7, 7), np.uint8)
    for share in (0.88, 0.8, 0.7, 0.6, 0.5):
        mask = np.asarray(light >= share * white, dtype=np.uint8)
        opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, closing)
        yield np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, opening), dtype=np.uint8)


def _by_edges(light: Pixels) -> Pixels:
    """The areas inside closed edges: a sheet on a desk that is nearly as light."""
    edges = cv2.Canny(light, 12, 40)
    closed = cv2.dilate(edges, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = np.zeros_like(light)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return np.asarray(cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)), np.uint8)


def _four_sided(mask: Pixels) -> Iterator[Corners]:
    """The shapes of a sheet's size that four straight sides fit."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        hull = cv2.convexHull(contour)
        area = float(cv2.contourArea(hull))
        if not _LEAST * mask.size <= area <= _MOST * mask.size:
            continue
        if cv2.contourArea(contour) < 0.85 * area:
            continue
        ordered = _ordered(_around(np.asarray(hull, dtype=np.float32)))
        if area < 0.85 * _area(ordered):
            continue  # round, or a heap of things
        wide, high = sides(ordered)
        if min(wide, high) >= _NARROWEST * max(wide, high):
            yield ordered


def _around(hull: NDArray[np.float32]) -> NDArray[np.float32]:
    """Four corners: the shape's own, else (a corner hidden, or outside) those of a box around it."""
    length = cv2.arcLength(hull, closed=True)
    for tolerance in (0.01, 0.02, 0.03, 0.045):
        corners = cv2.approxPolyDP(hull, tolerance * length, closed=True)
        if len(corners) == 4 and all(
            cv2.pointPolygonTest(corners, (float(x), float(y)), True) >= -_ROUNDED
            for x, y in hull.reshape(-1, 2)
        ):
            return np.asarray(corners, dtype=np.float32).reshape(4, 2)
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(hull)), dtype=np.float32)


def _ordered(points: Corners) -> Corners:
    """Clockwise as seen, from the corner nearest to the picture's upper left."""
    middle = points.mean(axis=0)
    around = np.argsort(np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0]))
    clockwise = points[around]
    first = int(clockwise.sum(axis=1).argmin())
    return np.asarray(np.roll(clockwise, -first, axis=0), dtype=np.float32)


def sides(corners: Corners) -> tuple[float, float]:
    """Mean width and height of the sheet in pixels."""
    edges = [float(np.hypot(*(b - a))) for a, b in pairwise([*corners, corners[0]])]
    return (edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2


def _stands_out(light: Pixels, corners: Corners) -> bool:
    """Whether darker ground begins at every side: a table's frame has paper on both sides.

    Along the picture's own edge nothing begins; two sides at least must be seen.
    """
    middle = corners.mean(axis=0)
    seen = 0
    for start, end in pairwise([*corners, corners[0]]):
        across = np.array([end[1] - start[1], start[0] - end[0]], np.float32)
        across /= max(1e-6, float(np.hypot(*across)))
        if float(np.dot(across, middle - start)) > 0:
            across = -across
        along = np.linspace(0.06, 0.94, 30, dtype=np.float32)[:, None]
        points = start + along * (end - start)
        within = [_at(light, points - depth * across) for depth in (3, 6, 9, 12)]
        beyond = [_at(light, points + depth * across) for depth in (4, 6, 8)]
        paper, ground = np.max(within, axis=0), np.median(beyond, axis=0)
        there = np.isfinite(ground) & np.isfinite(paper)
        if there.sum() < 8:
            continue
        if float(np.median(ground[there] / np.maximum(paper[there], 1))) > 0.93:
            return False
        seen += 1
    return seen >= 2


def _at(light: Pixels, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The lightness at these points, NaN outside the picture."""
    xs, ys = np.round(points[:, 0]).astype(int), np.round(points[:, 1]).astype(int)
    inside = (xs >= 0) & (ys >= 0) & (xs < light.shape[1]) & (ys < light.shape[0])
    values = np.full(len(points), np.nan, dtype=np.float32)
    values[inside] = light[ys[inside], xs[inside]]
    return values


def cut_out(pixels: Pixels, corners: Corners, side: int = WORKING_SIDE) -> Pixels:
    """The sheet seen from above, upright as it lay, a little of its ground around it."""
    wide, high = sides(corners)
    scale = min(1.0, side / max(wide, high))
    width, height = max(1, round(wide * scale)), max(1, round(high * scale))
    edge = round(_MARGIN * max(width, height))
    left, top, right, bottom = edge, edge, width - edge, height - edge
    wanted = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    view = cv2.getPerspectiveTransform(corners, wanted)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    seen = cv2.warpPerspective(
        pixels, view, (width, height), flags=method, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(seen, dtype=np.uint8)
