"""Rules that compare documents of one case: do form, scan and case text name the same thing?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.findings import Finding
from inbox_ingest.checking.sameness import abbreviates, normal_form, same_title
from inbox_ingest.records import Attachment, Case, FieldValue, IssueCode

# OCR misreads single characters; text does not.
_OCR_SIMILARITY = 0.75
_OCR_FRAGMENT = 4  # characters: fewer are a piece of something, and name nothing


class _Mention(NamedTuple):
    where: str
    value: str
    ocr: bool


def titles_agree(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """title-mismatch: the documents disagree beyond spacing and punctuation."""
    mentions = list(_mentions(case, campaign, "title"))
    yield from _disagreement(IssueCode.TITLE_MISMATCH, mentions, _titles_match)


def units_agree(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """unit-mismatch: beyond punctuation, legal-form suffixes and abbreviation."""
    suffixes = campaign.unit_suffixes

    def match(first: _Mention, second: _Mention) -> bool:
        return abbreviates(first.value, second.value, suffixes) or (
            (first.ocr or second.ocr)
            and same_title(first.value, second.value, similarity=_OCR_SIMILARITY)
        )

    yield from _disagreement(
        IssueCode.UNIT_MISMATCH, list(_mentions(case, campaign, "unit")), match
    )


def _titles_match(first: _Mention, second: _Mention) -> bool:
    similarity = _OCR_SIMILARITY if first.ocr or second.ocr else 1.0
    return same_title(first.value, second.value, similarity=similarity)


def _disagreement(
    code: IssueCode, mentions: list[_Mention], match: Callable[[_Mention, _Mention], bool]
) -> Iterator[Finding]:
    for first, second in combinations(mentions, 2):
        if not match(first, second):
            yield Finding(
                code,
                detail=f"{first.where}为“{first.value[:60]}”，{second.where}为“{second.value[:60]}”",
            )
            return


def _mentions(case: Case, campaign: Campaign, key: str) -> Iterator[_Mention]:
    field = campaign.form.by_key(key)
    if field is None:
        return
    decided = case.values.get(field.name)
    if decided is not None and decided.value and decided.evidence.means == "person":
        return
    for material in case.documents:
        yield from _mentions_in(material.attachment, field.name, key, campaign)


def _mentions_in(
    attachment: Attachment, field: str, key: str, campaign: Campaign
) -> Iterator[_Mention]:
    where = {"form": "申报表", "form_scan": "扫描件"}.get(attachment.role, "正文")
    value = attachment.form.fields.get(field) if attachment.form else None
    if value is not None and value.value:
        ocr = value.evidence.means == "ocr"
        if not ocr or _is_surely_read(value, campaign):
            yield _Mention(where, value.value, ocr)
    text = attachment.case_text
    if text is not None and attachment.role in ("form", "case_text"):
        written = text.title if key == "title" else text.unit
        if written:
            yield _Mention("正文", written, text.evidence.means == "ocr")


def _is_surely_read(value: FieldValue, campaign: Campaign) -> bool:
    """Whether what OCR read may speak against another document: noise is no other name."""
    sure = value.evidence.confidence >= campaign.confidence_threshold
    return sure and len(normal_form(value.value)) >= _OCR_FRAGMENT
