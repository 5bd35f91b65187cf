"""A screen that keeps itself up to date until Ctrl-C; the terminal is left as it was found."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime, tzinfo

from inbox_ingest.errors import TryLater, UsageError
from inbox_ingest.reports.screen import Line, Tone

EVERY = 5.0  # seconds
_STYLES: dict[Tone, str] = {"plain": "", "heading": "bold", "alarm": "bold red", "quiet": "dim"}


def watch(screen: Callable[[], list[Line]], zone: tzinfo, every: float = EVERY) -> None:
    """Show `screen()`, and again every few seconds; what does not fit on the terminal is cut.

    The time of the last look is told in the campaign's `zone`, as all times on the screen.

    A casebook that is busy for a moment is asked again, without ending.

    Raises:
        UsageError: the output is no terminal.
    """
    if not sys.stdout.isatty():
        raise UsageError("--watch 只能在终端里用。", remedy="请去掉 --watch。")
    from rich.console import Console, Group
    from rich.live import Live
    from rich.text import Text

    def shown() -> Group:
        try:
            lines = screen()
        except TryLater as error:
            lines = [Line(error.message, "alarm")]
        now = f"{datetime.now(zone):%H:%M:%S} 更新，每 {every:g} 秒一次；按 Ctrl-C 结束。"
        return Group(
            *(
                Text(line.text, _STYLES[line.tone], no_wrap=True)
                for line in [Line(now, "quiet"), *lines]
            )
        )

    # The other screen of the terminal: what stood there before comes back at the end.
    with Live(
        console=Console(), screen=True, auto_refresh=False, vertical_overflow="ellipsis"
    ) as live:
        try:
            while True:
                live.update(shown(), refresh=True)
                time.sleep(every)
        except KeyboardInterrupt:
            return
