"""What LibreOffice and OCR made of the archive's files, by content hash and tool version.

That a file is at fault is a result for good. A failure of ours (no room, a time-out on a busy
machine) holds for the pass that met it: later passes try again, a few times in all.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from inbox_ingest.archive import Archive
from inbox_ingest.reading.content import Content, MemoryContent
from inbox_ingest.records import IssueCode, Problem

MOST_TRIES = 3  # passes that try what failed through no fault of the file


class Retry(NamedTuple):
    """Which failures of ours are tried again: those from before `since` (seconds of the epoch).

    `always` has what failed too often tried again as well: a person asked for it.
    """

    since: float = 0.0
    always: bool = False


class DerivedResults:
    """Results of batch work for given versions of both tools; another version starts afresh.

    `passing` says that a failure was handed out which a later pass is going to try again.
    """

    def __init__(
        self, archive: Archive, *, converter: str, recogniser: str, retry: Retry | None = None
    ) -> None:
        self.passing = False
        self._archive = archive
        self._converter = converter
        self._recogniser = recogniser
        self._retry = retry or Retry()

    def converted(self, sha256: str) -> Content | Problem | None:
        """The .docx made of this file, why there is none, or None where it is to be tried."""
        found = self._load(self._converter, sha256)
        return MemoryContent(found) if isinstance(found, bytes) else found

    def recognised(self, sha256: str) -> bytes | Problem | None:
        """The OCR result of this picture, why there is none, or None where it is to be tried."""
        return self._load(self._recogniser, sha256)

    def keep_converted(self, sha256: str, result: bytes | Problem) -> None:
        """Keep the .docx that the converter made of this file, or why it could not."""
        self._keep(self._converter, sha256, result)

    def keep_recognised(self, sha256: str, result: bytes | Problem) -> None:
        """Keep the OCR result of this picture, or why there is none."""
        self._keep(self._recogniser, sha256, result)

    def _load(self, tool: str, sha256: str) -> bytes | Problem | None:
        place = self._archive.derived_path(tool, sha256)
        with suppress(FileNotFoundError):
            return place.with_suffix(".result").read_bytes()
        with suppress(FileNotFoundError):
            return Problem.model_validate_json(place.with_suffix(".problem").read_bytes())
        for tries in range(MOST_TRIES, 0, -1):
            kept = place.with_suffix(f".failed{tries}")
            with suppress(FileNotFoundError):
                final = tries == MOST_TRIES and not self._retry.always
                if kept.stat().st_mtime < self._retry.since and not final:
                    return None
                self.passing |= not final
                return Problem.model_validate_json(kept.read_bytes())
        return None

    def _keep(self, tool: str, sha256: str, result: bytes | Problem) -> None:
        if isinstance(result, bytes):
            self._archive.keep_derived(tool, sha256, ".result", result)
            return
        suffix = ".problem"
        if result.code == IssueCode.READER_MISSING:
            place = self._archive.derived_path(tool, sha256)
            tries = range(1, MOST_TRIES)
            done = sum(place.with_suffix(f".failed{number}").exists() for number in tries)
            suffix = f".failed{done + 1}"
        self._archive.keep_derived(tool, sha256, suffix, result.model_dump_json().encode())
