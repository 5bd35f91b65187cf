"""The outbox: what is due, drafts, and the states a reply may pass through."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from inbox_ingest.casebook.changes import NewReply, Reply, ReplyDue, ReplyState
from inbox_ingest.casebook.database import Database, slices
from inbox_ingest.casebook.reply_rows import (
    STATE_WORDS,
    insert_reply,
    move_reply,
    one_reply,
    replies_where,
)
from inbox_ingest.casebook.tables import CASES, REPLIES, REPLY_DUES
from inbox_ingest.errors import UsageError

REPLACED = "已由新的回信取代"


class ReplyStore:
    """Replies and the rows that say one is due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- what is due --------------------------------------------------------------------------

    def due(self) -> list[ReplyDue]:
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

    def agree(self, due_ids: Collection[int]) -> None:
        """Release dues that waited for a person."""
        self._change_dues(due_ids, {"held": None})

    def settle(self, due_ids: Collection[int], now: datetime) -> None:
        """Dues that need no reply (the same verdict again, no one to write to)."""
        self._change_dues(due_ids, {"settled_at": now})

    def _change_dues(self, due_ids: Collection[int], values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            for part in slices(due_ids):
                connection.execute(
                    update(REPLY_DUES).where(REPLY_DUES.c.id.in_(part)).values(values)
                )

    # --- compose ------------------------------------------------------------------------------

    def add(self, reply: NewReply, now: datetime) -> Reply:
        """Keep a composed reply, with its dues answered and the replies it replaces withheld.

        One transaction. A reply with this Message-ID that is there already is kept as it is and
        returned: composing again after a crash makes no second mail.

        Raises:
            UsageError: a case is not there, or a reply to be replaced was sent.
        """
        with self._database.writing() as connection:
            return one_reply(connection, _add(connection, reply, now))

    def add_all(self, replies: Iterable[NewReply], now: datetime) -> int:
        """Keep many composed replies in few transactions; return how many were kept.

        As `add`, but a reply that cannot be kept (a person moved what it replaces) is left out, and
        the others are kept.
        """
        added = 0
        for part in slices(replies, 100):
            with self._database.writing() as connection:
                for reply in part:
                    with contextlib.suppress(UsageError), connection.begin_nested():
                        _add(connection, reply, now)
                        added += 1
        return added

    def edit(self, reply_id: int, now: datetime, *, subject: str, body: str) -> Reply:
        """A person's wording for a draft, or for an approved or failed reply, which is a draft again.

        The HTML part is dropped: it would say something else.

        Raises:
            UsageError: it is being sent, was sent or withheld, or does not exist.
        """
        with self._database.writing() as connection:
            reply = one_reply(connection, reply_id)
            if reply.state not in ("draft", "approved", "failed"):
                raise UsageError(f"第 {reply_id} 号回信{STATE_WORDS[reply.state]}，不能再改")
            connection.execute(
                update(REPLIES)
                .where(REPLIES.c.id == reply_id)
                .values(
                    subject=subject,
                    body=body,
                    html=None,
                    state="draft",
                    approved_by=None,
                    changed_at=now,
                )
            )
            return one_reply(connection, reply_id)

    # --- send ---------------------------------------------------------------------------------

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
        failed → draft, approved, withheld, sent (a person found it sent) · withheld → draft.
        `reason` replaces the old one; `smtp_reply` and `next_try_at` do where they are given (a
        quiet period outlives the approval). Entering `sending` counts an attempt.

        Raises:
            UsageError: that way is not open, or the state was not one of `expected`.
        """
        with self._database.writing() as connection:
            reply = one_reply(connection, reply_id)
            if expected is not None and reply.state not in tuple(expected):
                raise UsageError(f"第 {reply_id} 号回信现为“{STATE_WORDS[reply.state]}”")
            move_reply(
                connection,
                reply,
                state,
                now,
                reason=reason,
                by=by,
                smtp_reply=smtp_reply,
                next_try_at=next_try_at,
            )
            return one_reply(connection, reply_id)

    def sendable(self, now: datetime) -> list[Reply]:
        """Approved replies whose time has come, oldest first."""
        return self._select(
            REPLIES.c.state == "approved",
            or_(REPLIES.c.next_try_at.is_(None), REPLIES.c.next_try_at <= now),
        )

    # --- look ---------------------------------------------------------------------------------

    def get(self, reply_id: int) -> Reply:
        """One reply. Raises UsageError where there is none."""
        with self._database.reading() as connection:
            return one_reply(connection, reply_id)

    def by_message_id(self, message_id: str) -> Reply | None:
        """The reply with this Message-ID: a bounce or an answer names it."""
        return next(iter(self._select(REPLIES.c.message_id == message_id)), None)

    def find(
        self, *, states: Collection[ReplyState] | None = None, to: str | None = None
    ) -> list[Reply]:
        """Replies in these states, to this address (whatever its case), oldest first."""
        conditions: list[ColumnElement[bool]] = []
        if states is not None:
            conditions.append(REPLIES.c.state.in_(states))
        if to is not None:
            conditions.append(func.lower(REPLIES.c.recipient) == to.lower())
        return self._select(*conditions)

    def _select(self, *conditions: ColumnElement[bool]) -> list[Reply]:
        with self._database.reading() as connection:
            return replies_where(connection, conditions)


def _add(connection: Connection, reply: NewReply, now: datetime) -> int:
    known = REPLIES.c.message_id == reply.message_id
    found: int | None = connection.scalar(select(REPLIES.c.id).where(known))
    reply_id = found if found is not None else insert_reply(connection, reply, now)
    for part in slices(reply.dues):
        connection.execute(
            update(REPLY_DUES).where(REPLY_DUES.c.id.in_(part)).values(reply_id=reply_id)
        )
    for old in reply.replaces:
        if old != reply_id:
            move_reply(connection, one_reply(connection, old), "withheld", now, reason=REPLACED)
    return reply_id
