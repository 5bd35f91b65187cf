"""Every file of a mail, at whatever depth, as a flat list with owners: what the readers go through.

Containers are opened here: archives give their members, nested mails (`message/rfc822`, an .eml
declared as anything, a .msg, a winmail.dat) their files and the bodies in which links are sought.
An archive stays in the list itself; a nested mail does only where nothing came out of it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from inbox_ingest.errors import IngestError
from inbox_ingest.reading.cloud_links import Body
from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.formats import claims, kind_of
from inbox_ingest.reading.message import MailFile, TooComplex, take_apart
from inbox_ingest.reading.mime_names import safe_name
from inbox_ingest.reading.unpack import (
    BOMB,
    DEEPEST,
    INCOMPLETE,
    LOCKED,
    OPENERS,
    TOO_DEEP,
    VOLUMES,
    Budget,
    Member,
    TooMuch,
    folder_of,
    unpack,
)
from inbox_ingest.reading.volumes import Volumes, volumes_among
from inbox_ingest.reading.watching import Watch
from inbox_ingest.records import IssueCode, Problem

_MAIL_TYPES = ("message/rfc822", "message/global", "application/eml", "message/partial")
_MAIL_KINDS = frozenset({"eml", "msg", "tnef"})
_MAY_BE_MAIL = frozenset({"eml", "mht", "text", "unknown"})
_BLOCK = 1 << 20


@dataclass(slots=True)
class Item:
    """One file, ready to be read; the fields are those of `records.Attachment`.

    `kind` is `volume` for a piece of a split archive that was joined or cannot be opened alone.
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
    unopened: list[str] = field(default_factory=list)


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

    def __init__(self, sink: Sink, watch: Watch) -> None:
        self.items: list[Item] = []
        self.bodies: list[Body] = []
        self._sink = sink
        self._watch = watch
        self._budget = Budget()

    def add(self, files: Iterable[MailFile]) -> None:
        """Take the parts of the mail itself."""
        self._parts(files, _Owner())

    def add_files(self, files: Iterable[tuple[str | None, Content]]) -> None:
        """Take files that came without a mail, under their names."""
        items = [
            Item(
                content, kind_of(content), safe_name(name), "application/octet-stream", str(number)
            )
            for number, (name, content) in enumerate(files, 1)
        ]
        self._take_all(items, _Owner())

    def _parts(self, files: Iterable[MailFile], owner: _Owner) -> None:
        items = []
        for file in files:
            item = self._item(file, owner)
            if file.too_deep:
                item.problems.append(TOO_DEEP)
            if item.problems or item.kind != "empty" or (item.filename and not item.embedded):
                items.append(item)
        self._take_all(items, owner)

    def _item(self, file: MailFile, owner: _Owner) -> Item:
        return Item(
            content=file.content,
            kind=kind_of(file.content),
            filename=file.filename,
            declared_type=file.declared_type,
            part=owner.path(file.part),
            container=owner.name,
            embedded=file.embedded,
            damage=file.damage,
        )

    def _take_all(self, items: Sequence[Item], owner: _Owner) -> None:
        """Take files that lie beside each other; volumes of a split archive are joined."""
        volumes: dict[int, Volumes] = {}
        for split in volumes_among([item.filename for item in items]):
            if not split.whole or _begins_archive(items[split.places[0]]):
                volumes.update(dict.fromkeys(split.places, split))
        for place, item in enumerate(items):
            found = volumes.get(place)
            if found is None or item.problems:
                self._take(item, owner)
            elif place != found.places[0]:
                self._keep_volume(item)
            elif found.way == "pieces":
                self._joined(item, found, [items[other] for other in found.places], owner)
            else:
                self._first_volume(item, found, owner)

    def _keep_volume(self, item: Item, *problems: Problem) -> None:
        item.kind = "volume"
        item.problems += problems
        self.items.append(item)

    def _joined(self, first: Item, split: Volumes, pieces: Sequence[Item], owner: _Owner) -> None:
        content = self._sink.put(block for piece in pieces for block in _blocks(piece.content))
        kind = kind_of(content)
        if not split.whole or (content.head.startswith(b"PK") and not _is_zip(content)):
            self._keep_volume(first, INCOMPLETE)
        elif kind not in OPENERS:  # a document, whatever its name
            self._take(first, owner)
        else:
            self._keep_volume(first)
            inside = owner.below(first, first.filename or split.name)
            joined = Item(
                content,
                kind,
                safe_name(split.name),
                first.declared_type,
                inside.path("0"),
                container=inside.name,
            )
            self._take(joined, inside)
            joined.problems = [_of_volumes(problem, INCOMPLETE) for problem in joined.problems]

    def _first_volume(self, first: Item, split: Volumes, owner: _Owner) -> None:
        """Volumes with heads of their own: nothing here joins them, but some are opened alone."""
        alone = len(split.places) == 1
        if first.kind not in OPENERS and not alone:
            self._keep_volume(first, VOLUMES)
            return
        self._take(first, owner)
        first.problems = [_of_volumes(problem, VOLUMES) for problem in first.problems]
        if not alone and VOLUMES not in first.problems:
            first.problems.append(VOLUMES)

    def _take(self, item: Item, owner: _Owner) -> None:
        declared_mail = item.declared_type in _MAIL_TYPES and item.kind in _MAY_BE_MAIL
        opens = item.kind in OPENERS or item.kind in _MAIL_KINDS or declared_mail
        if not opens or item.problems:
            self.items.append(item)
        elif owner.depth >= DEEPEST:
            item.problems.append(TOO_DEEP)
            self.items.append(item)
        elif (left_alone := self._watch.begin(item.part)) is not None:
            item.problems.append(left_alone)
            self.items.append(item)
        elif item.kind in OPENERS:
            self._archive(item, owner)
        else:
            self._nested(item, owner)

    def _archive(self, item: Item, owner: _Owner) -> None:
        self.items.append(item)
        opened = unpack(item.content, item.kind, self._sink, self._budget)
        item.problems += opened.problems
        if opened.listed:
            item.unopened += [safe_name(name) or "" for name in opened.names]
        inside = owner.below(item, item.filename or "未命名的压缩包")
        self._take_all([_member(member, item, inside) for member in opened.members], inside)

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
        self._parts(nested.files, inside)

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
        files = (
            MailFile(
                content=member.content,
                filename=safe_name(member.path),
                declared_type="application/octet-stream",
                part=str(member.number),
            )
            for member in nested.members
        )
        self._parts(files, inside)


def _member(member: Member, item: Item, inside: _Owner) -> Item:
    return Item(
        content=member.content,
        kind=kind_of(member.content),
        filename=safe_name(member.path) or _inner_name(item.filename),
        declared_type="application/octet-stream",
        part=inside.path(str(member.number)),
        container=inside.name,
        group=folder_of(member.path),
    )


def _of_volumes(problem: Problem, instead: Problem) -> Problem:
    """Damage of an archive whose other volumes may be elsewhere is no damage."""
    damaged = problem.code == IssueCode.FILE_UNREADABLE and problem != LOCKED
    return instead if damaged else problem


def _begins_archive(item: Item) -> bool:
    return bool(OPENERS.keys() & set(claims(item.content.head))) or item.kind == "unknown"


def _is_zip(content: Content) -> bool:
    with content.open() as stream:
        return zipfile.is_zipfile(stream)


def _blocks(content: Content) -> Iterator[bytes]:
    with content.open() as stream:
        while block := stream.read(_BLOCK):
            yield block


def _inner_name(name: str | None) -> str | None:
    """What a single compressed file is called without its suffix."""
    return safe_name((name or "").rpartition(".")[0])
