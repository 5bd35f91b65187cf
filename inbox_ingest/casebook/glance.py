"""A quick look into the casebook with the bare sqlite3 module: no ORM, no pydantic, read-only.

glance = Glance.open(home / "casebook.sqlite3")     # None where there is no casebook yet
glance.status(now)  glance.cases(...)  glance.case("DJ012")  glance.poll(account, now)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class FolderGlance:
    """What is known of a folder since its last full listing."""

    uidvalidity: int
    exists: int
    highest_uid: int | None
    listed_at: str
    compared_at: str | None


@dataclass(frozen=True, slots=True)
class PollGlance:
    """What an empty poll needs: the folders, whether any work is waiting, the campaign's hash."""

    folders: dict[str, FolderGlance]
    waiting: bool
    campaign_sha256: str | None


class Glance:
    """An open, read-only casebook; rows come as plain dicts in the shapes of contract §8."""

    @classmethod
    def open(cls, path: Path) -> Glance | None:
        """Open for looking; None where there is no casebook yet.

        Raises:
            DatabaseTooNew, ConfigurationError: it is newer, or older (a pass upgrades it), or broken.
        """
        raise NotImplementedError

    def status(self, now: datetime) -> dict[str, Any]:
        """`status --json` of contract §8."""
        raise NotImplementedError

    def poll(self, account: str, now: datetime) -> PollGlance:
        """What is known of this account's folders, and whether work is waiting."""
        raise NotImplementedError

    def known_uids(self, account: str, folder: str, uidvalidity: int) -> set[str]:
        """UIDs on record that were on the server at the last listing."""
        raise NotImplementedError

    def cases(
        self,
        *,
        status: str | None = None,
        type: str | None = None,
        city: str | None = None,
        unit: str | None = None,
        code: str | None = None,
        since: datetime | None = None,
        waiting: bool = False,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Open cases that fit every filter, by number: a line each, with open issue codes."""
        raise NotImplementedError

    def case(self, case_no: str) -> dict[str, Any] | None:
        """Everything about one case; None where there is none."""
        raise NotImplementedError

    def for_a_person(self) -> list[dict[str, Any]]:
        """What waits for the organiser, one entry each."""
        raise NotImplementedError

    def export(self, what: Literal["cases", "messages", "replies"]) -> Iterator[dict[str, Any]]:
        """The lines of contract §8."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the file."""
        raise NotImplementedError
