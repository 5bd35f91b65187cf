"""Where the call stands, summed with the bare sqlite3 module."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inbox_ingest.casebook.glance import Glance

_FAILED_RUNS_SHOWN = 3
UNKNOWN = "unknown"  # the key for cases without a type: JSON keys cannot be null

# Spelt out rather than imported: `records` would bring pydantic along. A test compares them.
STATUSES = ("incomplete", "review", "complete")
DISPOSITIONS = (
    "submission",
    "supplement",
    "duplicate",
    "unrelated",
    "automatic",
    "quarantined",
)
REPLY_STATES = ("draft", "approved", "sending", "sent", "failed", "withheld")


def status(glance: Glance, now: datetime) -> dict[str, Any]:
    """See `Glance.status`."""
    campaign = next(iter(glance.rows("SELECT * FROM campaigns")), None)
    looked = glance.rows("SELECT max(looked_at) FROM folders")[0][0]
    replies = glance.rows("SELECT state, count(*) FROM replies GROUP BY state")
    messages = glance.rows(
        "SELECT disposition, count(*) FROM messages"
        " WHERE disposition IS NOT NULL GROUP BY disposition"
    )
    issues = glance.rows(
        "SELECT code, count(*) AS open FROM issues WHERE closed_revision IS NULL"
        " GROUP BY code ORDER BY open DESC, code"
    )
    return {
        "campaign": campaign and campaign["title"],
        "window": _window(glance, campaign, now),
        "last_fetch": glance.local(looked),
        "balance": [
            dict(row) for row in glance.rows("SELECT * FROM balance ORDER BY account, folder")
        ],
        "cases": _cases_counted(glance, campaign),
        "messages": dict.fromkeys(DISPOSITIONS, 0) | {row[0]: row[1] for row in messages},
        "issues": {row[0]: row[1] for row in issues},
        "for_a_person": glance.rows("SELECT count(*) FROM for_a_person")[0][0],
        "replies": dict.fromkeys(REPLY_STATES, 0) | {row[0]: row[1] for row in replies},
        "failed_runs": failed_runs(glance),
    }


def _window(glance: Glance, campaign: sqlite3.Row | None, now: datetime) -> dict[str, Any]:
    if campaign is None:
        return {"opens": None, "closes": None, "days_left": None}
    last_day = datetime.fromisoformat(campaign["closes"]).date()
    left = (last_day - now.astimezone(glance.zone).date()).days
    return {"opens": campaign["opens"], "closes": campaign["closes"], "days_left": left}


def _cases_counted(glance: Glance, campaign: sqlite3.Row | None) -> dict[str, Any]:
    rows = glance.rows(
        "SELECT status, type, count(*) FROM cases WHERE closed_at IS NULL GROUP BY status, type"
    )
    by_status = dict.fromkeys(STATUSES, 0)
    types = json.loads(campaign["types"]) if campaign is not None else []
    by_type: dict[str, int] = dict.fromkeys(types, 0)
    for status, kind, count in rows:
        by_status[status] += count
        by_type[kind or UNKNOWN] = by_type.get(kind or UNKNOWN, 0) + count
    return {"total": sum(by_status.values()), "by_status": by_status, "by_type": by_type}


def failed_runs(glance: Glance) -> list[dict[str, Any]]:
    """The newest passes that failed or died since the last that was done."""
    rows = glance.rows(
        "SELECT started_at, ended_at, outcome, exit_code, error FROM runs"
        " WHERE outcome IN ('failed', 'died')"
        " AND id > coalesce((SELECT max(id) FROM runs WHERE outcome = 'done'), 0)"
        " ORDER BY id DESC LIMIT ?",
        _FAILED_RUNS_SHOWN,
    )
    times = ("started_at", "ended_at")
    return [dict(row) | {name: glance.local(row[name]) for name in times} for row in rows]
