"""Opens tar archives, plain or compressed, and single compressed files."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from inbox_ingest.reading.charsets import decode
from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.unpack import (
    BOMB,
    LINKS,
    MOST_BYTES,
    TRICKS,
    Budget,
    Opened,
    damage,
    is_rubbish,
    is_trick,
    most_of,
    plain_path,
)

_BLOCK = 256 << 10
_DAMAGE = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


def open_tar(content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    """Put the members of a tar, or the one file of a gz, bz2 or xz, into the sink."""
    with content.open() as stream:
        packed = _decompressed(stream, content.head)
        if packed is not None and not _begins_as_tar(packed):
            packed.seek(0)
            _single(packed, content, sink, budget, opened)
            return
        source = packed if packed is not None else stream
        source.seek(0)
        try:
            # Read as a stream: no member is looked at before those in front of it were counted.
            with tarfile.open(fileobj=source, mode="r|", errors="surrogateescape") as archive:
                _members(archive, content.size, sink, budget, opened)
        except _DAMAGE as error:
            opened.report(damage(error))


def _members(
    archive: tarfile.TarFile, packed: int, sink: Sink, budget: Budget, opened: Opened
) -> None:
    skipped = 0
    for number, info in enumerate(archive, 1):
        path = plain_path(decode(info.name.encode("utf-8", "surrogateescape")))
        if not budget.member():
            opened.leave(path, BOMB)
            return  # there is no list of members: each further one has to be gone through
        if info.isdir() or is_rubbish(path):
            continue
        if not info.isreg():
            opened.report(LINKS)
            continue
        if is_trick(path):
            opened.report(TRICKS)
        if info.size > min(budget.size, most_of(packed)):
            opened.leave(path, BOMB)
            skipped += info.size
            if skipped > MOST_BYTES:
                return
            continue
        member = archive.extractfile(info)
        if member is not None:
            opened.keep(path, number, budget.metered(_blocks(member), packed), sink)


def _single(packed: BinaryIO, content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    if not budget.member():
        opened.report(BOMB)
        return
    try:
        opened.keep("", 1, budget.metered(_blocks(packed), content.size), sink)
    except _DAMAGE as error:
        opened.report(damage(error))


def _decompressed(stream: BinaryIO, head: bytes) -> BinaryIO | None:
    if head.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    if head.startswith(b"BZh"):
        return cast(BinaryIO, bz2.BZ2File(stream))
    if head.startswith(b"\xfd7zXZ"):
        return cast(BinaryIO, lzma.LZMAFile(stream))
    return None


def _begins_as_tar(packed: BinaryIO) -> bool:
    try:
        return packed.read(262)[257:262] == b"ustar"
    except _DAMAGE:
        return False


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block
