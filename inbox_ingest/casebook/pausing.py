"""Until when no letter at all is sent, because the server limits the account and not one letter."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from inbox_ingest.casebook.tables import MARKS

_NAME = "replies.paused"


class Pause(NamedTuple):
    """The first moment at which sending may be tried again, and why (Chinese)."""

    until: datetime
    why: str


def begin(connection: Connection, pause: Pause, now: datetime) -> None:
    """Keep a pause; a new one takes the place of the old."""
    connection.execute(delete(MARKS).where(MARKS.c.name == _NAME))
    value = f"{pause.until.isoformat()} {pause.why}"
    connection.execute(insert(MARKS).values(name=_NAME, value=value, set_at=now))


def current(connection: Connection, now: datetime) -> Pause | None:
    """The pause that is not over yet."""
    value = connection.scalar(select(MARKS.c.value).where(MARKS.c.name == _NAME))
    until, _, why = (value or "").partition(" ")
    pause = Pause(datetime.fromisoformat(until), why) if until else None
    return pause if pause is not None and now < pause.until else None
