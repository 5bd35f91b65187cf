"""What a document says of the case it belongs to: title, unit, and the bare stem of its file name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import Literal, NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.sameness import (
    Titles,
    compare_titles,
    compatible_units,
    misspells,
    normal_form,
    normal_unit,
    same_unit,
)
from inbox_ingest.records import Attachment

# Below this an OCR reading is too shaky to tell cases apart.
_SURE_ENOUGH = 0.85
_CAMPAIGNS_AT_ONCE = 8
_STATE = r"副本|最新|最终|定稿|终稿|修改|修订|更正|盖章|扫描件?|电子版"
_COUNTER = re.compile(_STATE + r"|[a-z]?\d+$")
_DRAFT = re.compile(_STATE)
_NOT_WORD = re.compile(r"[\W_]+")
_ENCLOSURE = re.compile(r"附件\s*[一二三四\d](?!\d)")  # 附件1 is the form of every case
_FIRST_NUMBER = re.compile(r"^(\d{1,3})(?!\d)")
_LAST_NUMBER = re.compile(r"(?<!\d)(\d{1,3})$")


class Name(NamedTuple):
    """Title and unit in normal form, empty where unknown, and how a file is called without its role.

    `whole_title` and `whole_unit` keep the words as written, for comparison and for people. `ocr`
    says that a machine read them from a picture, so that single characters may be wrong.
    """

    title: str
    unit: str
    stem: str
    whole_title: str
    whole_unit: str
    ocr: bool = False

    @property
    def known(self) -> bool:
        """Whether the document itself says what it is about."""
        return bool(self.title or self.unit)


def name_of(attachment: Attachment, campaign: Campaign) -> Name:
    """What one document says of its case (contract §9: form, else scan, else case text)."""
    title = unit = ""
    if attachment.form is not None:
        title = _field(attachment, campaign, "title")
        unit = _field(attachment, campaign, "unit")
    if attachment.case_text is not None:
        title = title or attachment.case_text.title or ""
        unit = unit or attachment.case_text.unit or ""
    stem = stem_of(attachment.filename, campaign)
    return named(title, unit, campaign)._replace(stem=stem, ocr=_by_ocr(attachment))


def named(title: str, unit: str, campaign: Campaign) -> Name:
    """A name from words as written."""
    bare = normal_unit(unit, campaign.unit_suffixes)
    return Name(normal_form(title), bare, "", whole_title=title, whole_unit=unit)


def _by_ocr(attachment: Attachment) -> bool:
    form, text = attachment.form, attachment.case_text
    if form is not None:
        return any(value.evidence.means == "ocr" for value in form.fields.values())
    return text is not None and text.evidence.means == "ocr"


def title_by_ocr(attachment: Attachment, campaign: Campaign) -> str:
    """The title in normal form that OCR read, however unsure of it; empty where it read none."""
    field = campaign.form.by_key("title")
    value = attachment.form.fields.get(field.name) if attachment.form and field else None
    return normal_form(value.value) if value and value.evidence.means == "ocr" else ""


def _field(attachment: Attachment, campaign: Campaign, key: str) -> str:
    field = campaign.form.by_key(key)
    value = attachment.form.fields.get(field.name) if attachment.form and field else None
    if value is None or value.value is None:
        return ""
    if value.evidence.means == "ocr" and value.evidence.confidence < _SURE_ENOUGH:
        return ""
    return value.value


def stem_of(filename: str | None, campaign: Campaign) -> str:
    """A file name without ending, role words and counters: `申报表-港航.docx` and `正文-港航.doc` pair."""
    return _stem(filename or "", _role_words(campaign))


@lru_cache(maxsize=1 << 15)
def _bare(filename: str, words: tuple[str, ...]) -> str:
    name = unicodedata.normalize("NFKC", PurePath(filename).stem).casefold()
    name = _ENCLOSURE.sub("", _NOT_WORD.sub(" ", name))
    for word in words:
        name = name.replace(word, " ")
    return _DRAFT.sub(" ", name).strip()


def numbered_stem(
    filename: str | None, campaign: Campaign, *, last: bool
) -> tuple[str, int] | None:
    """What is left of a file name without its role, and the number before it (or after: `last`).

    `01-申报表.docx` and `（1）正文.doc` have the number 1 and nothing else; None without a number.
    """
    bare = _bare(filename or "", _role_words(campaign))
    found = (_LAST_NUMBER if last else _FIRST_NUMBER).search(bare)
    if found is None:
        return None
    return normal_form(bare[: found.start()] + bare[found.end() :]), int(found[1])


@lru_cache(maxsize=1 << 15)
def _stem(filename: str, words: tuple[str, ...]) -> str:
    stem = normal_form(PurePath(filename).stem)
    for word in words:
        stem = stem.replace(word, "")
    return _COUNTER.sub("", stem)


_role_words_of: dict[int, tuple[Campaign, tuple[str, ...]]] = {}


def _role_words(campaign: Campaign) -> tuple[str, ...]:
    """What a campaign calls its documents, longest first; worked out once for each campaign."""
    known = _role_words_of.get(id(campaign))
    if known is not None and known[0] is campaign:
        return known[1]
    names = [word for document in campaign.documents for word in document.names]
    names += [*campaign.form.titles, *campaign.text.titles]
    words = tuple(sorted({normal_form(name) for name in names if name}, key=len, reverse=True))
    if len(_role_words_of) >= _CAMPAIGNS_AT_ONCE:
        _role_words_of.clear()
    _role_words_of[id(campaign)] = campaign, words
    return words


def richer(first: Name, second: Name) -> Name:
    """What two documents of one case say together; the first has the word."""
    gaps = not (first.title and first.unit)
    return Name(
        title=first.title or second.title,
        unit=first.unit or second.unit,
        stem=first.stem or second.stem,
        whole_title=first.whole_title or second.whole_title,
        whole_unit=first.whole_unit or second.whole_unit,
        ocr=first.ocr or (gaps and second.known and second.ocr),
    )


def agree(first: Name, second: Name, campaign: Campaign) -> bool | None:
    """Whether two documents of one mail speak of one case: True, False, or None: they do not say."""
    return agree_with_any([first], second, campaign)


def agree_with_any(
    known: Sequence[Name], name: Name, campaign: Campaign, *, proven: bool = True
) -> bool | None:
    """Whether `name` speaks of the case that all of `known` speak of; None where they do not say.

    Another unit is another case whatever the title; else the title decides. A unit that is written
    in short, or that OCR may have misread, is the same one only where something else has `proven`
    that they belong together.
    """
    units = _same_units(known, name, campaign)
    if units == "other":
        return False
    titles = nearest_title(known, name, campaign)
    if titles is None or titles < Titles.NEAR:
        return None if titles is None else False
    return None if units == "alike" and not proven else True


def strangers(first: Name, second: Name, campaign: Campaign) -> bool:
    """Whether two documents name two units and two titles: no slip of the pen makes both."""
    titles = nearest_title([first], second, campaign)
    if titles is None or titles >= Titles.NEAR:
        return False
    return _same_units([first], second, campaign) == "other" and not _slip(
        first.whole_unit, second.whole_unit, campaign
    )


def same_title_misspelt_unit(known: Sequence[Name], name: Name, campaign: Campaign) -> bool:
    """Whether only slips of the pen in the unit's name keep `name` from being the known case's."""
    titles = nearest_title(known, name, campaign)
    if titles is None or titles < Titles.NEAR:
        return False
    return any(other.unit and _slip(other.whole_unit, name.whole_unit, campaign) for other in known)


def _slip(one: str, other: str, campaign: Campaign) -> bool:
    """Whether two names of units differ by a slip; 南京市… and 南通市… are two towns' units."""
    towns = [
        {word for words in campaign.cities.values() for word in words if word in unit}
        for unit in (one, other)
    ]
    apart = all(towns) and not towns[0] & towns[1]
    return not apart and misspells(one, other)


