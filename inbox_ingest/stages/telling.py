"""A case with the story of how it came to be what it is, for `show --history`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Decision
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.glance_files import case_body
from inbox_ingest.casebook.timeline import timeline
from inbox_ingest.records import Case, Issue


def with_story(glance: Glance, case: dict[str, Any], campaign: Campaign) -> dict[str, Any]:
    """`Glance.case` with `revisions` told by what changed the case, not by when passes were run.

    Those that a rereading made stand among them, compared with what was on file before (`before`).
    A case that is no more keeps the revisions as they were filed.
    """
    if case["closed_at"]:
        return case
    record = Case.model_validate(case_body(glance, case["case_no"]))
    newest = case["revisions"][-1]
    issues = tuple(Issue.model_validate(issue) for issue in newest["issues"])
    zone = campaign.window.zone
    told = [
        {
            "number": version.number,
            "made_at": version.at.astimezone(zone).isoformat(),
            "cause": version.cause,
            "status": version.status,
            "issues": [issue.model_dump(mode="json") for issue in version.issues],
            "case": version.case.model_dump(mode="json"),
        }
        for version in timeline(
            record, issues, _decisions(glance, case["case_no"]), case["merged_from"], campaign
        )
    ]
    return {**case, "revisions": told + list(_reread(case["revisions"]))}


def _reread(revisions: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    before = None
    for revision in revisions:
        if revision["cause"] == "reread" and before is not None:
            yield {**revision, "number": None, "before": before}
        before = revision


def _decisions(glance: Glance, case_no: str) -> list[Decision]:
    return [
        Decision(
            id=line["id"],
            made_at=datetime.fromisoformat(line["made_at"]),
            who=line["who"],
            why=line["why"],
            kind=line["kind"],
            case_no=line["case_no"],
            anchor=None,
            raw_sha256=line["raw_sha256"],
            payload=line["payload"],
            changed_at=datetime.fromisoformat(line["undone_at"] or line["made_at"]),
            undone_at=datetime.fromisoformat(line["undone_at"]) if line["undone_at"] else None,
            undone_by=line["undone_by"],
        )
        for line in glance.decisions(case_no)
    ]
