"""The typer app: which commands there are, and the file each of them lives in.

Only the file of the command that was called is imported, so that `ingest status` does not pay for
the rest. Each file offers `add_to(app)`.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Annotated

import typer

from inbox_ingest.cli.chinese import ChineseGroup

# Command → the file it lives in, in the order in which help lists them.
COMMANDS = {
    "init": "init",
    "doctor": "doctor",
    "run": "run",
    "status": "status",
    "list": "cases",
    "show": "cases",
    "fix": "desk",
    "assign": "desk",
    "merge": "desk",
    "split": "desk",
    "waive": "desk",
    "dispose": "desk",
    "handle": "desk",
    "note": "desk",
    "undo": "desk",
    "decisions": "desk",
    "check": "check",
    "export": "export",
    "pack": "pack",
    "reread": "reread",
    "replies": "replies",
    "rules": "rules",
}

_HELP = """征集邮箱投稿处理程序：收信、读取申报表和案例正文、核对是否齐全，并告诉您进展。

第一次使用请运行 ingest init；之后由定时任务运行 ingest run，用 ingest status 查看进展。"""


def application(only: str | None = None) -> typer.Typer:
    """The typer app with every command, or with those of the file that holds `only`."""
    app = typer.Typer(
        cls=ChineseGroup,
        help=_HELP,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,  # rich costs 80 ms more at every start
        pretty_exceptions_enable=False,
        subcommand_metavar="命令 …",
        options_metavar="[选项]",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_root)
    files = [COMMANDS[only]] if only in COMMANDS else dict.fromkeys(COMMANDS.values())
    for file in files:
        importlib.import_module(f"inbox_ingest.cli.{file}").add_to(app)
    return app


def invoke(arguments: Sequence[str]) -> int:
    """Parse and run one command; its exit code. Misuse comes as `typer.TyperException`."""
    command = typer.main.get_command(application(arguments[0] if arguments else None))
    code = command.main(args=list(arguments), prog_name="ingest", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"ingest {version('inbox-ingest')}")
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="显示版本。"),
    ] = False,
) -> None:
    del version
