"""Who may work now: one pass at a time, one filing at a time.

Locks are files in INGEST_HOME, held by the kernel, gone with the process. A pass that reads scans for
an hour holds the first one only, so that a person's decision is filed beside it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inbox_ingest.errors import ConfigurationError, LockHeld, system_words

FILING_SECONDS = 30.0  # folding ten thousand mails takes about ten
_ASKED_EVERY = 0.05


@contextmanager
def only_pass(home: Path) -> Iterator[None]:
    """Hold the lock of passes of this INGEST_HOME for the block.

    Raises:
        LockHeld: another pass is running; asked once, never waited for.
        ConfigurationError: the folder cannot be made or written.
    """
    with _held(home / "lock", 0.0, "另一次收件正在进行，这次不再重复。"):
        yield


@contextmanager
def only_filing(casebook: Path | None) -> Iterator[None]:
    """Hold the lock of filings into this casebook (None: a server's, which one pass has alone).

    What a filing writes follows from what it read before: nobody may file in between.

    Raises:
        LockHeld: somebody else files, and has not ended within half a minute.
    """
    if casebook is None:
        yield
        return
    place = casebook.with_name(f"{casebook.name}-filing")
    with _held(place, FILING_SECONDS, "归档正在进行，尚未结束。"):
        yield


@contextmanager
def _held(place: Path, patience: float, sentence: str) -> Iterator[None]:
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"无法使用数据目录 {place.parent}：{system_words(error)}。",
            remedy="请检查 INGEST_HOME 的位置、所有者和权限。",
        ) from error
    try:
        _take(descriptor, time.monotonic() + patience, sentence)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, until: float, sentence: str) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise LockHeld(sentence, remedy="等它结束，下次会继续。") from error
            time.sleep(_ASKED_EVERY)
        else:
            return
