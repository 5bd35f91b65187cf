"""Work goes on whatever a single item does to its worker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from inbox_ingest.executor import (
    Done,
    Executor,
    Failure,
    Limits,
    ProcessExecutor,
    SerialExecutor,
    make_executor,
)


def double(number: int) -> int:
    """An ordinary job."""
    return 2 * number


def misbehave(what: str) -> str:
    """A job that does what it is told, however bad."""
    if what == "crash":
        raise ValueError("bad item")
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "hang":
        time.sleep(60)
    if what == "eat":
        return "x" * len(bytearray(8 << 30))
    return what


def kinds(done: Iterator[Done[str, str]]) -> dict[str, str]:
    return {
        d.item: d.result.kind if isinstance(d.result, Failure) else f"returned {d.result}"
        for d in done
    }


@pytest.mark.parametrize("executor", [SerialExecutor(), ProcessExecutor(2)])
def test_every_item_comes_back_once_with_its_result(executor: Executor) -> None:
    done = {d.item: d.result for d in executor.map(double, range(20))}
    assert done == {number: 2 * number for number in range(20)}


def test_a_worker_that_dies_hangs_or_eats_memory_harms_no_other_item() -> None:
    executor = ProcessExecutor(2, limits=Limits(seconds=2, memory=2 << 30))
    items = ["one", "crash", "die", "hang", "eat", "two"]
    assert kinds(executor.map(misbehave, items)) == {
        "one": "returned one",
        "crash": "crashed",
        "die": "died",
        "hang": "timed-out",
        "eat": "died",
        "two": "returned two",
    }


def test_the_serial_executor_turns_a_crash_into_a_value() -> None:
    assert kinds(SerialExecutor().map(misbehave, ["crash", "one"])) == {
        "crash": "crashed",
        "one": "returned one",
    }


def test_stopping_early_ends_the_workers() -> None:
    results = ProcessExecutor(2, limits=Limits(seconds=30)).map(misbehave, ["one", "hang", "hang"])
    assert next(results).item == "one"
    results.close()  # type: ignore[attr-defined]


def test_an_unknown_executor_is_refused() -> None:
    with pytest.raises(ValueError, match="cluster"):
        make_executor("cluster")
