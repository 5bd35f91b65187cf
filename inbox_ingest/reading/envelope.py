"""Who sent a mail and what it is about, where nothing else of it can be read."""

from __future__ import annotations

import re

from inbox_ingest.reading.content import Content, MemoryContent, MemorySink
from inbox_ingest.reading.message import TooComplex, take_apart
from inbox_ingest.records import Message

_LONGEST_HEADER = 256 << 10
_HEADER_ENDS = re.compile(rb"\r?\n\r?\n")
NOTHING = Message(message_id=None, subject=None, sender=None)


def envelope_of(raw: Content) -> Message:
    """The headers of a raw mail, of which not a byte behind them is looked at; never raises on mail."""
    with raw.open() as stream:
        head = stream.read(_LONGEST_HEADER)
    end = _HEADER_ENDS.search(head)
    header = head if end is None else head[: end.start()]
    try:
        return take_apart(MemoryContent(header + b"\r\n\r\n"), MemorySink()).message
    except (TooComplex, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return NOTHING
