"""The command line: one file a group of commands; parse, call, show; no logic."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from inbox_ingest.cli.failures import leave_with


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (contract §7). `arguments` defaults to the process's."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _speak_any_character()
    return leave_with(lambda: _invoke(given))


def _invoke(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["run"]:
        from inbox_ingest.cli.passes import make_pass, plain_options

        options = plain_options(arguments[1:])
        if options is not None:
            make_pass(options)
            return 0
    from inbox_ingest.cli.application import invoke

    return invoke(arguments)


def _speak_any_character() -> None:
    """A terminal or log in another encoding shows a stand-in rather than ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
