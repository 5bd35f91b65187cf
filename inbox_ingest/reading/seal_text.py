"""Unrolls the writing on a round seal into a straight strip of black on white, for OCR."""

from __future__ import annotations

import cv2
import numpy as np

from inbox_ingest.reading.scan_picture import Pixels

_DIRECTIONS = 1440
_INNER, _OUTER = 0.54, 0.93  # where the writing stands, as shares of the radius
_STRIP_HEIGHT = 64


def unrolled(pixels: Pixels, circle: tuple[float, float, float]) -> Pixels:
    """The strip between ring and star, read clockwise from the gap at the seal's foot.

    `circle` is x, y and radius in pixels. The result is RGB, black writing on white.
    """
    x, y, radius = circle
    patch = pixels.astype(np.float32)
    red = patch[:, :, 0] - np.maximum(patch[:, :, 1], patch[:, :, 2])
    left, top = max(0, int(x - 1.2 * radius)), max(0, int(y - 1.2 * radius))
    near = red[top : int(y + 1.2 * radius), left : int(x + 1.2 * radius)]
    strength = max(30.0, float(np.percentile(near, 93)) if near.size else 30.0)
    # From the foot (90° in picture coordinates) clockwise: left side, top, right side.
    angle = np.linspace(np.pi / 2, 2.5 * np.pi, _DIRECTIONS, endpoint=False, dtype=np.float32)
    reach = np.linspace(_OUTER, _INNER, _STRIP_HEIGHT, dtype=np.float32)[:, None] * radius
    map_x = (x + reach * np.cos(angle)[None, :]).astype(np.float32)
    map_y = (y + reach * np.sin(angle)[None, :]).astype(np.float32)
    strip = cv2.remap(red, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    dark = np.clip(255.0 - strip * (255.0 / strength), 0, 255).astype(np.uint8)
    written = _from_gap(dark)
    # Along the middle of the writing one radian is as long as the writing is high there.
    width = round(_STRIP_HEIGHT / (_OUTER - _INNER) * 2 * np.pi * (_OUTER + _INNER) / 2)
    scaled = cv2.resize(written, (width, _STRIP_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(np.repeat(np.asarray(scaled, np.uint8)[:, :, None], 3, axis=2))


def _from_gap(strip: Pixels) -> Pixels:
    """The strip cut open where the longest empty stretch is, so that no character is cut."""
    ink = (strip < 140).sum(axis=0)
    empty = np.concatenate([ink, ink]) < max(2, 0.06 * strip.shape[0])
    best, length, start = 0, 0, 0
    for place, free in enumerate(empty):
        if not free:
            start = place + 1
        elif place - start + 1 > length:
            best, length = start, place - start + 1
    if length < 0.02 * strip.shape[1]:
        return strip
    middle = (best + min(length, strip.shape[1]) // 2) % strip.shape[1]
    return np.asarray(np.roll(strip, -middle, axis=1), dtype=np.uint8)
