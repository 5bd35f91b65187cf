"""A real casebook on disk for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.store import Casebook, open_casebook
from tests.casebook.mails import CAMPAIGN, MONDAY


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "casebook.sqlite3"


@pytest.fixture
def book(path: Path) -> Iterator[Casebook]:
    with open_casebook(path) as book:
        yield book


@pytest.fixture
def glance(book: Casebook, path: Path) -> Iterator[Glance]:
    book.runs.remember_campaign(CAMPAIGN, Path("campaign.toml"), MONDAY)
    opened = Glance.open(path)
    assert opened is not None
    yield opened
    opened.close()
