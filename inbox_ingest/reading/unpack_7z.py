"""Opens 7z archives with py7zr, each member through a bounded buffer into the sink."""

from __future__ import annotations

import lzma
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO

from py7zr import Py7zIO, SevenZipFile, WriterFactory
from py7zr.exceptions import (
    ArchiveError,
    DecompressionBombError,
    PasswordRequired,
    UnsupportedCompressionMethodError,
)

from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.unpack import (
    BOMB,
    DAMAGED,
    LINKS,
    LOCKED,
    MOST_BYTES,
    TRICKS,
    Budget,
    Member,
    Opened,
    TooMuch,
    damage,
    is_document,
    is_rubbish,
    is_trick,
    most_of,
    plain_path,
)
from inbox_ingest.records import IssueCode, Problem

_IN_MEMORY = 4 << 20
_MOST_DECODED = 4 * MOST_BYTES  # gone through for the sake of what is taken
_BLOCK = 256 << 10


def open_7z(content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    """Put the members of a 7z into the sink; see `unpack.unpack`."""
    try:
        with content.open() as stream, SevenZipFile(stream) as archive:
            listed = _listed(archive, opened)
            opened.listed = True
            if archive.needs_password():
                for path, _, _ in listed.values():
                    opened.leave(path, LOCKED)
                opened.report(LOCKED)
                return
            wanted = _within(listed, content.size, budget, opened)
            if wanted:
                archive.extract(targets=list(wanted), factory=_Factory(wanted, sink, opened))
    except PasswordRequired:
        opened.report(LOCKED)
    except UnsupportedCompressionMethodError:
        opened.report(
            Problem(code=IssueCode.READER_MISSING, detail="压缩包用了本机不能展开的压缩方法")
        )
    except DecompressionBombError as error:
        raise TooMuch from error
    except (ArchiveError, OSError, EOFError, ValueError, LookupError) as error:
        opened.report(damage(error))
    except (lzma.LZMAError, zlib.error, TypeError, AttributeError):
        opened.report(DAMAGED)


def _listed(archive: SevenZipFile, opened: Opened) -> dict[str, tuple[str, int, int]]:
    """The files in it, by the archive's name for them: their plain paths, numbers and sizes."""
    listed: dict[str, tuple[str, int, int]] = {}
    for number, info in enumerate(archive.list(), 1):
        path = plain_path(info.filename)
        if info.is_directory or is_rubbish(path):
            continue
        if info.is_symlink or not info.is_file:
            opened.report(LINKS)
        elif is_trick(path):
            opened.report(TRICKS)  # the library refuses the whole archive for one such name
        else:
            listed[info.filename] = (path, number, info.uncompressed or 0)
    return listed


def _within(
    listed: dict[str, tuple[str, int, int]], packed: int, budget: Budget, opened: Opened
) -> dict[str, tuple[str, int]]:
    """The members to take: documents first, as far as the bounds go; the rest is reported.

    The sizes stand in the header and the decoder stops there, so they are counted beforehand. It
    goes through the members that are left out as well.
    """
    wanted: dict[str, tuple[str, int]] = {}
    most = most_of(packed)
    endless = sum(size for _, _, size in listed.values()) > _MOST_DECODED
    for name, (path, number, size) in sorted(
        listed.items(), key=lambda entry: not is_document(entry[1][0])
    ):
        if endless or not budget.member() or not budget.reserve(size, most):
            opened.leave(path, BOMB)
            continue
        most -= size
        wanted[name] = (path, number)
    return wanted


class _Factory(WriterFactory):
    def __init__(self, wanted: dict[str, tuple[str, int]], sink: Sink, opened: Opened) -> None:
        self._wanted = wanted
        self._sink = sink
        self._opened = opened

    def create(self, filename: str) -> Py7zIO:
        """A buffer for one member; the library hands it back when the member is complete."""
        path, number = self._wanted.get(filename, (plain_path(filename), len(self._wanted) + 1))
        return _Buffer(path, number, self._sink, self._opened)


class _Buffer(Py7zIO):
    def __init__(self, path: str, number: int, sink: Sink, opened: Opened) -> None:
        self._path = path
        self._number = number
        self._sink = sink
        self._opened = opened
        self._size = 0
        self._held: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="ingest-7z-")  # noqa: SIM115

    def write(self, s: bytes | bytearray) -> int:
        self._size += len(s)
        return self._held.write(s)

    def read(self, size: int | None = None) -> bytes:
        return self._held.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._held.seek(offset, whence)

    def flush(self) -> None:
        self._held.flush()

    def size(self) -> int:
        return self._size

    def close(self) -> None:
        """The member is complete: into the sink with it."""
        with self._held:
            self._held.seek(0)
            kept = self._sink.put(self._blocks())
        self._opened.members.append(Member(self._path, self._number, kept))

    def _blocks(self) -> Iterator[bytes]:
        while block := self._held.read(_BLOCK):
            yield block
