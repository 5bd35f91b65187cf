"""Material that arrives in pieces: a later document that stands beside an older one of its role.

Contract §9: current is the newest of its role; text in two files that evidently continue each other
is one. A part of a text, or a page without the seal, takes nothing away that came before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.records import Attachment, CaseText

_PAGE = re.compile(r"第?[一二三四五六七八九十\d]+[页张]")


class Beside(NamedTuple):
    """Both stay current. `doubt` says it in words where a person has to look.

    `fragment`: the new text is only a part of the older one, by which the case is judged.
    """

    doubt: str | None = None
    fragment: bool = False


def beside(new: Attachment, old: Attachment) -> Beside | None:
    """How a later document stands beside an older one of its role; None where it takes its place."""
    if new.role == "form_scan":
        return _scan_beside(new, old)
    if new.case_text is None or old.case_text is None:
        return None
    if continues(new.case_text, old.case_text):
        return Beside()
    if _part_of(new.case_text, old.case_text):
        return Beside(
            f"后来的“{new.filename or '未命名文件'}”只有部分正文，不能确定是补充还是替换"
            f"“{old.filename or '未命名文件'}”，暂以先前的为准",
            fragment=True,
        )
    return None


def _scan_beside(new: Attachment, old: Attachment) -> Beside | None:
    pages = [_PAGE.findall(file.filename or "") for file in (new, old)]
    if all(pages) and pages[0] != pages[1]:
        return Beside()
    if new.scan is None or old.scan is None:
        return None
    if new.scan.seal == "absent" and old.scan.seal == "present":
        return Beside(
            f"先前的扫描件“{old.filename or '未命名文件'}”有公章，后来的"
            f"“{new.filename or '未命名文件'}”没有，不能确定是续页还是替换"
        )
    return None


def continues(new: CaseText, old: CaseText) -> bool:
    """Whether one text has only sections that the other lacks, or has as empty headings."""
    here, there = _filled(new), _filled(old)
    return bool(here and there) and not here & there


def _part_of(new: CaseText, old: CaseText) -> bool:
    """Whether a text lacks sections of the other one and is less than half of it."""
    lost = _filled(old) - {section.name for section in new.sections}
    return bool(lost) and new.body_count * 2 < old.body_count


def _filled(text: CaseText) -> set[str]:
    return {section.name for section in text.sections if not section.empty}


def joined(texts: Sequence[CaseText], campaign: Campaign) -> CaseText | None:
    """Texts that continue each other as one, in the order of the campaign's sections; else None."""
    filled = [_filled(text) for text in texts]
    every = set().union(*filled)
    if not all(filled) or len(every) != sum(map(len, filled)):
        return None
    ranks = {section.name: rank for rank, section in enumerate(campaign.text.sections)}
    ordered = sorted(texts, key=lambda text: ranks.get(_first(text), len(ranks)))
    head = next((text for text in ordered if text.title), ordered[0])
    abstracts = [text.abstract_count for text in ordered if text.abstract_count is not None]
    return head.model_copy(
        update={
            "unit": head.unit or next((text.unit for text in ordered if text.unit), None),
            "abstract_count": sum(abstracts) if abstracts else None,
            "body_count": sum(text.body_count for text in ordered),
            "either_count": sum(text.either_count for text in ordered),
            "doubts": tuple(doubt for text in ordered for doubt in text.doubts),
            "possible": {name: own for text in ordered for name, own in text.possible.items()},
            "sections": tuple(
                record
                for text in ordered
                for record in text.sections
                if not (record.empty and record.name in every)
            ),
        }
    )


def _first(text: CaseText) -> str:
    return next(section.name for section in text.sections if not section.empty)
