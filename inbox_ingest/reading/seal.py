"""Looks for a round red seal on a page: by colour against the paper's white, then by shape.

A seal (公章) is a thin ring with writing inside it, 38 to 58 mm wide. Red letterheads, discs, thick
rings of logos, banners and frames fail one of the tests below. `absent` is said only where a page of
good quality on which colour survived holds nothing that could be a seal; whether a grey copy of one is
on it is asked of `seal_ink` once the text is known. In all doubt a person looks.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from inbox_ingest.reading.scan_picture import Pixels, darkest
from inbox_ingest.reading.seal_doubt import Plane, doubt_about, is_neutral
from inbox_ingest.reading.seal_shape import Shape, search
from inbox_ingest.records import SealVerdict

SIDE = 900  # pixels of the longest side while searching
_LEAST_SIDE = 48  # a shorter side holds nothing that could be measured


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


def find_seal(pixels: Pixels, *, colour_stored: bool = True, may_deny: bool = True) -> SealSight:
    """Judge one upright or turned page (RGB, height × width × 3). Takes some 30 ms.

    Without `may_deny` a page without a seal is left `unverified`, which saves half the time: nobody
    who has not read the page may say that a seal is missing from it.
    """
    if not colour_stored:
        return SealSight("unverified", False, None, "灰度或黑白扫描件，看不出印章颜色")
    if min(pixels.shape[:2]) < _LEAST_SIDE:
        return SealSight("unverified", True, None, "图片过小，看不清有无印章")
    small = _reduced(pixels)
    level = _on_white_paper(small)
    red = level[:, :, 0] - np.maximum(level[:, :, 1], level[:, :, 2])
    redness = _bytes(cv2.medianBlur(np.clip(red, 0, 255).astype(np.uint8), 3))
    found = search(redness)
    if found is not None:
        verdict: SealVerdict = "present" if found.sure else "unverified"
        note = None if found.sure else "有红色印迹，但不能确定是公章"
        return SealSight(verdict, True, _as_shares(found, small), note)
    if is_neutral(small):
        return SealSight("unverified", False, None, "画面没有一点颜色，可能是灰度扫描件或复印件")
    if not may_deny:
        return SealSight("unverified", True, None, None)
    doubt = doubt_about(pixels, small, level, redness)
    return SealSight("unverified" if doubt else "absent", True, None, doubt)


def _reduced(pixels: Pixels) -> Pixels:
    scale = SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return _bytes(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _bytes(plane: object) -> Pixels:
    return np.asarray(plane, dtype=np.uint8)


# --- colour -----------------------------------------------------------------------------------


def _on_white_paper(small: Pixels) -> Plane:
    """The picture as if its paper were white everywhere: warm lamps and shadows are taken out.

    The paper's colour is looked for in blocks (the brightest twentieth of each), a block that is
    much darker than the rest (a desk, a banner that fills it) takes the colour of its neighbours.
    """
    rows = max(3, min(14, small.shape[0] // 48))
    columns = max(3, min(14, small.shape[1] // 48))
    # Each block by 24 × 24 of its pixels, the colour of the lightest 28 of them.
    ys = np.linspace(0, small.shape[0] - 1, rows * 24).astype(int)
    xs = np.linspace(0, small.shape[1] - 1, columns * 24).astype(int)
    sample = small[ys[:, None], xs[None, :]].reshape(rows, 24, columns, 24, 3)
    blocks = sample.transpose(0, 2, 1, 3, 4).reshape(rows * columns, 576, 3)
    lightest = np.argpartition(darkest(blocks), 548, axis=1)[:, 548:]
    chosen = np.take_along_axis(blocks, lightest[:, :, None], axis=1).astype(np.float32)
    paper = chosen.mean(axis=1).reshape(rows, columns, 3)
    least = darkest(paper)
    white = float(np.percentile(least, 75))
    typical = np.median(paper[least >= 0.8 * white], axis=0)
    paper[least < 0.6 * white] = typical
    smooth = cv2.blur(paper, (3, 3))
    light = cv2.resize(smooth, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
    level = small.astype(np.float32) * (255.0 / np.maximum(light, 24.0))
    return np.asarray(np.minimum(level, 255.0), dtype=np.float32)


def _as_shares(shape: Shape, small: Pixels) -> Circle:
    height, width = small.shape[:2]
    return Circle(shape.x / width, shape.y / height, shape.radius / min(width, height))
