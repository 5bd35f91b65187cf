"""The casebook's part in collecting: which mails lie where, which are archived."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from inbox_ingest.casebook.changes import Archived, Folder, Listed, ListingResult, Place
from inbox_ingest.casebook.database import Database


class PlaceStore:
    """Places: (account, folder, UIDVALIDITY, UID)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known_uids(self, folder: Folder) -> set[str]:
        """UIDs on record in this folder that were on the server at the last listing."""
        raise NotImplementedError

    def record_listing(
        self,
        folder: Folder,
        present: Collection[str],
        details: Iterable[Listed],
        *,
        exists: int,
        collect_from: datetime,
        now: datetime,
    ) -> ListingResult:
        """Write a full listing of a folder: all UIDs `present`, with details of the unknown ones.

        New places are listed, or out of scope where INTERNALDATE is before `collect_from`. Places
        that are missing are gone, those that came back are back. Places under another UIDVALIDITY
        are gone. `exists` is the server's own count. UIDs without details stay unknown.
        """
        raise NotImplementedError

    def due(self, now: datetime, *, limit: int | None = None) -> list[Place]:
        """Listed places to fetch now, oldest receipt first; postponed ones when their time comes."""
        raise NotImplementedError

    def archived(self, batch: Sequence[Archived], now: datetime) -> None:
        """Note mails whose raw bytes are durable, in one transaction.

        The same bytes at another place join the message that is there; its time of receipt is the
        earliest of all, and where that moves a filed message, it is filed again.
        """
        raise NotImplementedError

    def postpone(self, place_id: int, error: str, now: datetime) -> datetime:
        """Count a failed fetch and return when to try next (5 minutes, doubling, at most 6 hours)."""
        raise NotImplementedError

    def vanished(self, place_ids: Collection[int], now: datetime) -> None:
        """Note listed places that the server no longer has (BODY[] came as None)."""
        raise NotImplementedError

    def compare(
        self,
        folder: Folder,
        found: Mapping[str, tuple[int | None, datetime | None]],
        now: datetime,
    ) -> int:
        """Compare size and INTERNALDATE of known UIDs with what the server says (daily).

        Where they differ the UID means another mail now (UIDVALIDITY did not tell): the old place
        is gone, a new one is listed. Returns how many.
        """
        raise NotImplementedError
