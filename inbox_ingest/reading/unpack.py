"""Opens archives: zip, 7z, rar, tar and compressed single files → members, within bounds.

Nothing is ever written under a name that an archive gives, no link is followed and nothing is run:
members go into the sink by their hash. What is wrong with an archive is told as problems:
`file-unreadable` (password, damage), `reader-missing` (an unpacker this machine lacks),
`suspicious-file` (bombs, path tricks, links, devices).
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from inbox_ingest.errors import IngestError
from inbox_ingest.reading.charsets import clean_line
from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.records import IssueCode, Problem

DEEPEST = 5  # containers inside containers
MOST_MEMBERS = 2000  # of one mail, at all depths
MOST_BYTES = 512 << 20  # of one mail, unpacked
MOST_NAMES = 200  # of members that did not come out
MOST_RATIO = 200  # unpacked to packed, beyond the first bytes that anything may have
_FREE_OF_RATIO = 16 << 20

LOCKED = Problem(code=IssueCode.FILE_UNREADABLE, detail="压缩包设有密码，请去掉密码后重新发来")
DAMAGED = Problem(code=IssueCode.FILE_UNREADABLE, detail="压缩包已损坏或不完整")
TRICKS = Problem(
    code=IssueCode.SUSPICIOUS_FILE, detail="压缩包中的路径指向别处（已按普通文件保存）"
)
LINKS = Problem(code=IssueCode.SUSPICIOUS_FILE, detail="压缩包中有链接或设备文件（未展开）")
BOMB = Problem(code=IssueCode.SUSPICIOUS_FILE, detail="压缩包展开后大得不合情理，未全部展开")
VOLUMES = Problem(
    code=IssueCode.READER_MISSING, detail="这是分卷压缩包的一部分，需人工合并各分卷后解压"
)
INCOMPLETE = Problem(
    code=IssueCode.READER_MISSING, detail="分卷压缩包，其余分卷可能在别的邮件里，需人工核对"
)
NO_ROOM = Problem(code=IssueCode.READER_MISSING, detail="本机临时空间不足，未能展开")
TOO_DEEP = Problem(code=IssueCode.SUSPICIOUS_FILE, detail="压缩包嵌套层数过多，未再展开")


class TooMuch(Exception):
    """What is being unpacked is beyond the bounds: this one member, or all of the mail."""


class Spoilt(Exception):
    """A member of an archive cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(slots=True)
class Budget:
    """What may still be unpacked of one mail."""

    members: int = MOST_MEMBERS
    size: int = MOST_BYTES

    def member(self) -> bool:
        """Count one more member; False where there were too many already."""
        self.members -= 1
        return self.members >= 0

    def reserve(self, size: int, most: int) -> bool:
        """Count `size` bytes that are going to be unpacked, if they are within both bounds."""
        if size > min(self.size, most):
            return False
        self.size -= size
        return True

    def metered(self, chunks: Iterable[bytes], packed: int) -> Iterator[bytes]:
        """Pass chunks on while they stay within the bounds; `packed` is the size they came from.

        Raises:
            TooMuch: the bytes of the mail, or the ratio, are beyond the bounds.
        """
        unpacked = 0
        for chunk in chunks:
            unpacked += len(chunk)
            self.size -= len(chunk)
            if self.size < 0 or unpacked > most_of(packed):
                raise TooMuch
            yield chunk


def most_of(packed: int) -> int:
    """How many bytes may come out of so many."""
    return max(_FREE_OF_RATIO, packed * MOST_RATIO)


@dataclass(frozen=True, slots=True)
class Member:
    """One file out of an archive, under the path the archive gives, with its number in it."""

    path: str
    number: int
    content: Content


