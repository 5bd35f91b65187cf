"""Is there anything in a phone field that people in China dial? (contract §6, phone-invalid)"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

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
_MOST_PIECES = 8  # in which one number is written: +86 025 8420 0001 8012 has five
# A number of which some digits are hidden (138****8765) or letters (13851O98765): what is left of it
# is no short number.
_BROKEN = re.compile(
    r"(?:[\d\-()]{0,30} ?(?:[*×●•■█]+|[xX?]{2,}|(?<=\d)[OoIlZSB]+(?=\d)))+ ?[\d\-()]{0,30}"
)


def dialable(text: str) -> bool:
    """Whether `text` holds a mobile or landline number, with or without extension, or a 短号.

    Generous on purpose: a warning about a number that works would be a false accusation.
    """
    plain = unicodedata.normalize("NFKC", text)
    return any(map(_is_whole, _groups(plain))) or any(map(_is_short, _groups(_cut(plain))))


def _groups(plain: str) -> Iterator[list[str]]:
    """The runs of digits in each number as people space it."""
    return (re.findall(r"\d+", match.group()) for match in _GROUP.finditer(plain))


def _cut(plain: str) -> str:
    return _BROKEN.sub("、", plain)


def _is_short(pieces: list[str]) -> bool:
    """A short number, perhaps with its first digit set off (6-1234); an area code alone is none."""
    joined = "".join(pieces)
    apart = len(pieces) == 2 and not joined.startswith("0")
    return bool(_SHORT.fullmatch(joined)) and (apart or len(pieces) == 1)


def _is_whole(pieces: list[str]) -> bool:
    joined = "".join(pieces)
    if any(pattern.fullmatch(joined) for pattern in _WHOLE):
        return True
    if len(pieces) == 1:
        return False
    if any(_LOCAL.fullmatch(piece) for piece in pieces):
        return True
    # Several numbers in one breath: `189 5160 8218 173 6870 9971`.
    starts = range(len(pieces))
    return any(
        any(pattern.fullmatch("".join(pieces[start:end])) for pattern in _WHOLE[:3])
        for start in starts
        for end in range(start + 2, min(start + _MOST_PIECES, len(pieces)) + 1)
    )
