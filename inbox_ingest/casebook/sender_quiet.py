"""A letter waits while its sender may still be sending: a quiet time after the newest mail of its cases.

Whatever that mail brings counts, a photo or a copy too: the next one may bring what the letter asks for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from inbox_ingest.casebook.tables import CASE_MESSAGES, MESSAGES, REPLIES, REPLY_CASES
from inbox_ingest.casebook.tables_root import UtcText

# What a machine wrote keeps nobody waiting.
_WRITTEN_BY_PEOPLE = ("submission", "supplement", "duplicate", "unrelated")


def await_senders(connection: Connection, quiet: timedelta, now: datetime) -> None:
    """Put off the unsent answers (no reminders) whose cases had a mail within `quiet` before `now`."""
    newest = func.max(MESSAGES.c.received_at, type_=UtcText)
    query = (
        select(REPLIES.c.id, REPLIES.c.next_try_at, newest)
        .join_from(REPLIES, REPLY_CASES, REPLY_CASES.c.reply_id == REPLIES.c.id)
        .join(CASE_MESSAGES, CASE_MESSAGES.c.case_id == REPLY_CASES.c.case_id)
        .join(MESSAGES, MESSAGES.c.raw_sha256 == CASE_MESSAGES.c.raw_sha256)
        .where(
            REPLIES.c.state.in_(["draft", "approved"]),
            REPLIES.c.kind != "reminder",
            MESSAGES.c.disposition.in_(_WRITTEN_BY_PEOPLE),
            MESSAGES.c.received_at > now - quiet,
            MESSAGES.c.received_at <= now,
        )
        .group_by(REPLIES.c.id, REPLIES.c.next_try_at)
    )
    for reply_id, next_try_at, received_at in connection.execute(query).all():
        until = received_at + quiet
        if next_try_at is None or next_try_at < until:
            connection.execute(
                update(REPLIES).where(REPLIES.c.id == reply_id).values(next_try_at=until)
            )
