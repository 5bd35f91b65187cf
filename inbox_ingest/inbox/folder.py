"""Mail in files as a `Source`: one .eml or a folder of them, an mbox file, a Maildir.

Nothing is ever written there: a Maildir message stays in `new`. The UID of an .eml is its path below
the source with size and time of change (a file that was edited is another mail); of a Maildir
message the unique part of its name, which stays when it moves or its flags change; of an mbox
message the hash of its bytes. UIDVALIDITY is 0, and `newer_than` cannot be cheaper than a listing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from inbox_ingest.errors import InputError, system_words
from inbox_ingest.inbox import mbox
from inbox_ingest.inbox.receipt import read_header, received_at
from inbox_ingest.inbox.source import Fetched, FetchFailure, FolderState, Listed
from inbox_ingest.inbox.urls import FileAddress

_IN_MEMORY = 4 << 20  # bytes of an mbox message; larger ones go through a file


def open_files(address: FileAddress) -> EmlSource | MaildirSource | MboxSource:
    """The source for `address`. Raises `InputError` where there is nothing of that kind."""
    if address.kind == "mbox":
        return MboxSource(address.path)
    return MaildirSource(address.path) if address.kind == "maildir" else EmlSource(address.path)


class _FileSource:
    """What the three have in common: one folder, nothing cheap, nothing sent."""

    kind: str

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._notices: dict[str, None] = {}
        if not self._path.exists():
            raise InputError(
                f"{self.kind}: 后面的路径 {path} 不存在。",
                remedy="请核对路径，相对路径从当前目录算起。",
            )

    @property
    def account(self) -> str:
        """`eml:/path`, with the absolute path."""
        return f"{self.kind}:{_text(self._path)}"

    @property
    def notices(self) -> Sequence[str]:
        """Chinese sentences for the person who runs this."""
        return tuple(self._notices)

    def folders(self) -> Sequence[str]:
        """The one folder: its path."""
        return (_text(self._path),)

    def open(self, folder: str) -> FolderState:
        """Count the messages."""
        return FolderState(folder, 0, len(self.list_uids(folder)))

    def list_uids(self, folder: str) -> list[str]:
        """All UIDs."""
        raise NotImplementedError

    def newer_than(self, folder: str, uid: str) -> list[str]:
        """All UIDs: files have no order of arrival."""
        return self.list_uids(folder)

    def threads(self, folder: str, uids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Nobody asks this of files: they hold nothing that was sent."""
        return iter(())

    def sent_folder(self) -> str | None:
        """Files hold nothing that was sent."""
        return None

    def find_message_id(self, folder: str, message_id: str) -> bool | None:
        """Cannot be told."""
        return None

    def close(self) -> None:
        """Nothing is held open."""


