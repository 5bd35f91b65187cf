"""How a command ends: exceptions become one sentence on stderr, its remedy, and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inbox_ingest.errors import ConfigurationError, ExitCode, IngestError, TryLater

if TYPE_CHECKING:
    import typer

READER_GONE = 141  # what the shell shows for a program that SIGPIPE ended
INTERRUPTED = 130  # the same for SIGINT
_STOPPED = "已中断。已收下的邮件不会丢，再运行一次即可接着做。"
_FULL = (errno.ENOSPC, errno.EDQUOT)


def leave_with(command: Callable[[], int]) -> int:
    """Run `command`; return the exit code, having told the person why where it is not 0."""
    try:
        code = command()
        sys.stdout.flush()
    except SystemExit as error:  # typer ends so when the reader of our output has gone
        return READER_GONE if error.code == 1 else int(error.code or 0)
    except BaseException as error:  # noqa: BLE001 - the edge of the program: nothing passes it
        return _ended_by(error)
    if code == INTERRUPTED:
        _say(_STOPPED)
    return code


def _ended_by(error: BaseException) -> int:
    if isinstance(error, BrokenPipeError):
        _discard_output()
        return READER_GONE
    if isinstance(error, KeyboardInterrupt):
        _say(_STOPPED)
        return INTERRUPTED
    if "typer" in sys.modules:  # else it cannot be one of typer's, and typer is slow to import
        code = _ended_by_typer(error)
        if code is not None:
            return code
    known = _translated(error) if isinstance(error, OSError) else error
    return _told(known) if isinstance(known, IngestError) else _unexpected(error)


def _told(error: IngestError) -> int:
    _say(f"错误：{error.message}")
    if error.remedy:
        _say(f"办法：{error.remedy}")
    return int(error.exit_code)


def _ended_by_typer(error: BaseException) -> int | None:
    import typer

    if isinstance(error, typer.Abort):
        _say(_STOPPED)
        return INTERRUPTED
    return _misused(error) if isinstance(error, typer.TyperException) else None


def _misused(error: typer.TyperException) -> int:
    from inbox_ingest.cli.chinese import usage_sentence

    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":  # a bare `ingest`: help, but not on stdout
        _say(error.format_message())
        return int(ExitCode.USAGE)
    sentence = usage_sentence(error)
    _say(f"错误：{sentence}。")
    if sentence.startswith("多余的参数"):
        _say(
            '办法：含空格或括号的内容请用引号括起来，如 --why "不同单位 各写各的"、"申报表(1).docx"。'
        )
    path = context.command_path if context is not None else _command_called()
    _say(f"办法：运行 {path} --help 查看用法。")
    return int(ExitCode.USAGE)


def _command_called() -> str:
    """`ingest` and the command that was typed: the parser loses it where an option lacks a value."""
    from inbox_ingest.cli.application import COMMANDS

    typed = sys.argv[1:2]
    return " ".join(["ingest", *(word for word in typed if word in COMMANDS)])


def _translated(error: OSError) -> IngestError | None:
    """System errors that a person can mend, as our own; None for the rest."""
    if error.errno in _FULL:
        return TryLater(
            "磁盘已满，本次运行到此为止；已收下的邮件都已保存。",
            remedy="腾出空间后再运行一次即可接着做。",
        )
    if isinstance(error, PermissionError):
        place = f"：{error.filename}" if error.filename else ""
        return ConfigurationError(
            f"没有读写权限{place}。", remedy="请用原来的用户运行，或改正该文件的权限。"
        )
    return None


def _unexpected(error: BaseException) -> int:
    """A fault of ours: the details go to a file, for they may be long and hold what mails say."""
    import traceback

    details = "".join(traceback.format_exception(error))
    place = _log(details)
    _say("错误：程序出了意料之外的问题，已停止；已收下的邮件不受影响。")
    if place is None:
        _say(details)
    else:
        _say(f"办法：请把 {place} 发给维护者。")
    return int(ExitCode.SOFTWARE)


def _log(details: str) -> Path | None:
    """Append to log/errors.log in INGEST_HOME, private; None where that cannot be done."""
    from inbox_ingest.settings import load_settings

    try:
        folder = load_settings().home / "log"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "errors.log"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(f"--- {datetime.now(UTC).isoformat(timespec='seconds')}\n{details}\n")
    except (OSError, IngestError):
        return None
    return path


def _say(text: str) -> None:
    """Print on stderr; nobody reading there is no reason to fail."""
    from inbox_ingest.reports.screen import harmless

    try:
        for line in text.splitlines():
            sys.stderr.write(f"{harmless(line)}\n")
    except OSError:
        return


def _discard_output() -> None:
    """Let the interpreter's last flush go nowhere, or it would complain on stderr."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
