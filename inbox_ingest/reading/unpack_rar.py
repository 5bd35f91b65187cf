"""Opens rar archives: rarfile reads the list, an installed unpacker (unar, unrar …) the rest."""

from __future__ import annotations

from collections.abc import Iterator

import rarfile  # type: ignore[import-untyped]

from inbox_ingest.reading.charsets import decode
from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.unpack import (
    BOMB,
    LINKS,
    LOCKED,
    TRICKS,
    VOLUMES,
    Budget,
    Opened,
    Spoilt,
    damage,
    is_rubbish,
    is_trick,
    member_damage,
    plain_path,
)
from inbox_ingest.records import IssueCode, Problem

_BLOCK = 256 << 10
_NO_UNPACKER = Problem(
    code=IssueCode.READER_MISSING,
    detail="本机没有解压 RAR 的程序（可安装 unar、unrar 或 libarchive-tools）",
)


def open_rar(content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    """Put the members of a rar into the sink; see `unpack.unpack`."""
    try:
        with content.open() as stream, rarfile.RarFile(stream, charset="gb18030") as archive:
            if archive.needs_password():
                opened.report(LOCKED)
            _members(archive, content.size, sink, budget, opened)
            # The list has no end of its own: a rar that was cut off lists what is left.
            opened.listed = all(problem in (LOCKED, BOMB) for problem in opened.problems)
    except rarfile.PasswordRequired:
        opened.report(LOCKED)
    except rarfile.NeedFirstVolume:
        opened.report(VOLUMES)
    except (rarfile.Error, OSError, EOFError, ValueError, LookupError) as error:
        opened.report(damage(error))


def _members(
    archive: rarfile.RarFile, packed: int, sink: Sink, budget: Budget, opened: Opened
) -> None:
    for number, info in enumerate(archive.infolist(), 1):
        path = plain_path(_name(info))
        if info.is_dir() or is_rubbish(path):
            continue
        if not info.is_file():
            opened.report(LINKS)
            continue
        if is_trick(path):
            opened.report(TRICKS)
        if info.needs_password():
            opened.leave(path, LOCKED)
        elif not budget.member() or (info.file_size or 0) > budget.size:
            opened.leave(path, BOMB)
        else:
            opened.keep(path, number, budget.metered(_blocks(archive, info, path), packed), sink)


def _name(info: rarfile.RarInfo) -> str:
    """The member's name; of old archives without Unicode names from the bytes, GBK mostly.

    The library would try UTF-16 before it tried the charset that it was given.
    """
    old = isinstance(info, rarfile.Rar3Info) and not info.flags & rarfile.RAR_FILE_UNICODE
    if old and isinstance(info.orig_filename, bytes):
        return decode(info.orig_filename)
    return info.filename or ""


def _blocks(archive: rarfile.RarFile, info: rarfile.RarInfo, path: str) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while block := member.read(_BLOCK):
                yield block
    except rarfile.RarCannotExec as error:
        raise Spoilt(_NO_UNPACKER) from error
    except (rarfile.Error, EOFError, OSError) as error:
        raise Spoilt(member_damage(error, path)) from error
