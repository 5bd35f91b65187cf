"""Bound the processor time and the memory of a piece of work in this process.

For letter templates: small programs of an organiser's, run while the pass holds the lock. The
sandbox keeps them from reaching anything; this keeps them from never ending.
"""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

_AGAIN = 0.05  # seconds: whatever swallows the first alarm meets another
_PAGES = Path("/proc/self/statm")


class TookTooLong(Exception):
    """The work used up its processor time."""


@contextmanager
def bounded(*, seconds: float, memory: int) -> Iterator[None]:
    """Let the work inside use this much processor time, and so many bytes more than are in use now.

    Memory is bounded where the system tells how much is in use (Linux). Signals reach the main
    thread alone: in another thread only memory is bounded. Not to be nested.

    Raises:
        TookTooLong: the time is used up.
        MemoryError: the memory is.
    """
    with ExitStack() as stack:
        stack.enter_context(_memory(memory))
        if threading.current_thread() is threading.main_thread():
            stack.enter_context(_time(seconds))
        yield


@contextmanager
def _time(seconds: float) -> Iterator[None]:
    working = True

    def alarm(_number: int, _frame: FrameType | None) -> None:
        if working:
            raise TookTooLong

    before = signal.signal(signal.SIGPROF, alarm)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        working = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _memory(more: int) -> Iterator[None]:
    try:
        used = int(_PAGES.read_text().split()[0]) * resource.getpagesize()
    except OSError:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit for limit in (soft, hard, used + more) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
