"""An mbox file, read in a stream: where each message begins and ends, and its bytes unquoted.

A message begins at a `From ` line that stands at the start of the file or after an empty line and
carries a time and a year, as every writer of this format puts them there: a line of text that only
begins with “From ” is none. One `>` is taken off lines quoted as `>From ` (mboxrd; for mboxo this
is right for every line that it quotes). The file is never changed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from inbox_ingest.errors import InputError
from inbox_ingest.inbox.receipt import read_header, received_at
from inbox_ingest.inbox.source import CHUNK_SIZE

_SEPARATOR = re.compile(rb"From .*\d:\d\d.*\b\d{4}\b")
_QUOTED = re.compile(rb">+From ")
_LINE = 1 << 16  # bytes read at a time of a line; longer lines come in pieces


@dataclass(frozen=True, slots=True)
class MboxMessage:
    """Where a message lies in the file; `size` counts its unquoted bytes.

    `uid` is the hash of those bytes (a second copy has `-2` behind it): it stays when messages
    before it are removed.
    """

    uid: str
    start: int
    end: int
    size: int
    received_at: datetime


def index(path: Path) -> list[MboxMessage]:
    """All messages of the file. Raises `InputError` where it is no mbox, OSError where unreadable."""
    found: list[MboxMessage] = []
    copies: dict[str, int] = {}
    with path.open("rb") as stream:
        file_time = os.fstat(stream.fileno()).st_mtime
        for start, end in _bounds(stream, path):
            stream.seek(start)
            header = read_header(stream)[: end - start]
            digest = hashlib.sha256()
            size = 0
            for piece in _unquoted(stream, start, end):
                digest.update(piece)
                size += len(piece)
            key = digest.hexdigest()[:40]
            copies[key] = copies.get(key, 0) + 1
            uid = key if copies[key] == 1 else f"{key}-{copies[key]}"
            found.append(MboxMessage(uid, start, end, size, received_at(header, file_time)))
    return found


def chunks(stream: BinaryIO, message: MboxMessage) -> Iterator[bytes]:
    """The unquoted bytes of one message."""
    return _unquoted(stream, message.start, message.end)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """(offset, piece of a line, whether it begins the line)."""
    offset, begins = stream.tell(), True
    while piece := stream.readline(_LINE):
        yield offset, piece, begins
        offset += len(piece)
        begins = piece.endswith(b"\n")


def _bounds(stream: BinaryIO, path: Path) -> list[tuple[int, int]]:
    """Start and end of each message; the empty line before a separator belongs to neither."""
    bounds: list[tuple[int, int]] = []
    start: int | None = None
    empty = end = 0  # length of the empty line just read; where the file ends
    for offset, piece, begins in _lines(stream):
        end = offset + len(piece)
        if start is None:
            if piece.startswith(b"From "):
                start = end
            elif piece.strip():
                raise InputError(
                    f"{path} 不是 mbox 文件：开头没有“From ”行。",
                    remedy="单封邮件请用 eml:，Maildir 文件夹请用 maildir:。",
                )
        elif empty and begins and _SEPARATOR.match(piece):
            bounds.append((start, offset - empty))
            start, empty = end, 0
        else:
            empty = len(piece) if begins and piece in (b"\n", b"\r\n") else 0
    if start is not None:
        bounds.append((start, end - empty))
    return bounds


def _unquoted(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    stream.seek(start)
    parts: list[bytes] = []
    held = 0
    for offset, piece, begins in _lines(stream):
        if offset >= end:
            break
        text = piece[: end - offset]
        if begins and text.startswith(b">") and _QUOTED.match(text):
            text = text[1:]
        parts.append(text)
        held += len(text)
        if held >= CHUNK_SIZE:
            yield b"".join(parts)
            parts, held = [], 0
    if parts:
        yield b"".join(parts)
