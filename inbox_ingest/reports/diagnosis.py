"""A finding of `ingest doctor` as lines: a sign, what was looked at, what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from inbox_ingest.reports.screen import Line, Tone, pad, wrap

_SIGNS = {"good": "[好]", "note": "[！]", "bad": "[✗]"}
_TONES: dict[str, Tone] = {"good": "plain", "note": "plain", "bad": "alarm"}
_INDENT = " " * 13


def finding_lines(
    verdict: Literal["good", "note", "bad"], subject: str, text: str, remedy: str | None
) -> Iterable[Line]:
    """The lines of one finding; several lines of text (a list of mistakes) stay several."""
    head = f"{pad(_SIGNS[verdict], 4)} {pad(subject, 6)}  "
    for number, part in enumerate(text.splitlines() or [""]):
        first = head if number == 0 else _INDENT
        for piece in wrap(part, indent=first, hanging=_INDENT):
            yield Line(piece, _TONES[verdict])
    for piece in wrap(remedy, indent=f"{_INDENT}→ ", hanging=f"{_INDENT}  ") if remedy else ():
        yield Line(piece)
