"""Opens rar archives: rarfile reads the list, an installed unpacker (unar, unrar …) the rest."""

from __future__ import annotations

from collections.abc import Iterator

import rarfile  # type: ignore[import-untyped]

from inbox_ingest.reading.charsets import decode
from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.unpack import (
    DAMAGED,
    LINKS,
    LOCKED,
    TRICKS,
    Budget,
    Member,
    Opened,
    is_rubbish,
    is_trick,
    plain_path,
)
from inbox_ingest.records import IssueCode, Problem

_BLOCK = 256 << 10
_NO_UNPACKER = Problem(
    code=IssueCode.READER_MISSING,
    detail="本机没有解压 RAR 的程序（可安装 unar、unrar 或 libarchive-tools）",
)
_VOLUME = Problem(
    code=IssueCode.FILE_UNREADABLE, detail="分卷压缩包缺少其他分卷，请压缩成一个文件重新发来"
)


def open_rar(content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    """Put the members of a rar into the sink; see `unpack.unpack`."""
    try:
        with content.open() as stream, rarfile.RarFile(stream, charset="gb18030") as archive:
            if archive.needs_password():
                opened.report(LOCKED)
            _members(archive, content.size, sink, budget, opened)
    except rarfile.PasswordRequired:
        opened.report(LOCKED)
    except rarfile.NeedFirstVolume:
        opened.report(_VOLUME)
    except rarfile.RarCannotExec:
        opened.report(_NO_UNPACKER)
    except (rarfile.Error, OSError, EOFError, ValueError, LookupError):
        opened.report(DAMAGED)


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
        budget.member()
        if is_trick(path):
            opened.report(TRICKS)
        if info.needs_password():
            opened.report(LOCKED)
            continue
        try:
            kept = sink.put(budget.metered(_blocks(archive, info), packed))
        except rarfile.RarCannotExec:
            opened.report(_NO_UNPACKER)
            return
        except (rarfile.Error, EOFError, OSError):
            problem = f"压缩包中的“{path[-60:]}”已损坏"
            opened.report(Problem(code=IssueCode.FILE_UNREADABLE, detail=problem))
        else:
            opened.members.append(Member(path, number, kept))


def _name(info: rarfile.RarInfo) -> str:
    """The member's name; of old archives without Unicode names from the bytes, GBK mostly.

    The library would try UTF-16 before it tried the charset that it was given.
    """
    old = isinstance(info, rarfile.Rar3Info) and not info.flags & rarfile.RAR_FILE_UNICODE
    if old and isinstance(info.orig_filename, bytes):
        return decode(info.orig_filename)
    return info.filename or ""


def _blocks(archive: rarfile.RarFile, info: rarfile.RarInfo) -> Iterator[bytes]:
    with archive.open(info) as member:
        while block := member.read(_BLOCK):
            yield block
