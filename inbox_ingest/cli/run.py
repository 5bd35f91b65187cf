"""`ingest run`: one pass, for cron."""

from __future__ import annotations

from typing import Annotated

import typer

from inbox_ingest.cli.chinese import ChineseCommand
from inbox_ingest.cli.passes import Options, Stage, make_pass


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
    until: Annotated[Stage, typer.Option("--until", help="做到哪一步为止。")] = "reply",
    send: Annotated[bool, typer.Option("--send", help="发出已批准的答复。")] = False,
) -> None:
    """收信、读取、归档并拟好答复；可由定时任务反复运行。"""
    make_pass(Options(source, until, send))