class _TreeSource(_FileSource):
    """One file a message."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._files: dict[str, Path] | None = None

    def _scan(self) -> dict[str, Path]:
        raise NotImplementedError

    def list_uids(self, folder: str) -> list[str]:
        """All UIDs, in the order of their names."""
        self._files = self._scan()
        return list(self._files)

    def _file(self, uid: str, *, afresh: bool = False) -> Path | None:
        if afresh or self._files is None:
            self._files = self._scan()
        return self._files.get(uid)

    def describe(self, folder: str, uids: Sequence[str]) -> Iterator[Listed]:
        """Time of receipt and size of each file; unreadable ones with their time of change."""
        for uid in uids:
            path = self._file(uid)
            if path is None:
                continue
            try:
                status = path.stat()
            except OSError:
                continue
            try:
                with path.open("rb") as stream:
                    header = read_header(stream)
            except OSError:
                header = b""  # fetch() will say what is wrong
            yield Listed(uid, received_at(header, status.st_mtime), status.st_size)

    def fetch(
        self, folder: str, wanted: Sequence[tuple[str, int]]
    ) -> Iterator[Fetched | FetchFailure]:
        """Open each file; one that was moved meanwhile is looked for once more."""
        for uid, _ in wanted:
            result = self._open(uid)
            yield result
            if isinstance(result, Fetched):
                result.close()

    def _open(self, uid: str) -> Fetched | FetchFailure:
        for afresh in (False, True):
            path = self._file(uid, afresh=afresh)
            if path is None:
                continue
            try:
                stream = path.open("rb")
                status = os.fstat(stream.fileno())
                moment = received_at(read_header(stream), status.st_mtime)
                stream.seek(0)
            except FileNotFoundError:
                continue
            except OSError as error:
                return FetchFailure(uid, f"文件 {_text(path)} 读不出来：{system_words(error)}。")
            return Fetched(uid, moment, status.st_size, stream)
        return FetchFailure(uid, "文件已不在原处。", vanished=True)


# Without any of these a file that somebody named is no mail, whatever colons it holds.
_MAIL_FIELDS = frozenset(
    b"from to cc subject date sender received return-path message-id mime-version content-type"
    b" content-transfer-encoding delivered-to reply-to".split()
)


class EmlSource(_TreeSource):
    """One file, or a folder searched for *.eml (in any case) with all folders below."""

    kind = "eml"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        if self._path.is_file() and not _has_mail_header(self._path):
            raise InputError(
                f"{_text(path)} 不是邮件文件，开头没有邮件头。",
                remedy="请写 .eml 文件或放它们的文件夹；检查申报材料本身请用 ingest check。",
            )

    def _scan(self) -> dict[str, Path]:
        if not self._path.is_dir():
            paths = [self._path]
        else:
            paths = sorted(
                Path(place, name)
                for place, _, names in os.walk(self._path, onerror=self._unreadable)
                for name in names
                if name.casefold().endswith(".eml")
            )
        found: dict[str, Path] = {}
        for path in paths:
            try:
                status = path.stat()
            except OSError:
                self._notices[f"{_text(path)} 打不开，已跳过。"] = None
                continue
            if not path.is_file():
                self._notices[f"{_text(path)} 不是普通文件，已跳过。"] = None
                continue
            name = path.name if path == self._path else path.relative_to(self._path).as_posix()
            found[f"{_text(name)}@{status.st_size}.{status.st_mtime_ns}"] = path
        return found

    def _unreadable(self, error: OSError) -> None:
        self._notices[f"文件夹 {_text(error.filename)} 读不了：{system_words(error)}。"] = None


class MaildirSource(_TreeSource):
    """A Maildir: `new` and `cur`; what lies in `tmp` is not delivered yet."""

    kind = "maildir"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        if not ((self._path / "cur").is_dir() and (self._path / "new").is_dir()):
            raise InputError(
                f"{path} 不是 Maildir：里面没有 cur 和 new 两个文件夹。",
                remedy="单封或成批的 .eml 请用 eml:，mbox 文件请用 mbox:。",
            )
        for below in sorted(self._path.iterdir()):
            if (below / "cur").is_dir():
                self._notices[
                    f"Maildir 的子文件夹 {_text(below.name)} 没有读；需要时请另用 maildir:{_text(below)}"
                ] = None

    def _scan(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for box in ("new", "cur"):  # a message being moved is in both for a moment: cur counts
            for path in sorted((self._path / box).iterdir()):
                if not path.name.startswith(".") and path.is_file():
                    found[_text(path.name.partition(":2,")[0])] = path
        return found


class MboxSource(_FileSource):
    """One mbox file, indexed again whenever it has changed."""

    kind = "mbox"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        if not self._path.is_file():
            raise InputError(f"{path} 不是 mbox 文件。", remedy="Maildir 文件夹请用 maildir:。")
        self._known: tuple[int, int] | None = None
        self._messages: dict[str, mbox.MboxMessage] = {}

    def _index(self) -> dict[str, mbox.MboxMessage]:
        try:
            status = self._path.stat()
            if self._known != (status.st_size, status.st_mtime_ns):
                self._messages = {each.uid: each for each in mbox.index(self._path)}
                self._known = (status.st_size, status.st_mtime_ns)
        except OSError as error:
            raise InputError(f"{_text(self._path)} 读不出来：{system_words(error)}。") from error
        return self._messages

    def list_uids(self, folder: str) -> list[str]:
        """All UIDs, in the order of the file."""
        return list(self._index())

    def describe(self, folder: str, uids: Sequence[str]) -> Iterator[Listed]:
        """From the index."""
        messages = self._index()
        for uid in uids:
            if uid in messages:
                yield Listed(uid, messages[uid].received_at, messages[uid].size)

    def fetch(
        self, folder: str, wanted: Sequence[tuple[str, int]]
    ) -> Iterator[Fetched | FetchFailure]:
        """Copy each message out of the file, unquoted."""
        for uid, _ in wanted:
            message = self._index().get(uid)
            if message is None:
                yield FetchFailure(uid, "邮件已不在 mbox 文件里。", vanished=True)
                continue
            spool = cast(BinaryIO, SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
            with spool, self._path.open("rb") as stream:
                for piece in mbox.chunks(stream, message):
                    spool.write(piece)
                spool.seek(0)
                yield Fetched(uid, message.received_at, message.size, spool)


def _has_mail_header(path: Path) -> bool:
    """Whether one line of the header is a mail's; True where it cannot be read, told of later."""
    try:
        with path.open("rb") as stream:
            header = read_header(stream)
    except OSError:
        return True
    names = (line.partition(b":")[0].strip().lower() for line in header.splitlines())
    return any(name in _MAIL_FIELDS for name in names)


def _text(path: object) -> str:
    """A path as text that any database takes: bytes that are no UTF-8 are spelled out."""
    return os.fsencode(str(path)).decode("utf-8", "backslashreplace")
