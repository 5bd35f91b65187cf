"""Lays out text for a terminal: Chinese widths, harmless characters, columns that line up.

Whatever comes out of a mail passes `harmless` before it reaches a terminal: an escape sequence in a
subject could otherwise move the cursor, rename the window or hide lines. The layout functions here
do it themselves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

WIDTH = 80
Tone = Literal["plain", "heading", "alarm", "quiet"]
ELLIPSIS = "…"
REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Line:
    """One line for the screen. The tone is shown as colour where there is colour; words carry it too."""

    text: str
    tone: Tone = "plain"


def harmless(text: str) -> str:
    """`text` on one line with nothing in it that a terminal acts on.

    White space of any kind becomes a space, other control characters and lone surrogates a
    replacement sign; bidi marks, joiners and variation selectors are dropped, for they let a name
    show as another or take another width.
    """
    if text.isprintable() and not _has_selector(text):
        return text
    return "".join(_harmless_character(character) for character in text)


def _has_selector(text: str) -> bool:
    return any("\ufe00" <= character <= "\ufe0f" for character in text)


def _harmless_character(character: str) -> str:
    if character.isspace():  # of width 2 where the character is (U+3000)
        return character if character in (" ", "\u3000", "\u00a0") else " "
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return ""
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return REPLACEMENT if category in ("Cc", "Cs") else character


def width(text: str) -> int:
    """Terminal columns that `text` takes."""
    return cell_len(text)


def fit(text: str, columns: int) -> str:
    """`text`, made harmless, cut to at most `columns` with an ellipsis where something is cut."""
    text = harmless(text)
    if width(text) <= columns:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > columns - 1:
            break
        kept += character
    return kept + ELLIPSIS if columns > 0 else ""


def fit_middle(text: str, columns: int) -> str:
    """As `fit`, but keeping both ends: folder and file names differ at their ends."""
    text = harmless(text)
    if width(text) <= columns or columns < 5:
        return fit(text, columns)
    tail = ""
    for character in reversed(text):
        if width(character + tail) > (columns - 1) // 2:
            break
        tail = character + tail
    head = fit(text, columns - width(tail))
    return head + tail


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """`text` cut or filled with spaces to exactly `columns`; `right` puts it at the right edge."""
    text = fit(text, columns)
    space = " " * (columns - width(text))
    return space + text if right else text + space


def wrap(
    text: str, columns: int = WIDTH, *, indent: str = "", hanging: str | None = None
) -> list[str]:
    """Lines of `text` within `columns`: the first after `indent`, the rest after `hanging`.

    Breaks between Chinese characters or at spaces; a word longer than a line is broken.
    """
    hanging = indent if hanging is None else hanging
    lines: list[str] = []
    current = indent
    for word in _words(harmless(text)):
        rest = word
        if width(current + rest) > columns and current not in (indent, hanging):
            lines.append(current.rstrip())
            current, rest = hanging, rest.lstrip()
        while width(current + rest) > columns:
            piece = _head(rest, columns - width(current))
            lines.append(current + piece)
            current, rest = hanging, rest[len(piece) :]
        current += rest
    if current.strip() or not lines:
        lines.append(current.rstrip())
    return lines


def _head(word: str, columns: int) -> str:
    """The longest beginning of `word` within `columns`, at least one character."""
    kept = word[:1]
    for character in word[1:]:
        if width(kept + character) > columns:
            break
        kept += character
    return kept


# Marks that do not begin a line in Chinese typesetting.
_NO_BREAK_BEFORE = frozenset("，。、；：？！）》」』”’…—·％%)],.;:?!")

_NO_BREAK_AFTER = frozenset("（《「『“‘【([")


def _words(text: str) -> Iterable[str]:
    """Pieces that a line may break between: single wide characters, runs of narrow ones."""
    piece = ""
    for character in text:
        joined = character in _NO_BREAK_BEFORE or piece[-1:] in _NO_BREAK_AFTER
        if piece and not joined and (width(character) == 2 or character == " " or _wide_end(piece)):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _wide_end(piece: str) -> bool:
    last = piece[-1]
    return (width(last) == 2 or last in _NO_BREAK_BEFORE) and last not in _NO_BREAK_AFTER


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    flexible: int = 0,
    columns: int = WIDTH,
    indent: str = "",
) -> list[str]:
    """Rows in columns that line up within `columns`, the heading first.

    `numbers` are the columns set at the right edge. The `flexible` column gives way where the rows
    are too wide; its cells are cut in the middle.
    """
    cells = [[harmless(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(width(row[index]) for row in cells) for index in range(len(headings))]
    others = sum(widths) - widths[flexible] + 2 * (len(widths) - 1) + width(indent)
    widths[flexible] = max(min(widths[flexible], columns - others), 4)
    lines = []
    for row in cells:
        shown = [
            pad(
                fit_middle(cell, widths[index]) if index == flexible else cell,
                widths[index],
                right=index in numbers,
            )
            for index, cell in enumerate(row)
        ]
        lines.append(fit(indent + "  ".join(shown).rstrip(), columns))
    return lines


def counted(
    pairs: Iterable[tuple[str, int]], columns: int = WIDTH, indent: str = "  "
) -> list[str]:
    """`词 12   词 3` in as few lines as fit, no pair torn apart."""
    lines: list[str] = []
    current = ""
    for word, count in pairs:
        piece = f"{harmless(word)} {count}"
        joined = f"{current}   {piece}" if current else indent + piece
        if current and width(joined) > columns:
            lines.append(current)
            joined = indent + piece
        current = fit(joined, columns)
    return [*lines, current] if current else lines
