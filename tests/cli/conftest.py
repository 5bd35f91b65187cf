"""The command line called in-process, as the shell would call it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from inbox_ingest.cli import main
from tests.cli.casebooks import small


class Called(NamedTuple):
    """How a call ended and what it printed."""

    code: int
    out: str
    err: str


Ingest = Callable[..., Called]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An INGEST_HOME of its own, in a working folder of its own, without anybody's configuration."""
    monkeypatch.chdir(tmp_path)
    for variable in ("INGEST_CONFIG", "INGEST_IMAP_PASSWORD", "INGEST_SMTP_PASSWORD"):
        monkeypatch.delenv(variable, raising=False)
    home = tmp_path / "home"
    monkeypatch.setenv("INGEST_HOME", str(home))
    return home


@pytest.fixture
def ingest(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Ingest:
    """`ingest("status", "--json")` → exit code, stdout, stderr."""

    def call(*arguments: str) -> Called:
        code = main(arguments)
        captured = capfdbinary.readouterr()
        return Called(code, captured.out.decode("utf-8-sig"), captured.err.decode())

    return call


@pytest.fixture
def casebook(home: Path) -> Path:
    """A home with a small casebook in it (see `casebooks.small`)."""
    small(home)
    return home
