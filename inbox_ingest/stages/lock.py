"""One pass at a time: a lock file in INGEST_HOME, held by the kernel, gone with the process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inbox_ingest.errors import ConfigurationError, LockHeld, system_words


@contextmanager
def only_pass(home: Path) -> Iterator[None]:
    """Hold the lock of this INGEST_HOME for the block.

    Raises:
        LockHeld: another pass is running; asked once, never waited for.
        ConfigurationError: the folder cannot be made or written.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"无法使用数据目录 {home}：{system_words(error)}。",
            remedy="请检查 INGEST_HOME 的位置、所有者和权限。",
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockHeld(
                "另一次收件正在进行，这次不再重复。", remedy="等它结束，下次会继续。"
            ) from error
        yield
    finally:
        os.close(descriptor)
