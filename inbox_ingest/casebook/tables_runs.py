"""The campaign in the casebook, the passes over it, and single facts."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from inbox_ingest.casebook.changes import RunOutcome
from inbox_ingest.casebook.tables_root import Row, UtcText, one_of


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


class RunRow(Row, table=True):
    """A pass. One that was killed is written down as died by the next."""

    __tablename__ = "runs"
    __table_args__ = (
        one_of("outcome", get_args(RunOutcome)),
        CheckConstraint("(outcome = 'running') = (ended_at IS NULL)", name="ended"),
    )

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = Field(sa_type=UtcText)
    ended_at: datetime | None = Field(default=None, sa_type=UtcText)
    outcome: str = "running"
    exit_code: int | None = None
    counts: str = "{}"
    error: str | None = None
