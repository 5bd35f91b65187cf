"""Reply rows: written, read, and moved along the ways that are open to them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)

from inbox_ingest.casebook.changes import NewReply, Reply, ReplyState
from inbox_ingest.casebook.database import slices
from inbox_ingest.casebook.tables import CASES, REPLIES, REPLY_CASES
from inbox_ingest.errors import UsageError

# `sending` → `approved` only where nothing can have been accepted; `sent` → `failed` is a bounce;
# `sending` → `withheld`, `draft` a person who found it not sent and no longer true;
# `withheld` → `withheld` a person who has seen it and agrees.
LEGAL: Mapping[ReplyState, frozenset[ReplyState]] = {
    "draft": frozenset({"approved", "withheld", "failed"}),
    "approved": frozenset({"draft", "sending", "withheld", "failed"}),
    "sending": frozenset({"sent", "failed", "approved", "withheld", "draft"}),
    "sent": frozenset({"failed"}),
    "failed": frozenset({"draft", "approved", "withheld", "sent"}),
    "withheld": frozenset({"draft", "approved", "withheld"}),
}
STATE_WORDS: Mapping[ReplyState, str] = {
    "draft": "待批准",
    "approved": "已批准",
    "sending": "发送中",
    "sent": "已发出",
    "failed": "发送失败",
    "withheld": "不发送",
}


def insert_reply(connection: Connection, reply: NewReply, now: datetime) -> int:
    """Write a new reply and the cases it speaks of; return its id."""
    values = {
        "recipient": reply.to,
        "kind": reply.kind,
        "state": reply.state,
        "created_at": now,
        "changed_at": now,
        "next_try_at": reply.not_before,
        "message_id": reply.message_id,
        "in_reply_to": reply.in_reply_to,
        "references": json.dumps(list(reply.references)),
        "verdict": reply.verdict,
        "reason": reply.reason,
        "answered_at": reply.answered_at,
        "terms": reply.terms,
        "held": reply.held,
        "unseen": reply.state == "withheld",
        "subject": reply.subject,
        "body": reply.body,
    }
    reply_id: int = connection.execute(
        insert(REPLIES).values(values).returning(REPLIES.c.id)
    ).scalar_one()
    for case_no, revision in dict(reply.cases).items():
        case_id = connection.scalar(select(CASES.c.id).where(CASES.c.case_no == case_no))
        if case_id is None:
            raise UsageError(f"没有编号为 {case_no} 的案例。")
        connection.execute(
            insert(REPLY_CASES).values(reply_id=reply_id, case_id=case_id, revision=revision)
        )
    return reply_id


def confirm_reply(
    connection: Connection, reply_id: int, cases: Iterable[tuple[str, int]], reason: str | None
) -> None:
    """Write the revisions that an unsent letter speaks of now, and what a person should know of it."""
    connection.execute(
        update(REPLIES)
        .where(REPLIES.c.id == reply_id, REPLIES.c.state.in_(["draft", "approved"]))
        .values(reason=reason)
    )
    for case_no, revision in cases:
        case_id = select(CASES.c.id).where(CASES.c.case_no == case_no).scalar_subquery()
        connection.execute(
            update(REPLY_CASES)
            .where(REPLY_CASES.c.reply_id == reply_id, REPLY_CASES.c.case_id == case_id)
            .values(revision=revision)
        )


def move_reply(
    connection: Connection,
    reply: Reply,
    state: ReplyState,
    now: datetime,
    *,
    reason: str | None = None,
    by: str | None = None,
    smtp_reply: str | None = None,
    next_try_at: datetime | None = None,
    attempts: int | None = None,
    unseen: bool = False,
) -> None:
    """Change the state, if that way is open; see `ReplyStore.move`.

    `unseen` puts a letter that the program withholds before the organiser.
    """
    if state not in LEGAL[reply.state]:
        raise UsageError(
            f"第 {reply.id} 号答复{STATE_WORDS[reply.state]}，不能改为“{STATE_WORDS[state]}”"
        )
    values: dict[str, Any] = {
        "state": state,
        "changed_at": now,
        "reason": reason,
        "next_try_at": next_try_at or reply.next_try_at,
        "smtp_reply": smtp_reply or reply.smtp_reply,
        "unseen": unseen,
    }
    if by is not None:
        values["approved_by"] = by
    if attempts is not None:
        values["attempts"] = attempts
    elif state == "sending":
        values["attempts"] = reply.attempts + 1
    if state == "sent":
        values |= {"sent_at": now, "undeliverable": None}
    connection.execute(update(REPLIES).where(REPLIES.c.id == reply.id).values(values))


def overtaken() -> ColumnElement[bool]:
    """Condition on REPLIES: what the letter says of a case may no longer be so.

    The case has another revision than the one told, was closed, or has a newer letter. A letter that
    still says the same though the revision is another is confirmed by drafting (`confirm`).
    """
    told, is_newer = _told()
    revised = CASES.c.revision != told.c.revision
    return exists().where(
        told.c.reply_id == REPLIES.c.id,
        CASES.c.id == told.c.case_id,
        or_(revised, CASES.c.closed_at.is_not(None), is_newer),
    )


def revised_alone() -> ColumnElement[bool]:
    """Condition on REPLIES: `overtaken`, and an open case of it has no newer letter."""
    told, is_newer = _told()
    alone = exists().where(
        told.c.reply_id == REPLIES.c.id,
        CASES.c.id == told.c.case_id,
        CASES.c.closed_at.is_(None),
        not_(is_newer),
    )
    return and_(overtaken(), alone)


def _told() -> tuple[FromClause, ColumnElement[bool]]:
    """The cases that letters tell of, and whether a newer letter tells of the same."""
    told, newer = REPLY_CASES.alias("told"), REPLY_CASES.alias("newer")
    return told, exists().where(
        newer.c.case_id == told.c.case_id, newer.c.reply_id > told.c.reply_id
    )


def one_reply(connection: Connection, reply_id: int) -> Reply:
    """The reply with this id. Raises UsageError where there is none."""
    found = replies_where(connection, [REPLIES.c.id == reply_id])
    if not found:
        raise UsageError(f"没有第 {reply_id} 号答复。", remedy="用 ingest replies list 查看全部。")
    return found[0]


def replies_where(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[Reply]:
    """The replies that fit, oldest first."""
    rows = connection.execute(select(REPLIES).where(*conditions).order_by(REPLIES.c.id)).all()
    cases: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for part in slices(row.id for row in rows):
        query = (
            select(REPLY_CASES.c.reply_id, CASES.c.case_no, REPLY_CASES.c.revision)
            .join_from(REPLY_CASES, CASES)
            .where(REPLY_CASES.c.reply_id.in_(part))
            .order_by(CASES.c.id)
        )
        for reply_id, case_no, revision in connection.execute(query):
            cases[reply_id].append((case_no, revision))
    return [_reply(row, tuple(cases[row.id])) for row in rows]


def _reply(row: Any, cases: tuple[tuple[str, int], ...]) -> Reply:
    return Reply(
        id=row.id,
        to=row.recipient,
        subject=row.subject,
        body=row.body,
        kind=row.kind,
        state=row.state,
        reason=row.reason,
        in_reply_to=row.in_reply_to,
        references=tuple(json.loads(row.references)),
        message_id=row.message_id,
        verdict=row.verdict,
        created_at=row.created_at,
        changed_at=row.changed_at,
        approved_by=row.approved_by,
        next_try_at=row.next_try_at,
        attempts=row.attempts,
        smtp_reply=row.smtp_reply,
        sent_at=row.sent_at,
        cases=cases,
        edited_at=row.edited_at,
        answered_at=row.answered_at,
        undeliverable=row.undeliverable,
        terms=row.terms,
        held=row.held,
    )
