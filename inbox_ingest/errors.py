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
        ├── DatabaseTooOld          an older version wrote it, and no pass has upgraded it yet
        └── DatabaseTooNew          the database was written by a newer version

A broken mail is no exception: it is a value (`records.Problem`), kept and shown.
"""

from __future__ import annotations

import errno
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


class DatabaseTooOld(ConfigurationError):
    """The database was written by an older version; whatever opens it for writing upgrades it."""


class DatabaseTooNew(ConfigurationError):
    """The database was written by a newer version of this program."""


# What the TOML parser says (Python 3.11 to 3.14) → the same in Chinese; the first that fits is taken.
_TOML_WORDS = (
    (r"Cannot declare (.*) twice", "这张表写了两次"),
    (r"Cannot (?:mutate|redefine|overwrite).*|Duplicate inline table key.*", "这个键写了两次"),
    (r"Expected '=' after a key.*", "键后面缺少等号"),
    (r"Expected '\]+' at the end.*", "表名后面缺少方括号"),
    (r"Expected newline or end of document.*", "值后面还有多余的内容，一行只能写一个键"),
    (r"Unclosed array.*", "数组缺少右方括号或逗号"),
    (r"Unclosed inline table.*", "花括号没有配对，或缺少逗号"),
    (r"Unterminated string.*|Expected '\"+'.*|Illegal character '\\n'", "字符串缺少右引号"),
    (r"Invalid (?:date|time).*", "没有这样的日期或时间"),
    (r"Unescaped '.*' in a string|Invalid hex value.*|Escaped character.*", "反斜线须写成两条"),
    (r"Illegal character.*", "字符串里有不允许的字符"),
    (r"Invalid initial character for a key part.*", "键名写得不对"),
    (r"Invalid statement.*", "不是“键 = 值”，也不是 [表]"),
    (r"Invalid value.*", "值写得不对，文字须加引号"),
)
# A date as a person may write it where a value begins: 2025-7-10, 2025/07/10, 2025年7月10日.
_DATE_BY_HAND = re.compile(
    r"(?:^|[=\[,{])\s*(?P<whole>(\d{4})\s*[-/.年\u2010-\u2015\uff0d\uff0f]\s*(\d{1,2})"
    r"\s*[-/.月\u2010-\u2015\uff0d\uff0f]\s*(\d{1,2})(?!\d)\s*日?)"
)
_DATE_FORM = "日期须写成 2025-06-30 的样子，不加引号"


def toml_mistake(error: ValueError, text: str = "") -> str:
    """What the TOML parser found wrong and where, in Chinese, with the line of `text` itself."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    if found is None:
        return f"不是有效的 TOML（{error}）"
    what, number, column = found.groups()
    lines = text.splitlines()
    line = lines[int(number) - 1].strip() if number and int(number) <= len(lines) else ""
    place = f"第 {number} 行第 {column} 列" if number else "到文件末尾仍"
    said = _toml_words(what, line)
    if re.search(r"password|passwd|密码|授权码|://", line, re.IGNORECASE):
        line = ""  # what may be a secret is not repeated on the screen or in cron's mail
    shown = f"：{line if len(line) <= 60 else line[:57] + '…'}" if line else ""
    return f"{place}不是有效的 TOML（{said}）{shown}"


def _toml_words(what: str, line: str) -> str:
    """In Chinese what is wrong; slips that an input method brings about have words of their own."""
    value = line.partition("=")[2].strip()
    if value.startswith(("“", "”", "‘", "’", "＂", "「")):
        return '引号是中文的，须改成英文的 "'
    if "＝" in line and not value:
        return "等号是全角的，须改成英文的 ="
    slip = None if what.startswith("Invalid date") else _date_slip(value)
    if slip is not None:
        return slip
    return next((words for sign, words in _TOML_WORDS if re.fullmatch(sign, what)), what)


def _date_slip(value: str) -> str | None:
    """What is wrong with a date that this value gives in a form that TOML does not have."""
    bare = re.sub(r"\"[^\"]*\"?|'[^']*'?|#.*", "''", value)  # a date inside a text is no slip
    for found in _DATE_BY_HAND.finditer(bare):
        whole, *numbers = found.groups()
        try:
            there_is = date(*map(int, numbers)).isoformat()
        except ValueError:
            return f"没有这样的日期；{_DATE_FORM}"
        if whole.strip() != there_is:
            return _DATE_FORM
    return None


_SYSTEM_WORDS = {
    errno.ENOENT: "文件或文件夹不存在",
    errno.ENOTDIR: "路径当中有一段不是文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.EEXIST: "已经存在",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EROFS: "磁盘是只读的",
    errno.EIO: "磁盘读写出错",
    errno.EBUSY: "正被别的程序占用",
    errno.ETXTBSY: "正被别的程序占用",
    errno.EFBIG: "文件太大",
    errno.ENAMETOOLONG: "文件名太长",
    errno.ELOOP: "符号链接绕成了圈",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.ENXIO: "没有这个设备",
    errno.ENODEV: "没有这个设备",
    errno.ENOEXEC: "不是可以运行的程序",
    errno.EXDEV: "不在同一个磁盘上",
    errno.ESTALE: "网络磁盘断开了",
    errno.ENOMEM: "内存不足",
    errno.EINVAL: "系统不接受这个名字或操作",
    errno.ECONNREFUSED: "服务器拒绝连接",
    errno.ECONNRESET: "服务器断开了连接",
    errno.EPIPE: "对方已断开",
    errno.ENETUNREACH: "网络不通",
    errno.EHOSTUNREACH: "到不了这台主机",
    errno.EADDRNOTAVAIL: "本机没有可用的网络地址",
    errno.ETIMEDOUT: "超时",
}


def system_words(error: OSError) -> str:
    """Why the system refused, in Chinese; with its own words where they are none of the usual."""
    known = _SYSTEM_WORDS.get(error.errno or 0)
    return known or f"系统出错（{error.strerror or type(error).__name__}）"


def why_unreadable(error: OSError) -> str:
    """Why the system does not let a file be read."""
    words = {
        FileNotFoundError: "文件不存在",
        NotADirectoryError: "文件不存在",
        PermissionError: "没有读取权限",
    }
    return words.get(type(error)) or system_words(error)


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
