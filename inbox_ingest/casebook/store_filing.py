"""The one transaction that files: cases with their revisions, issues, mails, and what is due.

Compare with what is there, write the cases that differ, then what became of the mails. Rows are
many, so each table is written with one statement over all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import CaseChange, Filed, Filing
from inbox_ingest.casebook.database import Database, slices
from inbox_ingest.casebook.lines import case_line
from inbox_ingest.casebook.revising import body_mark, completed_at, fingerprint
from inbox_ingest.casebook.store_closing import close_cases
from inbox_ingest.casebook.store_issues import Judged, write_issues
from inbox_ingest.casebook.store_outcomes import write_outcomes
from inbox_ingest.casebook.tables import (
    CASE_MESSAGES,
    CASES,
    DECISIONS,
    REPLY_DUES,
    REVISIONS,
)
from inbox_ingest.records import Case, status_of

_STORED = (
    CASES.c.id,
    CASES.c.case_no,
    CASES.c.anchor,
    CASES.c.fingerprint,
    CASES.c.revision,
    CASES.c.status,
    CASES.c.city,
    CASES.c.completed_at,
    CASES.c.closed_at,
    CASES.c.merged_into,
)


@dataclass(slots=True)
class _Plan:
    """One case of the filing: the row it continues (None for a new one) and what to write."""

    change: CaseChange
    case: Case
    id: int
    stored: Any | None
    values: dict[str, Any]
    revised: bool


@dataclass(slots=True)
class FilingTransaction:
    """A filing on its way into the database, on a connection inside a writing transaction."""

    database: Database
    connection: Connection
    campaign: Campaign
    now: datetime
    _stored: dict[str, Any] = field(default_factory=dict)
    _open_anchors: dict[str, str] = field(default_factory=dict)
    _lines: dict[int, str] = field(default_factory=dict)
    _last: int = 0

    def run(self, filing: Filing) -> Filed:
        """Write all that differs; nobody else sees any of it before the transaction ends."""
        for row in self.connection.execute(select(*_STORED).order_by(CASES.c.id)):
            self._stored[row.case_no] = row
            self._last = row.id
            if row.closed_at is None:
                self._open_anchors[row.anchor] = row.case_no
        plans = [self._plan(change) for change in filing.cases]
        writing = self._differing(plans)
        self._write_cases(writing)
        write_issues(
            self.connection,
            [
                Judged(p.id, p.values["revision"], p.change.issues, p.stored is None)
                for p in writing
            ],
        )
        self._write_members(writing)
        closed = close_cases(self.database, self.connection, filing, self._stored, self.now)
        outcomes = write_outcomes(self.connection, filing.outcomes, self._anchors(plans))
        self._apply(filing)
        new = sum(plan.stored is None for plan in writing)
        return Filed(
            new=new,
            revised=sum(plan.revised for plan in writing) - new,
            unchanged=len(plans) - len(writing),
            closed=closed,
            outcomes=outcomes,
            numbers={plan.case.anchor: str(plan.case.case_no) for plan in plans},
        )

    # --- compare ------------------------------------------------------------------------------

    def _plan(self, change: CaseChange) -> _Plan:
        case = change.case
        number = case.case_no or self._open_anchors.get(case.anchor)
        stored = None if number is None else self._stored.get(number)
        if stored is None:
            number = self._new_number(number)
        if case.case_no != number:
            case = case.model_copy(update={"case_no": number})
        mark = fingerprint(case, change.issues)
        revised = stored is None or stored.fingerprint != mark
        revision = 0 if stored is None else stored.revision
        revision += 1 + len(change.earlier) if revised else 0
        line = case_line(case, change.issues, self.campaign, case.revision)
        status = status_of(change.issues)
        body = case.model_dump_json()
        values = {
            "case_no": number,
            "status": status,
            "revision": revision,
            "received_at": case.received_at,
            "updated_at": case.updated_at,
            "completed_at": self._completed_at(change, status, stored),
            "closed_at": None,
            "merged_into": None,
            "type": line["type"],
            "city": change.city,
            "title": line["title"],
            "unit": line["unit"],
            "anchor": case.anchor,
            "fingerprint": mark,
            "body_sha256": body_mark(body),
            "line": json.dumps(line, ensure_ascii=False),
            "body": body,
        }
        return _Plan(change, case, stored.id if stored else self._last, stored, values, revised)

    def _new_number(self, expected: str | None) -> str:
        self._last += 1
        number = self.campaign.numbers.number(self._last)
        if expected is not None and expected != number:
            raise ValueError(f"new case {expected} is out of order: the next is {number}")
        return number

    def _completed_at(self, change: CaseChange, status: str, stored: Any | None) -> datetime | None:
        if status != "complete":
            return None
        was_complete = stored is not None and stored.status == "complete"
        since = stored.completed_at if stored is not None and was_complete else None
        return completed_at(change, since) or self.now

    def _differing(self, plans: Sequence[_Plan]) -> list[_Plan]:
        """New cases, and those of which anything at all is not as stored."""
        known = [plan.id for plan in plans if plan.stored is not None]
        texts = {
            row.id: (row.line, row.body_sha256)
            for part in slices(known)
            for row in self.connection.execute(
                select(CASES.c.id, CASES.c.line, CASES.c.body_sha256).where(CASES.c.id.in_(part))
            )
        }
        self._lines = {case_id: line for case_id, (line, _) in texts.items()}
        return [
            plan
            for plan in plans
            if plan.stored is None
            or plan.revised
            or plan.stored.closed_at is not None
            or plan.stored.city != plan.change.city
            or texts[plan.id] != (plan.values["line"], plan.values["body_sha256"])
        ]

    # --- write the cases ----------------------------------------------------------------------

    def _write_cases(self, plans: Sequence[_Plan]) -> None:
        new = [{"id": plan.id, **plan.values} for plan in plans if plan.stored is None]
        old = [{"row": plan.id, **plan.values} for plan in plans if plan.stored is not None]
        self._insert(CASES, new)
        if old:
            columns: dict[str, Any] = {name: bindparam(name) for name in old[0] if name != "row"}
            self.connection.execute(
                update(CASES).where(CASES.c.id == bindparam("row")).values(columns), old
            )
        revised = [plan for plan in plans if plan.revised]
        self._insert(REVISIONS, [row for plan in revised for row in self._revisions(plan)])
        self._insert(
            REPLY_DUES,
            [
                {
                    "case_id": plan.id,
                    "revision": plan.values["revision"],
                    "created_at": self.now,
                    "held": plan.change.reply_held,
                }
                for plan in revised
                if plan.change.reply_due and (not plan.change.reply_held or self._tells_else(plan))
            ],
        )

    def _tells_else(self, plan: _Plan) -> bool:
        """Whether the sender would hear something else of the case than as it was filed last."""
        if plan.stored is None:
            return True
        before, now = json.loads(self._lines[plan.id]), json.loads(plan.values["line"])
        became = now["status"] != before["status"] and now["status"] == "complete"
        return became or _for_sender(before) != _for_sender(now)

    def _revisions(self, plan: _Plan) -> list[dict[str, Any]]:
        """A row for each mail that changed the case in this filing, or for what else did."""
        change, last = plan.change, plan.values["revision"]
        versions = [(item.case, item.issues, item.cause) for item in change.earlier]
        versions.append((plan.case, change.issues, change.cause))
        return [
            {
                "case_id": plan.id,
                "number": number,
                "made_at": self.now,
                "cause": cause,
                "status": status_of(issues),
                "issues": json.dumps(
                    [issue.model_dump(mode="json") for issue in issues], ensure_ascii=False
                ),
                "body": case.model_copy(update={"case_no": plan.case.case_no}).model_dump_json(),
            }
            for number, (case, issues, cause) in enumerate(versions, last - len(versions) + 1)
        ]

    def _write_members(self, plans: Sequence[_Plan]) -> None:
        """The mails that brought material; a mail may have to do with the case already without."""
        old = [plan.id for plan in plans if plan.stored is not None]
        self._forget_members(old)
        members = [
            {"case_id": plan.id, "raw_sha256": raw_sha256, "member": 1}
            for plan in plans
            for raw_sha256 in plan.case.message_sha256s
        ]
        if members:
            statement = self.database.insert(CASE_MESSAGES)
            self.connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["case_id", "raw_sha256"], set_={"member": 1}
                ),
                members,
            )

    def _forget_members(self, ids: Sequence[int]) -> None:
        if ids:
            columns = CASE_MESSAGES.c
            self.connection.execute(
                delete(CASE_MESSAGES).where(
                    columns.case_id == bindparam("row"), columns.member == 1
                ),
                [{"row": case_id} for case_id in ids],
            )

    def _anchors(self, plans: Iterable[_Plan]) -> dict[str, int]:
        """Ids of the open cases by anchor, as they are after this filing."""
        ids = {anchor: self._stored[number].id for anchor, number in self._open_anchors.items()}
        return {**ids, **{plan.case.anchor: plan.id for plan in plans}}

    def _apply(self, filing: Filing) -> None:
        """Mark decisions as filed, unless a person has changed them since the fold saw them."""
        if filing.decisions:
            columns = DECISIONS.c
            self.connection.execute(
                update(DECISIONS)
                .where(
                    columns.id == bindparam("row"),
                    columns.changed_at == bindparam("seen", type_=columns.changed_at.type),
                    columns.applied_at.is_(None),
                )
                .values(applied_at=self.now),
                [{"row": d.id, "seen": d.changed_at} for d in filing.decisions],
            )

    def _insert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(table.insert(), rows)


def _for_sender(line: dict[str, Any]) -> list[tuple[Any, ...]]:
    said = ("code", "field", "measured", "limit")
    found = (issue for issue in line["issues"] if issue["audience"] == "sender")
    return sorted((tuple(issue[name] for name in said) for issue in found), key=repr)
