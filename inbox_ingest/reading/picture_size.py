"""Width and height of a picture from its header, without decoding it."""

from __future__ import annotations

import warnings

from inbox_ingest.reading.content import Content
from inbox_ingest.reading.formats import PICTURES


def picture_size(content: Content, kind: str) -> tuple[int, int] | None:
    """Width and height in pixels; None where this is no picture or its header cannot be read."""
    if kind not in PICTURES:
        return None
    from PIL import Image

    bound, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # nothing is decoded here
    try:
        with warnings.catch_warnings(), content.open() as stream:
            warnings.simplefilter("ignore")
            with Image.open(stream) as picture:
                return picture.size
    except (OSError, ValueError, SyntaxError):
        return None
    finally:
        Image.MAX_IMAGE_PIXELS = bound
