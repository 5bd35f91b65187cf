"""The words of an issue with places for what was found: checked at load, filled without ever failing.

An organiser writes them, and every filing fills them: a mistake in them must never stop a mail. So
a place holds a name and nothing else (no format, no conversion), and filling cannot raise.
"""

from __future__ import annotations

import re
import string

ISSUE_PLACEHOLDERS = frozenset({"field", "measured", "limit", "expires", "detail"})
_PLACE = re.compile(r"\{\{|\}\}|\{([a-z]+)\}")


def checked_wording(text: str) -> str:
    """Return `text` where all its places can be filled.

    Raises:
        ValueError: braces do not match, a name is unknown, or a place says more than its name.
    """
    try:
        places = [place for place in string.Formatter().parse(text) if place[1] is not None]
    except ValueError as error:
        raise ValueError("花括号 { } 不成对") from error
    names = {name or "" for _, name, _, _ in places}
    unknown = sorted(names - ISSUE_PLACEHOLDERS)
    if unknown:
        raise ValueError(f"不认识的占位符 {'、'.join('{' + name + '}' for name in unknown)}")
    for _, name, form, conversion in places:
        if form or conversion:
            written = f"{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}"
            raise ValueError(f"占位符只写名称，请把 {{{written}}} 改为 {{{name}}}")
    return text


def fill(text: str, **values: object) -> str:
    """Return `text` with its places filled; what is unknown leaves its place empty. Never raises."""

    def filled(found: re.Match[str]) -> str:
        name = found.group(1)
        if name is None:
            return found.group()[0]
        value = values.get(name)
        return "" if value is None else str(value)

    return _PLACE.sub(filled, text)
