"""Opens the database: settings, upgrades with a copy put aside, errors put into words."""

from __future__ import annotations

from pathlib import Path


class Database:
    """An engine whose transactions are short, durable and named for what they do."""

    def __init__(self, location: Path | str, *, backups: Path | None = None) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Give all connections back."""
        raise NotImplementedError
