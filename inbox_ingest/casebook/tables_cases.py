"""Cases in the casebook: as they are, as they were, their issues, what people decided."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from inbox_ingest.casebook.tables_root import Row, UtcText, one_of, where
from inbox_ingest.records import STATUSES, Audience, Severity


class CaseRow(Row, table=True):
    """A case at its newest revision. `line` is the JSON line of contract §8, `body` records.Case.

    `id` is its place in the sequence of case numbers, from 1, used once and kept for ever: a closed
    case keeps its number. `fingerprint` covers what makes a revision, `body_sha256` the whole body.
    """

    __tablename__ = "cases"
    __table_args__ = (
        one_of("status", STATUSES),
        CheckConstraint("merged_into IS NULL OR closed_at IS NOT NULL", name="merged"),
        CheckConstraint("revision >= 1", name="revision"),
        Index("ux_cases_case_no", "case_no", unique=True),
        Index("ix_cases_anchor", "anchor"),
        Index("ix_cases_status", "closed_at", "status", "type"),
    )

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    case_no: str
    status: str
    revision: int
    received_at: datetime | None = Field(default=None, sa_type=UtcText)
    updated_at: datetime | None = Field(default=None, sa_type=UtcText)
    completed_at: datetime | None = Field(default=None, sa_type=UtcText)
    closed_at: datetime | None = Field(default=None, sa_type=UtcText)
    merged_into: int | None = Field(default=None, foreign_key="cases.id")
    type: str | None = None
    city: str | None = None
    title: str | None = None
    unit: str | None = None
    anchor: str
    fingerprint: str
    body_sha256: str
    line: str
    body: str


class CaseMessageRow(Row, table=True):
    """Which mails have to do with which case; `member` where they brought material to it."""

    __tablename__ = "case_messages"
    __table_args__ = (Index("ix_case_messages_raw_sha256", "raw_sha256"),)

    case_id: int = Field(primary_key=True, foreign_key="cases.id")
    raw_sha256: str = Field(primary_key=True, foreign_key="messages.raw_sha256")
    member: int


class RevisionRow(Row, table=True):
    """A case as it was: never changed, never deleted."""

    __tablename__ = "revisions"
    __table_args__ = (one_of("status", STATUSES),)

    case_id: int = Field(primary_key=True, foreign_key="cases.id")
    number: int = Field(primary_key=True)
    made_at: datetime = Field(sa_type=UtcText)
    cause: str
    status: str
    issues: str  # JSON list of records.Issue
    body: str


class IssueRow(Row, table=True):
    """An issue, open while `closed_revision` is NULL."""

    __tablename__ = "issues"
    __table_args__ = (
        one_of("audience", get_args(Audience)),
        one_of("severity", get_args(Severity)),
        CheckConstraint(
            "closed_revision IS NULL OR closed_revision >= opened_revision", name="closed"
        ),
        Index("ix_issues_case_id", "case_id"),
        Index("ix_issues_open_code", "code", "case_id", **where("closed_revision IS NULL")),
        Index("ix_issues_open_audience", "audience", "case_id", **where("closed_revision IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="cases.id")
    code: str
    field: str | None = None
    audience: str
    severity: str
    measured: int | None = None
    limit: int | None = None
    expires: datetime | None = Field(default=None, sa_type=UtcText)
    opened_revision: int
    closed_revision: int | None = None
    text: str


class DecisionRow(Row, table=True):
    """What a person decided. The kinds are an open vocabulary of the program, hence no CHECK."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        Index("ix_decisions_case_id", "case_id"),
        Index("ix_decisions_raw_sha256", "raw_sha256"),
        Index("ix_decisions_waiting", "id", **where("applied_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = Field(sa_type=UtcText)
    who: str
    why: str | None = None
    kind: str
    case_id: int | None = Field(default=None, foreign_key="cases.id")
    anchor: str | None = None
    raw_sha256: str | None = Field(default=None, foreign_key="messages.raw_sha256")
    payload: str = "{}"
    changed_at: datetime = Field(sa_type=UtcText)
    undone_at: datetime | None = Field(default=None, sa_type=UtcText)
    undone_by: str | None = None
    applied_at: datetime | None = Field(default=None, sa_type=UtcText)
