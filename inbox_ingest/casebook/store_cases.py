"""The casebook's part in filing: what is known of the cases, and the transaction that files."""

from __future__ import annotations

from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Filed, Filing, KnownCase
from inbox_ingest.casebook.database import Database


class CaseStore:
    """Cases, their revisions, issues and messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self) -> list[KnownCase]:
        """Every case, closed ones too, by sequence."""
        raise NotImplementedError

    def next_sequence(self) -> int:
        """The sequence number that the next new case gets (numbers are never used twice)."""
        raise NotImplementedError

    def file(self, filing: Filing, campaign: Campaign, now: datetime) -> Filed:
        """Write cases, issues, dispositions and reply-due rows in one transaction.

        A revision is made only where a case's content or verdict differs from what is there (its
        messages, reasons and `updated_at` alone make none, but are kept). Filing the same again
        writes nothing.

        Raises:
            ValueError: an outcome names an anchor, or the filing a case number, that is not there.
        """
        raise NotImplementedError
