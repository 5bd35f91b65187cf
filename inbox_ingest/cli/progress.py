"""Shows how far a pass is: a bar on a terminal, nothing where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STAGE_WORDS = {"collect": "收信", "read": "读取", "file": "归档", "reply": "答复"}


class Watcher(Protocol):
    """What long work reports to (`pipeline.Progress`)."""

    def begin(self, stage: str, total: int) -> None:
        """A stage with this many items begins."""

    def advance(self, count: int) -> None:
        """So many items of the stage are done."""


class Quiet:
    """Shows nothing."""

    def begin(self, stage: str, total: int) -> None:
        """Nothing to show."""

    def advance(self, count: int) -> None:
        """Nothing to show."""


class Bar:
    """A bar on stderr for each stage that has something to do.

    rich is imported with the first stage: a pass that finds nothing never pays for it.
    """

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def begin(self, stage: str, total: int) -> None:
        """Begin a bar, empty."""
        if not total:
            return
        self._task = self._shown().add_task(STAGE_WORDS.get(stage, stage), total=total)

    def advance(self, count: int) -> None:
        """Fill the newest bar by `count`."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task, count)

    def close(self) -> None:
        """Leave the bars as they stand."""
        if self._progress is not None:
            self._progress.stop()

    def _shown(self) -> Progress:
        if self._progress is None:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._progress.start()
        return self._progress


@contextmanager
def progress() -> Iterator[Watcher]:
    """A bar if stderr is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield Quiet()
        return
    bar = Bar()
    try:
        yield bar
    finally:
        bar.close()
