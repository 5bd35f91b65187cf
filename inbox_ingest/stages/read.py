"""Stage 2: read what is archived, in workers; do the batch work that readings ask for; keep it all.

A mail that kills its worker harms no other: it is read again by itself, without the file that did it
(`isolating.py`). Where even that fails it is quarantined with the reason, and tried again when the
readers change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from inbox_ingest.archive import Archive
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.executor import Executor, Failure
from inbox_ingest.records import Reading, Want
from inbox_ingest.stages.batch_work import ROUNDS, fulfil
from inbox_ingest.stages.isolating import read_apart
from inbox_ingest.stages.reading_job import ReadingTask, read_one
from inbox_ingest.stages.tools import Tools

_SAVED_AT_ONCE = 50


@dataclass(slots=True)
class ReadingStage:
    """Reads mail of the archive into the casebook. `recognisers` runs OCR: few workers, much memory."""

    book: Casebook
    archive: Archive
    campaign: Path
    campaign_sha256: str
    tools: Tools
    readers: Executor
    recognisers: Executor
    clock: Callable[[], datetime]
    quarantined: int = 0
    _wants: dict[Want, list[str]] = field(default_factory=dict)

    def waiting(self, *, everything: bool = False) -> list[str]:
        """Raw SHA-256 of the mails to read, oldest receipt first.

        With `everything` what failed too often through our own fault is tried again too.
        """
        if everything:
            self.tools = replace(self.tools, retry=self.tools.retry._replace(always=True))
        version = self.tools.reader_version
        return [
            mail.raw_sha256 for mail in self.book.readings.to_read(version, everything=everything)
        ]

    def read(self, mails: Sequence[str]) -> Iterator[int]:
        """Read these mails; yields how many more are read, up to the number of mails."""
        again: Sequence[str] = mails
        for round_number in range(ROUNDS):
            self._wants.clear()
            for count in self._read_round(again):
                if round_number == 0:
                    yield count
            if not self._wants:
                return
            fulfil(self._wants, self.archive, self.tools, self.recognisers)
            again = list(dict.fromkeys(mail for mails in self._wants.values() for mail in mails))

    def _read_round(self, mails: Sequence[str]) -> Iterator[int]:
        kept: list[Reading] = []
        for reading in self._readings(mails):
            kept.append(reading)
            for want in reading.wants:
                self._wants.setdefault(want, []).append(reading.raw_sha256)
            if len(kept) >= _SAVED_AT_ONCE:
                self.book.readings.save(kept, self.clock())
                yield len(kept)
                kept = []
        if kept:
            self.book.readings.save(kept, self.clock())
            yield len(kept)

    def _readings(self, mails: Iterable[str]) -> Iterator[Reading]:
        failed: list[tuple[ReadingTask, Failure]] = []
        with TemporaryDirectory(prefix="ingest-reading-") as folder:
            tasks = (self._task(mail, Path(folder, mail)) for mail in mails)
            for done in self.readers.map(read_one, tasks):
                if isinstance(done.result, Failure):
                    failed.append((done.item, done.result))
                else:
                    yield Reading.model_validate_json(done.result)
            for task, failure in failed:
                reading = read_apart(self.readers, task, failure)
                if reading.problem is not None:
                    self.quarantined += 1
                    self.book.readings.failed(reading.raw_sha256, self.clock())
                yield reading

    def _task(self, raw_sha256: str, marker: Path) -> ReadingTask:
        return ReadingTask(
            self.archive.root, raw_sha256, self.campaign, self.campaign_sha256, self.tools, marker
        )
