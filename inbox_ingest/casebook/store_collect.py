"""The casebook's part in collecting: which mails lie where, which are archived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select, update

from inbox_ingest.casebook.changes import Archived, Folder, Listed, ListingResult, Place
from inbox_ingest.casebook.database import Database, slices
from inbox_ingest.casebook.tables import FOLDERS, MESSAGES, PLACES

FIRST_DELAY = timedelta(minutes=5)
LONGEST_DELAY = timedelta(hours=6)

_LIVE = PLACES.c.gone_at.is_(None)


class PlaceStore:
    """Places: (account, folder, UIDVALIDITY, UID)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known_uids(self, folder: Folder) -> set[str]:
        """UIDs on record in this folder that were on the server at the last listing."""
        query = select(PLACES.c.uid).where(
            *_in(folder), PLACES.c.uidvalidity == folder.uidvalidity, _LIVE
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
            live, gone = _on_record(connection, folder)
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
                if uid in gone and _same(gone[uid], item.size, item.internaldate)
            }
            new = [item for uid, item in unknown.items() if uid not in back]
            _set_gone(connection, lost, now)
            _set_gone(connection, back.values(), None)
            _insert(connection, folder, new)
            _keep_scope(connection, folder, collect_from)
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
                _LIVE,
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
            places = _rows_by(
                connection, [PLACES.c.id, PLACES.c.folder], (item.place_id for item in batch)
            )
            folders = {row.id: row.folder for row in places}
            _keep_messages(connection, batch, folders)
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
            rows = [row for row in _rows_by(connection, columns, place_ids) if row.gone_at is None]
            _set_gone(connection, [row.id for row in rows], now)
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
            live, _ = _on_record(connection, folder)
            other = [
                row
                for row in live
                if row.uidvalidity == folder.uidvalidity
                and row.uid in found
                and not _same(row, *found[row.uid])
            ]
            _set_gone(connection, [row.id for row in other], now)
            _insert(connection, folder, [Listed(row.uid, *found[row.uid]) for row in other])
            if collect_from is not None:
                _keep_scope(connection, folder, collect_from)
            connection.execute(
                update(FOLDERS)
                .where(FOLDERS.c.account == folder.account, FOLDERS.c.folder == folder.folder)
                .values(compared_at=now)
            )
        return len(other)


def _in(folder: Folder) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return PLACES.c.account == folder.account, PLACES.c.folder == folder.folder


def _on_record(connection: Connection, folder: Folder) -> tuple[list[Any], dict[str, Any]]:
    """The live places of a folder, and by UID the newest gone ones under its UIDVALIDITY."""
    columns = PLACES.c
    rows = connection.execute(
        select(
            columns.id,
            columns.uidvalidity,
            columns.uid,
            columns.size,
            columns.internaldate,
            columns.gone_at,
        )
        .where(*_in(folder), or_(_LIVE, columns.uidvalidity == folder.uidvalidity))
        .order_by(columns.id)
    ).all()
    return (
        [row for row in rows if row.gone_at is None],
        {row.uid: row for row in rows if row.gone_at is not None},
    )


def _same(row: Any, size: int | None, internaldate: datetime | None) -> bool:
    """Whether nothing that is known on both sides differs."""
    return (row.size is None or size is None or row.size == size) and (
        row.internaldate is None or internaldate is None or row.internaldate == internaldate
    )


def _set_gone(connection: Connection, ids: Collection[int], when: datetime | None) -> None:
    if ids:
        connection.execute(
            update(PLACES)
            .where(PLACES.c.id == bindparam("place"))
            .values(gone_at=bindparam("gone", type_=PLACES.c.gone_at.type)),
            [{"place": place, "gone": when} for place in ids],
        )


def _insert(connection: Connection, folder: Folder, new: Sequence[Listed]) -> None:
    if new:
        connection.execute(
            PLACES.insert(),
            [
                {
                    "account": folder.account,
                    "folder": folder.folder,
                    "uidvalidity": folder.uidvalidity,
                    "uid": item.uid,
                    "state": "listed",
                    "attempts": 0,
                    "size": item.size,
                    "internaldate": item.internaldate,
                }
                for item in new
            ],
        )


def _keep_scope(connection: Connection, folder: Folder, collect_from: datetime) -> None:
    """Put each place that was never fetched on the right side of `collect_from`, which may move."""
    received = PLACES.c.internaldate
    for state, condition, right in (
        ("listed", received < collect_from, "out_of_scope"),
        ("out_of_scope", received >= collect_from, "listed"),
    ):
        connection.execute(
            update(PLACES)
            .where(*_in(folder), PLACES.c.state == state, _LIVE, condition)
            .values(state=right)
        )


def _rows_by(connection: Connection, columns: list[Any], keys: Iterable[Any]) -> list[Any]:
    """Rows whose first column is one of `keys`."""
    return [
        row
        for part in slices(keys)
        for row in connection.execute(select(*columns).where(columns[0].in_(part)))
    ]


def _keep_messages(
    connection: Connection, batch: Sequence[Archived], folders: Mapping[int, str]
) -> None:
    """Make the messages of a batch, or move the receipt of known ones to an earlier place's."""
    first: dict[str, tuple[datetime, str, Archived]] = {}
    for item in batch:
        place = (item.internaldate, folders[item.place_id], item)
        if item.raw_sha256 not in first or place[:2] < first[item.raw_sha256][:2]:
            first[item.raw_sha256] = place
    columns = [MESSAGES.c.raw_sha256, MESSAGES.c.received_at, MESSAGES.c.folder, MESSAGES.c.stage]
    known = {row.raw_sha256: row for row in _rows_by(connection, columns, first)}
    new, earlier = [], []
    for raw_sha256, (received_at, folder, item) in first.items():
        row = known.get(raw_sha256)
        if row is None:
            new.append(
                {
                    "raw_sha256": raw_sha256,
                    "received_at": received_at,
                    "folder": folder,
                    "size": item.size,
                    "message_id": item.message_id,
                }
            )
        elif (received_at, folder) < (row.received_at, row.folder):
            filed_again = row.stage == "filed" and received_at < row.received_at
            earlier.append(
                {
                    "hash": raw_sha256,
                    "received": received_at,
                    "place": folder,
                    "at": "read" if filed_again else row.stage,
                }
            )
    if new:
        connection.execute(MESSAGES.insert(), new)
    if earlier:
        connection.execute(
            update(MESSAGES)
            .where(MESSAGES.c.raw_sha256 == bindparam("hash"))
            .values(
                received_at=bindparam("received"), folder=bindparam("place"), stage=bindparam("at")
            ),
            earlier,
        )
