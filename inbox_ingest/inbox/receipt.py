"""When a mail in a file was received: newest Received header, else Date, else the file's time.

Contract §7. The newest Received header is the uppermost: each server adds its own above those that
it found, so whatever stands further down was claimed by somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO

HEADER_LIMIT = 1 << 18  # bytes; a header section longer than this is no mail that people send
_FIELD = re.compile(rb"(?i)(received|date)[ \t]*:(.*)", re.DOTALL)
_YEARS = range(1982, 2200)  # RFC 822 and on; keeps nonsense out of time arithmetic


def received_at(header: bytes, file_time: float) -> datetime:
    """The time of receipt, aware. `file_time` is seconds since the epoch."""
    dates: dict[bytes, datetime] = {}
    for name, value in _fields(header):
        if name in dates:
            continue
        # The date is what follows the last semicolon (RFC 5322 §3.6.7).
        text = value.rpartition(b";")[2] if name == b"received" else value
        moment = _date(text)
        if moment is not None:
            dates[name] = moment
    found = dates.get(b"received") or dates.get(b"date")
    return found or datetime.fromtimestamp(file_time, UTC)


def read_header(stream: BinaryIO) -> bytes:
    """The header section at the start of `stream`, cut at `HEADER_LIMIT`."""
    lines: list[bytes] = []
    left = HEADER_LIMIT
    while left > 0 and (line := stream.readline(left)).strip(b"\r\n"):
        lines.append(line)
        left -= len(line)
    return b"".join(lines)


def _fields(header: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Received and Date fields in their order, unfolded; name in lower case."""
    unfolded = re.sub(rb"\r?\n(?=[ \t])", b"", header)
    for line in unfolded.splitlines():
        match = _FIELD.match(line)
        if match:
            yield match[1].lower(), match[2]


def _date(text: bytes) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.decode("ascii", "replace").strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.year not in _YEARS:
        return None
    # -0000 says: UTC, and nothing known about the place (RFC 5322 §3.3).
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
