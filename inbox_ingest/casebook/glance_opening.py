"""Whether there is a casebook to look into: a file of ours, readable, of this version's schema."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from inbox_ingest.casebook.schema import HEAD, REVISIONS
from inbox_ingest.casebook.sqlite_words import said_in_words
from inbox_ingest.errors import ConfigurationError, DatabaseTooNew, DatabaseTooOld

_BUSY_SECONDS = 5.0


def is_there(path: Path) -> bool:
    """Whether there is a casebook that this user may look into.

    Raises:
        ConfigurationError: there is one and it may not be read, or its place can have none.
    """
    remedy = "请用原来的用户运行，或改正 INGEST_HOME 的位置或权限。"
    try:
        if path.stat().st_size == 0:
            return False
    except FileNotFoundError:
        return False
    except NotADirectoryError as error:
        raise ConfigurationError(
            f"数据目录 {path.parent} 不是文件夹。", remedy="请改正 INGEST_HOME。"
        ) from error
    except PermissionError as error:
        raise ConfigurationError(f"没有权限读取数据目录 {path.parent}。", remedy=remedy) from error
    if not os.access(path, os.R_OK):
        raise ConfigurationError(f"没有权限读取数据库 {path}。", remedy=remedy)
    return True


def campaign_path(path: Path) -> str | None:
    """The campaign file that a casebook of any version was last judged by; None where there is none.

    Raises:
        ConfigurationError, TryLater: the casebook cannot be read.
    """
    if not is_there(path):
        return None
    with said_in_words(path), closing(read_only(path)) as connection:
        try:
            row = connection.execute("SELECT path FROM campaigns").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise
        return None if row is None else str(row[0])


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot change anything, waiting a little for one that does."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)


def is_current(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the tables are ours and of this version; False where there are none yet.

    Raises:
        ConfigurationError: another program made them.
        DatabaseTooOld, DatabaseTooNew: an older or a newer version did.
    """
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not names:
        return False
    rows = (
        connection.execute("SELECT version_num FROM alembic_version").fetchall()
        if "alembic_version" in names
        else []
    )
    if not rows:
        raise ConfigurationError(
            f"{path} 是别的程序的数据库",
            remedy="请让 INGEST_HOME 指向一个空文件夹，或移走这个文件。",
        )
    version = rows[0][0]
    if version == HEAD:
        return True
    if version in REVISIONS:
        raise DatabaseTooOld(
            f"数据库 {path} 由旧版本写成，尚未升级", remedy="运行一次 ingest run，会自动升级。"
        )
    raise DatabaseTooNew(
        f"数据库 {path} 由更新的版本写成（{version}），本程序只认得到 {HEAD}",
        remedy="请升级本程序；或从 backups 文件夹恢复旧备份。",
    )
