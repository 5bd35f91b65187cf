"""Readings and people's decisions become cases: a pure fold over all mail in order of receipt.

Because every fold starts from all readings sorted by (time of receipt, SHA-256), the order in which
mails came into the store cannot matter, and reading everything again gives the same cases. The
store writes only what differs from what it holds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle, bundles_of
from inbox_ingest.casebook.changes import Decision, KnownCase, Outcome
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.freeze import freeze
from inbox_ingest.casebook.matching import (
    Index,
    Match,
    find_case,
    quoted_cases,
    threaded_cases,
)
from inbox_ingest.casebook.twins import twins_of
from inbox_ingest.casebook.verdicts import Verdicts
from inbox_ingest.reading.correspondence import (
    automatic_reason,
    is_advertising,
    is_delivery_report,
)
from inbox_ingest.records import Case, Disposition, IssueCode, Reason, Received


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


@dataclass(slots=True)
class _Verdict:
    """What one mail did, collected while its bundles are placed."""

    began: bool = False
    added: bool = False
    anchors: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)


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
    fold = _Fold(campaign, known, decisions, sent or {})
    for item in sorted(received, key=lambda r: (r.received_at, r.reading.raw_sha256)):
        fold.take(item)
    return fold.finish(next_sequence)


class _Fold:
    """The running state: cases so far, the index over them, an outcome for each mail."""

    def __init__(
        self,
        campaign: Campaign,
        known: Sequence[KnownCase],
        decisions: Sequence[Decision],
        sent: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.campaign = campaign
        self.verdicts = Verdicts.of(decisions, known)
        self.known = {case.anchor: case.case_no for case in known}
        self.sequence = {case.case_no: case.sequence for case in known}
        self.index = Index(campaign, sent)
        self.outcomes: list[Outcome] = []

    def take(self, received: Received) -> None:
        """Place one mail."""
        reading = received.reading
        disposed = self.verdicts.disposed.get(reading.raw_sha256)
        if reading.problem is not None and disposed is None:
            self.outcomes.append(
                Outcome(
                    reading.raw_sha256,
                    "quarantined",
                    problem=reading.problem,
                    waits_for_person=not self.verdicts.handled(reading.raw_sha256),
                )
            )
            return
        machine = automatic_reason(reading.message, reading.text)
        bundles = [] if disposed else self._bundles(received, machine is not None)
        if bundles:
            self._place_all(bundles, received)
        else:
            self._correspondence(received, machine, disposed)

    def _bundles(self, received: Received, automatic: bool) -> list[Bundle]:
        """The bundles that are submission material; extras count only where their case is known."""
        reading = received.reading
        report = is_delivery_report(reading.message, reading.text)
        if report or reading.message.signs.disposition_notification:
            return []
        bundles = self.verdicts.regroup(bundles_of(reading, self.campaign))
        advertising = is_advertising(reading.message, reading.text)
        return [
            bundle
            for bundle in bundles
            if bundle.is_submission
            or (
                not (automatic or advertising)
                and (
                    bundle.links
                    or _may_hide_material(bundle)
                    or find_case(self.index, bundle, received).case is not None
                )
            )
        ]

    def _place_all(self, bundles: Sequence[Bundle], received: Received) -> None:
        reading = received.reading
        verdict = _Verdict()
        for bundle in bundles:
            self._place(bundle, received, verdict)
        disposition: Disposition = (
            "submission" if verdict.began else "supplement" if verdict.added else "duplicate"
        )
        self.outcomes.append(
            Outcome(
                reading.raw_sha256,
                disposition,
                anchors=tuple(dict.fromkeys(verdict.anchors)),
                reasons=tuple(verdict.reasons),
            )
        )

    def _place(self, bundle: Bundle, received: Received, verdict: _Verdict) -> None:
        raw_sha256 = received.reading.raw_sha256
        anchor = f"{raw_sha256}:{bundle.first_part}"
        match = self._match(bundle, anchor, received)
        case = match.case
        if case is None:
            case = DraftCase(anchor=anchor, order=len(self.index.cases))
            self.index.cases.append(case)
            verdict.began = True
        case.anchors.add(anchor)
        case.numbers.update(
            number
            for number in (self.known.get(anchor), self.verdicts.target(bundle, anchor))
            if number
        )
        new = case.add(bundle, received, self.campaign)
        verdict.added = verdict.added or new
        reason = Reason(raw_sha256=raw_sha256, code=match.code, text=match.text)
        case.reasons.append(reason)
        verdict.reasons.append(reason)
        verdict.anchors.append(case.anchor)
        self._doubt(case, match, bundle)
        self.index.note(case, bundle, received)

    def _match(self, bundle: Bundle, anchor: str, received: Received) -> Match:
        """What a person said comes first; a beginning that a person moved material to is found again."""
        forced = self.verdicts.target(bundle, anchor)
        if forced == "":
            return Match(None, "person", "由工作人员单独立案")
        number = forced or self.known.get(anchor)
        home = self.index.by_number.get(number) if number else None
        if home is not None:
            return Match(home, "person", "由工作人员归入该案例")
        if forced:
            return Match(None, "person", "由工作人员归入该案例")
        return find_case(self.index, bundle, received)

    def _doubt(self, case: DraftCase, match: Match, bundle: Bundle) -> None:
        """Write doubts on both sides: the orphan and the cases that it may belong to."""
        case.doubts.extend(bundle.doubts)
        case.doubtful_roles.update(bundle.doubtful_roles)
        if not match.doubtful or not bundle.roles:
            return
        names = "、".join(f"“{a.filename}”" for a in bundle.attachments if a.filename)
        doubt = f"不能确定{names or '来信材料'}属于该发件人的哪个案例"
        for other in (case, *match.doubtful):
            if doubt not in other.doubts:
                other.doubts.append(doubt)
            other.doubtful_roles.update(CORE_ROLES if other is case else bundle.roles)

    def _correspondence(
        self, received: Received, machine: str | None, disposed: Disposition | None
    ) -> None:
        """A mail without material: a machine's, advertising, or a person's question."""
        reading = received.reading
        cases = threaded_cases(self.index, received) or quoted_cases(self.index, received)
        for case in cases:
            self.index.note(case, None, received)
        disposition: Disposition = disposed or ("automatic" if machine else "unrelated")
        waits = (
            disposition == "unrelated"
            and disposed is None
            and not is_advertising(reading.message, reading.text)
            and not self.verdicts.handled(reading.raw_sha256)
        )
        text = "由工作人员处理" if disposed else machine or "没有申报材料"
        self.outcomes.append(
            Outcome(
                reading.raw_sha256,
                disposition,
                anchors=tuple(case.anchor for case in cases),
                waits_for_person=waits,
                reasons=(Reason(raw_sha256=reading.raw_sha256, code=disposition, text=text),),
            )
        )

    def finish(self, next_sequence: int | None) -> Assembled:
        """Settle every case, look for twins, hand out known numbers, freeze."""
        drafts = self.index.cases
        for draft in drafts:
            draft.settle(self.campaign)
        numbers, merged = self._numbers(drafts)
        if next_sequence is not None:
            fresh = (self.campaign.numbers.number(n) for n in itertools.count(next_sequence))
            numbers = [number or next(fresh) for number in numbers]
        twins = twins_of(drafts, self.campaign)
        cases = []
        for place, draft in enumerate(drafts):
            number = numbers[place]
            cases.append(
                freeze(
                    draft,
                    self.campaign,
                    case_no=number,
                    fixed=self.verdicts.fixed(draft.numbers),
                    waived=self.verdicts.waived(draft.numbers),
                    duplicates_of=[
                        _called(drafts[other], numbers[other]) for other in twins.get(place, ())
                    ],
                    contradictions=self.verdicts.contradictions(draft),
                    decided_at=self.verdicts.decided_at(draft.numbers),
                )
            )
        kept = {number for number in numbers if number} | set(merged)
        dropped = tuple(number for number in self.sequence if number not in kept)
        return Assembled(tuple(cases), tuple(self.outcomes), merged, dropped)

    def _numbers(self, drafts: Sequence[DraftCase]) -> tuple[list[str | None], dict[str, str]]:
        """A case keeps the oldest number among those its material had, unless a person merged it."""
        numbers: list[str | None] = []
        merged: dict[str, str] = {}
        for draft in drafts:
            if not draft.numbers:
                numbers.append(None)
                continue
            by_age = sorted(draft.numbers, key=lambda number: self.sequence.get(number, 0))
            chosen = next((n for n in by_age if n in self.verdicts.merge_targets), by_age[0])
            numbers.append(chosen)
            merged.update({number: chosen for number in by_age if number != chosen})
        return numbers, merged


def _may_hide_material(bundle: Bundle) -> bool:
    """Whether a file that could not be opened may be a submission: not a lone program."""
    return any(
        problem.code in (IssueCode.FILE_UNREADABLE, IssueCode.READER_MISSING)
        for attachment in bundle.attachments
        for problem in attachment.problems
    )


def _called(draft: DraftCase, number: str | None) -> str:
    title = next((name.whole_title for name in draft.names if name.whole_title), "")
    label = number or "另一新收案例"
    return f"{label}《{title}》" if title else label
