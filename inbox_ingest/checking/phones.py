"""Is there anything in a phone field that people in China dial? (contract §6, phone-invalid)"""

from __future__ import annotations

import re
import unicodedata

# A number as people space it: digits with blanks, hyphens, dots or brackets between them.
_GROUP = re.compile(r"\+?\d(?:[\s\-—–―－().]*\d)*")
_WHOLE = (
    re.compile(r"(?:0086|86)?1[3-9]\d{9}"),  # mobile
    re.compile(
        r"(?:0086|86)?0?(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}\d{0,6}"
    ),  # area code (+ extension)
    re.compile(r"[2-9]\d{6,7}"),  # landline without area code
    re.compile(r"[48]00\d{7}"),  # 400 and 800 services
)
_LOCAL = re.compile(r"[2-9]\d{6,7}|1[3-9]\d{9}")
_SHORT = re.compile(r"\d{3,6}")  # 集团短号, internal extension


def dialable(text: str) -> bool:
    """Whether `text` holds a mobile or landline number, with or without extension, or a 短号.

    Generous on purpose: a warning about a number that works would be a false accusation.
    """
    plain = unicodedata.normalize("NFKC", text)
    return any(_group_dialable(match.group()) for match in _GROUP.finditer(plain))


def _group_dialable(group: str) -> bool:
    pieces = re.findall(r"\d+", group)
    joined = "".join(pieces)
    if any(pattern.fullmatch(joined) for pattern in _WHOLE):
        return True
    if len(pieces) == 1:
        return bool(_SHORT.fullmatch(joined))
    if any(_LOCAL.fullmatch(piece) for piece in pieces):
        return True
    # Several numbers in one breath: `189 5160 8218 173 6870 9971`.
    starts = range(len(pieces))
    return any(
        any(pattern.fullmatch("".join(pieces[start:end])) for pattern in _WHOLE[:3])
        for start in starts
        for end in range(start + 2, len(pieces) + 1)
        if end - start < len(pieces)
    )
