"""Mail in the casebook: where it was seen, what it is, what was read in it."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from inbox_ingest.casebook.changes import PlaceState
from inbox_ingest.casebook.tables_root import Row, UtcText, one_of, where
from inbox_ingest.records import DISPOSITIONS, ROLES


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
        one_of("state", get_args(PlaceState)),
        CheckConstraint("(state = 'archived') = (raw_sha256 IS NOT NULL)", name="archived"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(
            "ux_places_live",
            "account",
            "folder",
            "uidvalidity",
            "uid",
            unique=True,
            **where("gone_at IS NULL"),
        ),
        Index("ix_places_balance", "account", "folder", "gone_at", "state"),
        Index(
            "ix_places_due",
            "internaldate",
            "next_try_at",
            **where("state = 'listed' AND gone_at IS NULL"),
        ),
        Index("ix_places_attempts", "attempts", **where("state = 'listed' AND gone_at IS NULL")),
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
        one_of("stage", ("archived", "read", "filed")),
        one_of("disposition", DISPOSITIONS),
        CheckConstraint("stage <> 'filed' OR disposition IS NOT NULL", name="filed"),
        CheckConstraint("length(raw_sha256) = 64", name="raw_sha256"),
        Index("ix_messages_received_at", "received_at"),
        Index("ix_messages_disposition", "disposition"),
        Index("ix_messages_message_id", "message_id"),
        Index("ix_messages_open", "stage", **where("stage <> 'filed'")),
        Index("ix_messages_quarantined", "raw_sha256", **where("disposition = 'quarantined'")),
        Index("ix_messages_waits", "raw_sha256", **where("waits_for_person = 1")),
        Index("ix_messages_unsettled", "raw_sha256", **where("unsettled = 1")),
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
        one_of("role", ROLES),
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
