"""The casebook's part in collecting: which mails lie where, which are archived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, update

from inbox_ingest.casebook.changes import Archived, Folder, Listed, ListingResult, Place
from inbox_ingest.casebook.database import Database
from inbox_ingest.casebook.place_rows import (
    LIVE,
    in_folder,
    insert_listed,
    keep_messages,
    keep_scope,
    on_record,
    rows_by,
    same_mail,
    set_gone,
)
from inbox_ingest.casebook.tables import FOLDERS, PLACES

FIRST_DELAY = timedelta(minutes=5)
LONGEST_DELAY = timedelta(hours=6)


class PlaceStore:
    """Places: (account, folder, UIDVALIDITY, UID)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known_uids(self, folder: Folder) -> set[str]:
        """UIDs on record in this folder that were on the server at the last listing."""
        query = select(PLACES.c.uid).where(
            *in_folder(folder), PLACES.c.uidvalidity == folder.uidvalidity, LIVE
        )
        with self._database.reading() as connection:
            return set(connection.scalars(query))

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
        present = set(present)
        with self._database.writing() as connection:
            live, gone = on_record(connection, folder)
            lost = [
                row.id
                for row in live
                if row.uidvalidity != folder.uidvalidity or row.uid not in present
            ]
            known = {row.uid for row in live if row.uidvalidity == folder.uidvalidity}
            unknown = {
                item.uid: item for item in details if item.uid in present and item.uid not in known
            }
            back = {
                uid: gone[uid].id
                for uid, item in unknown.items()
                if uid in gone and same_mail(gone[uid], item.size, item.internaldate)
            }
            new = [item for uid, item in unknown.items() if uid not in back]
            set_gone(connection, lost, now)
            set_gone(connection, back.values(), None)
            insert_listed(connection, folder, new)
            keep_scope(connection, folder, collect_from)
            self._keep_folder(connection, folder, present, exists, now)
        early = [item for item in new if item.internaldate and item.internaldate < collect_from]
        return ListingResult(len(new) - len(early), len(early), len(lost), len(back))

    def _keep_folder(
        self,
        connection: Connection,
        folder: Folder,
        present: Collection[str],
        exists: int,
        now: datetime,
    ) -> None:
        values: dict[str, Any] = {
            "uidvalidity": folder.uidvalidity,
            "present": exists,
            "highest_uid": max((int(uid) for uid in present if uid.isdecimal()), default=None),
            "listed_at": now,
            "looked_at": now,
        }
        statement = self._database.insert(FOLDERS).values(
            account=folder.account, folder=folder.folder, **values
        )
        connection.execute(
            statement.on_conflict_do_update(index_elements=["account", "folder"], set_=values)
        )

    def due(self, now: datetime, *, limit: int | None = None) -> list[Place]:
        """Listed places to fetch now, oldest receipt first; postponed ones when their time comes."""
        columns = PLACES.c
        query = (
            select(
                columns.id,
                columns.account,
                columns.folder,
                columns.uidvalidity,
                columns.uid,
                columns.size,
                columns.internaldate,
                columns.attempts,
            )
            .where(
                columns.state == "listed",
                LIVE,
                or_(columns.next_try_at.is_(None), columns.next_try_at <= now),
            )
            .order_by(columns.internaldate, columns.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [Place(*row) for row in connection.execute(query)]

    def archived(self, batch: Sequence[Archived], now: datetime) -> None:
        """Note mails whose raw bytes are durable, in one transaction.

        The same bytes at another place join the message that is there; its time of receipt is the
        earliest of all, and where that moves a filed message, it is filed again.
        """
        if not batch:
            return
        with self._database.writing() as connection:
            places = rows_by(
                connection, [PLACES.c.id, PLACES.c.folder], (item.place_id for item in batch)
            )
            folders = {row.id: row.folder for row in places}
            keep_messages(connection, batch, folders)
            connection.execute(
                update(PLACES)
                .where(PLACES.c.id == bindparam("place"))
                .values(
                    state="archived",
                    raw_sha256=bindparam("hash"),
                    size=func.coalesce(PLACES.c.size, bindparam("bytes")),
                    internaldate=func.coalesce(PLACES.c.internaldate, bindparam("received")),
                    next_try_at=None,
                    last_error=None,
                ),
                [
                    {
                        "place": item.place_id,
                        "hash": item.raw_sha256,
                        "bytes": item.size,
                        "received": item.internaldate,
                    }
                    for item in batch
                ],
            )

    def postpone(self, place_id: int, error: str, now: datetime) -> datetime:
        """Count a failed fetch and return when to try next (5 minutes, doubling, at most 6 hours)."""
        this = PLACES.c.id == place_id
        with self._database.writing() as connection:
            attempts: int = connection.scalar(select(PLACES.c.attempts).where(this)) or 0
            next_try_at = now + min(FIRST_DELAY * (1 << min(attempts, 16)), LONGEST_DELAY)
            connection.execute(
                update(PLACES)
                .where(this)
                .values(attempts=attempts + 1, next_try_at=next_try_at, last_error=error)
            )
        return next_try_at

    def vanished(self, place_ids: Collection[int], now: datetime) -> None:
        """Note listed places that the server no longer has (BODY[] came as None)."""
        columns = [PLACES.c.id, PLACES.c.account, PLACES.c.folder, PLACES.c.gone_at]
        with self._database.writing() as connection:
            rows = [row for row in rows_by(connection, columns, place_ids) if row.gone_at is None]
            set_gone(connection, [row.id for row in rows], now)
            for (account, folder), count in Counter((r.account, r.folder) for r in rows).items():
                connection.execute(
                    update(FOLDERS)
                    .where(FOLDERS.c.account == account, FOLDERS.c.folder == folder)
                    .where(FOLDERS.c.present >= count)
                    .values(present=FOLDERS.c.present - count)
                )

    def compare(
        self,
        folder: Folder,
        found: Mapping[str, tuple[int | None, datetime | None]],
        now: datetime,
        *,
        collect_from: datetime | None = None,
    ) -> int:
        """Compare size and INTERNALDATE of known UIDs with what the server says (daily).

        Where they differ the UID means another mail now (UIDVALIDITY did not tell): the old place
        is gone, a new one is listed. Returns how many.
        """
        with self._database.writing() as connection:
            live, _ = on_record(connection, folder)
            other = [
                row
                for row in live
                if row.uidvalidity == folder.uidvalidity
                and row.uid in found
                and not same_mail(row, *found[row.uid])
            ]
            set_gone(connection, [row.id for row in other], now)
            insert_listed(connection, folder, [Listed(row.uid, *found[row.uid]) for row in other])
            if collect_from is not None:
                keep_scope(connection, folder, collect_from)
            connection.execute(
                update(FOLDERS)
                .where(FOLDERS.c.account == folder.account, FOLDERS.c.folder == folder.folder)
                .values(compared_at=now)
            )
        return len(other)
