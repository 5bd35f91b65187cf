"""Prints laid-out lines: colour where the terminal has it, words alone where it has not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import typer

from inbox_ingest.reports.screen import WIDTH, Line, Tone

NARROWEST, WIDEST = 40, 160

_STYLES: dict[Tone, dict[str, Any]] = {
    "plain": {},
    "heading": {"bold": True},
    "alarm": {"fg": "red", "bold": True},
    "quiet": {"dim": True},
}


def show(lines: Iterable[Line], *, err: bool = False) -> None:
    """Print each line in its tone. Without a terminal, or with NO_COLOR set, there is no colour."""
    plain = bool(os.environ.get("NO_COLOR"))
    for line in lines:
        style = _STYLES[line.tone]
        if plain or not style:
            typer.echo(line.text, err=err)
        else:
            typer.secho(line.text, err=err, **style)


def show_json(data: Mapping[str, Any]) -> None:
    """Print one object as indented JSON in UTF-8 whatever the terminal's encoding is."""
    import json

    text = json.dumps(data, ensure_ascii=False, indent=2)
    stream = typer.get_binary_stream("stdout")
    stream.write(text.encode("utf-8", errors="backslashreplace") + b"\n")
    stream.flush()


def show_lines(lines: Iterable[Mapping[str, Any]]) -> None:
    """Print JSON lines as `ingest export` writes them."""
    from inbox_ingest.reports.exports import write_jsonl

    stream = typer.get_binary_stream("stdout")
    write_jsonl(lines, stream)
    stream.flush()


def terminal_columns() -> int:
    """Columns that a list may take: the terminal's, between 40 and 160; 80 without one."""
    if not sys.stdout.isatty():
        return WIDTH
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