def units_agree(
    known: Sequence[Name], name: Name, campaign: Campaign, *, proven: bool = True
) -> bool | None:
    """Whether `name` speaks of the unit that all of `known` speak of; None where it cannot be told."""
    units = _same_units(known, name, campaign)
    if units is None or (units == "alike" and not proven):
        return None
    return units != "other"


def nearest_title(known: Sequence[Name], name: Name, campaign: Campaign) -> Titles | None:
    """How the title of `name` stands to the nearest one of `known`; None where one side has none."""
    titles = {(other.whole_title, other.ocr) for other in known if other.title}
    if not (name.title and titles):
        return None
    return max(_compare(title, ocr or name.ocr, name, campaign) for title, ocr in titles)


def _compare(title: str, ocr: bool, name: Name, campaign: Campaign) -> Titles:
    similarity = campaign.assembly.title_similarity
    found = compare_titles(title, name.whole_title, similarity=similarity)
    slip = found is Titles.OTHER and ocr and misspells(title, name.whole_title)
    return Titles.NEAR if slip else found


def _same_units(
    known: Sequence[Name], name: Name, campaign: Campaign
) -> Literal["same", "alike", "other"] | None:
    """What the units say; None where one side names none.

    A name that is short for two units proves neither: who is alike to one and not to the other is
    another unit. Misspellings of one and the same unit are no two units.
    """
    units = {other.whole_unit: other.ocr for other in known if other.unit}
    if not (name.unit and units):
        return None
    suffixes = campaign.unit_suffixes
    if any(same_unit(unit, name.whole_unit, suffixes) for unit in units):
        return "same"
    alike = [
        unit
        for unit, ocr in units.items()
        if compatible_units(unit, name.whole_unit, suffixes)
        or ((ocr or name.ocr) and _slip(unit, name.whole_unit, campaign))
    ]
    others = [
        unit
        for unit in units
        if unit not in alike and not any(_slip(unit, a, campaign) for a in alike)
    ]
    return "alike" if alike and not others else "other"


def names_in_file_name(attachment: Attachment, name: Name) -> bool:
    """Whether a file is called after a case: its title, its unit, or the same bare stem."""
    filename = normal_form(PurePath(attachment.filename or "").stem)
    return any(len(part) >= 4 and part in filename for part in (name.title, name.unit))


def title_in_file_name(attachment: Attachment, name: Name) -> int:
    """How long a case's title is that stands in the file's name; 0 where it does not.

    One title may stand within another: the longest is the one that was meant.
    """
    filename = normal_form(PurePath(attachment.filename or "").stem)
    return len(name.title) if len(name.title) >= 4 and name.title in filename else 0
