"""Only a casebook that can be looked into is opened; why another cannot is told."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.errors import ConfigurationError, DatabaseTooOld


def test_no_casebook_is_none_and_makes_no_file(tmp_path: Path) -> None:
    assert Glance.open(tmp_path / "casebook.sqlite3") is None
    assert Glance.open(tmp_path / "none" / "casebook.sqlite3") is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.sqlite3").touch()
    assert Glance.open(tmp_path / "empty.sqlite3") is None


def test_an_older_casebook_is_left_to_the_next_pass(path: Path) -> None:
    from tests.casebook.test_database import made_by_first_revision

    made_by_first_revision(path)
    with pytest.raises(DatabaseTooOld, match="尚未升级") as caught:
        Glance.open(path)
    assert caught.value.remedy and "ingest run" in caught.value.remedy


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
