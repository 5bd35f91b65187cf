"""`list --watch` on a real terminal: it keeps itself up to date and ends cleanly on Ctrl-C."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Ingest


def _heed_interrupts() -> None:
    """A job in the background of a shell (CI) inherits an ignored SIGINT; a terminal's user does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "inbox_ingest", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "INGEST_HOME": str(home), "TERM": "xterm", "PYTHONPATH": _TREE},
            start_new_session=True,
            close_fds=True,
            preexec_fn=_heed_interrupts,  # noqa: PLW1509 - no threads here
        )
        os.close(slave)
        self.seen = ""

    def until(self, *words: str, seconds: float = 20) -> bool:
        """Read until all words have been shown."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not all(word in self.seen for word in words):
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode(errors="replace")
                except OSError:  # Linux says so when the other end is closed
                    break
        return all(word in self.seen for word in words)


_TREE = str(Path(__file__).resolve().parents[2])


@pytest.fixture
def watching(casebook: Path) -> Iterator[Terminal]:
    terminal = Terminal(casebook, "list", "--watch")
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.kill()
    terminal.process.wait()
    os.close(terminal.master)


def test_it_shows_the_list_and_leaves_the_terminal_as_it_was(watching: Terminal) -> None:
    assert watching.until("DJ001", "DJ002", "按 Ctrl-C 结束"), watching.seen
    watching.process.send_signal(signal.SIGINT)
    assert watching.until("\x1b[?1049l", "\x1b[?25h")  # the first screen again, with a cursor
    assert watching.process.wait(timeout=20) == 0
    assert "Traceback" not in watching.seen
    assert "错误" not in watching.seen


def test_without_a_terminal_it_is_refused(casebook: Path, ingest: Ingest) -> None:
    called = ingest("list", "--watch")
    assert called.code == 64
    assert "只能在终端里用" in called.err
    assert ingest("list", "--watch", "--json").code == 64
