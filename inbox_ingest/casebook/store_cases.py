"""The casebook's part in filing: what is known of the cases, and the transaction that files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Filed, Filing, KnownCase
from inbox_ingest.casebook.database import Database, slices
from inbox_ingest.casebook.store_filing import FilingTransaction
from inbox_ingest.casebook.tables import CASE_MESSAGES, CASES
from inbox_ingest.records import Case


class CaseStore:
    """Cases, their revisions, issues and messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, *, bodies: bool = True) -> list[KnownCase]:
        """Every case: closed ones first, so that an open one has the last word on an anchor.

        Among each, by sequence. Without `bodies`, `body` is empty and nothing wide is loaded.
        """
        columns = CASES.c
        wanted = [
            columns.id,
            columns.case_no,
            columns.anchor,
            columns.revision,
            columns.status,
            columns.closed_at,
            columns.merged_into,
            columns.body_sha256,
        ]
        members: dict[int, set[str]] = defaultdict(set)
        with self._database.reading() as connection:
            rows = connection.execute(
                select(*wanted, *([columns.body] if bodies else [])).order_by(
                    columns.closed_at.is_(None), columns.id
                )
            ).all()
            for case_id, raw_sha256 in connection.execute(
                select(CASE_MESSAGES.c.case_id, CASE_MESSAGES.c.raw_sha256).where(
                    CASE_MESSAGES.c.member == 1
                )
            ):
                members[case_id].add(raw_sha256)
        numbers = {row.id: row.case_no for row in rows}
        return [
            KnownCase(
                case_no=row.case_no,
                sequence=row.id,
                anchor=row.anchor,
                revision=row.revision,
                status=row.status,
                message_sha256s=frozenset(members[row.id]),
                closed=row.closed_at is not None,
                merged_into=numbers.get(row.merged_into),
                body=row.body if bodies else "",
                body_sha256=row.body_sha256,
            )
            for row in rows
        ]

    def as_filed(self, numbers: Iterable[str]) -> dict[str, Case]:
        """The newest filed record of each of these cases that is in the casebook, closed ones too."""
        found: dict[str, Case] = {}
        with self._database.reading() as connection:
            for part in slices(numbers):
                for case_no, body in connection.execute(
                    select(CASES.c.case_no, CASES.c.body).where(CASES.c.case_no.in_(part))
                ):
                    found[case_no] = Case.model_validate_json(body)
        return found

    def next_sequence(self) -> int:
        """The sequence number that the next new case gets (numbers are never used twice)."""
        with self._database.reading() as connection:
            last: int | None = connection.scalar(select(func.max(CASES.c.id)))
        return (last or 0) + 1

    def file(self, filing: Filing, campaign: Campaign, now: datetime) -> Filed:
        """Write cases, issues, dispositions and reply-due rows in one transaction.

        A revision is made only where a case's content or verdict differs from what is there (its
        messages, reasons and `updated_at` alone make none, but are kept). Filing the same again
        writes nothing.

        Raises:
            ValueError: an outcome names an anchor, or the filing a case number, that is not there.
        """
        with self._database.writing() as connection:
            return FilingTransaction(self._database, connection, campaign, now).run(filing)
