"""How people call a unit in a file name, a subject, a line: by its place (浦口局正文), not its whole name.

A place counts only where it stands before what it is the place of: 浦口的正文, not 浦口驿站.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.sameness import abbreviates, normal_form, normal_unit
from inbox_ingest.records import Received

_REGION = re.compile(r"^[\u4e00-\u9fff]{2,3}(?:省|自治区)")
_DISTRICT = re.compile(r"^市?([\u4e00-\u9fff]{2,3}?)(?:新区|[区县旗市])")
_NO_PLACE = frozenset({"开发", "高新", "工业", "经开", "保税", "城市", "园区"})
_OFFICE = r"[\u4e00-\u9fff]{0,10}?(?:局|厅|中心|公司|集团|[支大总]队|委员会|[站处段所港校院])"
_MATERIAL = r"案例|正文|文本|申报|材料|扫描|盖章|签章|附件"
_CLAUSE = re.compile(r"[\n。；;，,！!？?]")
_QUOTED_TITLE = re.compile(r"《([^《》]{2,80})》")


def place_of(unit: str, campaign: Campaign) -> str:
    """The nearest place that a unit's name begins with: 浦口 of 南京市浦口区交通运输局; or empty."""
    cities = tuple(word for words in campaign.cities.values() for word in words)
    return _place(normal_unit(unit, campaign.unit_suffixes), cities)


@lru_cache(maxsize=1 << 14)
def _place(unit: str, cities: tuple[str, ...]) -> str:
    rest = _REGION.sub("", unit)
    place = max((word for word in cities if rest.startswith(word)), key=len, default="")
    rest = rest[len(place) :].removeprefix("市") if place else rest
    while (found := _DISTRICT.match(rest)) and found[1] not in _NO_PLACE:
        place, rest = found[1], rest[found.end() :]
    return place


def places_in(texts: Iterable[str], known: Collection[str]) -> set[str]:
    """Which of the `known` places stand in any of `texts`: costs their length, not the number known."""
    return {
        text[at : at + size]
        for text in texts
        for size in range(2, 5)
        for at in range(len(text) - size + 1)
        if text[at : at + size] in known
    }


def said_lines(received: Received) -> list[str]:
    """The clauses of the sender's own words, in normal form."""
    return [line for line in map(normal_form, _CLAUSE.split(received.reading.text)) if line]


def quoted_titles(received: Received) -> frozenset[str]:
    """What stands in 《》 in the subject and the words, in normal form."""
    words = f"{received.reading.message.subject or ''}\n{received.reading.text}"
    return frozenset(normal_form(title) for title in _QUOTED_TITLE.findall(words))


def calls(names: Iterable[str], lines: Sequence[str], unit: str, campaign: Campaign) -> bool:
    """Whether file names and subjects (`names`) or `lines` of a letter call a unit by its place.

    Both in normal form. In a letter the place alone, at the end of a line, is an address.
    """
    place = place_of(unit, campaign)
    if not place:
        return False
    return any(
        _is_of(found, unit, campaign)
        for in_letter, texts in ((False, names), (True, lines))
        for words in texts
        if place in words
        for found in _named(place, in_letter).finditer(words)
    )


def _is_of(found: re.Match[str], unit: str, campaign: Campaign) -> bool:
    """Whether the office that was named with the place, if any, is the unit's."""
    return not found["office"] or abbreviates(found["unit"], unit, campaign.unit_suffixes)


@lru_cache(maxsize=1 << 12)
def _named(place: str, in_letter: bool) -> re.Pattern[str]:
    end = "的$" if in_letter else "$"
    return re.compile(
        rf"(?P<unit>{re.escape(place)}(?:新区|[市县区旗])?(?P<office>{_OFFICE})?)"
        rf"(?:的?(?:{_MATERIAL})|{end})"
    )
