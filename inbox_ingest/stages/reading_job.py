"""The work of one reading, run in a worker: bytes from the archive in, a `Reading` as JSON out.

Imported by the server that workers are forked from, so what it imports is loaded once.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from inbox_ingest.archive import Archive
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.derived import DerivedResults
from inbox_ingest.reading.mail import read_mail
from inbox_ingest.stages.tools import DerivedOrMissing, Tools


class ReadingTask(NamedTuple):
    """One mail to read: where the archive is, which mail, by which rules, with which tools' results.

    `campaign_sha256` is part of the task so that a worker never uses rules it loaded before an edit.
    """

    archive: Path
    raw_sha256: str
    campaign: Path
    campaign_sha256: str
    tools: Tools


def read_one(task: ReadingTask) -> str:
    """Read one mail; its files go into the archive by their hash. Returns `Reading` as JSON.

    A reading that met a failure which may pass bears another version, so the next pass reads again.
    """
    archive = Archive(task.archive)
    derived = derived_results(archive, task.tools)
    reading = read_mail(
        archive.get(task.raw_sha256),
        _campaign(task.campaign, task.campaign_sha256),
        archive,
        DerivedOrMissing(derived, task.tools),
    )
    version = {"reader_version": task.tools.reader_version + ("~" if derived.passing else "")}
    return reading.model_copy(update=version).model_dump_json(exclude_defaults=True)


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
