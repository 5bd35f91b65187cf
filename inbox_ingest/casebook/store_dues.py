"""What is due: revisions of cases that their senders have not been answered yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from inbox_ingest.casebook.changes import ReplyDue
from inbox_ingest.casebook.database import Database, slices
from inbox_ingest.casebook.tables import CASES, REPLY_DUES


class DueStore:
    """The rows that filing leaves for each revision that calls for an answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> list[ReplyDue]:
        """Revisions not yet answered, oldest first; held ones too."""
        columns = REPLY_DUES.c
        query = (
            select(columns.id, CASES.c.case_no, columns.revision, columns.created_at, columns.held)
            .join_from(REPLY_DUES, CASES)
            .where(columns.reply_id.is_(None), columns.settled_at.is_(None))
            .order_by(columns.id)
        )
        with self._database.reading() as connection:
            return [ReplyDue(*row) for row in connection.execute(query)]

    def agree(self, due_ids: Collection[int], now: datetime | None = None) -> None:
        """Release dues that waited for a person: they are due from `now` on."""
        self._change(due_ids, {"held": None} | ({"created_at": now} if now else {}))

    def settle(self, due_ids: Collection[int], now: datetime) -> None:
        """Dues that need no reply (the same verdict again, no one to write to)."""
        self._change(due_ids, {"settled_at": now})

    def _change(self, due_ids: Collection[int], values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            for part in slices(due_ids):
                connection.execute(
                    update(REPLY_DUES).where(REPLY_DUES.c.id.in_(part)).values(values)
                )
