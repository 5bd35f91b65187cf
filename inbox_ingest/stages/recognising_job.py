"""The work of one recognition, run in a worker of its own kind: OCR needs much memory and time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from inbox_ingest.archive import Archive
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.records import Problem


class RecognisingTask(NamedTuple):
    """One picture or scanned PDF of the archive to recognise."""

    archive: Path
    sha256: str


def recognise_one(task: RecognisingTask) -> bytes | Problem:
    """Recognise one file; returns the OCR result as `reading/ocr.py` writes it."""
    from inbox_ingest.reading.ocr import recognise

    content = Archive(task.archive).get(task.sha256)
    return recognise(content, kind_of(content))
