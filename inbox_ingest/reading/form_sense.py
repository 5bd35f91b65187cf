"""Whether what stands in a cell can be the answer to a field, and how well it reads as one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inbox_ingest.campaigns import FormField, squeeze
from inbox_ingest.reading.document import Cell
from inbox_ingest.reading.form_values import cleaned, is_prompt


def says_something(cells: Sequence[Cell], fields: Sequence[FormField]) -> bool:
    """Whether cells hold an answer to one of these fields."""
    text = "\n".join(cell.text for cell in cells)
    return any(cleaned(text, field) is not None for field in fields)


def only_prompts(cell: Cell, fields: Sequence[FormField]) -> bool:
    """Whether a cell says what to write, and nothing is written."""
    text = cell.text.strip()
    return bool(text) and all(field.kind != "choice" and is_prompt(text, field) for field in fields)


def sense_of(cells: Sequence[Cell], fields: Sequence[FormField]) -> float:
    """How well a text answers a field: a telephone number has digits, a choice its options."""
    text = squeeze("\n".join(cell.text for cell in cells))
    if not text:
        return 0.0
    for field in fields:
        if field.kind == "phone":
            return 1.0 if len(re.findall(r"\d", text)) >= 6 else -0.5
        if field.kind == "choice":
            return 1.0 if any(squeeze(option) in text for option in field.options) else -0.5
        if field.kind == "email":
            return 1.0 if "@" in text else -0.5
    return 0.5
