"""Stage 2: read what is archived, in workers; do the batch work that readings ask for; keep it all.

A mail that kills its worker harms no other. It is tried once more by itself, and then quarantined
with the reason; it is tried again when the readers change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from inbox_ingest import conversion
from inbox_ingest.archive import Archive
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.executor import Done, Executor, Failure
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.records import IssueCode, Message, Problem, Reading, Want
from inbox_ingest.stages.reading_job import ReadingTask, derived_results, read_one
from inbox_ingest.stages.recognising_job import RecognisingTask, recognise_one
from inbox_ingest.stages.tools import Tools

_SAVED_AT_ONCE = 50
_CONVERTED_AT_ONCE = 20
# A converted file may hold a picture that wants OCR; nothing nests deeper than that.
_ROUNDS = 3
_REASONS = {
    "timed-out": "读取用时过长，已中止",
    "died": "读取时占用内存过多或程序异常中止",
    "crashed": "读取时程序出错",
}


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
        """Raw SHA-256 of the mails to read, oldest receipt first."""
        version = self.tools.reader_version
        return [
            mail.raw_sha256 for mail in self.book.readings.to_read(version, everything=everything)
        ]

    def read(self, mails: Sequence[str]) -> Iterator[int]:
        """Read these mails; yields how many more are read, up to the number of mails."""
        again: Sequence[str] = mails
        for round_number in range(_ROUNDS):
            self._wants.clear()
            for count in self._read_round(again):
                if round_number == 0:
                    yield count
            if not self._wants:
                return
            again = self._fulfil()

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
        failed: list[str] = []
        for done in self.readers.map(read_one, map(self._task, mails)):
            if isinstance(done.result, Failure):
                failed.append(done.item.raw_sha256)
            else:
                yield Reading.model_validate_json(done.result)
        # Once more, one at a time: a neighbour's memory may have been the fault.
        for raw_sha256 in failed:
            for done in self.readers.map(read_one, [self._task(raw_sha256)]):
                yield self._reading_or_problem(done)

    def _task(self, raw_sha256: str) -> ReadingTask:
        return ReadingTask(
            self.archive.root, raw_sha256, self.campaign, self.campaign_sha256, self.tools
        )

    def _reading_or_problem(self, done: Done[ReadingTask, str]) -> Reading:
        if not isinstance(done.result, Failure):
            return Reading.model_validate_json(done.result)
        self.quarantined += 1
        self.book.readings.failed(done.item.raw_sha256, self.clock())
        return Reading(
            raw_sha256=done.item.raw_sha256,
            reader_version=self.tools.reader_version,
            campaign_sha256=self.campaign_sha256,
            message=Message(message_id=None, subject=None, sender=None),
            problem=f"{_REASONS[done.result.kind]}（{done.result.detail[:200]}）",
        )

    def _fulfil(self) -> list[str]:
        """Convert and recognise what was asked for; return the mails to read again."""
        results = derived_results(self.archive, self.tools)
        converts = [want.sha256 for want in self._wants if want.kind == "convert"]
        for start in range(0, len(converts), _CONVERTED_AT_ONCE):
            for sha256, made in self._convert(converts[start : start + _CONVERTED_AT_ONCE]):
                results.keep_converted(sha256, made)
        pictures = [want.sha256 for want in self._wants if want.kind == "ocr"]
        tasks = [RecognisingTask(self.archive.root, sha256) for sha256 in pictures]
        for done in self.recognisers.map(recognise_one, tasks):
            if isinstance(done.result, Failure):
                detail = f"文字识别未能完成（{_REASONS[done.result.kind]}）"
                problem = Problem(code=IssueCode.LOW_CONFIDENCE, detail=detail)
                results.keep_recognised(done.item.sha256, problem)
            else:
                results.keep_recognised(done.item.sha256, done.result)
        return list(dict.fromkeys(mail for mails in self._wants.values() for mail in mails))

    def _convert(self, sha256s: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
        jobs = []
        for sha256 in sha256s:
            content = self.archive.get(sha256)
            jobs.append(conversion.Job(sha256, content.path, kind_of(content)))
        with TemporaryDirectory(prefix="ingest-converted-") as folder:
            for sha256, made in conversion.convert(jobs, Path(folder)).items():
                yield sha256, made.read_bytes() if isinstance(made, Path) else made
