"""Replies in the casebook: mails to senders, and the revisions that call for one."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from inbox_ingest.casebook.changes import ReplyKind, ReplyState
from inbox_ingest.casebook.tables_root import Row, UtcText, one_of, where


class ReplyRow(Row, table=True):
    """A mail to a sender. It is `sending` on disk before SMTP hears of it."""

    __tablename__ = "replies"
    __table_args__ = (
        one_of("kind", get_args(ReplyKind)),
        one_of("state", get_args(ReplyState)),
        CheckConstraint("(state = 'sent') <= (sent_at IS NOT NULL)", name="sent"),
        Index("ux_replies_message_id", "message_id", unique=True),
        Index("ix_replies_state", "state", "next_try_at"),
        Index("ix_replies_recipient", "recipient", "sent_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    recipient: str
    kind: str
    state: str = "draft"
    created_at: datetime = Field(sa_type=UtcText)
    changed_at: datetime = Field(sa_type=UtcText)
    sent_at: datetime | None = Field(default=None, sa_type=UtcText)
    next_try_at: datetime | None = Field(default=None, sa_type=UtcText)
    attempts: int = 0
    approved_by: str | None = None
    message_id: str
    in_reply_to: str | None = None
    references: str = "[]"
    verdict: str | None = None
    reason: str | None = None
    smtp_reply: str | None = None
    edited_at: datetime | None = Field(default=None, sa_type=UtcText)
    answered_at: datetime | None = Field(default=None, sa_type=UtcText)
    undeliverable: str | None = None
    terms: str | None = None
    held: str | None = None
    unseen: bool = False
    subject: str
    body: str


class ReplyDueRow(Row, table=True):
    """A revision whose senders are to be told; written with it. Settled by a reply or as needless."""

    __tablename__ = "reply_dues"
    __table_args__ = (
        Index("ux_reply_dues_revision", "case_id", "revision", unique=True),
        Index("ix_reply_dues_open", "id", **where("reply_id IS NULL AND settled_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="cases.id")
    revision: int
    created_at: datetime = Field(sa_type=UtcText)
    reply_id: int | None = Field(default=None, foreign_key="replies.id")
    settled_at: datetime | None = Field(default=None, sa_type=UtcText)
    held: str | None = None


class ReplyCaseRow(Row, table=True):
    """Which cases a reply speaks of, at which revision."""

    __tablename__ = "reply_cases"
    __table_args__ = (Index("ix_reply_cases_case_id", "case_id"),)

    reply_id: int = Field(primary_key=True, foreign_key="replies.id")
    case_id: int = Field(primary_key=True, foreign_key="cases.id")
    revision: int
