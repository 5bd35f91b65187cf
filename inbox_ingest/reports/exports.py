"""Writes the casebook out: JSON lines exactly as contract §8, CSV for spreadsheets.

A cell that a spreadsheet would run as a formula is kept from doing so (OWASP, CSV injection): what
senders write may begin with `=`.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

from inbox_ingest.errors import InputError, system_words
from inbox_ingest.reports.words import ISSUE_WORDS

ExportKind = Literal["cases", "messages", "replies"]
Lines = Iterable[Mapping[str, Any]]

# The keys of contract §8, in its order; what a line has beyond them follows in its own order.
COLUMNS: dict[str, tuple[str, ...]] = {
    "cases": (
        "case_no",
        "status",
        "title",
        "unit",
        "type",
        "contact",
        "phone",
        "summary",
        "summary_count",
        "body_count",
        "sections",
        "received_at",
        "updated_at",
        "senders",
        "revision",
        "documents",
        "issues",
        "fields",
    ),
    "messages": (
        "message_id",
        "from",
        "subject",
        "received_at",
        "disposition",
        "case_nos",
        "raw_sha256",
        "attachments",
        "problem",
    ),
    "replies": (
        "to",
        "subject",
        "body",
        "kind",
        "state",
        "reason",
        "in_reply_to",
        "case_nos",
    ),
}

# Spreadsheets run a cell that begins so; the full-width signs do it in East Asian editions.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def json_line(line: Mapping[str, Any]) -> str:
    """One line of JSON, without its line end, that any UTF-8 stream can take."""
    text = json.dumps(line, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate out of a broken header
        return json.dumps(line)
    return text


def write_jsonl(lines: Lines, stream: IO[bytes]) -> int:
    """Write each line as JSON; returns how many there were."""
    count = 0
    for line in lines:
        stream.write(json_line(line).encode("utf-8") + b"\n")
        count += 1
    return count


def write_csv(kind: ExportKind, lines: Lines, stream: IO[bytes]) -> int:
    """Write a table with the contract's keys as heading, in UTF-8 with the mark that Excel wants.

    Lists are joined by ；, issues are put as `代码 说明`, documents as `role 文件名`.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text)
    columns = COLUMNS[kind]
    writer.writerow(columns)
    count = 0
    for line in lines:
        writer.writerow([formula_free(cell_text(key, line.get(key))) for key in columns])
        count += 1
    text.flush()
    text.detach()
    return count


def formula_free(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would calculate it.

    Leading blanks do not protect: some programs strip them.
    """
    return f"'{text}" if text.lstrip(" \u3000").startswith(_FORMULA_STARTS) else text


def cell_text(key: str, value: Any) -> str:
    """A value of a line as the text of one cell; null is empty."""
    if value is None:
        return ""
    if key == "issues":
        return "；".join(issue_words(issue) for issue in value)
    if key in ("documents", "attachments"):
        return "；".join(f"{item['role']} {item['filename'] or '（无名）'}" for item in value)
    if key == "fields":
        return "；".join(f"{name}：{text}" for name, text in value.items() if text is not None)
    if isinstance(value, list | tuple):
        return "；".join(str(item) for item in value)
    return str(value)


def issue_words(issue: Mapping[str, Any]) -> str:
    """An issue in words: its sentence, or its short name where it has none."""
    text = issue.get("text")
    return str(text) if text else ISSUE_WORDS.get(issue["code"], str(issue["code"]))


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose bytes appear under `path` all together at the end, or not at all.

    A link stays a link: the file that it leads to is written. A device or pipe takes the bytes as
    they come, and is never replaced by a file.

    Raises:
        InputError: the file cannot be written there.
    """
    with _said_in_words(path):
        mode = path.stat().st_mode if path.exists() else stat.S_IFREG
        if stat.S_ISDIR(mode):
            raise InputError(f"{path} 是文件夹。", remedy="请写明要存成的文件名，如 汇总表.xlsx。")
        if not stat.S_ISREG(mode):
            with path.open("wb") as stream:
                yield stream
            return
    real = path.resolve()
    with _said_in_words(path):
        handle, name = tempfile.mkstemp(prefix=".ingest-", dir=real.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        with _said_in_words(path):
            Path(name).replace(real)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _said_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, BrokenPipeError) or error.errno == errno.ENOSPC:
            raise  # these have words and an exit code of their own
        raise InputError(
            f"无法写入 {path}：{system_words(error)}。", remedy="请换一个位置或文件名。"
        ) from error


def export(
    kind: ExportKind, form: Literal["jsonl", "csv", "xlsx"], lines: Lines, stream: IO[bytes]
) -> int:
    """Write `lines` in the wanted form; returns how many there were."""
    if form == "jsonl":
        return write_jsonl(lines, stream)
    if form == "csv":
        return write_csv(kind, lines, stream)
    from inbox_ingest.reports.ledger import write_xlsx  # openpyxl is slow to import

    writer: Callable[[ExportKind, Lines, IO[bytes]], int] = write_xlsx
    return writer(kind, lines, stream)
