"""What file names and subjects say of the case: whom they name, and whether they name another.

A scan that nobody can read is often called after its case. Names are believed where unit and title
both stand there; one of them alone leaves a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.naming import Name, stem_of
from inbox_ingest.checking.sameness import (
    abbreviates,
    is_slip,
    normal_form,
    normal_unit,
    slips_allowed,
)
from inbox_ingest.records import Received

_SHORTEST = 4  # characters: a shorter name stands in many others
_UNIT = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:局|厅|中心|公司|集团|支队|大队|总队|委员会|管理处|学院|学校|协会|[^驿]站)"
)
_BELOW = re.compile(r".{0,6}?(?:分局|[分子]公司|分院|分中心|[大支中车]队|工区|站)")


@dataclass(slots=True)
class Names:
    """Titles or units in normal form, found again in a longer text, or with a slip of the pen.

    Kept by pieces, so that a look-up costs the length of what is asked, not the number of names.
    """

    _known: set[str] = field(default_factory=set)
    _by_piece: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str) -> None:
        """Remember a name."""
        if len(name) < _SHORTEST or name in self._known:
            return
        self._known.add(name)
        for piece in _pieces(name):
            self._by_piece.setdefault(piece, []).append(name)

    def within(self, text: str) -> list[str]:
        """The names that stand in `text`; one that stands within another of them does not count."""
        found = [name for name in self._near(text) if name in text]
        return [name for name in found if not any(name != o and name in o for o in found)]

    def misspelt(self, text: str) -> list[str]:
        """The names that `text` is, but for a slip of the pen or of OCR."""
        return [name for name in self._near(text) if name == text or is_slip(name, text)]

    def _near(self, text: str) -> list[str]:
        """Whoever has at most so many slips has one piece without any."""
        sizes = range(2, 7)
        pieces = {text[at : at + size] for size in sizes for at in range(len(text) - size + 1)}
        found = (name for piece in pieces for name in self._by_piece.get(piece, ()))
        return sorted(set(found))


def _pieces(name: str) -> Iterator[str]:
    count = slips_allowed(name) + 1
    size = min(6, len(name) // count)
    return (name[at * size : (at + 1) * size] for at in range(count))


def said_outside(bundle: Bundle, received: Received, campaign: Campaign) -> list[str]:
    """Bare file names of the documents, and the subject; a reply's subject is the older mail's."""
    said = [
        stem_of(file.filename, campaign) for file in bundle.attachments if file.role in CORE_ROLES
    ]
    message = received.reading.message
    if not message.in_reply_to and message.subject:
        said.append(normal_form(message.subject))
    return [words for words in dict.fromkeys(said) if words]


def names_case(said: Iterable[str], names: Sequence[Name]) -> bool:
    """Whether one file name (or the subject) says both title and unit of a case."""
    titles = {name.title for name in names if len(name.title) >= _SHORTEST}
    units = {name.unit for name in names if len(name.unit) >= _SHORTEST}
    return any(
        title in words and any(_says_unit(words.replace(title, " "), unit) for unit in units)
        for words in said
        for title in titles
    )


def _says_unit(words: str, unit: str) -> bool:
    """The unit itself, not one below it (…局江宁分局)."""
    before, found, after = words.partition(unit)
    return bool(found) and not _BELOW.match(after) and not before.endswith(("区", "县", "市", "第"))


def names_another(
    said: Iterable[str], names: Sequence[Name], titles: Names, units: Names, campaign: Campaign
) -> bool:
    """Whether a file name or the subject says another unit or title than all that a case has."""
    own_titles = {name.title for name in names if name.title}
    own_units = {name.unit for name in names if name.unit}
    for words in said:
        bare = words
        for title in own_titles:
            bare = bare.replace(title, " ")
        if any(title not in own_titles for title in titles.within(bare)):
            return True
        units_said = [*units.within(bare), *_UNIT.findall(bare)]
        for unit in units_said:
            written = normal_unit(unit, campaign.unit_suffixes)
            known = any(abbreviates(own, unit, campaign.unit_suffixes) for own in own_units)
            if (
                len(written) >= _SHORTEST
                and own_units
                and not known
                and not _in_any(unit, own_titles)
            ):
                return True
    return False


def _in_any(words: str, names: Iterable[str]) -> bool:
    return any(words in name for name in names)
