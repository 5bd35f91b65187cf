"""Place rows, and the message rows that come with them; used by `store_collect`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, update

from inbox_ingest.casebook.changes import Archived, Folder, Listed
from inbox_ingest.casebook.database import slices
from inbox_ingest.casebook.tables import MESSAGES, PLACES

LIVE = PLACES.c.gone_at.is_(None)


def in_folder(folder: Folder) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions: the place lies in this folder."""
    return PLACES.c.account == folder.account, PLACES.c.folder == folder.folder


def on_record(connection: Connection, folder: Folder) -> tuple[list[Any], dict[str, Any]]:
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
        .where(*in_folder(folder), or_(LIVE, columns.uidvalidity == folder.uidvalidity))
        .order_by(columns.id)
    ).all()
    return (
        [row for row in rows if row.gone_at is None],
        {row.uid: row for row in rows if row.gone_at is not None},
    )


def same_mail(row: Any, size: int | None, internaldate: datetime | None) -> bool:
    """Whether nothing that is known on both sides differs."""
    return (row.size is None or size is None or row.size == size) and (
        row.internaldate is None or internaldate is None or row.internaldate == internaldate
    )


def set_gone(connection: Connection, ids: Collection[int], when: datetime | None) -> None:
    """Note that places are gone, or (None) that they are back."""
    if ids:
        connection.execute(
            update(PLACES)
            .where(PLACES.c.id == bindparam("place"))
            .values(gone_at=bindparam("gone", type_=PLACES.c.gone_at.type)),
            [{"place": place, "gone": when} for place in ids],
        )


def insert_listed(connection: Connection, folder: Folder, new: Sequence[Listed]) -> None:
    """Write new places."""
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


def keep_scope(connection: Connection, folder: Folder, collect_from: datetime) -> None:
    """Put each place that was never fetched on the right side of `collect_from`, which may move."""
    received = PLACES.c.internaldate
    for state, condition, right in (
        ("listed", received < collect_from, "out_of_scope"),
        ("out_of_scope", received >= collect_from, "listed"),
    ):
        connection.execute(
            update(PLACES)
            .where(*in_folder(folder), PLACES.c.state == state, LIVE, condition)
            .values(state=right)
        )


def rows_by(connection: Connection, columns: list[Any], keys: Iterable[Any]) -> list[Any]:
    """Rows whose first column is one of `keys`."""
    return [
        row
        for part in slices(keys)
        for row in connection.execute(select(*columns).where(columns[0].in_(part)))
    ]


def keep_messages(
    connection: Connection, batch: Sequence[Archived], folders: Mapping[int, str]
) -> None:
    """Make the messages of a batch, or move the receipt of known ones to an earlier place's."""
    first: dict[str, tuple[datetime, str, Archived]] = {}
    for item in batch:
        place = (item.internaldate, folders[item.place_id], item)
        if item.raw_sha256 not in first or place[:2] < first[item.raw_sha256][:2]:
            first[item.raw_sha256] = place
    columns = [MESSAGES.c.raw_sha256, MESSAGES.c.received_at, MESSAGES.c.folder, MESSAGES.c.stage]
    known = {row.raw_sha256: row for row in rows_by(connection, columns, first)}
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
