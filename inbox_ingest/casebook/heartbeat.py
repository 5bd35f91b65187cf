"""Notes that the mailbox was looked at and had nothing new: one small write without the ORM."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path


def looked(path: Path, account: str, folders: Collection[str], now: datetime) -> None:
    """Move the time of the last look at these folders; nothing else changes.

    Raises:
        TryLater: the casebook cannot be written now.
    """
    raise NotImplementedError
