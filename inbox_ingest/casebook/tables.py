"""The tables of the casebook. Rules that must never break are constraints here, not habits elsewhere.

Times are TEXT in UTC of one width (`2025-04-12T01:02:03.000000+00:00`), so that they sort as they
are and `glance` reads them without the ORM. JSON is TEXT too: bodies are read whole, never queried.
Wide columns come last in their tables, so that scans over the narrow ones stay short.
The schema is made by `migrations/`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, get_args

from sqlalchemy import CheckConstraint, Dialect, Index, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from inbox_ingest.casebook.changes import PlaceState, ReplyKind, ReplyState, RunOutcome
from inbox_ingest.records import DISPOSITIONS, ROLES, STATUSES, Audience, Severity


class UtcText(TypeDecorator[datetime]):
    """An aware datetime as ISO 8601 text in UTC, always of the same width."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Refuse naive times: nobody knows where they were true."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time without zone: {value!r}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read it back as an aware UTC datetime."""
        return None if value is None else datetime.fromisoformat(value)


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    listing = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listing})", name=column)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """The root of our tables, with a registry of its own and constraints that have names."""


METADATA = Row.metadata


# --- the campaign and single facts --------------------------------------------------------------


class CampaignRow(Row, table=True):
    """What `status` tells of the campaign without opening its file. One row: one home, one campaign."""

    __tablename__ = "campaigns"

    id: str = Field(primary_key=True)
    title: str
    collect_from: str
    opens: str
    closes: str
    timezone: str
    types: str  # JSON list: the options of 申报类型
    sha256: str
    path: str
    seen_at: datetime = Field(sa_type=UtcText)


class MarkRow(Row, table=True):
    """A single fact with a name, say that the trial of the replies has ended."""

    __tablename__ = "marks"

    name: str = Field(primary_key=True)
    value: str
    set_at: datetime = Field(sa_type=UtcText)


# --- collect ----------------------------------------------------------------------------------


class FolderRow(Row, table=True):
    """A folder at its last full listing. `present` is the server's own count, less what vanished."""

    __tablename__ = "folders"
    __table_args__ = (CheckConstraint("present >= 0", name="present"),)

    account: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int
    present: int
    highest_uid: int | None = None
    listed_at: datetime = Field(sa_type=UtcText)
    looked_at: datetime = Field(sa_type=UtcText)
    compared_at: datetime | None = Field(default=None, sa_type=UtcText)


