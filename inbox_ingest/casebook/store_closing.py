"""Cases that are no more: merged into another, or without any material left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, literal, select, update

from inbox_ingest.casebook.changes import Filing
from inbox_ingest.casebook.database import Database
from inbox_ingest.casebook.store_issues import close_issues
from inbox_ingest.casebook.tables import CASE_MESSAGES, CASES, REPLY_DUES


def close_cases(
    database: Database,
    connection: Connection,
    filing: Filing,
    stored: Mapping[str, Any],
    now: datetime,
) -> int:
    """Close what the filing calls merged or dropped; return how many were not so already.

    A closed case keeps number, anchor and revisions; it has no open issues, no mails, no answer
    due. `stored` gives the case rows by number.

    Raises:
        ValueError: the filing names a number that is not there.
    """
    count = 0
    for number, into in (*filing.merged.items(), *((lost, None) for lost in filing.dropped)):
        row = _known(stored, number)
        target: int | None = None if into is None else _known(stored, into).id
        if row.closed_at is not None and row.merged_into == target:
            continue
        connection.execute(
            update(CASES).where(CASES.c.id == row.id).values(closed_at=now, merged_into=target)
        )
        close_issues(connection, row.id, row.revision)
        _settle(connection, row.id, now)
        _hand_over(database, connection, row.id, target)
        count += 1
    return count


def _known(stored: Mapping[str, Any], number: str) -> Any:
    if number not in stored:
        raise ValueError(f"no case {number} in the casebook")
    return stored[number]


def _settle(connection: Connection, case_id: int, now: datetime) -> None:
    due = REPLY_DUES.c
    connection.execute(
        update(REPLY_DUES)
        .where(due.case_id == case_id, due.reply_id.is_(None), due.settled_at.is_(None))
        .values(settled_at=now)
    )


def _hand_over(
    database: Database, connection: Connection, case_id: int, target: int | None
) -> None:
    """Give the mails to the case that took over; which of them are material, its filing says."""
    columns = CASE_MESSAGES.c
    if target is not None:
        mails = select(literal(target), columns.raw_sha256, literal(0)).where(
            columns.case_id == case_id
        )
        connection.execute(
            database.insert(CASE_MESSAGES)
            .from_select(["case_id", "raw_sha256", "member"], mails)
            .on_conflict_do_nothing()
        )
    connection.execute(delete(CASE_MESSAGES).where(columns.case_id == case_id))
