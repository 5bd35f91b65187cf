"""Notes that the mailbox was looked at and had nothing new: one small write without the ORM."""

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
