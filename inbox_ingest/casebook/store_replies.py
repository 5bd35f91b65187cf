"""The outbox: drafts, and the states a reply may pass through."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select, update

from inbox_ingest.casebook import pausing, reply_ways, sender_quiet
from inbox_ingest.casebook.changes import IN_DOUBT, NewReply, Reply, ReplyState
from inbox_ingest.casebook.database import Database, slices
from inbox_ingest.casebook.pausing import Pause
from inbox_ingest.casebook.reply_rows import (
    STATE_WORDS,
    confirm_reply,
    insert_reply,
    move_reply,
    one_reply,
    overtaken,
    replies_where,
)
from inbox_ingest.casebook.reply_ways import REPLACED, Unfit, all_fit
from inbox_ingest.casebook.tables import REPLIES, REPLY_DUES
from inbox_ingest.casebook.tables_root import UtcText
from inbox_ingest.errors import UsageError


class ReplyStore:
    """Letters to senders, whatever has become of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

    def confirm(self, reply_id: int, cases: Iterable[tuple[str, int]], reason: str | None) -> None:
        """An unsent letter still says what is so: these are the revisions it speaks of now."""
        with self._database.writing() as connection:
            confirm_reply(connection, reply_id, cases, reason)

    def redate(self, reply_id: int, before: str, after: str) -> None:
        """Put another text in place of an unsent letter's, if a person has not changed it meanwhile."""
        with self._database.writing() as connection:
            connection.execute(
                update(REPLIES)
                .where(
                    REPLIES.c.id == reply_id,
                    REPLIES.c.state.in_(["draft", "approved"]),
                    REPLIES.c.body == before,
                )
                .values(body=after)
            )

    def note_answer(self, reply_id: int, at: datetime) -> None:
        """Keep with an unsent letter that a mail written by hand at this time answers it."""
        with self._database.writing() as connection:
            connection.execute(
                update(REPLIES)
                .where(REPLIES.c.id == reply_id, REPLIES.c.state.in_(["draft", "approved"]))
                .values(answered_at=at)
            )

    def hold_back(self, now: datetime, reason: str) -> int:
        """Make drafts of the letters that nobody approved but the program; return how many."""
        unseen = and_(REPLIES.c.state == "approved", REPLIES.c.approved_by.is_(None))
        with self._database.writing() as connection:
            letters = replies_where(connection, [unseen])
            for letter in letters:
                move_reply(connection, letter, "draft", now, reason=reason)
        return len(letters)

    def await_senders(self, quiet: timedelta, now: datetime) -> None:
        """See `sender_quiet.await_senders`."""
        with self._database.writing() as connection:
            sender_quiet.await_senders(connection, quiet, now)

    # --- a person's word ----------------------------------------------------------------------

    def approve(self, reply_id: int, now: datetime, by: str) -> Reply:
        """See `reply_ways.approve`. Raises UsageError, too, where it has to be written anew first."""
        with self._database.writing() as connection:
            reply_ways.approve(connection, reply_id, now, by)
            reply = one_reply(connection, reply_id)
        if reply.state != "approved":
            raise reply_ways.outdated(reply_id, "批准")
        return reply

    def edit(self, reply_id: int, now: datetime, *, subject: str, body: str) -> Reply:
        """See `reply_ways.edit`."""
        with self._database.writing() as connection:
            reply_ways.edit(connection, reply_id, now, subject=subject, body=body)
            return one_reply(connection, reply_id)

    def withhold(self, reply_id: int, now: datetime, reason: str) -> Reply:
        """See `reply_ways.withhold`."""
        with self._database.writing() as connection:
            reply_ways.withhold(connection, reply_id, now, reason)
            return one_reply(connection, reply_id)

    def resolve(self, reply_id: int, now: datetime, by: str, *, sent: bool) -> Reply:
        """See `reply_ways.resolve`."""
        with self._database.writing() as connection:
            reply_ways.resolve(connection, reply_id, now, by, sent=sent)
            return one_reply(connection, reply_id)

    # --- send ---------------------------------------------------------------------------------

    def begin_sending(self, reply_id: int, now: datetime, unfit: Unfit = all_fit) -> Reply:
        """Return the letter as it is now: `sending`, with the text to send, if it may still be sent.

        See `reply_ways.begin_sending` for why it may not.
        """
        with self._database.writing() as connection:
            reply_ways.begin_sending(connection, reply_id, now, unfit)
            return one_reply(connection, reply_id)

    def fail(
        self,
        reply_id: int,
        now: datetime,
        reason: str,
        *,
        expected: ReplyState,
        smtp_reply: str | None = None,
        undeliverable: str | None = None,
    ) -> None:
        """A letter in the state `expected` came back or was refused for good: `reply_ways.fail`.

        Raises:
            UsageError: it is in another state by now.
        """
        with self._database.writing() as connection:
            reply = one_reply(connection, reply_id)
            if reply.state != expected:
                raise UsageError(f"第 {reply_id} 号答复现为“{STATE_WORDS[reply.state]}”")
            reply_ways.fail(
                connection,
                reply,
                now,
                reason,
                smtp_reply=smtp_reply,
                undeliverable=undeliverable,
            )

    def pause(self, pause: Pause, now: datetime) -> None:
        """Send nothing until then, this letter and all others: see `pausing`."""
        with self._database.writing() as connection:
            pausing.begin(connection, pause, now)

    def paused(self, now: datetime) -> Pause | None:
        """The pause that is not over yet."""
        with self._database.reading() as connection:
            return pausing.current(connection, now)

    def mark_outdated(self, unfit: Unfit = all_fit) -> list[int]:
        """See `reply_ways.mark_outdated`."""
        with self._database.writing() as connection:
            return reply_ways.mark_outdated(connection, unfit)

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
        attempts: int | None = None,
        expected: Iterable[ReplyState] | None = None,
    ) -> Reply:
        """Bring a reply into another state, durably before this returns.

        Legal: draft → approved, withheld, failed · approved → draft, sending, withheld, failed ·
        sending → sent, failed, approved (nothing was accepted: later), withheld, draft ·
        sent → failed (bounced) · failed → draft, approved, withheld, sent (a person found it sent) ·
        withheld → draft, approved, withheld (a person has seen it). Out of `sending` only for a
        caller who `expected` it.
        `reason` replaces the old one; `smtp_reply`, `next_try_at` and `attempts` do where they
        are given (a quiet period outlives the approval). Entering `sending` counts an attempt.

        Raises:
            UsageError: that way is not open, or the state was not one of `expected`.
        """
        with self._database.writing() as connection:
            reply = one_reply(connection, reply_id)
            allowed = set(STATE_WORDS) - {"sending"} if expected is None else set(expected)
            if reply.state not in allowed:
                raise UsageError(f"第 {reply_id} 号答复现为“{STATE_WORDS[reply.state]}”")
            move_reply(
                connection,
                reply,
                state,
                now,
                reason=reason,
                by=by,
                smtp_reply=smtp_reply,
                next_try_at=next_try_at,
                attempts=attempts,
            )
            return one_reply(connection, reply_id)

    def sendable(self, now: datetime) -> list[Reply]:
        """Approved replies whose time has come and that are still true, oldest first."""
        return self._select(
            REPLIES.c.state == "approved",
            not_(overtaken()),
            or_(REPLIES.c.next_try_at.is_(None), REPLIES.c.next_try_at <= now),
        )

    def sent_since(self, since: datetime) -> list[tuple[str, datetime]]:
        """Recipient and time of each letter that went out since, or is in doubt: what the caps count.

        Letters that came back are among them: the server counted them too.
        """
        going = REPLIES.c.state.in_(["sending"]) | (REPLIES.c.reason == IN_DOUBT)
        when = func.coalesce(REPLIES.c.sent_at, REPLIES.c.changed_at, type_=UtcText)
        query = (
            select(REPLIES.c.recipient, when)
            .where(or_(REPLIES.c.sent_at.is_not(None), going), when >= since)
            .order_by(when)
        )
        with self._database.reading() as connection:
            return [(to, at) for to, at in connection.execute(query)]

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

    def overtaken(self) -> set[int]:
        """Letters that say what may no longer be so, or about whose case there is a newer letter."""
        with self._database.reading() as connection:
            return set(connection.scalars(select(REPLIES.c.id).where(overtaken())))

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
