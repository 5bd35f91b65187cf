"""Runs whole processes in turn and prints one row a comparison: ours, yardstick, ratio, target."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
INGEST = str(Path(PYTHON).parent / "ingest")
Command = Sequence[str | Path]


@dataclass(frozen=True)
class Measured:
    """One process that has ended: wall seconds, CPU seconds (user and system, children waited for
    included), and peak memory in MiB: of its whole tree where that was watched, else its own."""

    seconds: float
    cpu: float
    peak: float
    output: str


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` is ours over the yardstick; `target` says what it may be."""

    name: str
    ours: str
    yardstick: str
    ratio: str
    target: str
    met: bool

    def __str__(self) -> str:
        mark = "ok" if self.met else "MISSED"
        return (
            f"{self.name:<46} {self.ours:>12} | {self.yardstick:>12} | {self.ratio:>6} |"
            f" {self.target:>9}  {mark}"
        )


HEADING = f"{'':<46} {'ours':>12} | {'yardstick':>12} | {'ratio':>6} | {'target':>9}"


class Failed(Exception):
    """A measured process did not do its work: a figure would be of nothing."""


def run(
    command: Command, *, home: Path | None = None, watch_memory: bool = False, **variables: str
) -> Measured:
    """Run one process to its end and measure it.

    Its environment holds nothing of ours but `variables` and INGEST_HOME=`home`.

    Raises:
        Failed: it left with an error; the message holds the end of what it said.
    """
    environment = environment_for(home, variables)
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        watcher = _TreeWatcher(process.pid) if watch_memory else None
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        tree_peak = watcher.stop() if watcher else 0.0
        said.seek(0)
        output = said.read()
    if process.returncode:
        words = " ".join(str(word) for word in command)
        raise Failed(f"{words} left with {process.returncode}:\n{output[-2000:]}")
    peak = tree_peak if watch_memory else usage.ru_maxrss / 1024
    return Measured(seconds, usage.ru_utime + usage.ru_stime, peak, output)


def environment_for(home: Path | None, variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a measured process."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INGEST_")}
    kept |= {"PYTHONDONTWRITEBYTECODE": "", "NO_COLOR": "1", "COLUMNS": "80", **variables}
    if home is not None:
        kept["INGEST_HOME"] = str(home)
    return kept


class _TreeWatcher:
    """Adds up the memory of a process and its descendants, fifty times a second.

    Proportional set sizes: a page that forked workers share is counted once in all.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._peak / 2**20

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            total, waiting = 0, [self._root]
            while waiting:
                process = waiting.pop()
                folder = Path(f"/proc/{process}")
                try:
                    total += _proportional(folder)
                    for task in (folder / "task").iterdir():
                        waiting += map(int, (task / "children").read_text().split())
                except OSError:
                    continue  # it ended between two looks
            self._peak = max(self._peak, total)


def _proportional(process: Path) -> int:
    for line in (process / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def in_turn(
    ours: Callable[[], Measured], yardstick: Callable[[], Measured], *, rounds: int
) -> tuple[float, float]:
    """Median seconds of both sides over `rounds` runs in alternation, after one unmeasured round."""
    ours()
    yardstick()
    one: list[float] = []
    other: list[float] = []
    for turn in range(rounds):
        pair = [(ours, one), (yardstick, other)]
        for side, seconds in pair if turn % 2 == 0 else reversed(pair):
            seconds.append(side().seconds)
    return statistics.median(one), statistics.median(other)


def at_most(name: str, ours: float, yardstick: float, limit: float) -> Row:
    """A row that wants ours ÷ yardstick to be at most `limit`."""
    ratio = ours / yardstick
    return Row(name, _time(ours), _time(yardstick), f"{ratio:.2f}", f"≤ {limit}", ratio <= limit)


def times_as_fast(name: str, ours: float, yardstick: float, least: float) -> Row:
    """A row that wants the yardstick to take at least `least` times as long as ours."""
    ratio = yardstick / ours
    return Row(name, _time(ours), _time(yardstick), f"{ratio:.1f}x", f"≥ {least}x", ratio >= least)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 10 else f"{seconds:,.1f} s"
