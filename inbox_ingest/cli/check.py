"""`ingest check FILE…`: the verdict that a mail with these files would get; the store is not touched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inbox_ingest.cli.chinese import ChineseCommand


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("check", cls=ChineseCommand)(check)


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="文件…", help="申报表、正文、扫描件、.eml 或文件夹。")
    ],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="每件一行 JSON，同 export cases。")
    ] = False,
) -> None:
    """检查本机上的文件，就像它们随同一封邮件发来；不动已有数据。"""
    from inbox_ingest.campaign_files import shipped_campaign
    from inbox_ingest.cli.printing import show, show_lines
    from inbox_ingest.reports.case import checked_lines
    from inbox_ingest.settings import load_settings
    from inbox_ingest.stages.check_files import check_files

    settings = load_settings()
    checked = check_files(files, settings.campaign or shipped_campaign(), settings.executor)
    if as_json:
        show_lines(checked.lines)
        return
    show(checked_lines(checked.lines, checked.values, checked.unused, checked.problem))
