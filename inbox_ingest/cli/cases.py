"""`ingest list` and `ingest show`: which cases there are, and everything about one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inbox_ingest.cli.chinese import ChineseCommand
from inbox_ingest.errors import UsageError

if TYPE_CHECKING:
    from inbox_ingest.casebook.glance import Glance
    from inbox_ingest.reports.screen import Line
    from inbox_ingest.settings import Settings

LISTED = 200  # more than anybody reads; --all and --json give the rest


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("list", cls=ChineseCommand)(list_cases)
    app.command("show", cls=ChineseCommand)(show_case)


def list_cases(
    *,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="状态", help="待补正、待核对或齐全，也可写英文。"),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--type", metavar="类型", help="如 行业党建；没有的写 未知。")
    ] = None,
    city: Annotated[
        str | None, typer.Option("--city", metavar="市", help="如 南京；没有的写 未知。")
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="文字", help="单位名称中的文字。")
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", metavar="代码", help="有此问题的，如 scan-missing。")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="日期", help="此日起有新材料的。")
    ] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="等我处理的，邮件也列出。")] = False,
    everything: Annotated[bool, typer.Option("--all", help=f"不止前 {LISTED} 件。")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="每几秒更新一次，Ctrl-C 结束。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON。")] = False,
) -> None:
    """列出案例，可按状态、类型、市、单位、问题筛选。"""
    from inbox_ingest.cli.filters import code_meant, day_meant, plainly, status_meant
    from inbox_ingest.cli.opening import looking
    from inbox_ingest.cli.printing import show, show_lines, terminal_columns
    from inbox_ingest.settings import load_settings

    filters: dict[str, Any] = {
        "status": status_meant(status),
        "unit": plainly(unit),
        "code": code_meant(code),
        "waiting": waiting,
    }
    day = day_meant(since, datetime.now().astimezone().year)
    if watch and as_json:
        raise UsageError("--watch 和 --json 不能同时用。")
    with looking(load_settings()) as glance:
        if glance is None:
            return
        filters |= _named(glance, kind, city)
        filters["since"] = datetime.combine(day, time.min, glance.zone) if day else None
        if as_json:
            others = glance.for_a_person() if waiting else []
            show_lines([*glance.cases(**filters), *_no_cases(others)])
        elif watch:
            from inbox_ingest.cli.watching import watch as keep_showing

            keep_showing(
                lambda: _screen(glance, filters, everything, terminal_columns()), glance.zone
            )
        else:
            show(_screen(glance, filters, everything, terminal_columns()))


def _screen(glance: Glance, filters: dict[str, Any], everything: bool, columns: int) -> list[Line]:
    """The cases that fit; the mails that wait, and passes that failed, where they are asked for."""
    from inbox_ingest.casebook.glance_letters import letters_waiting
    from inbox_ingest.casebook.glance_status import failed_runs
    from inbox_ingest.reports.listing import (
        failed_run_lines,
        letter_lines,
        list_lines,
        waiting_lines,
    )

    cases = glance.cases(**filters, limit=None if everything else LISTED + 1)
    others = _no_cases(glance.for_a_person()) if filters["waiting"] else []
    more = len(cases) > LISTED and not everything
    failed = failed_run_lines(failed_runs(glance), columns) if filters["waiting"] else []
    lines = waiting_lines(others, columns)
    if filters["waiting"]:
        lines += letter_lines(letters_waiting(glance), columns)
    if cases or not (lines or failed):
        shown = list_lines(cases[:LISTED] if more else cases, columns, more=more)
        lines = [*shown, *([] if cases else _present(glance, filters)), *lines]
    return [*failed, *lines]


def _named(glance: Glance, kind: str | None, city: str | None) -> dict[str, Any]:
    from inbox_ingest.casebook.glance_cases import values_present
    from inbox_ingest.cli.filters import meant

    return {
        "type": meant(kind, values_present(glance, "type") if kind else ()),
        "city": meant(city, values_present(glance, "city") if city else ()),
    }


def _present(glance: Glance, filters: dict[str, Any]) -> list[Line]:
    """Which types or cities there are, where what was asked for is none of them."""
    from inbox_ingest.casebook.glance_cases import values_present
    from inbox_ingest.reports.listing import present_lines

    lines = []
    for name, column in (("类型", "type"), ("市", "city")):
        if filters[column] is not None:
            values = values_present(glance, "type" if column == "type" else "city")
            lines += present_lines(name, values)
    return lines


def _no_cases(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What waits for a person without the cases: those are listed as cases."""
    return [entry for entry in entries if entry["kind"] != "case"]


def show_case(
    case_no: Annotated[
        str, typer.Argument(metavar="编号", help="案例编号，如 DJ001；或邮件号，看一封来信。")
    ],
    *,
    why: Annotated[bool, typer.Option("--why", help="为什么这些邮件算作一件。")] = False,
    history: Annotated[bool, typer.Option("--history", help="历次变化和人工处理。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出为 JSON。")] = False,
) -> None:
    """一件案例的全部情况：各栏内容、材料、问题、来信；或一封来信。"""
    from inbox_ingest.cli.opening import looking
    from inbox_ingest.cli.printing import show, show_json
    from inbox_ingest.reports.case import case_lines
    from inbox_ingest.reports.message import message_lines
    from inbox_ingest.settings import load_settings

    settings = load_settings()
    with looking(settings) as glance:
        known = glance.case_number(case_no) if glance else None
        case = glance.case(known["case_no"]) if glance and known else None
        message = _message(glance, case_no) if glance and case is None else None
    found = case or message
    if found is None:
        raise UsageError(f"没有编号为 {case_no} 的案例。", remedy="用 ingest list 查看全部编号。")
    if as_json:
        show_json(found)
    elif case is not None:
        show(case_lines(case, why=why, history=history, locate=_locating(settings)))
    else:
        show(message_lines(found, _locating(settings)))


def _message(glance: Glance, text: str) -> dict[str, Any] | None:
    """The one mail that a mail number or Message-ID stands for."""
    from inbox_ingest.casebook.glance_files import find_messages, one_message

    found = find_messages(glance, text)
    return one_message(glance, found[0]["raw_sha256"]) if len(found) == 1 else None


def _locating(settings: Settings) -> Callable[[str], Path | None]:
    from inbox_ingest.archive import Archive

    archive = Archive(settings.archive_folder)
    return lambda sha256: archive.get(sha256).path if archive.has(sha256) else None
