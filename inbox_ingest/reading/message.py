"""A raw mail → its headers, its words and its files: the mail layer over mail-parser.

mail-parser reads the skeleton, a mail whose bodies were cut out before (`mime_structure`): it never
sees a body, so that a 40-MiB attachment costs no memory and its own decoding is not needed. What it
does not do (facts §4) is done here from the raw bytes: charsets, names, damage, uuencoded files,
nested mails as files of their own, logos told from attachments.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message as StandardMessage

import mailparser  # type: ignore[import-untyped]

from inbox_ingest.reading.charsets import clean, decode
from inbox_ingest.reading.cloud_links import Body
from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.mime_decode import Decoded, encoding_of, uuencoded_files
from inbox_ingest.reading.mime_headers import Headers, message_record
from inbox_ingest.reading.mime_names import main_value, parameters, safe_name
from inbox_ingest.reading.mime_structure import (
    PART_MARK,
    Part,
    RawMail,
    TooComplex,
    skeleton,
    structure_of,
)
from inbox_ingest.reading.mime_text import html_to_text, unflow
from inbox_ingest.records import Message

__all__ = ["MailFile", "MailParts", "TooComplex", "take_apart"]

# Also where an encoder left out the padding: whether the file is whole, its own format tells.
UNFINISHED = "附件不完整（传送中断）"

_LARGEST_TEXT = 1 << 20  # bytes of one body that are read as words
_LONGEST_FIELD = 16 << 10  # bytes of one header; some 400 addresses
_LONGEST_WORDS = 200_000  # characters in which history and links are looked for
_LARGEST_UUENCODED = 48 << 20
_MOST_TEXTS = 50
_LARGEST_LINKING_HTML = 2 << 20

# Parts about mail, not files of a sender.
_ABOUT_MAIL = frozenset(
    (
        "message/delivery-status",
        "message/disposition-notification",
        "message/global-delivery-status",
        "text/rfc822-headers",
        "application/applefile",
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
    )
)
# Heavy headers that nobody asks for; the library would take them apart one by one.
_UNASKED = re.compile(
    rb"^(?:received(?:-spf)?|dkim-signature|arc-[\w-]+|authentication-results|x-ms-exchange-(?!inbox)"
    rb"[\w-]+|x-microsoft-[\w-]+|x-forefront-[\w-]+|domainkey-signature)[ \t]*:[^\n]*\n"
    rb"(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)
# `List-Id : x` (RFC 5322 §4.5): the standard library takes such a line for the end of the header.
_SPACED_NAME = re.compile(rb"^([!-9;-~]+)[ \t]+:", re.MULTILINE)
_RECEIVED = re.compile(rb"^received[ \t]*:([^\n]*\n(?:[ \t][^\n]*\n)*)", re.I | re.M)

logging.getLogger("mailparser").setLevel(logging.CRITICAL)  # its warnings quote the mail


@dataclass(frozen=True, slots=True)
class MailFile:
    """One file of a mail, decoded, its bytes in the sink.

    `part` is its MIME path. `embedded` says that the letter shows it in place (an image with a
    Content-ID that the HTML refers to, or one declared inline). `damage` is a Chinese sentence where
    its encoding was garbled or cut off. `too_deep` parts were not opened.
    """

    content: Content
    filename: str | None
    declared_type: str
    part: str
    embedded: bool = False
    damage: str | None = None
    too_deep: bool = False


@dataclass(frozen=True, slots=True)
class MailParts:
    """A mail taken apart: its headers, the words of its bodies, its files in order."""

    message: Message
    text: str
    bodies: tuple[Body, ...]
    files: tuple[MailFile, ...]


def take_apart(content: Content, sink: Sink) -> MailParts:
    """Take a raw mail apart; the decoded files go to the sink.

    Raises:
        TooComplex: the mail is built to exhaust whoever parses it.
    """
    with RawMail(content) as raw:
        root = structure_of(raw)
        received = [found.group(1) for found in _RECEIVED.finditer(root.header)]
        header = _SPACED_NAME.sub(rb"\1:", _UNASKED.sub(b"", root.header))
        parsed = _parsed(replace(root, header=_bounded(header)))
        reader = _Reader(raw, sink, parsed)
        reader.read(root)
        message = message_record(parsed[root.path], received)
    return MailParts(message, reader.text(), tuple(reader.bodies()), tuple(reader.files()))


def _bounded(header: bytes) -> bytes:
    """The header with every field cut to a length that the library's parsers can bear."""
    if len(header) <= _LONGEST_FIELD:
        return header
    fields = re.split(rb"(?<=\n)(?![ \t])", header)
    cut = (one if len(one) <= _LONGEST_FIELD else one[:_LONGEST_FIELD] + b"\r\n" for one in fields)
    return b"".join(cut)


def _parsed(root: Part) -> dict[str, Headers]:
    """The headers of every part, by its path, as mail-parser's message holds them."""
    found: dict[str, Headers] = {}
    try:
        message: StandardMessage = mailparser.parse_from_bytes(skeleton(root)).message
        for part in message.walk():
            items = list(part.raw_items())
            if items and items[0][0] == PART_MARK:
                found.setdefault(str(items[0][1]), Headers(items[1:]))
    except Exception:  # noqa: BLE001 - it raises whatever the standard library does on odd headers
        found.clear()
    for missed in root.walk():  # it saw other parts than we, or none
        if missed.path not in found:
            found[missed.path] = Headers(_fields(missed.header))
    return found


