"""The search for circles is bounded: what has edges everywhere is not searched."""

from __future__ import annotations

import numpy as np
import pytest

from inbox_ingest.reading import seal_shape
from inbox_ingest.reading.seal import find_seal


def test_a_texture_in_every_colour_has_no_circles_to_look_for() -> None:
    # Hough's circles took minutes here: edges everywhere, each a part of a thousand circles.
    noise = np.random.default_rng(1).integers(0, 256, (1200, 900, 3), dtype=np.uint8)
    searched: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seal_shape.cv2, "HoughCircles", lambda *_, **__: searched.append(1))
        assert find_seal(noise).verdict != "present"
    assert not searched
