"""The organiser's word: fix, assign, merge, split, waive, dispose, handle, note, undo, decisions."""

from __future__ import annotations

import re
import unicodedata
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inbox_ingest.cli.chinese import ChineseCommand

if TYPE_CHECKING:
    from inbox_ingest.casebook.changes import Decision, KnownCase
    from inbox_ingest.stages.desk import Office, Spoken

CaseNumber = Annotated[str, typer.Argument(metavar="编号", help="案例编号，如 DJ001。")]
Mail = Annotated[
    str, typer.Argument(metavar="邮件", help="ingest list --waiting 里的邮件号，或 Message-ID。")
]
Why = Annotated[str | None, typer.Option("--why", metavar="理由", help="为什么这样处理。")]
Who = Annotated[
    str | None, typer.Option("--who", metavar="姓名", help="谁处理的；不写则按配置或登录名。")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (
        ("fix", fix),
        ("assign", assign),
        ("merge", merge),
        ("split", split),
        ("waive", waive),
        ("dispose", dispose),
        ("handle", handle),
        ("note", note),
        ("undo", undo),
        ("decisions", decisions),
    ):
        app.command(name, cls=ChineseCommand)(command)


def fix(
    case_no: CaseNumber,
    values: Annotated[
        list[str], typer.Argument(metavar="栏目=内容…", help="如 电话=13900000000。")
    ],
    *,
    why: Why = None,
    who: Who = None,
) -> None:
    """改正申报表的内容；此后来信与此不同时，请您核对，不会改回去。"""
    with _office(who) as office:
        _tell(office, office.keep(office.desk.fix(case_no, values), why))


def assign(
    file: Annotated[str, typer.Argument(metavar="文件", help="文件名，或校验值的前几位。")],
    case_no: Annotated[str, typer.Argument(metavar="编号", help="归入哪一件；new 为另立一件。")],
    *,
    role: Annotated[
        str | None,
        typer.Option(
            "--role", metavar="角色", help="form 申报表、form_scan 扫描件、case_text 正文……"
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="编号", help="几件都有该文件时，从哪件取出。")
    ] = None,
    why: Why = None,
    who: Who = None,
) -> None:
    """指定一个文件属于哪个案例、是什么材料。"""
    with _office(who) as office:
        intention = office.desk.assign(file, case_no, role=role, source=source)
        _tell(office, office.keep([intention], why))


def merge(
    source: Annotated[str, typer.Argument(metavar="编号", help="并掉的案例。")],
    into: Annotated[str, typer.Argument(metavar="编号", help="并入的案例，保留其编号。")],
    *,
    why: Why = None,
    who: Who = None,
) -> None:
    """把一件案例并入另一件。"""
    with _office(who) as office:
        _tell(office, office.keep([office.desk.merge(source, into)], why))


def split(
    case_no: CaseNumber,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[文件…]", help="文件名，或校验值的前几位。")
    ] = None,
    *,
    messages: Annotated[
        list[str] | None,
        typer.Option("--message", metavar="邮件", help="这封邮件带来的全部文件。"),
    ] = None,
    why: Why = None,
    who: Who = None,
) -> None:
    """把几个文件从案例中拆出，另立一件。"""
    with _office(who) as office:
        intention = office.desk.split(case_no, files or (), messages or ())
        _tell(office, office.keep([intention], why))


def waive(
    case_no: CaseNumber,
    code: Annotated[str, typer.Argument(metavar="问题", help="问题代码，如 seal-unverified。")],
    *,
    why: Annotated[str, typer.Option("--why", metavar="理由", help="为什么可以不计。")],
    field: Annotated[
        str | None, typer.Option("--field", metavar="栏目", help="只豁免这一栏或这个文件的。")
    ] = None,
    who: Who = None,
) -> None:
    """豁免一个问题：看过了，不必再提。"""
    with _office(who) as office:
        _tell(office, office.keep([office.desk.waive(case_no, code, field)], why))


