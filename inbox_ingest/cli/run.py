"""`ingest run`: one pass, for cron. Imports nothing heavy before the pipeline knows there is work."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from inbox_ingest.cli.chinese import ChineseCommand


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
        typer.Option("--until", help="做到哪一步为止：收信、读取、归档、拟回信。"),
    ] = "reply",
    send: Annotated[bool, typer.Option("--send", help="发出已批准的回信。")] = False,
) -> None:
    """收信、读取、归档并拟好回信；可由定时任务反复运行。"""
    raise NotImplementedError
