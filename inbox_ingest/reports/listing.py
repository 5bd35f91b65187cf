"""Cases and waiting matters as lists, a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from inbox_ingest.reports.screen import WIDTH, Line, fit, table, wrap
from inbox_ingest.reports.words import MAIL_NUMBER, NO_TYPE, STATUS_WORDS, waiting_words

if TYPE_CHECKING:
    from inbox_ingest.casebook.glance_letters import LettersWaiting

Entries = Sequence[Mapping[str, Any]]


def list_lines(cases: Entries, columns: int = WIDTH, *, more: bool = False) -> list[Line]:
    """A table of cases: number, status, type, newest material, how many issues, unit, title.

    `more` says that not all are among them.
    """
    if not cases:
        return [Line("没有符合条件的案例。")]
    laid_out = _wide(cases, columns) if columns >= WIDTH else _narrow(cases, columns)
    counted = f"共 {len(cases)} 件。用 ingest show 编号 查看一件的全部情况。"
    if more:
        counted = f"只列出前 {len(cases)} 件；用 --all 列出全部，或加条件筛选。"
    return [
        Line(laid_out[0], "heading"),
        *(Line(text) for text in laid_out[1:]),
        *(Line(text, "quiet") for text in wrap(counted, columns)),
    ]


def _wide(cases: Entries, columns: int) -> list[str]:
    unit_width = 16 + max(0, columns - WIDTH) // 2
    rows = [
        [
            case["case_no"],
            STATUS_WORDS.get(case["status"], case["status"]),
            case["type"] or NO_TYPE,
            (case["updated_at"] or "")[5:10] or "—",
            str(case["open_issues"]),
            fit(case["unit"] or "（单位未知）", unit_width),
            case["title"] or "（名称未知）",
        ]
        for case in cases
    ]
    headings = ["编号", "状态", "类型", "更新", "问题", "单位", "案例名称"]
    return table(headings, rows, numbers=(4,), flexible=6, columns=columns)


def _narrow(cases: Entries, columns: int) -> list[str]:
    """What a case is told by, in a window narrower than usual."""
    rows = [
        [
            case["case_no"],
            STATUS_WORDS.get(case["status"], case["status"]),
            case["title"] or case["unit"] or "（名称未知）",
        ]
        for case in cases
    ]
    return table(["编号", "状态", "案例名称"], rows, flexible=2, columns=columns)


def present_lines(name: str, values: Sequence[str]) -> list[Line]:
    """Which values of `name` (类型, 市) there are to ask for."""
    listing = "、".join(values) or "没有"
    told = f"现有的{name}：{listing}；{name}不明的写 未知。"
    return [Line(text, "quiet") for text in wrap(told)]


def failed_run_lines(runs: Entries, columns: int = WIDTH) -> list[Line]:
    """Passes that did not come to their end since one last did: nothing goes on before that is mended."""
    lines = []
    for run in runs:
        started = datetime.fromisoformat(run["started_at"]).strftime("%m-%d %H:%M")
        text = f"{started} 的一次运行未完成：{run.get('error') or '原因未记录'}"
        lines += [Line(piece, "alarm") for piece in wrap(text, columns, indent="", hanging="  ")]
    return lines


def letter_lines(letters: LettersWaiting, columns: int = WIDTH) -> list[Line]:
    """Letters that wait for a word, each kind with the command that lists it."""
    told = []
    if letters.drafts:
        told.append(f"{letters.drafts} 封答复等待批准：ingest replies list --state draft")
    if letters.held:
        told.append(f"{letters.held} 件案例的结论有变，同意后才会告知：ingest replies list")
    return [Line(text) for sentence in told for text in wrap(sentence, columns, hanging="  ")]


def waiting_lines(entries: Entries, columns: int = WIDTH) -> list[Line]:
    """What waits for a person and is no case: mails, failed replies, failed fetches.

    A mail is led by the number that `handle` and `dispose` take.
    """
    if not entries:
        return []
    lines = [Line(""), Line("邮件和答复", "heading")]
    mails = [entry["kind"] in ("question", "quarantined") for entry in entries]
    for entry, is_mail in zip(entries, mails, strict=True):
        number = f"{entry['reference'][:MAIL_NUMBER]}  " if is_mail else ""
        lines.append(Line(fit(f"  {number}{waiting_words(entry)}", columns)))
    if any(mails):
        told = "查看用 ingest show 邮件号；处理完用 ingest handle 邮件号。"
        lines += [Line(text, "quiet") for text in wrap(told, columns)]
    return lines
