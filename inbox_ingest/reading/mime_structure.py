"""The tree of a mail's parts as places in its raw bytes: no body is decoded or copied.

Runs before any library sees the mail, so that the limits hold before anything is parsed: depth,
number of parts, size of headers. Bodies are searched for their boundaries in windows, so that a
mail of any size needs little memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message as StandardMessage
from email.parser import BytesHeaderParser
from typing import BinaryIO

from inbox_ingest.reading.content import Content

DEEPEST = 20  # nested multiparts; people's mail programs make 3 or 4
MOST_PARTS = 1000
LARGEST_HEADER = 256 << 10  # bytes; servers refuse more than 64 to 128 KiB
_WINDOW = 1 << 20
_HELD_WHOLE = 4 << 20
_MOST_CANDIDATES = 100_000
_MOST_MENDED = 50  # lines of a header that are no header lines


class TooComplex(Exception):
    """A mail built to exhaust whoever parses it; the message is a Chinese sentence."""


class RawMail:
    """Raw bytes that are searched and cut without being held whole, unless they are few."""

    def __init__(self, content: Content) -> None:
        self.size = content.size
        self._stream: BinaryIO = content.open()
        self._window = self._stream.read(self.size if self.size <= _HELD_WHOLE else _WINDOW)
        self._at = 0

    def __enter__(self) -> RawMail:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def cut(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`; fewer where the mail ends before."""
        if start < self._at or end > self._at + len(self._window):
            if end - start > _WINDOW:
                self._stream.seek(start)
                return self._stream.read(end - start)
            self._load(start)
        return self._window[start - self._at : max(0, end - self._at)]

    def find(self, needle: bytes, start: int, end: int) -> int:
        """Where `needle` first lies wholly between `start` and `end`, or -1."""
        while start + len(needle) <= end:
            if not self._at <= start <= self._at + len(self._window) - len(needle):
                self._load(start)
                if len(self._window) < len(needle):
                    return -1
            found = self._window.find(needle, start - self._at, end - self._at)
            if found >= 0:
                return found + self._at
            start = self._at + len(self._window) - len(needle) + 1
        return -1

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` to `end` in pieces of at most 256 KiB."""
        for at in range(start, end, 256 << 10):
            yield self.cut(at, min(end, at + (256 << 10)))

    def _load(self, start: int) -> None:
        if self._at == 0 and len(self._window) == self.size:
            return
        self._stream.seek(start)
        self._window = self._stream.read(_WINDOW)
        self._at = start


@dataclass(slots=True)
class Part:
    """One node of the tree. `path` is numbered as IMAP does (RFC 3501 §6.4.5); the root's is empty.

    `header` is the header block, mended so that a parser reads it to its end. A `closed` part ends
    at a boundary and not at the end of the mail. `too_deep` parts were not looked into.
    """

    path: str
    header: bytes
    start: int
    end: int
    content_type: str = "text/plain"
    closed: bool = True
    too_deep: bool = False
    boundary: bytes = b""
    children: list[Part] = field(default_factory=list)

    def walk(self) -> Iterator[Part]:
        """The part and everything below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> Iterator[Part]:
        """The parts with bodies of their own."""
        return (part for part in self.walk() if not part.children)


def structure_of(raw: RawMail) -> Part:
    """The tree of the mail.

    Raises:
        TooComplex: a header, or the number of parts, is beyond what any mail program makes.
    """
    budget = [MOST_PARTS]
    root = _part(raw, "", 0, raw.size, closed=True, depth=0, budget=budget)
    if not root.children:
        root.path = "1"
    return root


def skeleton(root: Part) -> bytes:
    """The mail without bodies, each part marked with its path in a header of ours, for a parser."""
    mark = b"X-Inbox-Ingest-Part: " + root.path.encode() + b"\r\n"
    pieces = [mark, root.header, b"\r\n"]
    for child in root.children:
        pieces += [b"--", root.boundary, b"\r\n", skeleton(child), b"\r\n"]
    if root.children:
        pieces += [b"--", root.boundary, b"--\r\n"]
    return b"".join(pieces)


PART_MARK = "X-Inbox-Ingest-Part"

_CONTENT_TYPE = re.compile(rb"^content-type[ \t]*:[ \t]*(?:\r?\n[ \t]+)*([^;\s]*)", re.I | re.M)
_PARSER = BytesHeaderParser()


def _part(
    raw: RawMail, path: str, start: int, end: int, *, closed: bool, depth: int, budget: list[int]
) -> Part:
    budget[0] -= 1
    if budget[0] < 0:
        raise TooComplex(f"邮件的分段超过 {MOST_PARTS} 个")
    header, body = _header(raw, start, end)
    declared = _CONTENT_TYPE.search(header)
    part = Part(path, header, body, end, closed=closed)
    if declared is not None:
        part.content_type = declared.group(1).decode("latin-1").lower()
    if not part.content_type.startswith("multipart/"):
        return part
    if depth >= DEEPEST:
        part.too_deep = True
        return part
    part.boundary, spans = _children(raw, part)
    for number, (first, last, ended) in enumerate(spans, 1):
        below = f"{path}.{number}" if path else str(number)
        child = _part(raw, below, first, last, closed=ended, depth=depth + 1, budget=budget)
        part.children.append(child)
    return part


def _children(raw: RawMail, part: Part) -> tuple[bytes, list[tuple[int, int, bool]]]:
    for boundary in (_declared_boundary(part.header), _evident_boundary(raw, part)):
        if boundary:
            spans = _spans(raw, part.start, part.end, boundary)
            if spans:
                return boundary, spans
    return b"", []


_TYPE_VALUE = re.compile(rb"^content-type[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.I | re.M)
_PLAIN_BOUNDARY = re.compile(
    rb"""[;\s]boundary=(?:"([^"\r\n\\]+)"|([^\s;"]+)[ \t]*(?:;|\Z|\r?\n))""", re.I
)


def _declared_boundary(header: bytes) -> bytes:
    value = _TYPE_VALUE.search(header)
    plain = None if value is None else _PLAIN_BOUNDARY.search(value.group(1))
    if plain is not None:
        return (plain.group(1) or plain.group(2)).rstrip()[:300]
    message: StandardMessage = _PARSER.parsebytes(header)
    try:
        boundary = message.get_boundary() or ""
    except (LookupError, UnicodeError, ValueError):
        return b""
    return boundary.encode("utf-8", "surrogateescape")[:300]


def _evident_boundary(raw: RawMail, part: Part) -> bytes:
    """A delimiter that the declaration missed: a line of dashes with a header right under it."""
    found = re.search(
        rb"(?:\A|\n)--([^\s-][^\r\n]{2,200}?|-+[^\s-][^\r\n]{2,200}?)[ \t]*\r?\n"
        rb"content-[a-z-]+[ \t]*:",
        raw.cut(part.start, min(part.end, part.start + 65_536)),
        re.IGNORECASE,
    )
    return found.group(1) if found else b""


_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")


def _spans(raw: RawMail, start: int, end: int, boundary: bytes) -> list[tuple[int, int, bool]]:
    """Where the parts between the delimiters lie, and whether a delimiter ends each.

    What follows the closing delimiter is a part again only where another delimiter opens it:
    some programs close too early, and nothing may be lost by that.
    """
    spans: list[tuple[int, int, bool]] = []
    opened: int | None = None
    for line, after, closing in _delimiters(raw, start, end, boundary):
        if opened is not None:
            spans.append((opened, _without_line_end(raw, opened, line), True))
        opened = None if closing else after
        if len(spans) > MOST_PARTS:
            raise TooComplex(f"邮件的分段超过 {MOST_PARTS} 个")
    if opened is not None:
        spans.append((opened, end, False))
    return spans


def _delimiters(
    raw: RawMail, start: int, end: int, boundary: bytes
) -> Iterator[tuple[int, int, bool]]:
    """(start of the line, start of the next line, whether it closes) of each delimiter line."""
    needle = b"\n--" + boundary
    found = start - 2  # the line feed that ends the header counts
    candidates = 0
    while (found := raw.find(needle, found + 1, end)) >= 0:
        candidates += 1
        if candidates > _MOST_CANDIDATES:
            raise TooComplex("邮件的分段界线多得不合情理")
        tail = found + len(needle)
        ending = _DELIMITER_END.match(raw.cut(tail, min(end, tail + 200)))
        if ending is not None:
            yield found + 1, min(end, tail + ending.end()), ending.group(1) is not None


def _without_line_end(raw: RawMail, start: int, end: int) -> int:
    """The line break before a delimiter belongs to the delimiter (RFC 2046 §5.1.1)."""
    tail = raw.cut(max(start, end - 2), end)
    if tail.endswith(b"\r\n"):
        return end - 2
    return end - 1 if tail.endswith(b"\n") else end


# --- headers --------------------------------------------------------------------------------------

_LINES = re.compile(rb"(?:(?:[!-9;-~]+[ \t]*:|[ \t])[^\n]*(?:\n|\Z))*")
_BLANK = re.compile(rb"\r?\n")
_NEXT_BLANK = re.compile(rb"\n\r?\n")
_FIRST_JUNK = re.compile(rb">?From [^\n]*\n")  # the separator line of mbox
_SURELY_HEADER = re.compile(
    rb"^(?:content-(?:type|transfer-encoding|disposition)|mime-version|subject|from|to|date"
    rb"|message-id)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


def _header(raw: RawMail, start: int, end: int) -> tuple[bytes, int]:
    """The header block that begins at `start`, mended, and where the body begins.

    A line that is no header ends the block, unless headers follow it before the next blank line:
    then it is the rest of a badly folded one.
    """
    block = raw.cut(start, min(end, start + 8192))
    if len(block) == 8192 and _NEXT_BLANK.search(block) is None:
        block = raw.cut(start, min(end, start + LARGEST_HEADER))
    pieces: list[bytes] = []
    at = mended = 0
    if start == 0 and (junk := _FIRST_JUNK.match(block)) is not None:
        at = junk.end()
    while True:
        lines = _LINES.match(block, at)
        assert lines is not None  # noqa: S101 - the pattern matches nothing too
        pieces.append(lines.group())
        at = lines.end()
        blank = _BLANK.match(block, at)
        if blank is not None or at >= len(block):
            break
        rest = _NEXT_BLANK.search(block, at)
        headers_follow = _SURELY_HEADER.search(block, at, rest.start() if rest else at)
        mended += 1
        if not any(pieces) or headers_follow is None or mended > _MOST_MENDED:
            return b"".join(pieces), start + at
        line_end = block.find(b"\n", at) + 1 or len(block)
        pieces.append(b" " + block[at:line_end])
        at = line_end
    if blank is None and len(block) >= LARGEST_HEADER:
        raise TooComplex(f"邮件头超过 {LARGEST_HEADER >> 10} KB")
    header = b"".join(pieces)
    if header and not header.endswith(b"\n"):
        header += b"\r\n"
    return header, start + (blank.end() if blank else at)
