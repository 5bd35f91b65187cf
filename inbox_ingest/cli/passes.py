"""One pass as `ingest run` makes it, and the plain forms of its options read without typer.

cron calls `ingest run` every few minutes and mostly finds nothing. Loading typer then costs more
than asking the server, so `main` looks here first; help and mistakes go to typer as ever.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, cast, get_args

if TYPE_CHECKING:
    from inbox_ingest.stages.request import PassOutcome

Stage = Literal["collect", "read", "file", "reply"]


class Options(NamedTuple):
    """The options of `ingest run`."""

    source: str | None = None
    until: Stage = "reply"
    send: bool = False


def plain_options(arguments: Sequence[str]) -> Options | None:
    """Options written the usual way after `run`; None for all else: help, `--source=`, mistakes."""
    options = Options()
    words = iter(arguments)
    for word in words:
        value = next(words, "-") if word in ("--source", "--until") else ""
        if word == "--send":
            options = options._replace(send=True)
        elif word == "--source" and not value.startswith("-"):
            options = options._replace(source=value)
        elif word == "--until" and value in get_args(Stage):
            options = options._replace(until=cast(Stage, value))
        else:
            return None
    return options


def make_pass(options: Options) -> None:
    """Make the pass and tell in a line what it did."""
    from inbox_ingest.cli.progress import progress
    from inbox_ingest.pipeline import run_pass
    from inbox_ingest.settings import load_settings
    from inbox_ingest.stages.request import Request

    source, until, send = options
    with progress() as bar:
        request = Request(load_settings(), until=until, send=send, progress=bar)
        outcome = run_pass(request, source)
    _tell(outcome)


def _tell(outcome: PassOutcome) -> None:
    """One line of what was done; under cron, which mails what is printed, nothing for nothing."""
    from inbox_ingest.reports.passes import pass_words

    for notice in outcome.notices:
        _say_notice(notice)
    words = pass_words(outcome.counts)
    if words:
        sys.stdout.write(f"{words}\n")
    elif sys.stdout.isatty():
        sys.stdout.write("没有新邮件。\n")


def _say_notice(notice: str) -> None:
    from inbox_ingest.reports.screen import harmless

    sys.stderr.write(f"注意：{harmless(notice)}\n")
