"""The casebook's part in reading: which mails are to be read, what was read in them."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, and_, bindparam, case, delete, or_, select, update

from inbox_ingest.casebook.changes import ToRead
from inbox_ingest.casebook.collector import collector_paused
from inbox_ingest.casebook.database import Database, slices
from inbox_ingest.casebook.tables import ATTACHMENTS, MESSAGES, READINGS, SIGNATURES
from inbox_ingest.errors import TryLater
from inbox_ingest.records import IssueCode, Reading, Received


class ReadingStore:
    """Readings by raw SHA-256."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def to_read(
        self, reader_version: str, *, everything: bool = False, unsettled: bool = False
    ) -> list[ToRead]:
        """Mails to read, oldest receipt first.

        Those never read, those that an older reader could not read (as a whole, or for want of a
        reader), or all of them. With `unsettled` the latter come whichever version read them: a
        reader was installed.
        """
        wanted = MESSAGES.c.stage == "archived"
        if everything:
            wanted = MESSAGES.c.raw_sha256.is_not(None)
        elif unsettled:
            wanted = or_(wanted, MESSAGES.c.unsettled == 1)
        else:
            older = READINGS.c.reader_version != reader_version
            wanted = or_(wanted, and_(MESSAGES.c.unsettled == 1, older))
        columns = MESSAGES.c
        query = (
            select(columns.raw_sha256, columns.received_at, columns.size, columns.attempts)
            .join_from(MESSAGES, READINGS, isouter=True)
            .where(wanted)
            .order_by(columns.received_at, columns.raw_sha256)
        )
        with self._database.reading() as connection:
            return [ToRead(*row) for row in connection.execute(query)]

    def save(self, readings: Sequence[Reading], now: datetime) -> int:
        """Write readings in one transaction; return how many differ from what was there.

        A mail whose reading changed (new, or read again with another result) is at stage `read` and
        waits for filing; one whose reading is the same keeps its stage.
        """
        if not readings:
            return 0
        readings = [_storable(reading) for reading in readings]
        bodies = {reading.raw_sha256: _body(reading) for reading in readings}
        with self._database.writing() as connection:
            known = _bodies(connection, bodies)
            changed = [
                reading
                for reading in readings
                if _content(bodies[reading.raw_sha256]) != _content(known.get(reading.raw_sha256))
            ]
            self._keep(connection, readings, bodies, now)
            _keep_files(connection, changed)
            connection.execute(_note_read(), [_noted(reading) for reading in readings])
            if changed:
                connection.execute(
                    update(MESSAGES)
                    .where(MESSAGES.c.raw_sha256 == bindparam("hash"))
                    .values(stage="read"),
                    [{"hash": reading.raw_sha256} for reading in changed],
                )
        return len(changed)

    def _keep(
        self,
        connection: Connection,
        readings: Iterable[Reading],
        bodies: dict[str, str],
        now: datetime,
    ) -> None:
        statement = self._database.insert(READINGS)
        replaced = ("reader_version", "campaign_sha256", "made_at", "body")
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["raw_sha256"],
                set_={name: statement.excluded[name] for name in replaced},
            ),
            [
                {
                    "raw_sha256": reading.raw_sha256,
                    "reader_version": reading.reader_version,
                    "campaign_sha256": reading.campaign_sha256,
                    "made_at": now,
                    "body": bodies[reading.raw_sha256],
                }
                for reading in readings
            ],
        )

    def failed(self, raw_sha256: str, now: datetime) -> int:
        """Count an attempt to read that died; return how many have."""
        this = MESSAGES.c.raw_sha256 == raw_sha256
        with self._database.writing() as connection:
            attempts: int = (connection.scalar(select(MESSAGES.c.attempts).where(this)) or 0) + 1
            connection.execute(update(MESSAGES).where(this).values(attempts=attempts))
        return attempts

    def received(self) -> list[Received]:
        """Every reading with its time of receipt and folder, by (received_at, raw_sha256).

        Raises:
            TryLater: readings of an older version do not fit any more; they have been put back to
                be read again, which the next pass does.
        """
        query = (
            select(
                MESSAGES.c.received_at, MESSAGES.c.folder, READINGS.c.body, MESSAGES.c.raw_sha256
            )
            .join_from(MESSAGES, READINGS)
            .order_by(MESSAGES.c.received_at, MESSAGES.c.raw_sha256)
        )
        received, outdated = [], []
        with self._database.reading() as connection, collector_paused():
            for received_at, folder, body, raw_sha256 in connection.execute(query):
                try:
                    reading = Reading.model_validate_json(body)
                except ValidationError:
                    outdated.append(raw_sha256)
                    continue
                # Checked above and by the column: validating 10,000 readings twice costs a second.
                received.append(
                    Received.model_construct(
                        received_at=received_at, folder=folder, reading=reading
                    )
                )
        if outdated:
            self._read_again(outdated)
            raise TryLater(
                f"{len(outdated)} 封邮件的读取结果由旧版本写成，已安排重读",
                remedy="再运行一次 ingest run 即可。",
            )
        return received

    def _read_again(self, hashes: Sequence[str]) -> None:
        with self._database.writing() as connection:
            connection.execute(
                update(MESSAGES)
                .where(MESSAGES.c.raw_sha256 == bindparam("hash"))
                .values(stage="archived"),
                [{"hash": raw_sha256} for raw_sha256 in hashes],
            )

    def unfiled(self) -> set[str]:
        """Mails that are read and wait for filing."""
        with self._database.reading() as connection:
            return set(
                connection.scalars(select(MESSAGES.c.raw_sha256).where(MESSAGES.c.stage == "read"))
            )

    def never_filed(self) -> set[str]:
        """Those of them that no filing has seen yet: not what was only read again."""
        columns = MESSAGES.c
        with self._database.reading() as connection:
            return set(
                connection.scalars(
                    select(columns.raw_sha256).where(
                        columns.stage == "read", columns.disposition.is_(None)
                    )
                )
            )


