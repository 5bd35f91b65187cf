"""Bytes that may lie on disk or in memory, and the places that keep them: protocols and doubles.

A reader takes a `Content`, never a path: so the same reader works on a file of the archive, on a
member of a zip, and on bytes that a test made by hand. Standard library only, cheap to import.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from inbox_ingest.records import Problem

HEAD_SIZE = 8192


class Content(Protocol):
    """The decoded bytes of one file, named by their SHA-256 (lower-case hex).

    `head` holds the first `HEAD_SIZE` bytes (all of them where there are fewer), enough to tell
    most formats without touching the disk.
    """

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    @property
    def sha256(self) -> str:
        """SHA-256 of all bytes, lower-case hex."""
        ...

    @property
    def head(self) -> bytes:
        """The first `HEAD_SIZE` bytes."""
        ...

    def open(self) -> BinaryIO:
        """A fresh seekable binary stream at position 0; the caller closes it."""
        ...

    def read(self) -> bytes:
        """All bytes at once. Ask `size` first where the file may be large."""
        ...


class Sink(Protocol):
    """A place that keeps bytes by their hash, once however often they come."""

    def put(self, chunks: Iterable[bytes]) -> Content:
        """Keep the joined chunks. Nothing is kept where the iterable raises."""
        ...


class Derived(Protocol):
    """Results of batch work (LibreOffice, OCR), kept by the hash of what they were made from."""

    def converted(self, sha256: str) -> Content | Problem | None:
        """The .docx made of this file, why there is none, or None where it was not tried yet."""
        ...

    def recognised(self, sha256: str) -> bytes | Problem | None:
        """The OCR result (JSON) of this picture, why there is none, or None where not tried yet."""
        ...


class MemoryContent:
    """Content that is a bytes object."""

    __slots__ = ("_data", "_sha256")

    def __init__(self, data: bytes, sha256: str | None = None) -> None:
        self._data = data
        self._sha256 = sha256

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self._data)

    @property
    def sha256(self) -> str:
        """SHA-256, made when first asked for."""
        if self._sha256 is None:
            self._sha256 = hashlib.sha256(self._data).hexdigest()
        return self._sha256

    @property
    def head(self) -> bytes:
        """The first `HEAD_SIZE` bytes."""
        return self._data[:HEAD_SIZE]

    def open(self) -> BinaryIO:
        """A fresh stream over the bytes."""
        return io.BytesIO(self._data)

    def read(self) -> bytes:
        """The bytes."""
        return self._data


class MemorySink:
    """A sink for tests and for `ingest check`: nothing reaches the disk."""

    def __init__(self) -> None:
        self.kept: dict[str, MemoryContent] = {}

    def put(self, chunks: Iterable[bytes]) -> Content:
        """Keep the joined chunks in memory."""
        content = MemoryContent(b"".join(chunks))
        return self.kept.setdefault(content.sha256, content)


class NothingDerived:
    """No batch work was done yet: every reader that needs some answers with a `Want`."""

    def converted(self, sha256: str) -> Content | Problem | None:
        """Always None."""
        return None

    def recognised(self, sha256: str) -> bytes | Problem | None:
        """Always None."""
        return None
