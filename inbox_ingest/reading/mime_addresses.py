"""Address headers from their raw bytes: bare addresses with decoded names, nothing raised."""

from __future__ import annotations

import re

from inbox_ingest.reading.charsets import clean_line, header_pieces
from inbox_ingest.records import Address

MOST_ADDRESSES = 500
_LONGEST_HEADER = 64 << 10
_LONGEST_PART = 320  # 64 octets, an @, 255 octets (RFC 5321 §4.5.3.1)

# Private-use marks stand for encoded words while commas and brackets are looked for: a word may
# hold any of them. Nothing that senders write uses these characters.
_MARK = "\ue000"
# What is opened and never closed reaches to the end: looked for once, not from every place.
_SEPARATORS = re.compile(
    r"""("(?:[^"\\]++|\\.)*+(?:"|\Z)|\((?:[^()\\]++|\\.)*+\)?|<[^<>]*+>)|([,;，；])|(:)""",
    re.DOTALL,
)
_OTHER = r"\s<>()\[\]:;,\"，；"
_SPEC = re.compile(
    rf"(?<![^{_OTHER}])[^{_OTHER}@]++@[^\s<>(),;:\"，；]+|\"[^\"]{{1,64}}\"@[^\s<>(),;:\"]+"
)
_ANGLE = re.compile(r"<([^<>]*)>")


def addresses(value: bytes) -> tuple[Address, ...]:
    """The addresses in a header value, groups opened, in order; entries without an @ are left out."""
    words: list[str] = []
    text = ""
    for piece, coded in header_pieces(value[:_LONGEST_HEADER]):
        if coded:
            text += f"{_MARK}{len(words)}{_MARK}"
            words.append(piece)
        else:
            text += piece.replace(_MARK, "")
    entries = (_entry(part, words) for part in _split(text))
    return tuple(entry for entry in entries if entry is not None)[:MOST_ADDRESSES]


def _split(text: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for found in _SEPARATORS.finditer(text):
        if found.group(1) is not None:
            continue
        if found.group(3) is not None:  # a colon ends the name of a group (RFC 5322 §3.4)
            start = found.end()
            continue
        parts.append(text[start : found.start()])
        start = found.end()
    return [*parts, text[start:]]


def _entry(text: str, words: list[str]) -> Address | None:
    angle = list(_ANGLE.finditer(text))
    if angle:
        last = angle[-1]
        name = text[: last.start()] + " " + text[last.end() :]
        address = _restored(last.group(1), words)
    else:
        found = _SPEC.search(text)
        if found is None:  # some programs put name and address into one encoded word
            return _entry(_restored(text, words), []) if _MARK in text else None
        name = text[: found.start()] + " " + text[found.end() :]
        address = found.group()
    address = clean_line(address).removeprefix("mailto:").strip("'\" ").replace(" ", "")
    # A route (`<@relay:a@b>`, RFC 5322 §4.4) is no part of the address.
    address = address.rpartition(":")[2] if address.startswith("@") else address
    local, _, domain = address.rpartition("@")
    if not local or not domain or len(address) > _LONGEST_PART:
        return None
    shown = clean_line(_restored(_unquoted(name), words)).strip("'\" ")
    return Address(address=address, name=shown[:_LONGEST_PART] or None)


def _unquoted(name: str) -> str:
    name = re.sub(r'"((?:[^"\\]|\\.)*)"', lambda found: re.sub(r"\\(.)", r"\1", found[1]), name)
    comment = re.fullmatch(r"\s*\((.*)\)\s*", name, re.DOTALL)
    return comment.group(1) if comment else name


def _restored(text: str, words: list[str]) -> str:
    return re.sub(
        rf"{_MARK}(\d+){_MARK}",
        lambda found: words[int(found[1])] if int(found[1]) < len(words) else "",
        text,
    )
