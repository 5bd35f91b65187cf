"""Opening the database: made, upgraded with a copy put aside, refused, and put into words."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import IntegrityError

from inbox_ingest.casebook import database
from inbox_ingest.casebook.database import BACKUPS_KEPT, Database
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.schema import HEAD, REVISIONS
from inbox_ingest.casebook.store import Casebook, open_casebook
from inbox_ingest.errors import ConfigurationError, DatabaseTooNew, TryLater
from tests.casebook.mails import MONDAY
from tests.casebook.making import INBOX, everything, list_in, listed, receive, rows


def made_by_first_revision(path: Path) -> None:
    """A database as the first release left it, with mail in it."""
    path.parent.mkdir(parents=True)
    config = Config()
    config.set_main_option("script_location", str(database.migrations_folder()))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    command.upgrade(config, REVISIONS[0])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO folders (account, folder, uidvalidity, present, listed_at, looked_at)"
            " VALUES ('a', 'INBOX', 1, 1, '2025-05-12T01:00:00.000000+00:00',"
            " '2025-05-12T01:00:00.000000+00:00')"
        )
        connection.execute(
            "INSERT INTO places (account, folder, uidvalidity, uid, state, attempts)"
            " VALUES ('a', 'INBOX', 1, '17', 'listed', 2)"
        )


def version_in(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_a_new_database_is_private_and_of_the_newest_version(path: Path) -> None:
    open_casebook(path).close()
    assert version_in(path) == HEAD
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not (path.parent / "backups").exists()


def test_files_beside_the_database_are_private_too(book: Casebook, path: Path) -> None:
    list_in(book, INBOX, [listed(1)])
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert f"{path.name}-wal" in modes
    assert set(modes.values()) == {0o600}


def test_a_database_that_others_could_read_is_made_private(path: Path) -> None:
    open_casebook(path).close()
    path.chmod(0o644)
    open_casebook(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_connection_keeps_commits_and_references(book: Casebook) -> None:
    assert rows(book, "PRAGMA journal_mode") == [("wal",)]
    assert rows(book, "PRAGMA synchronous") == [(2,)]  # FULL
    assert rows(book, "PRAGMA foreign_keys") == [(1,)]


def test_a_database_of_the_first_revision_is_upgraded_with_its_rows(path: Path) -> None:
    made_by_first_revision(path)
    with open_casebook(path) as book:
        place = book.places.due(MONDAY)[0]
        assert (place.uid, place.attempts) == ("17", 2)
    assert version_in(path) == HEAD
    glance = Glance.open(path)
    assert glance is not None
    assert glance.status(MONDAY)["balance"][0]["waiting"] == 1


def test_before_an_upgrade_the_database_is_copied_aside(path: Path) -> None:
    made_by_first_revision(path)
    open_casebook(path).close()
    (copy,) = (path.parent / "backups").iterdir()
    assert version_in(copy) == REVISIONS[0]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT uid FROM places").fetchall() == [("17",)]


def test_only_the_newest_copies_are_kept(path: Path, tmp_path: Path) -> None:
    open_casebook(path).close()
    copies = [
        database.copy_aside(path, tmp_path / "aside", "0001") for _ in range(BACKUPS_KEPT + 3)
    ]
    assert sorted((tmp_path / "aside").iterdir()) == sorted(copies[-BACKUPS_KEPT:])


def test_an_upgrade_that_fails_changes_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_casebook(path).close()
    migrations = tmp_path / "migrations"
    shutil.copytree(database.migrations_folder(), migrations)
    (migrations / "versions" / "0099_broken.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = '0099', '{HEAD}'\n"
        "def upgrade():\n"
        "    op.execute('DROP VIEW balance')\n"
        "    raise RuntimeError('half done')\n"
    )
    monkeypatch.setattr(database, "migrations_folder", lambda: migrations)
    monkeypatch.setattr(database, "HEAD", "0099")
    with pytest.raises(RuntimeError, match="half done"):
        open_casebook(path)
    monkeypatch.undo()
    with open_casebook(path) as book:
        assert rows(book, "SELECT count(*) FROM balance") == [(0,)]


def test_a_database_of_a_newer_version_is_refused_and_untouched(path: Path) -> None:
    open_casebook(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseTooNew, match="9999"):
        open_casebook(path)
    with pytest.raises(DatabaseTooNew, match="9999"):
        Glance.open(path)
    assert version_in(path) == "9999"


def test_a_file_that_is_no_database_is_refused_with_a_remedy(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"From: somebody\r\n" * 500)
    for opening in (open_casebook, Glance.open):
        with pytest.raises(ConfigurationError) as caught:
            opening(path)
        assert str(path) in caught.value.message
        assert caught.value.remedy and "backups" in caught.value.remedy
    assert path.read_bytes().startswith(b"From: somebody")


def test_a_damaged_database_is_refused_when_it_is_read(path: Path) -> None:
    with open_casebook(path) as book:
        receive(book, *range(1, 200))
    content = bytearray(path.read_bytes())
    content[8192 : len(content) - 4096] = b"\xff" * (len(content) - 4096 - 8192)
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="损坏"), open_casebook(path) as book:
        book.readings.received()


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    for opening in (open_casebook, Glance.open):
        with pytest.raises(ConfigurationError, match="别的程序"):
            opening(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_that_may_not_be_written_is_for_later(path: Path) -> None:
    open_casebook(path).close()
    path.chmod(0o400)
    with pytest.raises(TryLater, match="不能写入"):
        open_casebook(path)


def test_a_folder_that_cannot_be_made_is_for_later(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file in the way")
    with pytest.raises(TryLater, match="不能写入"):
        open_casebook(tmp_path / "home" / "casebook.sqlite3")


def test_a_full_disk_stops_with_a_clear_word_and_loses_nothing(book: Casebook) -> None:
    receive(book, 1)
    before = everything(book)
    with book.database.engine.connect() as connection:
        bare = connection.connection.dbapi_connection
        assert bare is not None
        pages = bare.execute("PRAGMA page_count").fetchone()[0]
        bare.execute(f"PRAGMA max_page_count = {pages}")  # SQLITE_FULL, as a full disk gives
    with pytest.raises(TryLater, match="磁盘已满"):
        list_in(book, INBOX, [listed(n) for n in range(5000)])
    with book.database.engine.connect() as connection:
        bare = connection.connection.dbapi_connection
        assert bare is not None
        bare.execute("PRAGMA max_page_count = 1000000")
    assert everything(book) == before
    assert list_in(book, INBOX, [listed(n) for n in range(5000)]).new == 4999


def test_a_writer_that_does_not_end_is_for_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with open_casebook(path) as book, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TryLater, match="正忙"):
            list_in(book, INBOX, [listed(1)])


def test_our_own_mistakes_are_not_called_the_disks(book: Casebook) -> None:
    with pytest.raises(IntegrityError), book.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO marks (name, value) VALUES ('a', 'b')")


def test_an_exception_inside_a_transaction_undoes_all_of_it(book: Casebook) -> None:
    with pytest.raises(KeyError), book.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO marks VALUES ('a', 'b', 'c')")
        raise KeyError
    assert rows(book, "SELECT * FROM marks") == []


def test_a_process_killed_inside_a_transaction_leaves_nothing_of_it(path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from inbox_ingest.casebook.database import Database\n"
        "database = Database(Path(sys.argv[1]))\n"
        "with database.writing() as connection:\n"
        "    connection.exec_driver_sql(\"INSERT INTO marks VALUES ('kept', 'x', 'y')\")\n"
        "with database.writing() as connection:\n"
        "    for number in range(20000):\n"
        "        connection.exec_driver_sql(\n"
        "            \"INSERT INTO marks VALUES (?, 'x', 'y')\", (str(number),))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    with open_casebook(path) as book:
        assert rows(book, "SELECT name FROM marks") == [("kept",)]


def test_opening_an_up_to_date_database_does_not_import_alembic(path: Path) -> None:
    open_casebook(path).close()
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from inbox_ingest.casebook.store import open_casebook\n"
        "open_casebook(Path(sys.argv[1])).close()\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)


def test_a_url_names_the_database_as_well_as_a_path(tmp_path: Path) -> None:
    for location in (tmp_path / "有 空格%41#?.sqlite3", f"sqlite:///{tmp_path}/by-url.sqlite3"):
        database_there = Database(location)
        database_there.close()
        assert database_there.file is not None
        assert database_there.file.exists()
        assert Glance.open(database_there.file) is not None
    assert {file.name for file in tmp_path.glob("*.sqlite3")} == {
        "有 空格%41#?.sqlite3",
        "by-url.sqlite3",
    }
