"""Do two sets of documents say the same thing? By the forms' summaries and the texts' signatures.

What tells a corrected document from one of another case, where titles do not (contract §6).
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.sameness import normal_form
from inbox_ingest.reading.similarity import similarity
from inbox_ingest.records import Attachment, CaseText

_TELLING = 20  # characters: what is shorter may be the same phrase by chance
_ALIKE = 0.75  # of the characters of a summary, in order: a sentence reworded, not another story
_UNLIKE = (
    0.5  # summaries of different cases share 0.1 to 0.3, texts full of stock phrases up to 0.4
)


class Likeness(NamedTuple):
    """How alike the nearest summaries and texts are: True, False, None where it cannot be told."""

    summary: bool | None
    text: bool | None

    @property
    def same(self) -> bool:
        """Whether either is nearly the same: one of the two may have been rewritten."""
        return self.summary is True or self.text is True

    @property
    def other(self) -> bool:
        """Whether both were compared and both tell another story."""
        return self.summary is False and self.text is False

    @property
    def differs(self) -> bool:
        """Whether something was compared, and nothing that was is nearly the same."""
        return not self.same and (self.summary is False or self.text is False)


def likeness(
    known: Iterable[Attachment], new: Iterable[Attachment], campaign: Campaign
) -> Likeness:
    """Compare what `new` documents say with `known` ones, each with its nearest."""
    known, new = list(known), list(new)
    summaries = [
        _summaries_alike(a, b)
        for a in _summaries(known, campaign)
        for b in _summaries(new, campaign)
    ]
    threshold = campaign.assembly.text_similarity
    texts = [_texts_alike(a, b, threshold) for a in _texts(known) for b in _texts(new)]
    return Likeness(_nearest(summaries), _nearest(texts))


def _nearest(verdicts: list[bool | None]) -> bool | None:
    if True in verdicts:
        return True
    return False if verdicts and None not in verdicts else None


def _summaries(documents: Iterable[Attachment], campaign: Campaign) -> Iterable[str]:
    field = campaign.form.by_key("summary")
    for document in documents:
        value = document.form.fields.get(field.name) if document.form and field else None
        summary = normal_form(value.value) if value else ""
        if len(summary) >= _TELLING:
            yield summary


def _summaries_alike(first: str, second: str) -> bool | None:
    if first == second:
        return True
    ratio = SequenceMatcher(None, first, second, autojunk=False).ratio()
    return _verdict(ratio, _ALIKE)


def _texts(documents: Iterable[Attachment]) -> Iterable[CaseText]:
    return (document.case_text for document in documents if document.case_text is not None)


def _texts_alike(first: CaseText, second: CaseText, threshold: float) -> bool | None:
    if first.text_sha256 == second.text_sha256:
        return True
    if not first.signature or not second.signature:
        return None
    return _verdict(similarity(first.signature, second.signature), threshold)


def _verdict(value: float, alike: float) -> bool | None:
    return True if value >= alike else False if value < _UNLIKE else None
