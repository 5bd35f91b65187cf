"""`ingest rules check FILE`: are a campaign file and its letter templates right?"""

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
        Path | None,
        typer.Argument(metavar="[活动文件]", help="或它所在的文件夹；不写则检查配置所用的。"),
    ] = None,
) -> None:
    """检查活动文件和答复模板，一次列出全部错误。"""
    from inbox_ingest.campaign_files import shipped_campaign
    from inbox_ingest.campaigns import load_campaign
    from inbox_ingest.cli.printing import show
    from inbox_ingest.replies.templates import load_templates
    from inbox_ingest.reports.campaign import campaign_lines
    from inbox_ingest.settings import load_settings

    path = _campaign_file(file) if file else load_settings().campaign or shipped_campaign()
    campaign = load_campaign(path)
    load_templates(path, campaign)
    show(campaign_lines(campaign, path))


def _campaign_file(path: Path) -> Path:
    """The file that is meant: a folder, or the one of its letter templates, stands for it."""
    from inbox_ingest.campaign_files import shipped_campaign

    folders = (path, path.parent) if path.is_dir() else ()
    files = [folder / shipped_campaign().name for folder in folders]
    return next((file for file in files if file.is_file()), path)
