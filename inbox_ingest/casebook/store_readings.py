"""The casebook's part in reading: which mails are to be read, what was read in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inbox_ingest.casebook.changes import ToRead
from inbox_ingest.casebook.database import Database
from inbox_ingest.records import Reading, Received


class ReadingStore:
    """Readings by raw SHA-256."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def to_read(self, reader_version: str, *, everything: bool = False) -> list[ToRead]:
        """Mails to read, oldest receipt first.

        Those never read, those that an older reader could not read (as a whole, or for want of a
        reader), or all of them.
        """
        raise NotImplementedError

    def save(self, readings: Sequence[Reading], now: datetime) -> int:
        """Write readings in one transaction; return how many differ from what was there.

        A mail whose reading changed (new, or read again with another result) is at stage `read` and
        waits for filing; one whose reading is the same keeps its stage.
        """
        raise NotImplementedError

    def failed(self, raw_sha256: str, now: datetime) -> int:
        """Count an attempt to read that died; return how many have."""
        raise NotImplementedError

    def received(self) -> list[Received]:
        """Every reading with its time of receipt and folder, by (received_at, raw_sha256).

        Raises:
            TryLater: readings of an older version do not fit any more; they have been put back to
                be read again, which the next pass does.
        """
        raise NotImplementedError

    def unfiled(self) -> set[str]:
        """Mails that are read and wait for filing."""
        raise NotImplementedError