class PlaceRow(Row, table=True):
    """Where a mail was seen. Archived only with the hash of the bytes; one live row for each UID.

    Rows of gone places stay, and may share a UID with a later one (a rebuilt mailbox).
    """

    __tablename__ = "places"
    __table_args__ = (
        _one_of("state", get_args(PlaceState)),
        CheckConstraint("(state = 'archived') = (raw_sha256 IS NOT NULL)", name="archived"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(
            "ux_places_live",
            "account",
            "folder",
            "uidvalidity",
            "uid",
            unique=True,
            **_where("gone_at IS NULL"),
        ),
        Index("ix_places_balance", "account", "folder", "gone_at", "state"),
        Index(
            "ix_places_due",
            "internaldate",
            "next_try_at",
            **_where("state = 'listed' AND gone_at IS NULL"),
        ),
        Index("ix_places_attempts", "attempts", **_where("state = 'listed' AND gone_at IS NULL")),
        Index("ix_places_raw_sha256", "raw_sha256"),
    )

    id: int | None = Field(default=None, primary_key=True)
    account: str
    folder: str
    uidvalidity: int
    uid: str
    state: str
    size: int | None = None
    internaldate: datetime | None = Field(default=None, sa_type=UtcText)
    raw_sha256: str | None = Field(default=None, foreign_key="messages.raw_sha256")
    attempts: int = 0
    next_try_at: datetime | None = Field(default=None, sa_type=UtcText)
    gone_at: datetime | None = Field(default=None, sa_type=UtcText)
    last_error: str | None = None


class MessageRow(Row, table=True):
    """A mail: its raw bytes by hash. Filed only with a disposition.

    `received_at` is the earliest INTERNALDATE over its places, `folder` that place's.
    `unsettled`: another reader might do better (quarantined, or a reader was missing).
    """

    __tablename__ = "messages"
    __table_args__ = (
        _one_of("stage", ("archived", "read", "filed")),
        _one_of("disposition", DISPOSITIONS),
        CheckConstraint("stage <> 'filed' OR disposition IS NOT NULL", name="filed"),
        CheckConstraint("length(raw_sha256) = 64", name="raw_sha256"),
        Index("ix_messages_received_at", "received_at"),
        Index("ix_messages_disposition", "disposition"),
        Index("ix_messages_message_id", "message_id"),
        Index("ix_messages_open", "stage", **_where("stage <> 'filed'")),
        Index("ix_messages_quarantined", "raw_sha256", **_where("disposition = 'quarantined'")),
        Index("ix_messages_waits", "raw_sha256", **_where("waits_for_person = 1")),
        Index("ix_messages_unsettled", "raw_sha256", **_where("unsettled = 1")),
    )

    raw_sha256: str = Field(primary_key=True)
    received_at: datetime = Field(sa_type=UtcText)
    folder: str
    size: int
    stage: str = "archived"
    disposition: str | None = None
    waits_for_person: int = 0
    handled: int = 0
    unsettled: int = 0
    attempts: int = 0
    message_id: str | None = None
    sender: str | None = None
    subject: str | None = None
    problem: str | None = None
    reasons: str = "[]"  # JSON list of records.Reason


# --- read -------------------------------------------------------------------------------------


class ReadingRow(Row, table=True):
    """What was read in a mail, by which version of reader and campaign. `body` is records.Reading."""

    __tablename__ = "readings"

    raw_sha256: str = Field(primary_key=True, foreign_key="messages.raw_sha256")
    reader_version: str
    campaign_sha256: str
    made_at: datetime = Field(sa_type=UtcText)
    body: str


class AttachmentRow(Row, table=True):
    """The files of a mail, for exports and for finding a file by its hash."""

    __tablename__ = "attachments"
    __table_args__ = (
        _one_of("role", ROLES),
        Index("ix_attachments_sha256", "sha256"),
    )

    raw_sha256: str = Field(primary_key=True, foreign_key="messages.raw_sha256")
    position: int = Field(primary_key=True)
    part: str
    sha256: str
    filename: str | None = None
    size: int
    role: str
    kind: str
    container: str | None = None


class SignatureRow(Row, table=True):
    """The min-hash of a case text, as little-endian unsigned 64-bit numbers."""

    __tablename__ = "signatures"
    __table_args__ = (Index("ix_signatures_text_sha256", "text_sha256"),)

    raw_sha256: str = Field(primary_key=True, foreign_key="messages.raw_sha256")
    position: int = Field(primary_key=True)  # that of the attachment
    text_sha256: str
    signature: bytes = Field(sa_type=LargeBinary)


# --- file -------------------------------------------------------------------------------------


class CaseRow(Row, table=True):
    """A case at its newest revision. `line` is the JSON line of contract §8, `body` records.Case.

    `id` is its place in the sequence of case numbers, from 1, used once and kept for ever: a closed
    case keeps its number. `fingerprint` covers what makes a revision, `body_sha256` the whole body.
    """

    __tablename__ = "cases"
    __table_args__ = (
        _one_of("status", STATUSES),
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
    __table_args__ = (_one_of("status", STATUSES),)

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
        _one_of("audience", get_args(Audience)),
        _one_of("severity", get_args(Severity)),
        CheckConstraint(
            "closed_revision IS NULL OR closed_revision >= opened_revision", name="closed"
        ),
        Index("ix_issues_case_id", "case_id"),
        Index("ix_issues_open_code", "code", "case_id", **_where("closed_revision IS NULL")),
        Index(
            "ix_issues_open_audience", "audience", "case_id", **_where("closed_revision IS NULL")
        ),
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
        Index("ix_decisions_waiting", "id", **_where("applied_at IS NULL")),
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


class RunRow(Row, table=True):
    """A pass. One that was killed is written down as died by the next."""

    __tablename__ = "runs"
    __table_args__ = (
        _one_of("outcome", get_args(RunOutcome)),
        CheckConstraint("(outcome = 'running') = (ended_at IS NULL)", name="ended"),
    )

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = Field(sa_type=UtcText)
    ended_at: datetime | None = Field(default=None, sa_type=UtcText)
    outcome: str = "running"
    exit_code: int | None = None
    counts: str = "{}"
    error: str | None = None


# --- reply ------------------------------------------------------------------------------------


class ReplyRow(Row, table=True):
    """A mail to a sender. It is `sending` on disk before SMTP hears of it."""

    __tablename__ = "replies"
    __table_args__ = (
        _one_of("kind", get_args(ReplyKind)),
        _one_of("state", get_args(ReplyState)),
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
    subject: str
    body: str
    html: str | None = None


class ReplyDueRow(Row, table=True):
    """A revision whose senders are to be told; written with it. Settled by a reply or as needless."""

    __tablename__ = "reply_dues"
    __table_args__ = (
        Index("ux_reply_dues_revision", "case_id", "revision", unique=True),
        Index("ix_reply_dues_open", "id", **_where("reply_id IS NULL AND settled_at IS NULL")),
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


def _table(name: str) -> Table:
    return METADATA.tables[name]


CAMPAIGNS = _table("campaigns")
MARKS = _table("marks")
FOLDERS = _table("folders")
PLACES = _table("places")
MESSAGES = _table("messages")
READINGS = _table("readings")
ATTACHMENTS = _table("attachments")
SIGNATURES = _table("signatures")
CASES = _table("cases")
CASE_MESSAGES = _table("case_messages")
REVISIONS = _table("revisions")
ISSUES = _table("issues")
DECISIONS = _table("decisions")
RUNS = _table("runs")
REPLIES = _table("replies")
REPLY_DUES = _table("reply_dues")
REPLY_CASES = _table("reply_cases")
