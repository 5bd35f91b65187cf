"""Are two titles, two units the same but for how they were written? (contract §6, §9)

Width, spaces, punctuation, 《》 and legal-form suffixes make no difference; an abbreviation of a
unit (市港航中心 for 某某市港航事业发展中心) is the same unit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

_WHOLE_NAME = 6  # characters: a name this long within another is no coincidence
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=1 << 15)  # labels, suffixes and role words come again and again
def normal_form(text: str | None) -> str:
    """`text` in one width and case, without spaces and punctuation; empty for None."""
    if not text:
        return ""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def normal_unit(text: str | None, suffixes: Sequence[str] = ()) -> str:
    """The unit's name in normal form without its legal-form suffixes, unless nothing else is left."""
    name = normal_form(text)
    for suffix in _longest_first(tuple(suffixes)):
        bare = name.removesuffix(suffix)
        if bare and bare != name:
            return normal_unit(bare, suffixes)
    return name


@lru_cache(maxsize=8)
def _longest_first(suffixes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(map(normal_form, suffixes), key=len, reverse=True))


def same_title(first: str | None, second: str | None, *, similarity: float = 1.0) -> bool:
    """Whether two titles are one: equal in normal form, one within the other, or nearly equal.

    One within the other covers a subtitle that stands on one of the documents only.
    """
    a, b = normal_form(first), normal_form(second)
    if not a or not b:
        return False
    if a == b:
        return True
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) >= 6 and shorter in longer:
        return True
    return similarity < 1.0 and SequenceMatcher(None, a, b, autojunk=False).ratio() >= similarity


def same_unit(first: str | None, second: str | None, suffixes: Sequence[str] = ()) -> bool:
    """Whether two names may stand for one unit: equal, or one an abbreviation of the other."""
    a, b = normal_unit(first, suffixes), normal_unit(second, suffixes)
    if not a or not b:
        return False
    shorter, longer = sorted((a, b), key=len)
    if a == b or (len(shorter) >= _WHOLE_NAME and shorter in longer):
        return True  # 中共…委员会 around a unit's own name
    return len(shorter) >= 3 and _abbreviates(shorter, longer)


def _abbreviates(shorter: str, longer: str) -> bool:
    """Every character of `shorter` stands in `longer` in the same order, and the last ones agree.

    Abbreviations of offices keep what they are (局, 中心, 公司) and drop words before it.
    """
    rest = iter(longer)
    return shorter[-1] == longer[-1] and all(character in rest for character in shorter)