@dataclass(slots=True)
class Opened:
    """What came out of an archive, and what is wrong with it; each problem once.

    `names` are the paths of members that are listed in it and did not come out; `listed` says that
    its list of members was read to the end, so that it holds no other.
    """

    members: list[Member] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    listed: bool = False

    def report(self, problem: Problem) -> None:
        """Add a problem that is not there yet."""
        if problem not in self.problems:
            self.problems.append(problem)

    def keep(self, path: str, number: int, chunks: Iterable[bytes], sink: Sink) -> None:
        """Put a member into the sink; one that is spoilt or beyond the bounds is left out."""
        try:
            self.members.append(Member(path, number, sink.put(chunks)))
        except TooMuch:
            self.leave(path, BOMB)
        except Spoilt as spoilt:
            self.leave(path, spoilt.problem)

    def leave(self, path: str, problem: Problem) -> None:
        """Leave out a member, and say why."""
        self.report(problem)
        if len(self.names) < MOST_NAMES:
            self.names.append(path)
        else:
            self.listed = False


# The disk of this machine, not the bytes of the archive.
_OUR_DISK = (
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
)  # fmt: skip


def damage(error: BaseException, problem: Problem = DAMAGED) -> Problem:
    """`problem`, unless the error came from our own disk."""
    ours = isinstance(error, OSError) and error.errno in _OUR_DISK
    return NO_ROOM if ours else problem


def member_damage(error: BaseException, path: str) -> Problem:
    """The problem of an archive one of whose members cannot be read."""
    detail = f"压缩包中的“{path[-60:]}”已损坏"
    return damage(error, Problem(code=IssueCode.FILE_UNREADABLE, detail=detail))


Opener = Callable[[Content, Sink, Budget, Opened], None]


def _zip(content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    from inbox_ingest.reading.unpack_zip import open_zip

    open_zip(content, sink, budget, opened)


def _tar(content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    from inbox_ingest.reading.unpack_tar import open_tar

    open_tar(content, sink, budget, opened)


def _seven_zip(content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    from inbox_ingest.reading.unpack_7z import open_7z

    open_7z(content, sink, budget, opened)


def _rar(content: Content, sink: Sink, budget: Budget, opened: Opened) -> None:
    from inbox_ingest.reading.unpack_rar import open_rar

    open_rar(content, sink, budget, opened)


OPENERS: dict[str, Opener] = {
    "zip": _zip,
    "tar": _tar,
    "gz": _tar,
    "bz2": _tar,
    "xz": _tar,
    "7z": _seven_zip,
    "rar": _rar,
}


def unpack(content: Content, kind: str, sink: Sink, budget: Budget) -> Opened:
    """Open an archive of this kind (a key of `OPENERS`); never raises on bad archives.

    Raises:
        IngestError: the sink cannot keep a member.
    """
    opened = Opened()
    try:
        OPENERS[kind](content, sink, budget, opened)
    except TooMuch:
        opened.report(BOMB)
    except IngestError:
        raise
    except Exception as error:  # noqa: BLE001 - a library's crash costs one archive, not the mail
        detail = f"解压程序出错（{type(error).__name__}）"
        opened.report(Problem(code=IssueCode.READER_MISSING, detail=detail))
    return opened


# --- paths inside archives ------------------------------------------------------------------------

_RUBBISH = re.compile(
    r"(?:^|/)(?:__MACOSX(?:/|$)|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$[^/]*$|\._[^/]*$)", re.I
)


_DOCUMENTS = frozenset(
    re.findall(r"\w+", "doc docx docm wps wpt dot dotx rtf odt ofd pdf zip rar 7z tar gz eml msg")
)


def plain_path(path: str) -> str:
    """The path of a member with forward slashes, cleaned."""
    return clean_line(path).replace("\\", "/")


def is_rubbish(path: str) -> bool:
    """Whether a member is what an operating system or an open Word left in the folder."""
    return _RUBBISH.search(path) is not None


def is_trick(path: str) -> bool:
    """Whether a path would leave the folder that it is unpacked into."""
    return path.startswith("/") or ".." in path.split("/") or bool(re.match(r"[A-Za-z]:", path))


def is_document(path: str) -> bool:
    """Whether a member's name is that of a document, or of an archive that may hold some."""
    return path.rpartition(".")[2].lower() in _DOCUMENTS


def folder_of(path: str) -> str | None:
    """The folder of a member inside its archive, without tricks; None at the top."""
    steps = [step for step in path.split("/")[:-1] if step not in ("", ".", "..")]
    return "/".join(step[:100] for step in steps[:10]) or None
