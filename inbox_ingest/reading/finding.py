"""What a file reader hands to the mail reader: a document, a scan, wishes for batch work, problems."""

from __future__ import annotations

from typing import Literal

from inbox_ingest.reading.document import Document
from inbox_ingest.records import Frozen, Problem, ScanRecord, Want

PictureKind = Literal["page", "photo", "logo"]


class Finding(Frozen):
    """All that one reader says about one file.

    `document` is the text, where there is any (`means == "ocr"` where it was recognised). `scan` is
    set for pages that are pictures, and for documents that bear an electronic seal. `picture` says
    what a picture shows: a page of text, a photo, or something too small to be either. `wants` is
    work that has to be done in a batch before the rest can be said: the file is then read again.
    `pages` is how many pages were seen, 0 where the format has none. `line_scores` holds every line
    that OCR read, without white space, with its score from 0 to 1. Where pages of text stand beside
    recognised ones, `document` is all of them and `typed` and `recognised` are the two apart. `lost`
    names what of the file nobody read, beside what `document.lost` says. `spare` is work that is worth
    doing only where nothing else in the mail answers: to read a photo in which a sheet may be seen.
    """

    document: Document | None = None
    scan: ScanRecord | None = None
    picture: PictureKind | None = None
    wants: tuple[Want, ...] = ()
    problems: tuple[Problem, ...] = ()
    pages: int = 0
    line_scores: tuple[tuple[str, float], ...] = ()
    typed: Document | None = None
    recognised: Document | None = None
    lost: tuple[str, ...] = ()
    spare: tuple[Want, ...] = ()
