"""The worker processes of a pass and of `ingest check`: what reads, and what recognises scans."""

from __future__ import annotations

from inbox_ingest.executor import Executor, Limits, make_executor

READING = Limits(seconds=120, memory=3 << 30)  # of one mail with all its files
RECOGNISING = Limits(seconds=300, memory=6 << 30)  # of one file with its pages

# What every reader of mail needs, and what most mails bring.
_PRELOADED = ("inbox_ingest.stages.reading_job", "inbox_ingest.reading.word")


def make_readers(name: str, workers: int | None) -> Executor:
    """The executor that reads mail; `name` as the configuration says it."""
    return make_executor(name, workers=workers, limits=READING, preload=_PRELOADED)


def make_recognisers(name: str) -> Executor:
    """The executor that runs OCR: one worker, for each needs about a gigabyte."""
    return make_executor(name, workers=1, limits=RECOGNISING)
