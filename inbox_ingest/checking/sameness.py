"""Are two titles, two units the same but for how they were written? (contract §6, §9)

Width, spaces, punctuation, 《》 and legal-form suffixes make no difference. An abbreviation of a unit
(市港航中心 for 某某市港航事业发展中心) is no mismatch, but does not prove that two units are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache

_WHOLE_NAME = 6  # characters: a name this long within another is no coincidence
_NOT_WORD = re.compile(r"[\W_]+")
# Characters that tell cases and units apart however alike the rest: 一期 and 二期, 东站 and 西站.
_TELLING = frozenset("一二三四五六七八九十百零〇两首末甲乙丙丁上下东南西北前后左右大小新旧")
# Where such a character stands alone or with what it counts, it tells; within a word (创新, 中心) not.
_NUMERAL = re.compile(r"[\d一二三四五六七八九十百千零〇两甲乙丙丁戊]")
_SIDE = re.compile(r"[上中下东南西北前后左右内外大小新老旧首末][部篇段区线站片期岸路城卷册集侧]?")
_ONE_SLIP_IN = 6  # characters: OCR, or a tired typist, gets one in so many wrong
# Words that make a unit below another one; 分 and 子 are what is left of 分公司 without its legal form.
_SUBORDINATE = re.compile(
    r"第[一二三四五六七八九十百零〇\d]|[省市州区县旗乡镇]|街道|分局|[分子](?: |$)|分公司|子公司|分院"
    r"|分中心|大队|支队|中队|车队|班组|工区|支部|车间|[站所]"
)


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


class Titles(IntEnum):
    """How two titles stand to each other; the greater, the nearer."""

    OTHER = 0
    NUMBERED = 1  # alike but for what tells siblings apart: 3号线 and 4号线, 上篇 and 下篇
    NEAR = 2  # one within the other (a subtitle on one of the documents), or nearly equal
    EQUAL = 3


def compare_titles(first: str | None, second: str | None, *, similarity: float = 1.0) -> Titles:
    """How two titles stand to each other; `similarity` is the least ratio of nearly equal ones."""
    a, b = normal_form(first), normal_form(second)
    if not a or not b:
        return Titles.OTHER
    if a == b:
        return Titles.EQUAL
    shorter, longer = sorted((a, b), key=len)
    within = len(shorter) >= _WHOLE_NAME and shorter in longer
    differing = SequenceMatcher(None, a, b, autojunk=False)
    near = within or (similarity < 1.0 and differing.ratio() >= similarity)
    numbered = any(
        _tells_siblings_apart(a[i:j]) or _tells_siblings_apart(b[k:n])
        for kind, i, j, k, n in differing.get_opcodes()
        if kind != "equal"
    )
    if numbered and (near or _NUMERAL.sub("", a) == _NUMERAL.sub("", b)):
        return Titles.NUMBERED
    return Titles.NEAR if near else Titles.OTHER


def _tells_siblings_apart(segment: str) -> bool:
    letters = 0 < len(segment) <= 2 and segment.isascii()
    return bool(_NUMERAL.search(segment) or _SIDE.fullmatch(segment) or letters)


def same_title(first: str | None, second: str | None, *, similarity: float = 1.0) -> bool:
    """Whether two titles are one: equal in normal form, one within the other, or nearly equal.

    One within the other covers a subtitle that stands on one of the documents only.
    """
    return compare_titles(first, second, similarity=similarity) >= Titles.NEAR


def same_unit(first: str | None, second: str | None, suffixes: Sequence[str] = ()) -> bool:
    """Whether two names are surely one unit: equal in normal form without their legal forms."""
    a, b = normal_unit(first, suffixes), normal_unit(second, suffixes)
    return bool(a) and a == b


def abbreviates(first: str | None, second: str | None, suffixes: Sequence[str] = ()) -> bool:
    """Whether one name may be short for the other, or equal to it: no mismatch (contract §9).

    This is no proof that they are one unit: 交通局 is short for hundreds.
    """
    a, b = normal_unit(first, suffixes), normal_unit(second, suffixes)
    if not a or not b:
        return False
    shorter, longer = sorted((a, b), key=len)
    if a == b or (len(shorter) >= _WHOLE_NAME and shorter in longer):
        return True  # 中共…委员会 around a unit's own name
    return len(shorter) >= 3 and _abbreviates(shorter, longer)


def compatible_units(first: str | None, second: str | None, suffixes: Sequence[str] = ()) -> bool:
    """Whether two names may be one unit: one abbreviates the other, and is not the unit above it."""
    if not abbreviates(first, second, suffixes):
        return False
    names = normal_unit(first, suffixes), normal_unit(second, suffixes)
    shorter, longer = sorted(names, key=len)
    return not _SUBORDINATE.search(_added(shorter, longer))


def misspells(first: str | None, second: str | None) -> bool:
    """Whether two names differ only as a slip of the pen or of OCR would have it.

    One character in six is another one, too many or left out; never a numeral or a direction.
    """
    return is_slip(normal_form(first), normal_form(second))


def is_slip(a: str, b: str) -> bool:
    """As `misspells`, of two names in normal form."""
    if min(len(a), len(b)) < 4 or abs(len(a) - len(b)) > 1:
        return False
    slips = slips_allowed(min(a, b, key=len))
    if max(len(set(a) - set(b)), len(set(b) - set(a))) > slips:
        return False  # nearly all pairs, at a hundredth of the cost of what follows
    changed = [
        (a[i:j], b[k:m])
        for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    if any(c in _TELLING or c.isascii() for pair in changed for part in pair for c in part):
        return False
    return sum(max(len(one), len(two)) for one, two in changed) <= slips


def slips_allowed(name: str) -> int:
    """How many characters of a name of this length may be wrong, and it is still that name."""
    return max(1, len(name) // _ONE_SLIP_IN)


def _abbreviates(shorter: str, longer: str) -> bool:
    """Every character of `shorter` stands in `longer` in the same order, and the last ones agree.

    Abbreviations of offices keep what they are (局, 中心, 公司) and drop words before it.
    """
    rest = iter(longer)
    return shorter[-1] == longer[-1] and all(character in rest for character in shorter)


def _added(shorter: str, longer: str) -> str:
    """What `longer` says besides, a space where `shorter` goes on; what stands before it is left out.

    A region or a parent before the whole name (江苏省南京市…) makes no other unit; within or after
    it, it does.
    """
    start = longer.find(shorter)
    if start >= 0:
        return longer[start + len(shorter) :]
    added, rest = "", longer
    for place, character in enumerate(shorter):
        gap, _, rest = rest.partition(character)
        added += f" {gap}" if place else ""
    return f"{added} {rest}"
