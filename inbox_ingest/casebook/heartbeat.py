"""Notes of a pass that went no further: nothing was new, or its rules are wrong. Without the ORM."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from inbox_ingest.casebook.sqlite_words import said_in_words

_BUSY_SECONDS = 5.0


def looked(path: Path, account: str, folders: Collection[str], now: datetime) -> None:
    """Move the time of the last look at these folders; nothing else changes.

    Not synced to disk: losing it costs nothing, and `status` would only show an older look.

    Raises:
        TryLater: the casebook cannot be written now.
    """
    when = now.astimezone(UTC).isoformat(timespec="microseconds")
    with said_in_words(path), closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        with connection:
            connection.executemany(
                "UPDATE folders SET looked_at = ? WHERE account = ? AND folder = ?",
                [(when, account, folder) for folder in folders],
            )


def refused(path: Path, exit_code: int, error: str, now: datetime) -> None:
    """Write down a pass that could not begin, so that `status` tells of it; no casebook, no note.

    Raises:
        TryLater: the casebook cannot be written now.
    """
    if not path.is_file():
        return
    when = now.astimezone(UTC).isoformat(timespec="microseconds")
    with said_in_words(path), closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
        connection.execute(
            "INSERT INTO runs (started_at, ended_at, outcome, exit_code, counts, error)"
            " VALUES (?, ?, 'failed', ?, '{}', ?)",
            (when, when, exit_code, error),
        )
        connection.commit()
