"""Which messages are asked for together, and what came back for them. No connection in here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from imapclient.datetime_util import parse_to_datetime  # type: ignore[import-untyped]

from inbox_ingest.inbox.source import CHUNK_SIZE, Listed

BATCH_BYTES = 8 << 20  # of messages in one FETCH: they are in memory together
LARGE = 4 << 20  # from here on a message is fetched in chunks, into a file
BATCH_UIDS = 1000  # far below the 12,000 that servers were seen to take
SET_LENGTH = 4000  # signs in a UID set: RFC 7162 §4 asks servers for lines of 8192
LOOK = "(UID INTERNALDATE RFC822.SIZE)"
BODY = "(UID INTERNALDATE BODY.PEEK[])"
THREAD = (
    "(UID BODY.PEEK[HEADER.FIELDS"
    " (MESSAGE-ID IN-REPLY-TO REFERENCES FROM TO CC SUBJECT AUTO-SUBMITTED)])"
)

Wanted = tuple[str, int]


def uid_sets(uids: Iterable[str], most: int = BATCH_UIDS) -> Iterator[list[str]]:
    """Split UIDs so that each part fits one command, whatever their digits."""
    part: list[str] = []
    length = 0
    for uid in uids:
        if part and (len(part) >= most or length + len(uid) + 1 > SET_LENGTH):
            yield part
            part, length = [], 0
        part.append(uid)
        length += len(uid) + 1
    if part:
        yield part


def uid_set(uids: Sequence[str]) -> str:
    """UIDs as an IMAP set; neighbours by number become a range, and nothing else is ever named."""
    numbers = sorted({int(uid) for uid in uids})
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ranges)


def is_large(size: int) -> bool:
    """Whether a message is fetched alone and in chunks; one of unknown size may be anything."""
    return size >= LARGE or size <= 0


def batches(wanted: Iterable[Wanted]) -> Iterator[list[Wanted]]:
    """Group messages so that one batch stays in memory; a large message is a batch of its own."""
    part: list[Wanted] = []
    total = length = 0
    for uid, size in wanted:
        if is_large(size):
            yield [(uid, size)]
            continue
        full = total + size > BATCH_BYTES or length + len(uid) + 1 > SET_LENGTH
        if part and (full or len(part) >= BATCH_UIDS):
            yield part
            part, total, length = [], 0, 0
        part.append((uid, size))
        total += size
        length += len(uid) + 1
    if part:
        yield part


def budget(batch: Sequence[Wanted]) -> int:
    """How many bytes the answer to a batch may have.

    Announced sizes are often a little wrong (line ends, headers added on the way out), seldom much.
    """
    return 2 * sum(size for _, size in batch) + (1 << 20)


def chunk_items(offset: int) -> str:
    """What to ask for to get the next chunk of a large message."""
    return f"(UID INTERNALDATE BODY.PEEK[]<{offset}.{CHUNK_SIZE}>)"


def body_of(answer: dict[bytes, Any]) -> bytes | None:
    """The whole body in an answer; None for NIL or none, which must not be taken for empty."""
    return _bytes(answer.get(b"BODY[]"))


def chunk_of(answer: dict[bytes, Any], offset: int) -> bytes | None:
    """The chunk at `offset`; None for NIL, for none, and for one from somewhere else."""
    value = _bytes(answer.get(f"BODY[]<{offset}>".encode()))
    # A message that fits the chunk comes without an origin from some servers.
    return value if value is not None or offset else body_of(answer)


def _bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None


def received_at(answer: dict[bytes, Any]) -> datetime | None:
    """INTERNALDATE, aware; None where it is missing or no date."""
    value = answer.get(b"INTERNALDATE")
    if not isinstance(value, bytes):
        return None
    try:
        moment: datetime = parse_to_datetime(value, normalise=False)
        offset = moment.utcoffset()
        if offset is None:
            return None
        return moment.replace(tzinfo=timezone(offset))
    except (ValueError, OverflowError):
        return None


def listed(uid: str, answer: dict[bytes, Any]) -> Listed | None:
    """A message as described; None where the time of receipt is missing."""
    moment = received_at(answer)
    if moment is None:
        return None
    size = answer.get(b"RFC822.SIZE")
    return Listed(uid, moment, size if isinstance(size, int) and size > 0 else 0)
