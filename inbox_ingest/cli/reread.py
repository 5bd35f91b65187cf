"""`ingest reread`: read everything again, and show which verdicts change."""

from __future__ import annotations

from typing import Annotated

import typer

from inbox_ingest.cli.chinese import ChineseCommand


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("reread", cls=ChineseCommand)(reread_all)


def reread_all(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只列出会有哪些变化，不作任何改动。")
    ] = False,
) -> None:
    """用现在的程序和活动文件重读全部邮件，并列出变化。

    人工处理的结果保留；结论有变的不会自动告知投稿单位，须先经您同意；答复尚未发出的，按新的结论重新拟写。
    """
    from inbox_ingest.cli.printing import show
    from inbox_ingest.cli.progress import progress
    from inbox_ingest.reports.rereading import difference_lines
    from inbox_ingest.rereading import reread
    from inbox_ingest.settings import load_settings
    from inbox_ingest.stages.request import Request

    with progress() as bar:
        done = reread(Request(load_settings(), progress=bar), dry_run=dry_run)
    differences = [(change.case_no, change.before, change.after) for change in done.differences]
    told = done.told
    show(
        difference_lines(
            done.mails,
            differences,
            None if told is None else told.agreed,
            unsent=told.unsent if told else (),
            renewed=done.renewed,
            dry_run=dry_run,
        )
    )
    if done.mistake is not None:
        raise done.mistake
