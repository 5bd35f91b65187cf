"""Parameters of MIME headers from their raw bytes, and file names that are safe to show and keep.

RFC 2231 (pieces, charset, percent signs), RFC 2047 words inside quotes (forbidden and usual), raw
GBK or UTF-8, names cut into several pieces inside a character.
"""

from __future__ import annotations

import re

from inbox_ingest.reading.charsets import clean_line, decode, decode_header

LONGEST_NAME = 200  # characters; the longest that senders' systems can make is 255 bytes
_LONGEST_SUFFIX = 10

# Quoted strings may hold anything, a quote or backslash escaped; GBK's second bytes do not reach
# below 0x40, so neither `;` nor `"` is ever half of a character, but a backslash (0x5C) can be.
_PARAMETER = re.compile(
    rb""";\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))""", re.DOTALL
)
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?\Z")
_MOST_PIECES = 200


def main_value(value: bytes) -> str:
    """What stands before the parameters, lower-cased: `text/plain`, `attachment`."""
    found = re.match(rb"\s*([^;\s]*)", value)
    return found.group(1).decode("latin-1").lower() if found else ""


def parameters(value: bytes) -> dict[str, str]:
    """The parameters of a header value, decoded, by lower-cased name; the first of a name counts.

    A name given both plainly and by RFC 2231 gets the latter, which is the more exact.
    """
    value = re.sub(rb"\r\n|\r|\n", b"", value)
    plain: dict[str, bytes] = {}
    pieces: dict[str, dict[int, tuple[bool, bytes]]] = {}
    for found in _PARAMETER.finditer(value):
        name = _PIECE.match(found.group(1).decode("ascii").lower())
        if name is None:
            continue
        quoted = found.group(2)
        text = found.group(3).strip() if quoted is None else _unescaped(quoted)
        key, number, coded = name.groups()
        if number is None and coded is None:
            plain.setdefault(key, text)
        elif len(pieces.setdefault(key, {})) < _MOST_PIECES:
            pieces[key].setdefault(int(number or 0), (coded is not None, text))
    decoded = {key: decode_header(text) for key, text in plain.items()}
    return decoded | {key: _joined(parts) for key, parts in pieces.items()}


def safe_name(text: str | None) -> str | None:
    """A file name without folders, control characters and bidi overrides, of bounded length.

    None where nothing is left. The suffix survives the shortening.
    """
    name = clean_line(text or "")
    name = re.split(r"[/\\]", name)[-1].strip().strip('"').strip()
    if not name or not name.strip(". "):
        return None
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > _LONGEST_SUFFIX:
        return name[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(suffix) - 1] + dot + suffix


def _unescaped(quoted: bytes) -> bytes:
    # Only what needs escaping: a Windows path or the second byte of a GBK character keeps its 0x5C.
    return (
        re.sub(rb'\\(["\\])', rb"\1", quoted) if quoted.isascii() else quoted.replace(b'\\"', b'"')
    )


def _joined(parts: dict[int, tuple[bool, bytes]]) -> str:
    label = ""
    data = coded_run = b""
    for number in sorted(parts):
        coded, text = parts[number]
        if coded and number == min(parts) and text.count(b"'") >= 2:
            named, _, text = text.split(b"'", 2)
            label = named.decode("latin-1")
        if coded:
            coded_run += text  # some programs cut between the percent sign and its digits
        else:
            data += _unquoted(coded_run) + text
            coded_run = b""
    data += _unquoted(coded_run)
    # Some programs put encoded words into the pieces, against the RFC.
    return decode_header(data) if b"=?" in data else decode(data, label)


def _unquoted(text: bytes) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda digits: bytes([int(digits[1], 16)]), text)