def dispose(
    message: Mail,
    words: Annotated[list[str], typer.Argument(metavar="as 结果", help="as unrelated（无关）……")],
    *,
    why: Why = None,
    who: Who = None,
) -> None:
    """改判一封邮件：无关、自动或重复；其中的文件不再计入案例。"""
    with _office(who) as office:
        _tell(office, office.keep([office.desk.dispose(message, words)], why))


def handle(message: Mail, *, why: Why = None, who: Who = None) -> None:
    """一封咨询或读不了的邮件已经处理，不再列出。"""
    with _office(who) as office:
        _tell(office, office.keep([office.desk.handle(message)], why))


def note(
    case_no: CaseNumber,
    text: Annotated[list[str], typer.Argument(metavar="文字…")],
    *,
    who: Who = None,
) -> None:
    """给案例加一条备注。"""
    with _office(who) as office:
        _tell(office, office.keep([office.desk.note(case_no, " ".join(text))]))


def undo(
    number: Annotated[str, typer.Argument(metavar="号", help="见 ingest decisions，如 3。")],
    *,
    who: Who = None,
) -> None:
    """撤销一项人工处理，恢复原状。"""
    with _office(who) as office:
        _tell(office, office.undo(_counted(number)), undone=True)


def decisions(
    case_no: Annotated[
        str | None, typer.Argument(metavar="[编号]", help="只列与该案例有关的。")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON。")] = False,
) -> None:
    """列出全部人工处理：何时、何人、做了什么、为什么，是否已撤销。"""
    from inbox_ingest.cli.opening import looking
    from inbox_ingest.cli.printing import show, show_lines
    from inbox_ingest.errors import UsageError
    from inbox_ingest.reports.decisions import decision_list_lines
    from inbox_ingest.settings import load_settings

    with looking(load_settings()) as glance:
        if glance is None:
            return
        known = glance.case_number(case_no) if case_no else None
        if case_no and known is None:
            raise UsageError(
                f"没有编号为 {case_no} 的案例。", remedy="用 ingest list 查看全部编号。"
            )
        found = glance.decisions(known["case_no"] if known else None)
    if as_json:
        show_lines(found)
    else:
        show(decision_list_lines(found))


def _counted(number: str) -> int:
    """`3`, `第 3 号`, `３` as a number."""
    from inbox_ingest.errors import UsageError

    found = re.fullmatch(r"第?(\d{1,9})号?", "".join(unicodedata.normalize("NFKC", number).split()))
    if found is None:
        raise UsageError(
            f"“{number}”须是整数，即决定的号。", remedy="号见 ingest decisions，如 ingest undo 3。"
        )
    return int(found[1])


def _office(who: str | None) -> AbstractContextManager[Office]:
    import getpass

    from inbox_ingest.settings import load_settings
    from inbox_ingest.stages.desk import office

    settings = load_settings()
    return office(settings, who or settings.who or getpass.getuser(), lambda: datetime.now(UTC))


def _tell(office: Office, spoken: Spoken, *, undone: bool = False) -> None:
    from inbox_ingest.cli.printing import show
    from inbox_ingest.reports.decisions import spoken_lines

    effects = (
        (effect.case_no, _state(effect.before), _state(effect.now) or "")
        for effect in spoken.effects
    )
    made = [_as_line(office, decision) for decision in spoken.decisions]
    show(spoken_lines(made, effects, filed=spoken.filed, undone=undone))


def _as_line(office: Office, decision: Decision) -> dict[str, Any]:
    kept = (line for line in office.desk.glance.decisions() if line["id"] == decision.id)
    return next(kept)


def _state(case: KnownCase | None) -> str | None:
    from inbox_ingest.reports.words import STATUS_WORDS

    if case is None:
        return None
    if case.merged_into:
        return f"已并入 {case.merged_into}"
    return "已没有材料" if case.closed else STATUS_WORDS[case.status]
