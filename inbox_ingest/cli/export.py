"""`ingest export`: cases, messages or replies as JSON lines, CSV or a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from inbox_ingest.cli.chinese import ChineseCommand
from inbox_ingest.errors import UsageError


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("export", cls=ChineseCommand)(export)


def export(
    what: Annotated[
        Literal["cases", "messages", "replies"],
        typer.Argument(metavar="种类", help="案例、邮件或答复。"),
    ],
    *,
    form: Annotated[
        Literal["jsonl", "csv", "xlsx"],
        typer.Option("--format", help="jsonl 供脚本，csv、xlsx 供表格软件。"),
    ] = "jsonl",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="文件", help="写到文件；xlsx 必填。"),
    ] = None,
) -> None:
    """导出案例、邮件或答复；案例的 xlsx 即汇总表。"""
    from inbox_ingest.cli.opening import looking
    from inbox_ingest.reports import exports
    from inbox_ingest.settings import load_settings

    if form == "xlsx" and output is None:
        raise UsageError("xlsx 不能输出到屏幕。", remedy="请加 --output 汇总表.xlsx")
    with looking(load_settings()) as glance:
        lines = glance.export(what) if glance else iter(())
        if output is None:
            stream = typer.get_binary_stream("stdout")
            exports.export(what, form, lines, stream)
            stream.flush()
            return
        with exports.written_whole(output) as file:
            count = exports.export(what, form, lines, file)
    typer.echo(f"已写入 {output}，共 {count} 行。", err=True)
