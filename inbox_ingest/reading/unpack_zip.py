"""Opens zip archives, with the names that Chinese systems write into them."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from inbox_ingest.reading.charsets import decode
from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.unpack import (
    BOMB,
    LINKS,
    LOCKED,
    TRICKS,
    Budget,
    Opened,
    Spoilt,
    damage,
    is_document,
    is_rubbish,
    is_trick,
    member_damage,
    plain_path,
)
from inbox_ingest.records import IssueCode, Problem

_UTF8 = 0x800
_ENCRYPTED = 0x1
_UNICODE_PATH = 0x7075
_LARGEST_DIRECTORY = 16 << 20
_BLOCK = 256 << 10


def open_zip(content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    """Put the members of a zip into the sink; see `unpack.unpack`."""
    try:
        with content.open() as stream:
            if _directory_size(stream, content.size) > _LARGEST_DIRECTORY:
                opened.report(BOMB)
                return
            stream.seek(0)
            with zipfile.ZipFile(stream) as archive:
                _members(archive, sink, budget, opened)
    except (
        zipfile.BadZipFile,
        struct.error,
        ValueError,
        EOFError,
        OverflowError,
        OSError,
    ) as error:
        opened.report(damage(error))
    except NotImplementedError:
        opened.report(
            Problem(code=IssueCode.READER_MISSING, detail="压缩包用了本机不能展开的压缩方法")
        )


def _members(archive: zipfile.ZipFile, sink: Sink, budget: Budget, opened: Opened) -> None:
    entries = [
        (number, plain_path(member_name(info)), info)
        for number, info in enumerate(archive.infolist(), 1)
        if not info.is_dir()
    ]
    entries = [entry for entry in entries if not (is_rubbish(entry[1]) or entry[1].endswith("/"))]
    opened.listed = True
    if len(entries) > budget.members:  # not all can come out: a case needs its documents most
        entries.sort(key=lambda entry: not is_document(entry[1]))
    for number, path, info in entries:
        if _is_special(info):
            opened.report(LINKS)
            continue
        if is_trick(path):
            opened.report(TRICKS)
        if info.flag_bits & _ENCRYPTED:
            opened.leave(path, LOCKED)
        elif not budget.member() or info.file_size > budget.size:
            opened.leave(path, BOMB)
        else:
            chunks = budget.metered(_blocks(archive, info, path), info.compress_size)
            opened.keep(path, number, chunks, sink)


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while block := member.read(_BLOCK):
                yield block
    except NotImplementedError as error:
        detail = f"压缩包中的“{path[-60:]}”用了本机不能展开的压缩方法"
        raise Spoilt(Problem(code=IssueCode.READER_MISSING, detail=detail)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, OSError, RuntimeError) as error:
        raise Spoilt(member_damage(error, path)) from error


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a member as its sender saw it.

    The flag for UTF-8 is believed where it is set, then the Unicode extra field; else the bytes
    are UTF-8 or GBK, whatever cp437 made of them (APPNOTE.TXT appendix D says cp437; nobody does).
    """
    if info.flag_bits & _UTF8:
        return info.orig_filename
    unicode_path = _unicode_path(info.extra)
    if unicode_path is not None:
        return unicode_path
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    return decode(raw)


def _unicode_path(extra: bytes) -> str | None:
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == _UNICODE_PATH and size > 5 and extra[4] == 1:
            try:
                return extra[9 : 4 + size].decode("utf-8")
            except UnicodeDecodeError:
                return None
        extra = extra[4 + size :]
    return None


def _is_special(info: zipfile.ZipInfo) -> bool:
    mode = info.external_attr >> 16
    return info.create_system == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR)


def _directory_size(stream: BinaryIO, size: int) -> int:
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return 0
    return int(struct.unpack_from("<I", tail, end + 12)[0])
