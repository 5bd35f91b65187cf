"""A real casebook on disk for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_ingest.casebook.store import Casebook, open_casebook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "casebook.sqlite3"


@pytest.fixture
def book(path: Path) -> Iterator[Casebook]:
    with open_casebook(path) as book:
        yield book
