"""`ingest pack OUT`: the hand-over to the jury as one folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from inbox_ingest.cli.chinese import ChineseCommand
from inbox_ingest.errors import InputError


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("pack", cls=ChineseCommand)(pack)


def pack(
    out: Annotated[Path, typer.Argument(metavar="文件夹", help="放在哪里；须是新的或空的。")],
    *,
    blind: Annotated[
        bool, typer.Option("--blind", help="盲审：不放申报表、扫描件和单位、联系人信息。")
    ] = False,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="状态", help="只放这种状态的，如 齐全。"),
    ] = None,
    numbers: Annotated[
        list[str] | None, typer.Option("--case", metavar="编号", help="只放这些案例，可重复写。")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="文件夹里已有内容时，把原有的改名保留。")
    ] = False,
) -> None:
    """整理移交材料：每件案例一个文件夹，附汇总表和校验值。"""
    from inbox_ingest.archive import Archive
    from inbox_ingest.cli.filters import status_meant
    from inbox_ingest.cli.opening import looking
    from inbox_ingest.reports.pack import (
        BLIND_WARNING,
        cases_to_pack,
        told,
        unsettled_words,
        write_pack,
    )
    from inbox_ingest.settings import load_settings

    wanted = status_meant(status)
    settings = load_settings()
    archive = Archive(settings.archive_folder)

    def locate(sha256: str) -> Path | None:
        return archive.get(sha256).path if archive.has(sha256) else None

    place = out.expanduser().absolute()
    with looking(settings) as glance:
        if glance is None:
            return
        cases = cases_to_pack(glance, numbers=numbers or (), status=wanted)
        now = datetime.now(glance.zone)
        packed = write_pack(cases, locate, place, blind=blind, force=force, now=now)
    typer.echo(f"已整理到 {place}：{packed.cases} 件案例，{packed.files} 个文件。")
    if not packed.cases:
        chosen = f"“{status}”的" if status else ""
        typer.echo(f"注意：现在没有{chosen}案例，整理出的文件夹里只有空的汇总表。", err=True)
    if packed.moved is not None:
        typer.echo(f"原有的内容改名为 {packed.moved}。")
    if packed.unsettled:
        typer.echo(f"注意：{unsettled_words(packed.unsettled)}", err=True)
    if blind:
        typer.echo(f"注意：{BLIND_WARNING}", err=True)
    for sentence in told(packed.left_out):
        typer.echo(f"注意：{sentence}", err=True)
    if packed.missing:
        listing = "\n".join(told(packed.missing))
        raise InputError(f"有 {len(packed.missing)} 个文件没能放入：\n{listing}")
