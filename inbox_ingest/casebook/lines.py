"""Cases as the JSON lines of contract §8: pure, for the casebook, exports and `ingest check`."""

from __future__ import annotations

from typing import Any

from inbox_ingest.campaigns import Campaign
from inbox_ingest.records import Case, Issue


def case_line(
    case: Case, issues: tuple[Issue, ...], campaign: Campaign, revision: int | None = None
) -> dict[str, Any]:
    """The line of a case with its open issues. Times are in the campaign's time zone."""
    raise NotImplementedError
