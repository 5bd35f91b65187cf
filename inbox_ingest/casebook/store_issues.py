"""Issue rows: opened, changed and closed with the revisions of their cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from inbox_ingest.casebook.database import slices
from inbox_ingest.casebook.revising import OpenIssue, compare_issues
from inbox_ingest.casebook.tables import ISSUES
from inbox_ingest.records import Issue


@dataclass(frozen=True, slots=True)
class Judged:
    """The issues of a case at a revision; `new` cases have no rows yet."""

    case_id: int
    revision: int
    issues: Sequence[Issue]
    new: bool


def write_issues(connection: Connection, cases: Sequence[Judged]) -> None:
    """Bring the open issues of these cases to what was found."""
    known = _open_issues(connection, (case.case_id for case in cases if not case.new))
    opened: list[dict[str, Any]] = []
    closed: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for case in cases:
        difference = compare_issues(known.get(case.case_id, ()), case.issues)
        opened += [
            {"case_id": case.case_id, "opened_revision": case.revision, **_columns(issue)}
            for issue in difference.opened
        ]
        closed += [{"row": row, "revision": case.revision} for row in difference.closed]
        changed += [{"row": row.id, **_columns(row.issue)} for row in difference.changed]
    this = update(ISSUES).where(ISSUES.c.id == bindparam("row"))
    if opened:
        connection.execute(ISSUES.insert(), opened)
    if closed:
        connection.execute(this.values(closed_revision=bindparam("revision")), closed)
    if changed:
        values: dict[str, Any] = {name: bindparam(name) for name in Issue.model_fields}
        connection.execute(this.values(values), changed)


def close_issues(connection: Connection, case_id: int, revision: int) -> None:
    """Close whatever is open of a case that is no more."""
    connection.execute(
        update(ISSUES)
        .where(ISSUES.c.case_id == case_id, ISSUES.c.closed_revision.is_(None))
        .values(closed_revision=revision)
    )


def _open_issues(connection: Connection, ids: Iterable[int]) -> dict[int, list[OpenIssue]]:
    found: dict[int, list[OpenIssue]] = defaultdict(list)
    for part in slices(ids):
        query = select(ISSUES).where(ISSUES.c.case_id.in_(part), ISSUES.c.closed_revision.is_(None))
        for row in connection.execute(query.order_by(ISSUES.c.id)):
            values = {name: getattr(row, name) for name in Issue.model_fields}
            found[row.case_id].append(OpenIssue(row.id, Issue.model_validate(values)))
    return found


def _columns(issue: Issue) -> dict[str, Any]:
    return {**dict(issue), "code": issue.code.value}