def _body(reading: Reading) -> str:
    return reading.model_dump_json(exclude_defaults=True)


def _storable(reading: Reading) -> Reading:
    """The reading, with U+FFFD for halves of surrogate pairs: no database takes those.

    Readers should let none through; one that does must not stop all mail for good.
    """
    try:
        _body(reading)
    except PydanticSerializationError:
        return Reading.model_validate(_whole_characters(reading.model_dump()))
    return reading


def _whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, dict):
        return {_whole_characters(key): _whole_characters(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_whole_characters(item) for item in value)
    return value


def _content(body: str | None) -> str | None:
    """A reading's JSON without hash and versions, which come first: what makes readings differ."""
    return None if body is None else body.partition(',"message":')[2]


def _bodies(connection: Connection, hashes: Iterable[str]) -> dict[str, str]:
    query = select(READINGS.c.raw_sha256, READINGS.c.body)
    return {
        raw_sha256: body
        for part in slices(hashes)
        for raw_sha256, body in connection.execute(query.where(READINGS.c.raw_sha256.in_(part)))
    }


def _note_read() -> Any:
    return (
        update(MESSAGES)
        .where(MESSAGES.c.raw_sha256 == bindparam("hash"))
        .values(
            stage=case((MESSAGES.c.stage == "archived", "read"), else_=MESSAGES.c.stage),
            attempts=0,
            unsettled=bindparam("open"),
            message_id=bindparam("identifier"),
            sender=bindparam("from"),
            subject=bindparam("about"),
        )
    )


def _noted(reading: Reading) -> dict[str, Any]:
    message = reading.message
    wanting = any(
        problem.code == IssueCode.READER_MISSING
        for attachment in reading.attachments
        for problem in attachment.problems
    )
    return {
        "hash": reading.raw_sha256,
        "open": int(reading.problem is not None or wanting),
        "identifier": message.message_id,
        "from": None if message.sender is None else message.sender.address,
        "about": message.subject,
    }


def _keep_files(connection: Connection, readings: Sequence[Reading]) -> None:
    """Replace the attachment and signature rows of these mails."""
    if not readings:
        return
    hashes = [{"hash": reading.raw_sha256} for reading in readings]
    for table in (ATTACHMENTS, SIGNATURES):
        connection.execute(delete(table).where(table.c.raw_sha256 == bindparam("hash")), hashes)
    files = [
        {
            "raw_sha256": reading.raw_sha256,
            "part": attachment.part,
            "position": position,
            "sha256": attachment.sha256,
            "filename": attachment.filename,
            "size": attachment.size,
            "role": attachment.role,
            "kind": attachment.kind,
            "container": attachment.container,
        }
        for reading in readings
        for position, attachment in enumerate(reading.attachments)
    ]
    signatures = [
        {
            "raw_sha256": reading.raw_sha256,
            "position": position,
            "text_sha256": attachment.case_text.text_sha256,
            "signature": _packed(attachment.case_text.signature),
        }
        for reading in readings
        for position, attachment in enumerate(reading.attachments)
        if attachment.case_text is not None and attachment.case_text.signature
    ]
    if files:
        connection.execute(ATTACHMENTS.insert(), files)
    if signatures:
        connection.execute(SIGNATURES.insert(), signatures)


def _packed(signature: Sequence[int]) -> bytes:
    mask = (1 << 64) - 1
    return struct.pack(f"<{len(signature)}Q", *(number & mask for number in signature))
