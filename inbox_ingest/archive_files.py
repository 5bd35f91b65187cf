"""Files of the archive being written: temporary first, synced when asked, whole or not there.

Disk errors become the exceptions that a person can act on; errors of where the bytes come from (a
lost connection) pass through untouched.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from inbox_ingest.errors import ConfigurationError, IngestError, TryLater, system_words
from inbox_ingest.reading.content import HEAD_SIZE

_serial = count()


class StoredContent:
    """Content that lies in the archive; small enough to be sent to a worker."""

    __slots__ = ("_head", "_sha256", "_size", "path")

    def __init__(self, path: Path, sha256: str, size: int, head: bytes | None = None) -> None:
        self.path = path
        self._sha256 = sha256
        self._size = size
        self._head = head

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self._size

    @property
    def sha256(self) -> str:
        """The hash it is stored under."""
        return self._sha256

    @property
    def head(self) -> bytes:
        """The first `HEAD_SIZE` bytes, read when first asked for."""
        if self._head is None:
            with self.open() as stream:
                self._head = stream.read(HEAD_SIZE)
        return self._head

    def open(self) -> BinaryIO:
        """A fresh stream on the file."""
        return self.path.open("rb")

    def read(self) -> bytes:
        """All bytes."""
        return self.path.read_bytes()


class Unfinished:
    """A temporary file being written, with the hash, size and head of what went in."""

    def __init__(self, folder: Path, root: Path) -> None:
        self._root = root
        self.path = folder / f"{os.getpid()}-{next(_serial)}-{time.time_ns()}"
        self.size = 0
        self.head = b""
        self.sha256 = ""
        self._descriptor: int | None = os.open(
            self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
        )

    @contextmanager
    def discarded_on_error(self) -> Iterator[None]:
        """Remove the file where the block is left by an exception."""
        try:
            yield
        except BaseException:
            self.discard()
            raise

    def fill(self, chunks: Iterable[bytes]) -> None:
        """Write the chunks and note hash, size and head.

        Raises:
            TryLater: the disk is full or failing.
            ConfigurationError: the folder may not be written.
        """
        digest = hashlib.sha256()
        assert self._descriptor is not None  # noqa: S101 - a closed file is a mistake of ours
        for chunk in chunks:
            digest.update(chunk)
            self.size += len(chunk)
            if len(self.head) < HEAD_SIZE:
                self.head += chunk[: HEAD_SIZE - len(self.head)]
            # Around the writing alone: an error of the iterable (a lost connection) is not the disk's.
            with disk_errors(self._root):
                left = memoryview(chunk)
                while left:
                    left = left[os.write(self._descriptor, left) :]
        self.sha256 = digest.hexdigest()

    def sync_and_close(self) -> None:
        """Return when the bytes are on the disk; what `fsync` raises is raised."""
        if self._descriptor is not None:
            try:
                os.fsync(self._descriptor)
            finally:
                self.close()

    def close(self) -> None:
        """Close the file as it is."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def discard(self) -> None:
        """Close and remove the file; nothing where it has got its name already."""
        with suppress(OSError):
            self.close()
        with suppress(FileNotFoundError):
            self.path.unlink()


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_WORDS: dict[int, Callable[[Path], IngestError]] = {
    errno.ENOSPC: lambda root: TryLater(
        f"磁盘已满，无法写入存档 {root}；已收到的邮件没有丢失。",
        remedy="请腾出磁盘空间，下次运行会从中断处继续。",
    ),
    errno.EACCES: lambda root: ConfigurationError(
        f"没有权限写入存档 {root}。", remedy="请检查 INGEST_HOME 的所有者和权限。"
    ),
    errno.EROFS: lambda root: ConfigurationError(
        f"存档 {root} 所在的磁盘是只读的。", remedy="请重新挂载磁盘，或更换 INGEST_HOME。"
    ),
}
_WORDS[errno.EDQUOT] = _WORDS[errno.ENOSPC]
_WORDS[errno.EPERM] = _WORDS[errno.EACCES]


@contextmanager
def disk_errors(root: Path) -> Iterator[None]:
    """Turn errors of the disk below `root` into exceptions with words and a remedy."""
    try:
        yield
    except OSError as error:
        words = _WORDS.get(error.errno or 0)
        if words is not None:
            raise words(root) from error
        raise TryLater(f"写入存档 {root} 失败：{system_words(error)}。") from error
