"""The passes and their ends, the campaign this casebook serves, and single marks."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import RunOutcome
from inbox_ingest.casebook.database import Database
from inbox_ingest.casebook.tables import CAMPAIGNS, MARKS, RUNS
from inbox_ingest.errors import ConfigurationError


class RunStore:
    """What `status` tells of the passes without a campaign file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, now: datetime) -> int:
        """Begin a pass; passes that never ended are written down as died. Returns its id.

        The lock of the pass is held by the caller: what is still running here was killed.
        """
        with self._database.writing() as connection:
            connection.execute(
                update(RUNS)
                .where(RUNS.c.outcome == "running")
                .values(outcome="died", ended_at=now, error="运行中断（进程被终止或断电）")
            )
            run_id: int = connection.execute(
                insert(RUNS).values(started_at=now, outcome="running").returning(RUNS.c.id)
            ).scalar_one()
        return run_id

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
        with self._database.writing() as connection:
            connection.execute(
                update(RUNS)
                .where(RUNS.c.id == run_id)
                .values(
                    ended_at=now,
                    outcome=outcome,
                    exit_code=exit_code,
                    counts=json.dumps(counts or {}),
                    error=error,
                )
            )

    def remember_campaign(self, campaign: Campaign, path: Path, now: datetime) -> bool:
        """Keep what `status` needs of the campaign; returns whether its file changed since.

        Raises:
            ConfigurationError: this casebook serves another campaign.
        """
        values = _snapshot(campaign, path)
        with self._database.writing() as connection:
            row = connection.execute(select(CAMPAIGNS)).one_or_none()
            if row is not None and row.id != campaign.id:
                raise ConfigurationError(
                    f"{self._database.place} 属于另一个活动：{row.title}（{row.id}）",
                    remedy="一个 INGEST_HOME 只用于一个活动，请为新活动另设一个 INGEST_HOME。",
                )
            if row is None:
                connection.execute(insert(CAMPAIGNS).values(id=campaign.id, seen_at=now, **values))
                return True
            if all(getattr(row, name) == value for name, value in values.items()):
                return False
            connection.execute(update(CAMPAIGNS).values(seen_at=now, **values))
            return bool(row.sha256 != campaign.sha256)

    def mark(self, name: str, now: datetime, value: str | None) -> None:
        """Keep a single fact under a name (None removes it): say, that the trial has ended."""
        with self._database.writing() as connection:
            connection.execute(delete(MARKS).where(MARKS.c.name == name))
            if value is not None:
                connection.execute(insert(MARKS).values(name=name, value=value, set_at=now))

    def marked(self, name: str) -> str | None:
        """The fact under this name, or None."""
        with self._database.reading() as connection:
            value: str | None = connection.scalar(select(MARKS.c.value).where(MARKS.c.name == name))
        return value


def _snapshot(campaign: Campaign, path: Path) -> dict[str, str]:
    """The campaign's row. `opens` is the first moment, `closes` the last second, both with offset."""
    window = campaign.window
    kind = campaign.form.by_key("type")
    return {
        "title": campaign.title,
        "collect_from": window.starts_at().isoformat(),
        "opens": datetime.combine(window.opens, time(), window.zone).isoformat(),
        "closes": (window.ends_at() - timedelta(seconds=1)).isoformat(),
        "timezone": window.timezone,
        "types": json.dumps(list(kind.options if kind else ()), ensure_ascii=False),
        "sha256": campaign.sha256,
        "path": str(path),
    }
