"""Lists of cases, and everything about one, read with the bare sqlite3 module."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from inbox_ingest.casebook.glance_files import merged_from

if TYPE_CHECKING:
    from inbox_ingest.casebook.glance import Glance

_LISTED = (
    "case_no",
    "status",
    "title",
    "unit",
    "type",
    "city",
    "received_at",
    "updated_at",
    "completed_at",
    "revision",
)
_TIMES = ("received_at", "updated_at", "completed_at")
_HAS_CODE = "id IN (SELECT case_id FROM issues WHERE closed_revision IS NULL AND code = ?)"
_WAITS = (
    "id IN (SELECT case_id FROM issues WHERE closed_revision IS NULL AND audience = 'organiser')"
)


def list_cases(
    glance: Glance,
    *,
    equal: Mapping[str, str | Collection[str] | None],
    unit: str | None,
    code: str | None,
    since: datetime | None,
    waiting: bool,
    limit: int | None,
) -> list[dict[str, Any]]:
    """Open cases that fit every filter, by number; see `Glance.cases`."""
    conditions, values = ["closed_at IS NULL"], []
    for column, wanted in equal.items():
        if wanted == "unknown":
            conditions.append(f"{column} IS NULL")
        elif wanted is not None:
            several = [wanted] if isinstance(wanted, str) else [*wanted]
            conditions.append(f"{column} IN (SELECT value FROM json_each(?))")  # noqa: S608
            values.append(json.dumps(several))
    if unit is not None:
        conditions.append("instr(replace(unit, ' ', ''), ?) > 0")
        values.append(unit)
    if code is not None:
        conditions.append(_HAS_CODE)
        values.append(code)
    if since is not None:
        conditions.append("updated_at >= ?")
        values.append(since.astimezone(UTC).isoformat(timespec="microseconds"))
    if waiting:
        conditions.append(_WAITS)
    # Column names and conditions are the constants above; what a person typed is bound.
    rows = glance.rows(
        f"SELECT id, {', '.join(_LISTED)} FROM cases"  # noqa: S608
        f" WHERE {' AND '.join(conditions)} ORDER BY id LIMIT ?",
        *values,
        -1 if limit is None else limit,
    )
    issues = _open_issues(glance, {row["id"] for row in rows})
    return [_listed(glance, row, issues[row["id"]]) for row in rows]


def values_present(glance: Glance, column: Literal["type", "city"]) -> list[str]:
    """The types or cities that open cases have."""
    rows = glance.rows(
        f"SELECT DISTINCT {column} FROM cases"  # noqa: S608 - one of two words of ours
        f" WHERE closed_at IS NULL AND {column} IS NOT NULL ORDER BY {column}"
    )
    return [row[0] for row in rows]


def _open_issues(glance: Glance, ids: set[int]) -> dict[int, dict[str, int]]:
    """How many issues of each code are open, by case."""
    issues: dict[int, dict[str, int]] = defaultdict(dict)
    for code, case_id, count in glance.rows(
        "SELECT code, case_id, count(*) FROM issues WHERE closed_revision IS NULL"
        " GROUP BY code, case_id ORDER BY code, case_id"
    ):
        if case_id in ids:
            issues[case_id][code] = count
    return issues


def _listed(glance: Glance, row: sqlite3.Row, issues: Mapping[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {name: row[name] for name in _LISTED}
    for name in _TIMES:
        values[name] = glance.local(row[name])
    return values | {"codes": [*issues], "open_issues": sum(issues.values())}


def one_case(glance: Glance, case_no: str) -> dict[str, Any] | None:
    """Everything about one case; see `Glance.case`."""
    found = glance.rows(
        "SELECT cases.*, other.case_no AS other FROM cases"
        " LEFT JOIN cases AS other ON other.id = cases.merged_into WHERE cases.case_no = ?",
        case_no,
    )
    if not found:
        return None
    row = found[0]
    body = json.loads(row["body"])
    line: dict[str, Any] = json.loads(row["line"])
    return line | {
        "city": row["city"],
        "anchor": row["anchor"],
        "completed_at": glance.local(row["completed_at"]),
        "closed_at": glance.local(row["closed_at"]),
        "merged_into": row["other"],
        "merged_from": merged_from(glance, case_no),
        "values": body.get("values", {}),
        "links": body.get("links", []),
        "superseded": [
            material | {"received_at": glance.local(material["received_at"])}
            for material in body.get("superseded", [])
        ],
        "late": body.get("late", False),
        "late_corrections": body.get("late_corrections", False),
        "unsure": body.get("unsure", []),
        "duplicates_of": body.get("duplicates_of", []),
        "waived": body.get("waived", []),
        "reasons": body.get("reasons", []),
        "issue_history": _issues(glance, row["id"]),
        "messages": _messages(glance, row["id"]),
        "revisions": _revisions(glance, row["id"]),
        "decisions": glance.decisions(case_no),
        "replies": _replies(glance, row["id"]),
    }


def _issues(glance: Glance, case_id: int) -> list[dict[str, Any]]:
    rows = glance.rows(
        'SELECT code, field, audience, severity, measured, "limit", expires, text,'
        " opened_revision, closed_revision FROM issues WHERE case_id = ? ORDER BY id",
        case_id,
    )
    return [dict(row) | {"expires": glance.local(row["expires"])} for row in rows]


def _messages(glance: Glance, case_id: int) -> list[dict[str, Any]]:
    rows = glance.rows(
        'SELECT message_id, sender AS "from", subject, received_at, disposition, raw_sha256,'
        " folder, member, reasons FROM case_messages JOIN messages USING (raw_sha256)"
        " WHERE case_id = ? ORDER BY received_at, raw_sha256",
        case_id,
    )
    return [
        dict(row)
        | {
            "received_at": glance.local(row["received_at"]),
            "member": bool(row["member"]),
            "reasons": json.loads(row["reasons"]),
        }
        for row in rows
    ]


def _revisions(glance: Glance, case_id: int) -> list[dict[str, Any]]:
    return [
        {
            "number": row["number"],
            "made_at": glance.local(row["made_at"]),
            "cause": row["cause"],
            "status": row["status"],
            "issues": json.loads(row["issues"]),
            "case": json.loads(row["body"]),
            "subject": row["subject"],
            "received_at": glance.local(row["received_at"]),
        }
        for row in glance.rows(
            "SELECT revisions.*, subject, received_at FROM revisions"
            " LEFT JOIN messages ON raw_sha256 = cause WHERE case_id = ? ORDER BY number",
            case_id,
        )
    ]


def _replies(glance: Glance, case_id: int) -> list[dict[str, Any]]:
    rows = glance.rows(
        'SELECT replies.id, recipient AS "to", kind, state, reason, replies.subject, created_at,'
        " sent_at, reply_cases.revision FROM reply_cases JOIN replies ON replies.id = reply_id"
        " WHERE case_id = ? ORDER BY replies.id",
        case_id,
    )
    times = ("created_at", "sent_at")
    return [dict(row) | {name: glance.local(row[name]) for name in times} for row in rows]
