r"""Fields of Word: codes that stand for text. Results are kept, codes are not, unless they draw.

`EQ \o` lays a tick over a square, `SYMBOL` names a character by font and code, `FORMCHECKBOX` is a
box with a state: none of the three has a result, all three are ways of ticking.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from inbox_ingest.reading.word_styles import W, child_value, is_on
from inbox_ingest.reading.word_symbols import symbol, symbol_font
from inbox_ingest.records import EMPTY_BOX, TICKED

_SWITCH = re.compile(r"\\(?:[a-z]+\d*|([,;()\\]))", re.IGNORECASE)
_OVERLAY = re.compile(r"\\o", re.IGNORECASE)
_FRAME = re.compile(r"\\x", re.IGNORECASE)
_MARKS = frozenset("√✓✔✗✘×xXvV☑☒/\\＼／")
_SQUARES = frozenset("□☐▢◻⬜口○◯〇")


@dataclass(slots=True)
class Field:
    """A complex field while it is open: its code so far, and whether its result has begun."""

    code: list[str] = field(default_factory=list)
    in_result: bool = False
    shown: bool = False

    @property
    def instruction(self) -> str:
        """The field code as text."""
        return "".join(self.code).strip()


def drawn_by(instruction: str) -> str:
    """The text that a field without a result draws; empty for most."""
    name, _, rest = instruction.strip().partition(" ")
    name = name.upper()
    if name == "SYMBOL":
        return _symbol(rest)
    if name == "EQ" or name.startswith("EQ\\"):
        return _equation(instruction.strip()[2:])
    return ""


def form_control(begin: etree._Element) -> str | None:
    """What a legacy form control shows: a tick box, the chosen line of a list, or None (other)."""
    data = begin.find(W + "ffData")
    if data is None:
        return None
    box = data.find(W + "checkBox")
    if box is not None:
        state = is_on(box.find(W + "checked"))
        if state is None:
            state = is_on(box.find(W + "default"))
        return TICKED if state else EMPTY_BOX
    choices = data.find(W + "ddList")
    if choices is not None:
        entries = [entry.get(W + "val", "") for entry in choices.findall(W + "listEntry")]
        chosen = child_value(choices, "result") or child_value(choices, "default") or "0"
        if chosen.isdecimal() and int(chosen) < len(entries):
            return entries[int(chosen)]
    return None


def _symbol(arguments: str) -> str:
    code = re.match(r"\s*(0x[0-9a-f]+|\d+)", arguments, re.IGNORECASE)
    if code is None:
        return ""
    font = re.search(r'\\f\s*(?:"([^"]+)"|(\S+))', arguments, re.IGNORECASE)
    name = None if font is None else font.group(1) or font.group(2)
    number = int(code.group(1), 0) if code.group(1)[:2].lower() == "0x" else int(code.group(1))
    return symbol(symbol_font(name), number) if 0x20 <= number <= 0xFFFF else ""


def _equation(code: str) -> str:
    bare = _SWITCH.sub(lambda match: match.group(1) or "", code)
    parts = [part.strip() for part in re.split(r"[(),;，；]", bare) if part.strip()]
    marks = [part for part in parts if part in _MARKS]
    squares = [part for part in parts if part in _SQUARES]
    if marks and ((squares and _OVERLAY.search(code)) or _FRAME.search(code)):
        return TICKED
    if squares and len(squares) == len(parts):
        return EMPTY_BOX
    if _OVERLAY.search(code):
        parts = [part for part in parts if part not in _SQUARES] or parts
    return "".join(parts)
