"""What somebody wants of a pass, how it tells how far it is, and what it did: values and one seam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.settings import Settings

StageName = Literal["collect", "read", "file", "reply"]
Clock = Callable[[], datetime]


class Progress(Protocol):
    """Where a pass tells how far it is: a bar on a terminal, nothing under cron."""

    def begin(self, stage: StageName, total: int) -> None:
        """A stage with this many mails begins."""

    def advance(self, count: int) -> None:
        """So many mails of the stage are done."""


class NoProgress:
    """Tells nobody."""

    def begin(self, stage: StageName, total: int) -> None:
        """Nothing to show."""

    def advance(self, count: int) -> None:
        """Nothing to show."""


@dataclass(slots=True)
class PassOutcome:
    """What a pass did. `nothing_new`: the quick look found nothing to do.

    `counts` are numbers of mails and cases by what was done with them; `notices` Chinese sentences
    for the organiser.
    """

    nothing_new: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants of a pass: how far to go, and whether approved replies are sent."""

    settings: Settings
    until: StageName = "reply"
    send: bool = False
    progress: Progress = field(default_factory=NoProgress)
    clock: Clock = lambda: datetime.now(UTC)

    @property
    def campaign_path(self) -> Path:
        """The campaign file, the shipped one where none is configured."""
        return self.settings.campaign or shipped_campaign()
