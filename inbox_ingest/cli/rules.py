"""`ingest rules check FILE`: is a campaign file right?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inbox_ingest.cli.chinese import ChineseCommand, ChineseGroup


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    rules = typer.Typer(
        cls=ChineseGroup,
        help="活动文件。",
        no_args_is_help=True,
        rich_markup_mode=None,
        subcommand_metavar="命令 …",
        options_metavar="[选项]",
    )
    rules.command("check", cls=ChineseCommand)(check)
    app.add_typer(rules, name="rules", help="检查活动文件。")


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[活动文件]", help="不写则检查配置所用的。")
    ] = None,
) -> None:
    """检查活动文件，一次列出全部错误。"""
    from inbox_ingest.campaign_files import shipped_campaign
    from inbox_ingest.campaigns import load_campaign
    from inbox_ingest.cli.printing import show
    from inbox_ingest.reports.campaign import campaign_lines
    from inbox_ingest.settings import load_settings

    path = file or load_settings().campaign or shipped_campaign()
    show(campaign_lines(load_campaign(path), path))
