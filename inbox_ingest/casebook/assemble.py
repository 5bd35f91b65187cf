"""Readings and people's decisions become cases: a pure fold over all mail in order of receipt.

Because every fold starts from all readings sorted by (time of receipt, SHA-256), the order in which
mails came into the store cannot matter, and reading everything again gives the same cases. The
store writes only what differs from what it holds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Decision, KnownCase, Outcome
from inbox_ingest.casebook.deciding import DecidedFold
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.folding import Fold
from inbox_ingest.casebook.freeze import freeze
from inbox_ingest.casebook.index import Index
from inbox_ingest.casebook.numbering import Numbering
from inbox_ingest.casebook.served import Served
from inbox_ingest.casebook.twins import twins_of
from inbox_ingest.casebook.verdicts import Verdicts
from inbox_ingest.records import Case, IssueCode, Received


@dataclass(frozen=True, slots=True)
class Assembled:
    """All cases in the order of their beginning, and what became of every message.

    `merged` maps numbers of known cases that are no more to the number that took them over (which
    may be new); `dropped` are known cases without any material left.
    """

    cases: tuple[Case, ...]
    outcomes: tuple[Outcome, ...]
    merged: dict[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()


def assemble(
    received: Iterable[Received],
    campaign: Campaign,
    *,
    known: Sequence[KnownCase] = (),
    decisions: Sequence[Decision] = (),
    sent: Mapping[str, tuple[str, ...]] | None = None,
    next_sequence: int | None = None,
) -> Assembled:
    """Fold all mail into cases.

    Args:
        received: every reading of the casebook, in any order.
        campaign: the rules of assembly.
        known: the cases filed before: they lend their numbers to the same material.
        decisions: people's decisions; those undone are ignored.
        sent: Message-ID of each reply we sent → numbers of the cases it was about.
        next_sequence: new cases are numbered from here, in order of their beginning; None leaves
            them without a number (`ingest check`).
    """
    mails = sorted(received, key=lambda r: (r.received_at, r.reading.raw_sha256))
    numbering = Numbering(known, [item.reading for item in mails])
    verdicts = Verdicts.of(decisions)
    index = Index(campaign, sent or {}, Served.among(mails, campaign))
    fold = Fold(campaign, numbering, verdicts, index)
    for item in mails:
        fold.take(item)
    if verdicts.overrule:
        fold = DecidedFold(fold)
        for item in mails:
            fold.take(item)
    return _finished(fold, next_sequence)


def _finished(fold: Fold, next_sequence: int | None) -> Assembled:
    """Settle every case, ask what is still open, look for twins, hand out known numbers, freeze."""
    campaign, drafts = fold.campaign, fold.index.cases
    for draft in drafts:
        draft.settle(campaign)
    for question in fold.questions:
        question.ask(campaign)
    numbers, merged = fold.numbering.settle(drafts, fold.verdicts)
    if next_sequence is not None:
        fresh = (campaign.numbers.number(n) for n in itertools.count(next_sequence))
        numbers = [number or next(fresh) for number in numbers]
    twins = twins_of(drafts, campaign)
    cases = [
        _frozen(
            fold,
            draft,
            numbers[place],
            [(drafts[other], numbers[other]) for other in twins.get(place, ())],
        )
        for place, draft in enumerate(drafts)
    ]
    outcomes = tuple(
        replace(outcome, anchors=tuple(dict.fromkeys(case.anchor for case in concerned)))
        for outcome, concerned in fold.outcomes
    )
    kept = {number for number in numbers if number} | set(merged)
    return Assembled(tuple(cases), outcomes, merged, fold.numbering.dropped(kept))


def _frozen(
    fold: Fold,
    draft: DraftCase,
    number: str | None,
    twins: Sequence[tuple[DraftCase, str | None]],
) -> Case:
    waived = fold.verdicts.waived(draft)
    return freeze(
        draft,
        fold.campaign,
        case_no=number,
        fixed=fold.verdicts.fixed(draft),
        waived=waived,
        waived_before=fold.verdicts.waived_before(draft),
        duplicates_of=[
            _called(other, called)
            for other, called in twins
            if f"{IssueCode.POSSIBLE_DUPLICATE}:{called}" not in waived
        ],
        contradictions=fold.verdicts.contradictions(draft, fold.campaign),
        decided_at=fold.verdicts.decided_at(draft),
        decisions=fold.verdicts.spoken(draft),
    )


def _called(draft: DraftCase, number: str | None) -> str:
    title = next((name.whole_title for name in draft.names if name.whole_title), "")
    label = number or "另一新收案例"
    return f"{label}《{title}》" if title else label
