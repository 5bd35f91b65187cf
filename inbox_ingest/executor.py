"""The seam for parallel work: `map(job, items)` over items that may kill the worker they run in.

Two executors ship, `serial` and `processes`; another (a cluster, say) is one more class with `map`.
A worker may die, hang or eat memory without harm: its item comes back as a `Failure`, the others
go on. Workers get values and return values; the parent alone writes the database.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from pebble import ProcessFuture

Item = TypeVar("Item")
Result = TypeVar("Result")
FailureKind = Literal["crashed", "timed-out", "died"]

_WINDOW_PER_WORKER = 4  # items handed out ahead: enough to keep workers busy, little to lose


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of an item whose job did not return: `detail` is for the log, not for senders."""

    kind: FailureKind
    detail: str


@dataclass(frozen=True, slots=True)
class Done(Generic[Item, Result]):
    """An item with what its job returned, or how it failed."""

    item: Item
    result: Result | Failure


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one job: wall seconds, and bytes of address space of its worker (None: unbounded)."""

    seconds: float = 120.0
    memory: int | None = 2 << 30


class Executor(Protocol):
    """Runs a job over items; order of results is not that of the items."""

    def map(
        self, job: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Done[Item, Result]]:
        """Yield one `Done` for each item."""
        ...


class SerialExecutor:
    """In this process, one after the other, unbounded: for tests and for looking with a debugger."""

    def map(
        self, job: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Done[Item, Result]]:
        """Yield one `Done` for each item, in order."""
        for item in items:
            try:
                result: Result | Failure = job(item)
            except Exception as error:  # noqa: BLE001 - the isolation boundary
                result = Failure("crashed", f"{type(error).__name__}: {error}")
            yield Done(item, result)


class ProcessExecutor:
    """In worker processes with limits of time and memory, each replaced where it dies.

    `preload` names modules that every worker needs: they are imported once, in the server that
    workers are forked from, so that a new worker costs milliseconds.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        limits: Limits | None = None,
        preload: Sequence[str] = (),
        tasks_per_worker: int = 500,
    ) -> None:
        self.workers = workers or len(os.sched_getaffinity(0))
        self.limits = limits or Limits()
        self._preload = tuple(preload)
        self._tasks_per_worker = tasks_per_worker

    def map(
        self, job: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Done[Item, Result]]:
        """Yield one `Done` for each item as its worker finishes; few items are in hand at a time."""
        from pebble import ProcessPool

        context = multiprocessing.get_context("forkserver")
        _start_server(self._preload)
        window = self.workers * _WINDOW_PER_WORKER
        waiting: list[tuple[Item, ProcessFuture[Result]]] = []
        with ProcessPool(
            max_workers=self.workers,
            max_tasks=self._tasks_per_worker,
            context=context,
            initializer=_bound_memory,
            initargs=(self.limits.memory,),
        ) as pool:
            try:
                for item in items:
                    future = pool.schedule(job, args=(item,), timeout=self.limits.seconds)
                    waiting.append((item, future))
                    if len(waiting) >= window:
                        yield self._collected(*waiting.pop(0))
                while waiting:
                    yield self._collected(*waiting.pop(0))
            finally:
                if waiting:
                    pool.stop()  # type: ignore[no-untyped-call]

    def _collected(self, item: Item, future: ProcessFuture[Result]) -> Done[Item, Result]:
        from pebble import ProcessExpired

        try:
            result: Result | Failure = future.result()
        except FutureTimeoutError:
            result = Failure("timed-out", f"longer than {self.limits.seconds:.0f} s")
        except ProcessExpired as error:
            result = Failure("died", f"worker ended with {error.exitcode}")
        except MemoryError:
            result = Failure("died", "out of memory")
        except Exception as error:  # noqa: BLE001 - the isolation boundary
            result = Failure("crashed", f"{type(error).__name__}: {error}")
        return Done(item, result)


def _start_server(preload: Sequence[str]) -> None:
    """Start the server that workers are forked from, silent: what goes wrong in one is a value.

    A worker that is stopped while it starts, or a library that warns of a file, would write into the
    terminal or into the mail that cron sends.
    """
    from multiprocessing import forkserver

    forkserver.set_forkserver_preload(list(preload))
    with _silent():
        forkserver.ensure_running()


@contextmanager
def _silent() -> Iterator[None]:
    """What is started meanwhile has no place to write errors to."""
    try:
        kept = os.dup(2)
    except OSError:  # closed by whoever started us
        yield
        return
    silence = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silence, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(silence)


def _bound_memory(memory: int | None) -> None:
    if memory is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def make_executor(
    name: str,
    *,
    workers: int | None = None,
    limits: Limits | None = None,
    preload: Sequence[str] = (),
) -> Executor:
    """The executor that the configuration names: `serial` or `processes`.

    Raises:
        ValueError: there is no executor of this name.
    """
    if name == "serial":
        return SerialExecutor()
    if name == "processes":
        return ProcessExecutor(workers, limits=limits, preload=preload)
    raise ValueError(name)
