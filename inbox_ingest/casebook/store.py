"""The casebook opened for writing: one object with a part for each stage of the pass.

    with open_casebook(home / "casebook.sqlite3") as book:
        book.places       # collect: listings, what to fetch, what was archived
        book.readings     # read: what to read, what was read
        book.cases        # file: what is known, the one transaction that files
        book.decisions    # the organiser's word
        book.replies      # what is due, drafts, sending
        book.runs         # passes, the campaign, marks

Every method is one transaction of its own: a pass that is killed leaves it done or not begun.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from inbox_ingest.casebook.database import Database
from inbox_ingest.casebook.store_cases import CaseStore
from inbox_ingest.casebook.store_collect import PlaceStore
from inbox_ingest.casebook.store_decisions import DecisionStore
from inbox_ingest.casebook.store_dues import DueStore
from inbox_ingest.casebook.store_readings import ReadingStore
from inbox_ingest.casebook.store_replies import ReplyStore
from inbox_ingest.casebook.store_runs import RunStore


class Casebook:
    """All that the program knows, open for reading and writing. Made by `open_casebook`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.places = PlaceStore(database)
        self.readings = ReadingStore(database)
        self.cases = CaseStore(database)
        self.decisions = DecisionStore(database)
        self.dues = DueStore(database)
        self.replies = ReplyStore(database)
        self.runs = RunStore(database)

    def close(self) -> None:
        """Close the connection; what was committed stays."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_casebook(location: Path | str, *, backups: Path | None = None) -> Casebook:
    """Open the casebook, making or upgrading it first where needed.

    `location` is the database file, or a SQLAlchemy URL. Before an upgrade the file is copied to
    `backups` (default: the folder `backups` beside it).

    Raises:
        DatabaseTooNew: a newer version of this program wrote it.
        ConfigurationError: the file is no database, or a damaged one.
        TryLater: it cannot be written now (full disk, rights, another writer).
    """
    return Casebook(Database(location, backups=backups))
