"""`ingest status`: how the call stands. Reads views only: no ORM, no pydantic, no document readers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from inbox_ingest.cli.chinese import ChineseCommand


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("status", cls=ChineseCommand)(status)


def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出为 JSON，供脚本使用。")] = False,
) -> None:
    """征集进展：收信是否正常、案例齐全与否、有什么等着人处理。"""
    from inbox_ingest.casebook.glance import Glance
    from inbox_ingest.casebook.glance_letters import letters_waiting
    from inbox_ingest.cli.printing import show, show_json
    from inbox_ingest.reports.status import empty_status, status_lines
    from inbox_ingest.settings import load_settings

    settings = load_settings()
    now = datetime.now().astimezone()
    glance = Glance.open(settings.casebook)
    if glance is None:
        from inbox_ingest.campaign_files import shipped_campaign
        from inbox_ingest.campaigns import load_campaign

        campaign = load_campaign(settings.campaign or shipped_campaign())
        found, waiting, letters = empty_status(campaign, now), [], None
    else:
        found, waiting = glance.status(now), [] if as_json else glance.for_a_person()
        letters = letters_waiting(glance)
        glance.close()
    if as_json:
        show_json(found)
    else:
        show(status_lines(found, now, waiting, letters))
        if glance is None and settings.config is None:
            from inbox_ingest.cli.opening import next_step

            typer.echo(next_step(settings), err=True)
