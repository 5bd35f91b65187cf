"""Cases that look like each other's copies: the same title elsewhere, or nearly the same text.

Contract §9: alike titles alone are no duplicate; the same title in another unit is, and so is
nearly the same text anywhere. Fast for ten thousand texts: min-hash signatures in bands (LSH).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.reading.similarity import similarity

_BAND = 4  # rows a band: with 64 rows, texts alike by 0.8 share a band with probability 0.9998
# A band that so many share is boilerplate, or one text sent around: those beyond are compared with
# the first few, which is enough to name a twin, and stays linear.
_CROWD = 50
_FIRST_FEW = 4


def twins_of(drafts: Sequence[DraftCase], campaign: Campaign) -> dict[int, list[int]]:
    """For each case (by place in `drafts`) the cases it may duplicate, in their order."""
    pairs: set[tuple[int, int]] = set()
    pairs.update(_same_title_elsewhere(drafts, campaign))
    pairs.update(_alike_texts(drafts, campaign.assembly.text_similarity))
    result: dict[int, list[int]] = defaultdict(list)
    for first, second in sorted(pairs):
        result[first].append(second)
        result[second].append(first)
    return result


def _same_title_elsewhere(
    drafts: Sequence[DraftCase], campaign: Campaign
) -> Iterable[tuple[int, int]]:
    by_title: dict[str, set[int]] = defaultdict(set)
    for place, draft in enumerate(drafts):
        for title in {name.title for name in draft.current_names(campaign) if name.title}:
            by_title[title].add(place)
    for places in by_title.values():
        yield from combinations(sorted(places), 2)


def _alike_texts(drafts: Sequence[DraftCase], threshold: float) -> Iterable[tuple[int, int]]:
    signatures: list[tuple[int, tuple[int, ...]]] = [
        (place, material.attachment.case_text.signature)
        for place, draft in enumerate(drafts)
        for material in draft.materials
        if material.attachment.case_text is not None and material.attachment.case_text.signature
    ]
    bands: dict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
    for entry, (_, signature) in enumerate(signatures):
        for start in range(0, len(signature), _BAND):
            bands[start, signature[start : start + _BAND]].append(entry)
    seen: set[tuple[int, int]] = set()
    for entries in bands.values():
        for first, second in _to_compare(entries):
            if (first, second) in seen:
                continue
            seen.add((first, second))
            (place, one), (other, two) = signatures[first], signatures[second]
            if place != other and similarity(one, two) >= threshold:
                yield min(place, other), max(place, other)


def _to_compare(entries: Sequence[int]) -> Iterator[tuple[int, int]]:
    yield from combinations(entries[:_CROWD], 2)
    for entry in entries[_CROWD:]:
        yield from ((first, entry) for first in entries[:_FIRST_FEW])
