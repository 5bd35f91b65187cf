"""What a rule returns before the engine stamps it: a code and the facts that fill its wording."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.records import Case, IssueCode


class Finding(NamedTuple):
    """One thing that a rule found; `detail` fills the wording of the campaign file."""

    code: IssueCode
    field: str | None = None
    detail: str = ""
    measured: int | None = None
    limit: int | None = None
    expires: datetime | None = None


Rule = Callable[[Case, Campaign], Iterable[Finding]]
