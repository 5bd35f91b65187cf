"""Opens mails that are not MIME: Outlook's .msg files and the winmail.dat of Exchange (TNEF).

Both are a mail as Outlook stores it, so both give the same: a subject, bodies in which links are
looked for, and files.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from inbox_ingest.reading.charsets import clean, clean_line, decode
from inbox_ingest.reading.cloud_links import Body
from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.unpack import BOMB, DAMAGED, Budget, Opened
from inbox_ingest.records import IssueCode, Problem

_LARGEST = 64 << 20  # the libraries hold a file several times over
_MOST_OBJECTS = 5000
_LARGEST_BODY = 2 << 20
_UNREADABLE_MAIL = Problem(code=IssueCode.FILE_UNREADABLE, detail="邮件文件已损坏或不完整")

logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


@dataclass(slots=True)
class OutlookMail(Opened):
    """What a .msg or winmail.dat holds."""

    subject: str | None = None
    bodies: list[Body] = field(default_factory=list)


def open_tnef(content: Content, sink: Sink, budget: Budget) -> OutlookMail:
    """Open a winmail.dat; never raises on bad files but for `unpack.TooMuch`."""
    from tnefparse import TNEF  # type: ignore[import-untyped]

    mail = OutlookMail()
    data = content.read() if content.size <= _LARGEST else b""
    objects, whole = _objects(data)
    if not 0 < objects <= _MOST_OBJECTS:
        mail.report(_UNREADABLE_MAIL)
        return mail
    if not whole:  # the library takes what is there, and says nothing
        mail.report(_UNREADABLE_MAIL)
    try:
        parsed = TNEF(data, do_checksum=False)
        files = [_tnef_file(attachment) for attachment in parsed.attachments]
        body, html = parsed.body, parsed.htmlbody
    except (ValueError, LookupError, TypeError, AttributeError, struct.error, ArithmeticError):
        mail.report(_UNREADABLE_MAIL)
        return mail
    except NameError:  # the library meets an attachment's property before any attachment
        mail.report(_UNREADABLE_MAIL)
        return mail
    for name, held in files:
        _keep(mail, name, held, sink, budget)
    mail.bodies.append(Body(_text(body), _text(html)))
    return mail


def _objects(data: bytes) -> tuple[int, bool]:
    """How many objects the file claims to have, and whether the last one is there to its end.

    The library copies the rest of the file for each of them.
    """
    at = 6
    count = 0
    while at + 11 <= len(data) and count <= _MOST_OBJECTS:
        at += 11 + int(struct.unpack_from("<I", data, at + 5)[0])
        count += 1
    return count, at <= len(data) and not data[at:].strip(b"\0\r\n ")


def _tnef_file(attachment: Any) -> tuple[str | None, bytes]:
    # Not `.name`: it decodes as UTF-8 and raises on GBK titles.
    from tnefparse import properties

    names = [
        prop.data
        for prop in attachment.mapi_attrs
        if prop.name == properties.MAPI_ATTACH_LONG_FILENAME
    ]
    name = _text(next((value for value in (*names, attachment._name) if value), None))
    data = attachment.data
    return name, bytes(data) if isinstance(data, bytes | bytearray) else b""


# --- .msg (MS-OXMSG) --------------------------------------------------------------------------

_SUBJECT, _PLAIN, _HTML = 0x0037, 0x1000, 0x1013
_DATA, _SHORT_NAME, _LONG_NAME, _SHOWN_NAME = 0x3701, 0x3704, 0x3707, 0x3001
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D
_DEEPEST_MSG = 5


def open_msg(content: Content, sink: Sink, budget: Budget) -> OutlookMail:
    """Open a .msg, mails embedded in it too; never raises on bad files but for `unpack.TooMuch`."""
    import olefile  # type: ignore[import-untyped]

    mail = OutlookMail()
    if content.size > _LARGEST:
        mail.report(DAMAGED)
        return mail
    try:
        with content.open() as stream, olefile.OleFileIO(stream) as package:
            _Msg(package, mail, sink, budget).read((), 0)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error):
        mail.report(_UNREADABLE_MAIL)
    return mail


class _Msg:
    def __init__(self, package: Any, mail: OutlookMail, sink: Sink, budget: Budget) -> None:
        self._package = package
        self._mail = mail
        self._sink = sink
        self._budget = budget

    def read(self, storage: tuple[str, ...], depth: int) -> None:
        subject = self._string(storage, _SUBJECT)
        self._mail.subject = self._mail.subject or (clean_line(subject) if subject else None)
        html = self._bytes(storage, _HTML, _BINARY)
        plain = self._string(storage, _PLAIN)
        self._mail.bodies.append(Body(plain, _text(html) or self._string(storage, _HTML)))
        for attachment in self._attachments(storage):
            self._attachment(attachment, depth)

    def _attachments(self, storage: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        found: dict[tuple[str, ...], None] = {}
        for entry in self._package.listdir(streams=True, storages=True):
            path = tuple(entry)
            here = path[: len(storage) + 1]
            below = here[: len(storage)] == storage and len(path) > len(storage)
            if below and here[-1].lower().startswith("__attach_version1.0_"):
                found[here] = None
        yield from found

    def _attachment(self, storage: tuple[str, ...], depth: int) -> None:
        embedded = (*storage, f"__substg1.0_{_DATA:04X}{_OBJECT:04X}")
        if self._package.exists(list(embedded)):
            if depth < _DEEPEST_MSG:
                self.read(embedded, depth + 1)
            return
        data = self._bytes(storage, _DATA, _BINARY)
        if data is None:
            return
        names = (self._string(storage, tag) for tag in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
        name = next((name for name in names if name), None)
        _keep(self._mail, name, data, self._sink, self._budget)

    def _string(self, storage: tuple[str, ...], tag: int) -> str | None:
        wide = self._bytes(storage, tag, _UNICODE)
        if wide is not None:
            return clean(wide[:_LARGEST_BODY].decode("utf-16-le", "replace")).rstrip("\0") or None
        return _text(self._bytes(storage, tag, _STRING8))

    def _bytes(self, storage: tuple[str, ...], tag: int, kind: int) -> bytes | None:
        path = [*storage, f"__substg1.0_{tag:04X}{kind:04X}"]
        if not self._package.exists(path):
            return None
        with self._package.openstream(path) as stream:
            return bytes(stream.read())


def _keep(mail: OutlookMail, name: str | None, data: bytes, sink: Sink, budget: Budget) -> None:
    if not budget.member():
        mail.leave(name or "", BOMB)
        return
    mail.keep(name or "", len(mail.members) + 1, budget.metered((data,), len(data)), sink)


def _text(value: Any) -> str | None:
    """A string of Outlook's, in whatever type the library hands it out."""
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    if isinstance(value, bytes | bytearray):
        value = decode(bytes(value[:_LARGEST_BODY]).rstrip(b"\0"))
    return clean(value).rstrip("\0") or None if isinstance(value, str) else None
