"""Undo a transfer encoding in blocks, and notice damage on the way.

A body of any size is decoded with a few hundred kilobytes of memory. What the standard decoders
pass over in silence (letters that are no base64, an end in the middle of a group) is noted, because
it is all that shows a file that was cut off or garbled on its way.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NO_LETTERS = bytes(set(range(256)) - set(_LETTERS))
_LINE_OF_LETTERS = re.compile(rb"\s*[A-Za-z0-9+/]{40,}={0,2}\s*(?:\n|\Z)")


class Decoded:
    """The decoded bytes of one body, to be gone through once; then `garbled` and `unfinished` hold.

    `garbled`: letters stood in it that its encoding does not have. `unfinished`: it ends inside a
    group of letters.
    """

    def __init__(self, encoding: str, blocks: Iterable[bytes]) -> None:
        self.garbled = False
        self.unfinished = False
        self._blocks = blocks
        self._decode = {
            "base64": self._base64,
            "quoted-printable": self._quoted_printable,
            "uuencode": self._uuencode,
        }.get(encoding, self._as_is)

    def __iter__(self) -> Iterator[bytes]:
        return self._decode()

    def _as_is(self) -> Iterator[bytes]:
        yield from self._blocks

    def _base64(self) -> Iterator[bytes]:
        pending = b""
        padded = False
        for block in self._blocks:
            rest = block
            while rest:
                if padded:
                    # Behind the padding comes the footer of a list, or another encoded piece.
                    rest = rest.lstrip(b"= \t\r\n")
                    if rest and not _LINE_OF_LETTERS.match(rest):
                        return
                    padded = not rest
                letters, equals, rest = rest.partition(b"=")
                pending += self._only_letters(letters)
                over = len(pending) % 4
                if equals:
                    yield self._group(pending)
                    pending, padded = b"", True
                elif len(pending) > over:
                    yield binascii.a2b_base64(pending[: len(pending) - over])
                    pending = pending[len(pending) - over :]
        if pending:
            self.unfinished = True
            yield self._group(pending)

    def _only_letters(self, text: bytes) -> bytes:
        text = text.translate(None, b" \t\r\n")
        letters = text.translate(None, _NO_LETTERS)
        self.garbled |= len(letters) != len(text)
        return letters

    def _group(self, letters: bytes) -> bytes:
        """Decode to the end of a padded text: a last group of one letter holds no byte."""
        if len(letters) % 4 == 1:
            self.unfinished = True
            letters = letters[:-1]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))

    def _quoted_printable(self) -> Iterator[bytes]:
        pending = b""
        for block in self._blocks:
            lines, feed, pending = (pending + block).rpartition(b"\n")
            if feed:
                yield binascii.a2b_qp(lines + feed)
            elif len(pending) > 1 << 20:  # no lines at all: cut where no escape is cut
                cut = len(pending) - 3 + (pending[-3:].find(b"=") if b"=" in pending[-3:] else 3)
                yield binascii.a2b_qp(pending[:cut])
                pending = pending[cut:]
        if pending:
            yield binascii.a2b_qp(pending)

    def _uuencode(self) -> Iterator[bytes]:
        begun = False
        for line in _lines(self._blocks):
            if not begun:
                begun = line.startswith(b"begin ")
            elif line.strip() in (b"end", b"`", b""):
                if line.strip() == b"end":
                    return
            else:
                yield self._uu_line(line)
        self.unfinished = True

    def _uu_line(self, line: bytes) -> bytes:
        try:
            return binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders write a wrong length or lose trailing blanks (as the standard library).
            length = ((line[0] - 32) & 63) * 4 // 3 + 3
            try:
                return binascii.a2b_uu(line[:length].ljust(length))
            except binascii.Error:
                self.garbled = True
                return b""


def encoding_of(label: str, beginning: bytes, content_type: str) -> str:
    """The encoding that a body has: as labelled, and where that says nothing, as it looks."""
    label = label.strip().lower()
    for name in ("base64", "quoted-printable"):
        if name.replace("-", "") in label.replace("-", ""):
            return name
    if re.match(r"(?:x-)?uue", label):
        return "uuencode"
    unlabelled = label not in ("binary",) and not content_type.startswith(("text/", "message/"))
    if unlabelled and re.match(rb"(?:[A-Za-z0-9+/]{60,78}\r?\n){3}", beginning):
        return "base64"
    return "none"


_UU_BLOCK = re.compile(
    rb"^begin[ \t]+[0-7]{3,4}[ \t]+([^\r\n]{1,300})\r?\n"
    rb"((?:[!-`][ -`]*\r?\n)+?)(?:[ `]?\r?\n)?end[ \t]*(?:\r?\n|\Z)",
    re.MULTILINE,
)


def uuencoded_files(body: bytes) -> tuple[bytes, list[tuple[bytes, Decoded]]]:
    """Take uuencoded files out of a text body: the text without them, and (name, data) of each."""
    files: list[tuple[bytes, Decoded]] = []
    if b"\nbegin " not in body and not body.startswith(b"begin "):
        return body, files
    kept: list[bytes] = []
    at = 0
    for found in _UU_BLOCK.finditer(body):
        files.append((found.group(1), Decoded("uuencode", (found.group(),))))
        kept.append(body[at : found.start()])
        at = found.end()
    return b"".join([*kept, body[at:]]), files


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    pending = b""
    for block in blocks:
        *lines, pending = (pending + block).split(b"\n")
        yield from (line.rstrip(b"\r") for line in lines)
    if pending:
        yield pending.rstrip(b"\r")
