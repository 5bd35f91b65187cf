"""An office with an empty casebook, and a mail server for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_ingest.casebook.store import open_casebook
from tests.replies.office import Office
from tests.servers.smtp import SmtpServer


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_casebook(tmp_path / "home" / "casebook.sqlite3") as book:
        yield Office(book)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with SmtpServer(tmp_path) as running:
        yield running
