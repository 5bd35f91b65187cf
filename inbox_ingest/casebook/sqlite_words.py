"""What SQLite refuses, put into words for the person who can act on it; standard library only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from inbox_ingest.errors import ConfigurationError, IngestError, TryLater

_BUSY = ("数据库正忙", "另一个程序正在写入，稍后会自动重试。")
_LATER = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: ("磁盘已满，数据库无法写入", "请清出磁盘空间，下次运行会接着做。"),
    sqlite3.SQLITE_IOERR: ("读写数据库时磁盘出错", "请检查磁盘空间和磁盘状况，下次运行会接着做。"),
    sqlite3.SQLITE_READONLY: ("数据库只读，无法写入", "请检查文件和所在文件夹的写权限。"),
    sqlite3.SQLITE_PERM: ("没有访问数据库的权限", "请检查文件和所在文件夹的权限。"),
    sqlite3.SQLITE_CANTOPEN: (
        "无法打开数据库",
        "请检查所在文件夹是否存在、可写，磁盘是否已满。",
    ),
}
_BROKEN = {
    sqlite3.SQLITE_CORRUPT: "数据库文件已损坏",
    sqlite3.SQLITE_NOTADB: "不是本程序的数据库文件，或文件已损坏",
}
_RESTORE = (
    "请把这个文件（连同同名的 -wal、-shm 文件）移走，从 backups 文件夹恢复最近的备份。没有备份时"
    "移走后重新运行，会从邮箱重建，但人工决定和答复记录会丢失。"
)


def in_words(error: sqlite3.Error, place: object) -> IngestError | None:
    """The exception for a person, or None where the mistake is the program's own.

    TryLater: busy, full, read-only. ConfigurationError: damaged, or no database at all.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
    if code in _LATER:
        what, remedy = _LATER[code]
        return TryLater(f"{what}：{place}", remedy=remedy)
    if code in _BROKEN:
        return ConfigurationError(f"{_BROKEN[code]}：{place}", remedy=_RESTORE)
    return None


@contextmanager
def said_in_words(place: object) -> Iterator[None]:
    """Translate what the bare sqlite3 module raises in this block.

    Raises:
        TryLater, ConfigurationError: as `in_words` says.
    """
    try:
        yield
    except sqlite3.Error as error:
        translated = in_words(error, place)
        if translated is None:
            raise
        raise translated from error
