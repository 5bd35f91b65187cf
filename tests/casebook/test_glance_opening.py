"""Only a casebook that can be looked into is opened; why another cannot is told."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.glance_opening import campaign_path
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.errors import ConfigurationError, DatabaseTooOld
from tests.casebook.test_database import made_by_first_revision


def test_no_casebook_is_none_and_makes_no_file(tmp_path: Path) -> None:
    assert Glance.open(tmp_path / "casebook.sqlite3") is None
    assert Glance.open(tmp_path / "none" / "casebook.sqlite3") is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.sqlite3").touch()
    assert Glance.open(tmp_path / "empty.sqlite3") is None


def test_an_older_casebook_is_left_to_the_next_pass(path: Path) -> None:
    made_by_first_revision(path)
    with pytest.raises(DatabaseTooOld, match="尚未升级") as caught:
        Glance.open(path)
    assert caught.value.remedy and "ingest run" in caught.value.remedy


def test_the_rules_that_an_older_casebook_was_judged_by_are_known_before_it_is_upgraded(
    path: Path,
) -> None:
    assert campaign_path(path) is None
    made_by_first_revision(path)
    assert campaign_path(path) is None
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO campaigns (id, title, collect_from, opens, closes, timezone, types, sha256,"
            " path, seen_at) VALUES ('a', 't', 's', 'o', 'c', 'Asia/Shanghai', '[]', 'h',"
            " '/rules/mine.toml', '2025-05-12T01:00:00.000000+00:00')"
        )
    assert campaign_path(path) == "/rules/mine.toml"


def test_a_casebook_of_another_user_is_told_as_what_it_is(
    book: Casebook, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    with pytest.raises(ConfigurationError, match="没有权限"):
        Glance.open(path)

    def refused(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", refused)
    with pytest.raises(ConfigurationError, match="没有权限"):
        Glance.open(path)


def test_a_home_that_is_a_file_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(ConfigurationError, match="不是文件夹"):
        Glance.open(tmp_path / "home" / "casebook.sqlite3")
