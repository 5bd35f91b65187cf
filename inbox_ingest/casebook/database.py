"""Opens the database: settings, upgrades with a copy put aside, errors put into words.

Every write begins with BEGIN IMMEDIATE: a transaction that first reads and then writes could
otherwise be refused at once when another one wrote meanwhile, however long the busy timeout.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError

from inbox_ingest.casebook.schema import HEAD, REVISIONS
from inbox_ingest.casebook.sqlite_words import in_words, said_in_words
from inbox_ingest.errors import ConfigurationError, DatabaseTooNew, TryLater, system_words

T = TypeVar("T")

BUSY_SECONDS = 30.0
BACKUPS_KEPT = 5

# Each with its reason; set on every connection.
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",  # off by default in SQLite
    "PRAGMA journal_mode = WAL",  # `status` reads while a pass writes
    "PRAGMA synchronous = FULL",  # in WAL only FULL syncs each commit: `sending` must outlive power
    "PRAGMA cache_size = -32000",  # 32 MB: ten thousand cases are filed without going to disk twice
    "PRAGMA temp_store = MEMORY",  # sorting needs no room on a full disk
)


def migrations_folder() -> Path:
    """The shipped `migrations/`: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


@contextmanager
def _said_in_words(place: str) -> Iterator[None]:
    """Translate what the driver refuses, wrapped by SQLAlchemy or bare."""
    try:
        with said_in_words(place):
            yield
    except DatabaseError as error:
        translated = in_words(error.orig, place) if isinstance(error.orig, sqlite3.Error) else None
        if error.connection_invalidated:
            translated = TryLater(f"与数据库的连接中断：{place}")
        if translated is None:
            raise
        raise translated from error


class Database:
    """An engine whose transactions are short and durable.

    `location` is a file, or a SQLAlchemy URL. Opening it makes or upgrades the schema.

    Raises:
        DatabaseTooNew, ConfigurationError, TryLater: as `open_casebook` says.
    """

    def __init__(self, location: Path | str, *, backups: Path | None = None) -> None:
        self.url = _url(location)
        self.file = _file_of(self.url)
        self._backups = backups
        with _said_in_words(self.place):
            if self.file is not None:
                _make_private(self.file)
            self.engine = _engine(self.url)
            try:
                self._bring_up_to_date()
            except BaseException:
                self.engine.dispose()
                raise

    @property
    def place(self) -> str:
        """Where it is, for messages; without a password."""
        return self.url.render_as_string() if self.file is None else str(self.file)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the database, without a lock."""
        with _said_in_words(self.place), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is durable when this ends, or nothing of it was done."""
        with (
            _said_in_words(self.place),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that may say what happens on conflict; both dialects spell it alike."""
        if self.engine.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    def _bring_up_to_date(self) -> None:
        version = self._version()
        if version == HEAD:
            return
        if version is not None and version not in REVISIONS:
            raise DatabaseTooNew(
                f"数据库 {self.place} 由更新的版本写成（{version}），本程序只认得到 {HEAD}",
                remedy="请升级本程序；或从 backups 文件夹恢复旧备份。",
            )
        if version is not None and self.file is not None:
            folder = self._backups or self.file.parent / "backups"
            copy_aside(self.file, folder, version)
        self._upgrade()

    def _version(self) -> str | None:
        """The revision of the schema, None for an empty database."""
        with self.reading() as connection:
            names = set(inspect(connection).get_table_names())
            if "alembic_version" in names:
                version: str | None = connection.scalar(
                    text("SELECT version_num FROM alembic_version")
                )
                if version is not None:
                    return version
            if names - {"alembic_version"}:
                raise ConfigurationError(
                    f"{self.place} 是别的程序的数据库",
                    remedy="请让 INGEST_HOME 指向一个空文件夹，或移走这个文件。",
                )
        return None

    def _upgrade(self) -> None:
        # Alembic takes half a second to import: only here, where there is something to upgrade.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
        with _said_in_words(self.place), self.engine.connect() as raw:
            connection = raw.execution_options(writes=True)
            with _foreign_keys_off(connection), connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                self._refuse_dangling(connection)

    def _refuse_dangling(self, connection: Connection) -> None:
        if self.file is None:
            return
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise ConfigurationError(
                f"数据库升级后 {broken[0]} 表引用不完整，升级已撤销",
                remedy="请保留数据库文件并联系维护者。",
            )


def copy_aside(file: Path, folder: Path, version: str) -> Path:
    """Copy the database with SQLite's own backup (WAL included), keeping the newest few copies."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    target = folder / f"{file.stem}-{version}-{stamp}.sqlite3"
    partial = target.with_suffix(".partial")
    try:
        _make_private(partial)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    copies = sorted(folder.glob(f"{file.stem}-*.sqlite3"), key=lambda path: path.name[-30:])
    for old in copies[:-BACKUPS_KEPT]:
        old.unlink(missing_ok=True)
    return target


def _url(location: Path | str) -> URL:
    if isinstance(location, str) and "://" in location:
        return make_url(location)
    return URL.create("sqlite", database=str(location))


def _file_of(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def _make_private(file: Path) -> None:
    """Make the file 0600 before SQLite opens it; -wal and -shm take their mode from it."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            with suppress(PermissionError):  # another user's file, shared with us on purpose
                file.chmod(0o600)
    except OSError as error:
        raise TryLater(
            f"数据库文件 {file} 不能写入：{system_words(error)}",
            remedy="请检查磁盘空间，以及文件和所在文件夹的写权限。",
        ) from error


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours to say, see below
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Off while tables are rebuilt (dropping the old one would trip them); checked before commit.

    The switch has no effect inside a transaction, hence on the bare connection.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    bare: Any = connection.connection.dbapi_connection
    bare.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        bare.execute("PRAGMA foreign_keys = ON")


def slices(values: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """`values` in lists of at most `size`: as many as one IN (…) can hold everywhere."""
    iterator = iter(values)
    while part := list(islice(iterator, size)):
        yield part
