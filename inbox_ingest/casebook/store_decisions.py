"""The organiser's word: short transactions of their own, never refused while a pass is running."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from inbox_ingest.casebook.changes import Decision, DecisionKind
from inbox_ingest.casebook.database import Database
from inbox_ingest.casebook.tables import CASES, DECISIONS, MESSAGES
from inbox_ingest.errors import UsageError

# These take a message off the organiser's list at once; the fold sees them as well.
_DEALT_WITH = ("handle", "dispose")

_QUERY = select(DECISIONS, CASES.c.case_no).join_from(DECISIONS, CASES, isouter=True)


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
        """Keep a decision. `handle` and `dispose` take a message off the organiser's list at once.

        Raises:
            UsageError: there is no such case or message.
        """
        with self._database.writing() as connection:
            case = None if case_no is None else _case(connection, case_no)
            if raw_sha256 is not None:
                _message(connection, raw_sha256)
            values = {
                "made_at": now,
                "changed_at": now,
                "who": who,
                "why": why,
                "kind": kind,
                "case_id": None if case is None else case.id,
                "anchor": None if case is None else case.anchor,
                "raw_sha256": raw_sha256,
                "payload": json.dumps(payload or {}, ensure_ascii=False),
            }
            decision_id: int = connection.execute(
                insert(DECISIONS).values(values).returning(DECISIONS.c.id)
            ).scalar_one()
            decision = _get(connection, decision_id)
            _keep_handled(connection, decision)
        return decision

    def undo(self, decision_id: int, *, who: str, now: datetime) -> Decision:
        """Take a decision back; the row stays.

        Raises:
            UsageError: there is no such decision, or it was taken back before.
        """
        with self._database.writing() as connection:
            decision = _get(connection, decision_id)
            if not decision.in_force:
                raise UsageError(f"第 {decision_id} 号决定已由 {decision.undone_by} 撤销")
            connection.execute(
                update(DECISIONS)
                .where(DECISIONS.c.id == decision_id)
                .values(undone_at=now, undone_by=who, changed_at=now, applied_at=None)
            )
            decision = _get(connection, decision_id)
            _keep_handled(connection, decision)
        return decision

    def all(self) -> list[Decision]:
        """Every decision, undone ones too, in the order they were made."""
        with self._database.reading() as connection:
            rows = connection.execute(_QUERY.order_by(DECISIONS.c.id))
            return [_decision(row) for row in rows]

    def waiting(self) -> bool:
        """Whether a decision (or its undoing) has not been filed yet."""
        with self._database.reading() as connection:
            return bool(connection.scalar(select(exists().where(DECISIONS.c.applied_at.is_(None)))))


def _case(connection: Connection, case_no: str) -> Any:
    row = connection.execute(
        select(CASES.c.id, CASES.c.anchor).where(CASES.c.case_no == case_no)
    ).one_or_none()
    if row is None:
        raise UsageError(f"没有编号为 {case_no} 的案例。", remedy="用 ingest list 查看全部编号。")
    return row


def _message(connection: Connection, raw_sha256: str) -> None:
    if not connection.scalar(select(exists().where(MESSAGES.c.raw_sha256 == raw_sha256))):
        raise UsageError(
            f"没有这封邮件：{raw_sha256}", remedy="用 ingest export messages 查看全部邮件。"
        )


def _get(connection: Connection, decision_id: int) -> Decision:
    row = connection.execute(_QUERY.where(DECISIONS.c.id == decision_id)).one_or_none()
    if row is None:
        raise UsageError(f"没有第 {decision_id} 号决定。")
    return _decision(row)


def _decision(row: Any) -> Decision:
    return Decision(
        id=row.id,
        made_at=row.made_at,
        who=row.who,
        why=row.why,
        kind=row.kind,
        case_no=row.case_no,
        anchor=row.anchor,
        raw_sha256=row.raw_sha256,
        payload=json.loads(row.payload),
        changed_at=row.changed_at,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        applied=row.applied_at is not None,
    )


def _keep_handled(connection: Connection, decision: Decision) -> None:
    """A message is handled while any decision in force says so."""
    if decision.kind not in _DEALT_WITH or decision.raw_sha256 is None:
        return
    says_so = exists().where(
        DECISIONS.c.raw_sha256 == decision.raw_sha256,
        DECISIONS.c.kind.in_(_DEALT_WITH),
        DECISIONS.c.undone_at.is_(None),
    )
    connection.execute(
        update(MESSAGES)
        .where(MESSAGES.c.raw_sha256 == decision.raw_sha256)
        .values(handled=int(bool(connection.scalar(select(says_so)))))
    )
