"""The outbox: what is due, drafts, and the states a reply may pass through."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from inbox_ingest.casebook.changes import NewReply, Reply, ReplyDue, ReplyState
from inbox_ingest.casebook.database import Database


class ReplyStore:
    """Replies and the rows that say one is due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self) -> list[ReplyDue]:
        """Revisions not yet answered, oldest first; held ones too."""
        raise NotImplementedError

    def agree(self, due_ids: Collection[int]) -> None:
        """Release dues that waited for a person."""
        raise NotImplementedError

    def settle(self, due_ids: Collection[int]) -> None:
        """Dues that need no reply (the same verdict again, no one to write to)."""
        raise NotImplementedError

    def add(self, reply: NewReply, now: datetime) -> Reply:
        """Keep a composed reply and mark its dues as answered by it, in one transaction."""
        raise NotImplementedError

    def edit(self, reply_id: int, now: datetime, *, subject: str, body: str) -> Reply:
        """A person's wording for a draft, or for an approved or failed reply, which is a draft again.

        Raises:
            UsageError: it is being sent, was sent or withheld, or does not exist.
        """
        raise NotImplementedError

    def move(
        self,
        reply_id: int,
        state: ReplyState,
        now: datetime,
        *,
        reason: str | None = None,
        by: str | None = None,
        smtp_reply: str | None = None,
        next_try_at: datetime | None = None,
        expected: Iterable[ReplyState] | None = None,
    ) -> Reply:
        """Bring a reply into another state, durably before this returns.

        Legal: draft → approved, withheld, failed · approved → draft, sending, withheld, failed ·
        sending → sent, failed, approved (nothing was accepted: later) · sent → failed (bounced) ·
        failed → draft, approved, withheld · withheld → draft.
        `reason` replaces the old one; entering `sending` counts an attempt.

        Raises:
            UsageError: that way is not open, or the state was not one of `expected`.
        """
        raise NotImplementedError

    def get(self, reply_id: int) -> Reply:
        """One reply. Raises UsageError where there is none."""
        raise NotImplementedError

    def by_message_id(self, message_id: str) -> Reply | None:
        """The reply with this Message-ID: a bounce or an answer names it."""
        raise NotImplementedError

    def list(
        self, *, states: Collection[ReplyState] | None = None, to: str | None = None
    ) -> list[Reply]:
        """Replies in these states, to this address, oldest first."""
        raise NotImplementedError

    def sendable(self, now: datetime) -> list[Reply]:
        """Approved replies whose time has come, oldest first."""
        raise NotImplementedError

    def sent_since(self, since: datetime) -> dict[str, int]:
        """How many replies each address was sent since then, by lower-cased address."""
        raise NotImplementedError
