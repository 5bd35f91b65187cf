"""Our exceptions: what a person can mend, each with the sysexits.h code the command leaves with.

    IngestError
    ├── UsageError              64  the command was called wrongly
    ├── InputError              65  a file that was handed to us is no mail, no mailbox, no document
    ├── ServiceMissing          69  a service or reader that the command needs is not there
    ├── TryLater                75  network, busy server, held lock, full disk
    │   ├── MailboxUnreachable      the server cannot be reached or does not answer in time
    │   └── LockHeld                another pass is running
    ├── LoginRefused            77  a person has to mend the account (授权码, IMAP switch)
    └── ConfigurationError      78  configuration, campaign file or database do not fit
        ├── CampaignError           every mistake in a campaign file, each with its place
        └── DatabaseTooNew          the database was written by a newer version

A broken mail is no exception: it is a value (`records.Problem`), kept and shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """The exit codes of contract §7, as sysexits.h numbers them."""

    OK = 0
    USAGE = 64
    DATA = 65
    UNAVAILABLE = 69
    SOFTWARE = 70  # EX_SOFTWARE: a fault of ours, written to the log
    TEMPORARY = 75
    PERMISSION = 77
    CONFIGURATION = 78


class IngestError(Exception):
    """Anything that ends a command with a message for the person who can act on it.

    The message is a Chinese sentence; `remedy`, where there is one, says what to do about it.
    """

    exit_code: ExitCode = ExitCode.UNAVAILABLE

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(IngestError):
    """The command was called in a way that it does not have."""

    exit_code = ExitCode.USAGE


class InputError(IngestError):
    """A file or source that was named on the command line cannot be used."""

    exit_code = ExitCode.DATA


class ServiceMissing(IngestError):
    """Something outside this program is needed and not there."""

    exit_code = ExitCode.UNAVAILABLE


class TryLater(IngestError):
    """Nothing is wrong for good: the next pass continues where this one stopped."""

    exit_code = ExitCode.TEMPORARY


class MailboxUnreachable(TryLater):
    """The mail server cannot be reached, closed the connection, or is busy."""


class LockHeld(TryLater):
    """Another pass works on this INGEST_HOME."""


class LoginRefused(IngestError):
    """The server does not let us in, and will not until a person has changed something."""

    exit_code = ExitCode.PERMISSION


class ConfigurationError(IngestError):
    """Configuration, campaign or database do not fit this program."""

    exit_code = ExitCode.CONFIGURATION


class DatabaseTooNew(ConfigurationError):
    """The database was written by a newer version of this program."""


def toml_mistake(error: ValueError) -> str:
    """What the TOML parser found wrong, with the place it names put into Chinese."""
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", str(error))
    if found is None:
        return f"不是有效的 TOML（{error}）"
    what, line, column = found.groups()
    return f"第 {line} 行第 {column} 列不是有效的 TOML（{what}）"


def why_unreadable(error: OSError) -> str:
    """Why the system does not let a file be read."""
    words = {
        FileNotFoundError: "文件不存在",
        NotADirectoryError: "文件不存在",
        PermissionError: "没有读取权限",
        IsADirectoryError: "这是文件夹，不是文件",
    }
    return words.get(type(error), f"无法读取（{error.strerror}）")


def as_written(value: object) -> str:
    """A value as it stands in a TOML file, shortened: what a person wrote is what they look for."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key} = {as_written(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, list | tuple):
        text = f"[{', '.join(as_written(item) for item in value)}]"
    elif isinstance(value, date | time):
        text = value.isoformat()
    else:
        text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file that a person wrote: its key and what was expected there."""

    key: str
    expected: str
    found: str | None = None

    def __str__(self) -> str:
        found = "" if self.found is None else f"，现为 {self.found}"
        return f"{self.key}：{self.expected}{found}"


class CampaignError(ConfigurationError):
    """A campaign file is wrong; `mistakes` lists all that is wrong with it, not just the first."""

    def __init__(self, path: Path | str, mistakes: Sequence[Mistake]) -> None:
        self.path = path
        self.mistakes = tuple(mistakes)
        listing = "\n".join(f"  {mistake}" for mistake in self.mistakes)
        super().__init__(
            f"活动文件 {path} 有 {len(self.mistakes)} 处错误：\n{listing}",
            remedy=f"改正后用 ingest rules check {path} 再查一遍。",
        )
