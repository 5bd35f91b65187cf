"""What a document says of the case it belongs to: title, unit, and the bare stem of its file name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.sameness import normal_form, normal_unit, same_title, same_unit
from inbox_ingest.records import Attachment

# Below this an OCR reading is too shaky to tell cases apart.
_SURE_ENOUGH = 0.85
_COUNTER = re.compile(r"副本|最新|最终|定稿|终稿|修改|修订|更正|盖章|扫描件?|电子版|[a-z]?\d+$")


class Name(NamedTuple):
    """Title and unit in normal form, empty where unknown, and how a file is called without its role.

    `whole_title` and `whole_unit` keep the words as written, for comparison and for people.
    """

    title: str
    unit: str
    stem: str
    whole_title: str
    whole_unit: str

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
    return Name(
        title=normal_form(title),
        unit=normal_unit(unit, campaign.unit_suffixes),
        stem=stem_of(attachment.filename, campaign),
        whole_title=title,
        whole_unit=unit,
    )


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
def _stem(filename: str, words: tuple[str, ...]) -> str:
    stem = normal_form(PurePath(filename).stem)
    for word in words:
        stem = stem.replace(word, "")
    return _COUNTER.sub("", stem)


@lru_cache(maxsize=8)
def _words(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({normal_form(name) for name in names if name}, key=len, reverse=True))


def _role_words(campaign: Campaign) -> tuple[str, ...]:
    documents = tuple(word for document in campaign.documents for word in document.names)
    return _words(documents + campaign.form.titles + campaign.text.titles)


def agree(first: Name, second: Name, campaign: Campaign) -> bool | None:
    """Whether two documents speak of one case: True, False, or None where they do not say."""
    return agree_with_any([first], second, campaign)


def agree_with_any(known: Sequence[Name], name: Name, campaign: Campaign) -> bool | None:
    """Whether `name` speaks of the case that all of `known` speak of; None where they do not say.

    Another unit is another case whatever the title; else the title decides.
    """
    units = [other.whole_unit for other in known if other.unit]
    if name.unit and units:
        suffixes = campaign.unit_suffixes
        if not any(same_unit(unit, name.whole_unit, suffixes) for unit in units):
            return False
    titles = [other.whole_title for other in known if other.title]
    if not (name.title and titles):
        return None
    similarity = campaign.assembly.title_similarity
    return any(same_title(title, name.whole_title, similarity=similarity) for title in titles)


def names_in_file_name(attachment: Attachment, name: Name) -> bool:
    """Whether a file is called after a case: its title, its unit, or the same bare stem."""
    filename = normal_form(PurePath(attachment.filename or "").stem)
    return any(len(part) >= 4 and part in filename for part in (name.title, name.unit))
