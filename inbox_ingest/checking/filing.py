"""Rules about how the case came together: in time, surely one case, not another's twin."""

from __future__ import annotations

from collections.abc import Iterator

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.findings import Finding
from inbox_ingest.records import Case, IssueCode


def lateness(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """received-late for a case begun after the window, correction-late for one begun within it."""
    del campaign
    if case.late:
        yield Finding(IssueCode.RECEIVED_LATE)
    elif case.late_corrections:
        yield Finding(IssueCode.CORRECTION_LATE)


def unsure_assembly(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """assembly-unsure: one finding for each doubt that assembling left."""
    del campaign
    for doubt in case.unsure:
        yield Finding(IssueCode.ASSEMBLY_UNSURE, detail=doubt)


def twins(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """possible-duplicate: names the cases that have the same title or nearly the same text."""
    del campaign
    if case.duplicates_of:
        yield Finding(IssueCode.POSSIBLE_DUPLICATE, detail="、".join(case.duplicates_of))
