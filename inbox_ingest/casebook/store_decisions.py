"""The organiser's word: short transactions of their own, never refused while a pass is running."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inbox_ingest.casebook.changes import Decision, DecisionKind
from inbox_ingest.casebook.database import Database


class DecisionStore:
    """Decisions are added and undone, never changed or deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        kind: DecisionKind,
        *,
        who: str,
        now: datetime,
        why: str | None = None,
        case_no: str | None = None,
        raw_sha256: str | None = None,
        payload: dict[str, Any] | None = None,
    ) -> Decision:
        """Keep a decision. `handle` takes a message off the organiser's list at once.

        Raises:
            UsageError: there is no such case or message.
        """
        raise NotImplementedError

    def undo(self, decision_id: int, *, who: str, now: datetime) -> Decision:
        """Take a decision back; the row stays.

        Raises:
            UsageError: there is no such decision, or it was taken back before.
        """
        raise NotImplementedError

    def all(self) -> list[Decision]:
        """Every decision, undone ones too, in the order they were made."""
        raise NotImplementedError

    def waiting(self) -> bool:
        """Whether a decision (or its undoing) has not been filed yet."""
        raise NotImplementedError
