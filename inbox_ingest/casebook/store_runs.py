"""The passes and their ends, the campaign this casebook serves, and single marks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import RunOutcome
from inbox_ingest.casebook.database import Database


class RunStore:
    """What `status` tells of the passes without a campaign file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, now: datetime) -> int:
        """Begin a pass; passes that never ended are written down as died. Returns its id."""
        raise NotImplementedError

    def finish(
        self,
        run_id: int,
        now: datetime,
        *,
        outcome: RunOutcome,
        exit_code: int,
        counts: dict[str, int] | None = None,
        error: str | None = None,
    ) -> None:
        """End a pass."""
        raise NotImplementedError

    def remember_campaign(self, campaign: Campaign, path: Path, now: datetime) -> bool:
        """Keep what `status` needs of the campaign; returns whether its file changed since.

        Raises:
            ConfigurationError: this casebook serves another campaign.
        """
        raise NotImplementedError

    def mark(self, name: str, now: datetime, value: str | None) -> None:
        """Keep a single fact under a name (None removes it): say, that the trial has ended."""
        raise NotImplementedError

    def marked(self, name: str) -> str | None:
        """The fact under this name, or None."""
        raise NotImplementedError
