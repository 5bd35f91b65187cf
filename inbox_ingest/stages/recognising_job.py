"""The work of one recognition, run in a worker of its own kind: OCR needs much memory and time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from inbox_ingest.archive import Archive


class RecognisingTask(NamedTuple):
    """One picture of the archive to recognise."""

    archive: Path
    sha256: str


def recognise_one(task: RecognisingTask) -> bytes:
    """Recognise one picture; returns the OCR result as `reading/ocr.py` writes it."""
    from inbox_ingest.reading.ocr import recognise

    return recognise(Archive(task.archive).get(task.sha256))
