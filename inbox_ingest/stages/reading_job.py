"""The work of one reading, run in a worker: bytes from the archive in, a `Reading` as JSON out.

Imported by the server that workers are forked from, so what it imports is loaded once.
"""

from __future__ import annotations

import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from inbox_ingest.archive import Archive
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.derived import DerivedResults
from inbox_ingest.reading.envelope import envelope_of
from inbox_ingest.reading.mail import read_files, read_mail
from inbox_ingest.records import IssueCode, Problem
from inbox_ingest.stages.tools import DerivedOrMissing, Tools


class ReadingTask(NamedTuple):
    """One mail to read: where the archive is, which mail, by which rules, with which tools' results.

    With `files` (names and SHA-256) there is no mail: they are read as if they had come together.

    `campaign_sha256` is part of the task so that a worker never uses rules it loaded before an edit.
    `marker` is the file in which the worker says which part of the mail it is in, `left_alone` the
    parts that it does not open, and why not.
    """

    archive: Path
    raw_sha256: str
    campaign: Path
    campaign_sha256: str
    tools: Tools
    marker: Path
    left_alone: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()


EVERY_PART = "*"
# No file is begun later, so that the last one has time left; the limit is on the whole mail.
BEGIN_WITHIN = 70.0
_LATE = Problem(
    code=IssueCode.READER_MISSING, detail="这封邮件读取用时过长，此文件未读取，需人工查看"
)


class _Marking:
    """Writes down which part a worker is in, and keeps it from those that are to be left alone."""

    def __init__(self, task: ReadingTask) -> None:
        self._marker = task.marker
        self._left_alone = dict(task.left_alone)
        self._ends = time.monotonic() + BEGIN_WITHIN

    def begin(self, part: str) -> Problem | None:
        """See `Watch.begin`."""
        why = self._left_alone.get(part) or self._left_alone.get(EVERY_PART)
        if why is not None:
            return Problem(code=IssueCode.READER_MISSING, detail=why)
        if time.monotonic() > self._ends:
            return _LATE
        with suppress(OSError):  # a full disk: only a reading that dies would miss it
            self._marker.write_text(part, encoding="utf-8")
        return None


def read_one(task: ReadingTask) -> str:
    """Read one mail; its files go into the archive by their hash. Returns `Reading` as JSON.

    A reading that met a failure which may pass bears another version, so the next pass reads again.
    """
    archive = Archive(task.archive)
    derived = derived_results(archive, task.tools)
    results = DerivedOrMissing(derived, task.tools)
    campaign, watch = _campaign(task.campaign, task.campaign_sha256), _Marking(task)
    if task.files:
        files = [(name, archive.get(sha256)) for name, sha256 in task.files]
        reading = read_files(files, campaign, archive, results, watch)
    else:
        raw = archive.get(task.raw_sha256)
        reading = read_mail(raw, campaign, archive, results, watch)
    version = {"reader_version": task.tools.reader_version + ("~" if derived.passing else "")}
    return reading.model_copy(update=version).model_dump_json(exclude_defaults=True)


def read_envelope(task: ReadingTask) -> str:
    """Who sent a mail that cannot be read, and about what. Returns `Message` as JSON."""
    return envelope_of(Archive(task.archive).get(task.raw_sha256)).model_dump_json()


def derived_results(archive: Archive, tools: Tools) -> DerivedResults:
    """What these tools made of the archive's files."""
    return DerivedResults(
        archive,
        converter=tools.converter or "none",
        recogniser=tools.recogniser or "none",
        retry=tools.retry,
    )


@lru_cache(maxsize=2)
def _campaign(path: Path, sha256: str) -> Campaign:
    del sha256
    return load_campaign(path)
