"""Decides which photos of a mail are read after all: where its scan, or the seal on it, is missing.

A photo waits for no OCR. But a stamped form held up to a camera may look like one, and nobody may be
told that it is missing while a picture lies there that might be it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from inbox_ingest.records import Attachment, Want

MOST_SPARE = 4  # photos of one mail, the largest first: half a minute


class Photo(NamedTuple):
    """A photo in which a sheet may be seen: its size in pixels, and its want where it was not read."""

    area: int
    part: str
    wants: tuple[Want, ...]


def to_read(photos: Iterable[Photo], attachments: Sequence[Attachment]) -> list[Want]:
    """What is to be recognised of these photos, once all pages of the mail have been.

    Photos that were read before count, so that reading a mail again asks for no more.
    """
    if not _is_wanting(attachments):
        return []
    first = sorted(photos, key=lambda photo: (-photo.area, photo.part))[:MOST_SPARE]
    return [want for photo in first for want in photo.wants]


def _is_wanting(attachments: Sequence[Attachment]) -> bool:
    scans = [attachment.scan for attachment in attachments if attachment.role == "form_scan"]
    forms = sum(attachment.role == "form" for attachment in attachments)
    if len(scans) < max(1, forms):
        return True
    seals = [scan.seal for scan in scans if scan is not None]
    return "absent" in seals and seals.count("present") < max(1, forms)
