"""Every file of a mail, at whatever depth, as a flat list with owners: what the readers go through.

Containers are opened here: archives give their members, nested mails (`message/rfc822`, an .eml
declared as anything, a .msg, a winmail.dat) their files and the bodies in which links are sought.
An archive stays in the list itself; a nested mail does only where nothing came out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inbox_ingest.errors import IngestError
from inbox_ingest.reading.cloud_links import Body
from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.reading.message import MailFile, TooComplex, take_apart
from inbox_ingest.reading.mime_names import safe_name
from inbox_ingest.reading.unpack import (
    BOMB,
    DEEPEST,
    OPENERS,
    TOO_DEEP,
    Budget,
    TooMuch,
    folder_of,
    unpack,
)
from inbox_ingest.records import IssueCode, Problem

_MAIL_TYPES = ("message/rfc822", "message/global", "application/eml", "message/partial")
_MAIL_KINDS = frozenset({"eml", "msg", "tnef"})
_MAY_BE_MAIL = frozenset({"eml", "mht", "text", "unknown"})


@dataclass(slots=True)
class Item:
    """One file, ready to be read; the fields are those of `records.Attachment`.

    `embedded`: the letter shows it in place. `damage`: its encoding was broken on the way.
    """

    content: Content
    kind: str
    filename: str | None
    declared_type: str
    part: str
    container: str | None = None
    group: str | None = None
    embedded: bool = False
    damage: str | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Owner:
    """Where a file came out of: the containers' name, its part, how deep that is."""

    name: str | None = None
    part: str = ""
    depth: int = 0

    def below(self, item: Item, name: str) -> _Owner:
        return _Owner(name, item.part, self.depth + 1)

    def path(self, part: str) -> str:
        return f"{self.part}/{part}" if self.part else part


class MailFiles:
    """Collects the files of one mail; `items` in order, `bodies` of the mails nested in it."""

    def __init__(self, sink: Sink) -> None:
        self.items: list[Item] = []
        self.bodies: list[Body] = []
        self._sink = sink
        self._budget = Budget()

    def add(self, file: MailFile) -> None:
        """Take a part of the mail itself."""
        self._part(file, _Owner())

    def add_file(self, filename: str | None, content: Content, number: int) -> None:
        """Take a file that came without a mail."""
        name = safe_name(filename)
        item = Item(content, kind_of(content), name, "application/octet-stream", str(number))
        self._take(item, _Owner())

    def _part(self, file: MailFile, owner: _Owner) -> None:
        item = Item(
            content=file.content,
            kind=kind_of(file.content),
            filename=file.filename,
            declared_type=file.declared_type,
            part=owner.path(file.part),
            container=owner.name,
            embedded=file.embedded,
            damage=file.damage,
        )
        if file.too_deep:
            item.problems.append(TOO_DEEP)
            self.items.append(item)
        elif item.kind != "empty" or (item.filename is not None and not item.embedded):
            self._take(item, owner)

    def _take(self, item: Item, owner: _Owner) -> None:
        declared_mail = item.declared_type in _MAIL_TYPES and item.kind in _MAY_BE_MAIL
        opens = item.kind in OPENERS or item.kind in _MAIL_KINDS or declared_mail
        if not opens:
            self.items.append(item)
        elif owner.depth >= DEEPEST:
            item.problems.append(TOO_DEEP)
            self.items.append(item)
        elif item.kind in OPENERS:
            self._archive(item, owner)
        else:
            self._nested(item, owner)

    def _archive(self, item: Item, owner: _Owner) -> None:
        self.items.append(item)
        opened = unpack(item.content, item.kind, self._sink, self._budget)
        item.problems += opened.problems
        inside = owner.below(item, item.filename or "未命名的压缩包")
        for member in opened.members:
            self._take(
                Item(
                    content=member.content,
                    kind=kind_of(member.content),
                    filename=safe_name(member.path) or _inner_name(item.filename),
                    declared_type="application/octet-stream",
                    part=inside.path(str(member.number)),
                    container=inside.name,
                    group=folder_of(member.path),
                ),
                inside,
            )

    def _nested(self, item: Item, owner: _Owner) -> None:
        """Open a mail inside the mail; it is listed itself only where nothing came out, or wrong."""
        place = len(self.items)
        if item.kind in ("msg", "tnef"):
            self._outlook(item, owner)
        else:
            self._mime(item, owner)
        if item.problems or len(self.items) == place:
            self.items.insert(place, item)

    def _mime(self, item: Item, owner: _Owner) -> None:
        try:
            nested = take_apart(item.content, self._sink)
        except TooComplex as error:
            item.problems.append(Problem(code=IssueCode.SUSPICIOUS_FILE, detail=str(error)))
            return
        inside = owner.below(item, item.filename or nested.message.subject or "转来的邮件")
        self.bodies += nested.bodies
        for file in nested.files:
            self._part(file, inside)

    def _outlook(self, item: Item, owner: _Owner) -> None:
        from inbox_ingest.reading.unpack_mail import open_msg, open_tnef

        opener = open_msg if item.kind == "msg" else open_tnef
        try:
            nested = opener(item.content, self._sink, self._budget)
        except TooMuch:
            item.problems.append(BOMB)
            return
        except IngestError:
            raise
        except Exception as error:  # noqa: BLE001 - a library's crash costs one file, not the mail
            detail = f"读取程序出错（{type(error).__name__}）"
            item.problems.append(Problem(code=IssueCode.READER_MISSING, detail=detail))
            return
        item.problems += nested.problems
        inside = owner.below(item, item.filename or nested.subject or "转来的邮件")
        self.bodies += nested.bodies
        for member in nested.members:
            file = MailFile(
                content=member.content,
                filename=safe_name(member.path),
                declared_type="application/octet-stream",
                part=str(member.number),
            )
            self._part(file, inside)


def _inner_name(name: str | None) -> str | None:
    """What a single compressed file is called without its suffix."""
    return safe_name((name or "").rpartition(".")[0])
