"""The 汇总表 as a workbook: Chinese headings, frozen header, sorted by type and number.

Everything a sender wrote is stored as text with the quote prefix, so that no spreadsheet program
calculates it, not even after somebody edits the cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from inbox_ingest.reports.exports import ExportKind, Lines, issue_words
from inbox_ingest.reports.words import (
    DISPOSITION_WORDS,
    NO_TYPE,
    REPLY_KIND_WORDS,
    REPLY_STATE_WORDS,
    ROLE_WORDS,
    STATUS_WORDS,
)

# openpyxl removes control characters alone; XML 1.0 (§2.2) has no place for these two either.
_ILLEGAL = re.compile(f"{ILLEGAL_CHARACTERS_RE.pattern}|[\ufffe\uffff]")
LONGEST_CELL = 32767  # Excel's limit on the characters of a cell
TALLEST_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its heading, its width in characters, and how a line fills it."""

    heading: str
    width: int
    value: Callable[[Mapping[str, Any]], Any]


def _plain(key: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda line: line.get(key)


def _word(key: str, words: Mapping[str, str]) -> Callable[[Mapping[str, Any]], Any]:
    return lambda line: words.get(line.get(key) or "", line.get(key))


def _joined(key: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda line: "、".join(str(item) for item in line.get(key) or ())


def _time(key: str) -> Callable[[Mapping[str, Any]], Any]:
    def shown(line: Mapping[str, Any]) -> Any:
        text = line.get(key)
        return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M") if text else None

    return shown


def _issues(audience: str) -> Callable[[Mapping[str, Any]], Any]:
    def shown(line: Mapping[str, Any]) -> str:
        found = [issue for issue in line.get("issues") or () if issue["audience"] == audience]
        return "\n".join(issue_words(issue) for issue in found)

    return shown


def _files(key: str) -> Callable[[Mapping[str, Any]], Any]:
    def shown(line: Mapping[str, Any]) -> str:
        return "\n".join(
            f"{ROLE_WORDS.get(item['role'], item['role'])}：{item['filename'] or '（无名）'}"
            for item in line.get(key) or ()
        )

    return shown


def _type(line: Mapping[str, Any]) -> str:
    return str(line.get("type") or NO_TYPE)


_CASES = (
    Column("编号", 10, _plain("case_no")),
    Column("申报类型", 12, _type),
    Column("案例名称", 40, _plain("title")),
    Column("申报单位", 30, _plain("unit")),
    Column("联系人", 12, _plain("contact")),
    Column("电话", 18, _plain("phone")),
    Column("状态", 10, _word("status", STATUS_WORDS)),
    Column("需投稿单位补正", 40, _issues("sender")),
    Column("需主办方核对", 40, _issues("organiser")),
    Column("概要字数", 10, _plain("summary_count")),
    Column("正文字数", 10, _plain("body_count")),
    Column("案例概要和创新之处", TALLEST_WIDTH, _plain("summary")),
    Column("正文各部分", 24, _joined("sections")),
    Column("材料", 40, _files("documents")),
    Column("首次收到", 17, _time("received_at")),
    Column("最近更新", 17, _time("updated_at")),
    Column("发件人", 28, _joined("senders")),
    Column("修订", 6, _plain("revision")),
)
# Sentences about issues quote what documents say; file names often name the unit.
_SAYS_NO_UNIT = frozenset(
    {
        "编号",
        "申报类型",
        "案例名称",
        "状态",
        "概要字数",
        "正文字数",
        "案例概要和创新之处",
        "正文各部分",
    }
)
_MESSAGES = (
    Column("收到时间", 17, _time("received_at")),
    Column("发件人", 28, _plain("from")),
    Column("主题", 40, _plain("subject")),
    Column("处理结果", 12, _word("disposition", DISPOSITION_WORDS)),
    Column("案例编号", 14, _joined("case_nos")),
    Column("附件", 44, _files("attachments")),
    Column("读取问题", 40, _plain("problem")),
    Column("邮件标识", 36, _plain("message_id")),
    Column("原件校验值", 66, _plain("raw_sha256")),
)
_REPLIES = (
    Column("收件人", 28, _plain("to")),
    Column("主题", 40, _plain("subject")),
    Column("类别", 10, _word("kind", REPLY_KIND_WORDS)),
    Column("状态", 10, _word("state", REPLY_STATE_WORDS)),
    Column("原因", 40, _plain("reason")),
    Column("案例编号", 14, _joined("case_nos")),
    Column("内容", TALLEST_WIDTH, _plain("body")),
    Column("所回复的邮件", 36, _plain("in_reply_to")),
)
_TITLES = {"cases": "汇总表", "messages": "邮件", "replies": "答复"}


def write_xlsx(
    kind: ExportKind,
    lines: Lines,
    stream: IO[bytes],
    *,
    blind: bool = False,
    folders: Mapping[str, str] | None = None,
) -> int:
    """Write a workbook with one sheet; returns the number of its rows without the heading.

    `blind` leaves out what names the unit. `folders` tells where a case's files lie, by its number.
    """
    rows = list(lines)
    if kind == "cases":
        rows.sort(key=by_type_and_number)
    columns = {"cases": _CASES, "messages": _MESSAGES, "replies": _REPLIES}[kind]
    if blind:
        columns = tuple(column for column in columns if column.heading in _SAYS_NO_UNIT)
    elif kind == "cases":
        columns = (*columns, *_own_fields(rows))
    if folders is not None:
        places = folders
        columns = (*columns, Column("文件夹", 44, lambda line: places.get(line["case_no"])))
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):  # a new workbook always has one; mypy cannot know
        raise TypeError("openpyxl made a workbook without a sheet")
    sheet.title = _TITLES[kind]
    _heading(sheet, columns)
    for number, line in enumerate(rows, start=2):
        for index, column in enumerate(columns, start=1):
            _fill(sheet.cell(number, index), column.value(line))
    sheet.freeze_panes = "B2" if kind == "cases" else "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    _for_print(sheet)
    book.save(stream)
    return len(rows)


def by_type_and_number(line: Mapping[str, Any]) -> tuple[bool, str, list[tuple[int, str]]]:
    """Sort key: cases without a type last, DJ9 before DJ10."""
    kind = line.get("type")
    pieces = re.findall(r"\d+|\D+", str(line.get("case_no") or ""))
    number = [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in pieces]
    return kind is None, str(kind or ""), number


def _own_fields(rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """A column for each form field of the campaign beyond the contract's six."""
    names = dict.fromkeys(name for row in rows for name in row.get("fields") or ())

    def column(name: str) -> Column:
        return Column(name, 24, lambda line: (line.get("fields") or {}).get(name))

    return tuple(column(name) for name in names)


def _heading(sheet: Worksheet, columns: Sequence[Column]) -> None:
    for index, column in enumerate(columns, start=1):
        cell = sheet.cell(1, index)
        _fill(cell, column.heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", start_color="FFDDEBF7")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(index)].width = column.width


def _fill(cell: Cell | Any, value: Any) -> None:
    if value is None or value == "":
        return
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(value, int):
        cell.value = value
        return
    text = _ILLEGAL.sub("", str(value))
    text = _fitting(text.encode("utf-8", errors="replace").decode("utf-8"))
    if not text:
        return
    cell.value = text
    cell.data_type = "s"  # openpyxl has taken a leading = for a formula
    cell.quotePrefix = True


def _fitting(text: str) -> str:
    """`text` within Excel's limit, which counts a character beyond U+FFFF as two."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_CELL:
        return text
    return units[: 2 * (LONGEST_CELL - 1)].decode("utf-16-le", errors="ignore") + "…"


def _for_print(sheet: Worksheet) -> None:
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