def _fields(header: bytes) -> Iterator[tuple[str, str]]:
    """Name and value of every field in a header block, folded as it is."""
    for one in re.split(rb"(?<=\n)(?![ \t])", header):
        name, colon, value = one.partition(b":")
        if colon:
            yield name.decode("ascii", "replace").strip(), value.decode("utf-8", "surrogateescape")


@dataclass(slots=True)
class _Words:
    """One text of the mail; alternatives of it side by side."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Kept:
    file: MailFile
    content_id: str | None
    shown: bool  # declared inline, or part of the same multipart/related as the HTML
    attached: bool  # declared an attachment


class _Reader:
    def __init__(self, raw: RawMail, sink: Sink, headers: dict[str, Headers]) -> None:
        self._raw = raw
        self._sink = sink
        self._headers = headers
        self._words: list[_Words] = []
        self._kept: list[_Kept] = []

    def read(self, part: Part) -> None:
        self._part(part, within="", alternative=None)

    def text(self) -> str:
        """The words of the mail: plain text where there is some, else the text of the HTML."""
        texts = []
        for words in self._words[:_MOST_TEXTS]:
            plain = "\n".join(words.plain).strip()
            texts.append(plain or "\n".join(map(html_to_text, words.html)))
        return "\n\n".join(text for text in texts if text.strip())[:_LONGEST_WORDS]

    def bodies(self) -> Iterator[Body]:
        for words in self._words[:_MOST_TEXTS]:
            yield Body("\n".join(words.plain) or None, "\n".join(words.html) or None)

    def files(self) -> Iterator[MailFile]:
        html = "\n".join(text for words in self._words for text in words.html)
        for kept in self._kept:
            referred = bool(kept.content_id) and f"cid:{kept.content_id}" in html
            embedded = referred or (kept.shown and not kept.attached)
            yield replace(kept.file, embedded=embedded)

    # --- the walk -----------------------------------------------------------------------------

    def _part(self, part: Part, within: str, alternative: _Words | None) -> None:
        if part.children:
            own = alternative
            if part.content_type == "multipart/alternative" and own is None:
                own = _Words()
                self._words.append(own)
            for child in part.children:
                self._part(child, part.content_type, own)
        elif part.content_type not in _ABOUT_MAIL:
            self._leaf(part, within, alternative)

    def _leaf(self, part: Part, within: str, alternative: _Words | None) -> None:
        headers = self._headers[part.path]
        content_type = headers.first("content-type")
        disposition = headers.first("content-disposition")
        asked = parameters(content_type)
        name = parameters(disposition).get("filename") or asked.get("name")
        filename = safe_name(name)
        how = main_value(disposition)
        encoding = encoding_of(
            headers.first("content-transfer-encoding").decode("latin-1"),
            self._raw.cut(part.start, min(part.end, part.start + 400)),
            part.content_type,
        )
        words = part.content_type in ("text/plain", "text/html") or (
            not content_type.strip() or part.content_type.startswith("multipart/")
        )
        if words and how != "attachment" and filename is None and not part.too_deep:
            self._body(part, encoding, asked, alternative)
            return
        decoded = Decoded(encoding, self._raw.blocks(part.start, part.end))
        kept = self._sink.put(decoded)
        file = MailFile(
            content=kept,
            filename=filename,
            declared_type=part.content_type[:100],
            part=part.path,
            damage=_damage(decoded),
            too_deep=part.too_deep,
        )
        cid = re.sub(r"^<|>$", "", headers.text("content-id") or "") or None
        shown = how == "inline" or (within == "multipart/related" and cid is not None)
        self._kept.append(_Kept(file, cid, shown, how == "attachment"))
        if words and how != "attachment" and not self._words and kept.size <= _LARGEST_TEXT:
            self._add(part, decode(kept.read(), asked.get("charset")), asked, alternative)

    def _body(
        self, part: Part, encoding: str, asked: dict[str, str], alternative: _Words | None
    ) -> None:
        limit = _LARGEST_TEXT
        if encoding == "none" and self._raw.find(b"begin ", part.start, part.end) >= 0:
            limit = _LARGEST_UUENCODED
        end = min(part.end, part.start + limit * 2)
        data = b"".join(Decoded(encoding, self._raw.blocks(part.start, end)))
        data, files = uuencoded_files(data)
        for number, (name, decoded) in enumerate(files, 1):
            file = MailFile(
                content=self._sink.put(decoded),
                filename=safe_name(decode(name)),
                declared_type="application/octet-stream",
                part=f"{part.path}/{number}",
                damage=_damage(decoded),
            )
            self._kept.append(_Kept(file, None, shown=False, attached=True))
        self._add(part, decode(data[:_LARGEST_TEXT], asked.get("charset")), asked, alternative)

    def _add(
        self, part: Part, text: str, asked: dict[str, str], alternative: _Words | None
    ) -> None:
        text = clean(text)
        words = alternative
        if words is None:
            words = _Words()
            self._words.append(words)
        if part.content_type == "text/html":
            words.html.append(text[:_LARGEST_LINKING_HTML])
            return
        if asked.get("format", "").lower() == "flowed":
            text = unflow(text, delete_space=asked.get("delsp", "").lower() == "yes")
        words.plain.append(text)


def _damage(decoded: Decoded) -> str | None:
    if decoded.garbled:
        return "附件在传送中损坏（编码中有错误的字符）"
    return UNFINISHED if decoded.unfinished else None
