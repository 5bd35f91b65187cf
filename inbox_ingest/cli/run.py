"""`ingest run`: one pass, for cron. Imports nothing heavy before the pipeline knows there is work."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from inbox_ingest.cli.chinese import ChineseCommand

if TYPE_CHECKING:
    from inbox_ingest.pipeline import PassOutcome


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("run", cls=ChineseCommand)(run)


def run(
    *,
    source: Annotated[
        str | None,
        typer.Option(
            "--source",
            metavar="地址",
            help="imaps://用户@主机/文件夹，或 eml:、mbox:、maildir: 加路径。",
        ),
    ] = None,
    until: Annotated[
        Literal["collect", "read", "file", "reply"],
        typer.Option("--until", help="做到哪一步为止。"),
    ] = "reply",
    send: Annotated[bool, typer.Option("--send", help="发出已批准的回信。")] = False,
) -> None:
    """收信、读取、归档并拟好回信；可由定时任务反复运行。"""
    from inbox_ingest.cli.progress import progress
    from inbox_ingest.pipeline import Request, run_pass
    from inbox_ingest.settings import load_settings

    settings = load_settings()
    with progress() as bar:
        outcome = run_pass(Request(settings, until=until, send=send, progress=bar), source)
    _tell(outcome)


def _tell(outcome: PassOutcome) -> None:
    """One line of what was done; under cron, which mails what is printed, nothing for nothing."""
    from inbox_ingest.reports.passes import pass_words

    for notice in outcome.notices:
        _say_notice(notice)
    words = pass_words(outcome.counts)
    if words:
        typer.echo(words)
    elif sys.stdout.isatty():
        typer.echo("没有新邮件。")


def _say_notice(notice: str) -> None:
    from inbox_ingest.reports.screen import harmless

    typer.echo(f"注意：{harmless(notice)}", err=True)
