"""Which cases a filing judges: those that new mail or a decision changed, and no others.

The fold is over everything and under the rules of today. An edited campaign file, or a newer
program, may so change cases that nobody wrote or spoke about: they stay as they were filed until
`ingest reread`. To tell them, the fold is made once more without what is new: what differs from the
casebook then already, is no work of the news.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from inbox_ingest.casebook.assemble import Assembled
from inbox_ingest.casebook.changes import Decision, KnownCase, Outcome
from inbox_ingest.casebook.revising import body_mark, fingerprint
from inbox_ingest.records import Case, Received

Fold = Callable[[Sequence[Received], Sequence[Decision]], Assembled]
AsFiled = Callable[[Collection[str]], dict[str, Case]]


@dataclass(frozen=True, slots=True)
class News:
    """What there is to file: mails read (again), those among them that no case had before, people's

    decisions not yet filed.
    """

    unfiled: Collection[str]
    fresh: Collection[str]
    outcomes: Mapping[str, Outcome]
    decisions: Sequence[Decision]

    def speaks_of(self, case_no: str | None, anchor: str, messages: Collection[str]) -> bool:
        """Whether mail of the case is new, or a decision names it, a mail of it, or began it."""
        if any(raw_sha256 in self.unfiled for raw_sha256 in messages):
            return True
        return any(
            (case_no is not None and case_no in (d.case_no, d.payload.get("from")))
            or d.raw_sha256 in messages
            or anchor == f"own:{d.id}"
            for d in self.decisions
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cases to judge and write; what becomes of known cases that are no more; whose outcomes.

    `outcomes` is None where all are to be written.
    """

    cases: tuple[Case, ...]
    merged: dict[str, str]
    dropped: tuple[str, ...]
    outcomes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The fold beside what the casebook holds. `received` and `decisions` are what was folded."""

    assembled: Assembled
    known: Sequence[KnownCase]
    received: Sequence[Received]
    decisions: Sequence[Decision]
    news: News
    fold: Fold
    as_filed: AsFiled

    def made(self) -> Chosen:
        """The choice: whatever differs from the casebook because of the news."""
        differing = self._differing()
        vanished = self._vanished(self.assembled)
        foreign = [case for case in differing if not self._spoken_of(case)]
        strange = [number for number in vanished if not self._known_spoken_of(number)]
        if not foreign and not strange:
            return Chosen(tuple(differing), *self._closed(set()))
        kept = self._kept(foreign, strange, differing)
        if not kept:
            return Chosen(tuple(differing), *self._closed(set()))
        return self._without(kept, differing)

    def everything(self) -> Chosen:
        """Every case: a rereading judges them all."""
        return Chosen(tuple(case for case, _ in self._compared()), *self._closed(set()))

    def _differing(self) -> list[Case]:
        return [case for case, differs in self._compared() if differs]

    def _compared(self) -> list[tuple[Case, bool]]:
        """Each case, and whether it is not as filed.

        Where people decided, the count of revisions never falls.
        """
        known = self._open()
        compared = [(case, self._differs(case, known)) for case in self.assembled.cases]
        if not self.decisions:
            return compared
        filed = self.as_filed([str(case.case_no) for case, differs in compared if differs])
        counted = [
            (_counted(case, filed.get(str(case.case_no))) if differs else case, differs)
            for case, differs in compared
        ]
        return [(case, differs and self._differs(case, known)) for case, differs in counted]

    def _differs(self, case: Case, known: Mapping[str, KnownCase]) -> bool:
        if any(raw_sha256 in self.news.unfiled for raw_sha256 in case.message_sha256s):
            return True
        before = known.get(case.case_no or "")
        return before is None or before.body_sha256 != body_mark(case.model_dump_json())

    def _open(self) -> dict[str, KnownCase]:
        return {case.case_no: case for case in self.known if not case.closed}

    def _vanished(self, assembled: Assembled) -> dict[str, str | None]:
        """Known open cases that are no more, with the case that took them over."""
        gone: dict[str, str | None] = {**assembled.merged, **dict.fromkeys(assembled.dropped)}
        known = self._open()
        return {number: into for number, into in gone.items() if number in known}

    def _spoken_of(self, case: Case) -> bool:
        before = self._open().get(case.case_no or "")
        messages = {*case.message_sha256s, *(before.message_sha256s if before else ())}
        return self.news.speaks_of(case.case_no, case.anchor, messages)

    def _known_spoken_of(self, number: str) -> bool:
        case = self._open()[number]
        return self.news.speaks_of(number, case.anchor, case.message_sha256s)

    # --- what the rules of today alone change -------------------------------------------------

    def _kept(
        self, foreign: Sequence[Case], strange: Sequence[str], differing: Sequence[Case]
    ) -> set[str]:
        """Anchors of the cases that stay as they are filed: without the news they differ as well."""
        fresh = self.news.fresh
        former = self.fold(
            [item for item in self.received if item.reading.raw_sha256 not in fresh],
            [before for d in self.decisions if (before := _before(d)) is not None],
        )
        then = {case.anchor: case for case in former.cases}
        kept = {case.anchor for case in foreign if _alike(then.get(case.anchor), case)}
        gone = self._vanished(former)
        known = self._open()
        kept.update(
            known[number].anchor
            for number in strange
            if gone.get(number, "") == self._vanished(self.assembled)[number]
        )
        return self._apart(kept, differing)

    def _apart(self, kept: set[str], differing: Sequence[Case]) -> set[str]:
        """`kept` without cases that share a file with one to be written: it may be in one only."""
        known = {case.anchor: case.case_no for case in self._open().values()}
        now = {case.anchor: case for case in differing}
        concerned = {*kept, *now}
        filed = self.as_filed([known[anchor] for anchor in concerned if anchor in known])
        places = {
            anchor: _places(now.get(anchor)) | _places(filed.get(known.get(anchor, "")))
            for anchor in concerned
        }
        apart = set(kept)
        while True:
            written: set[str] = set()
            for anchor in concerned - apart:
                written |= places[anchor]
            joined = {anchor for anchor in apart if places[anchor] & written}
            if not joined:
                return apart
            apart -= joined

    def _closed(self, kept: set[str]) -> tuple[dict[str, str], tuple[str, ...]]:
        known = self._open()
        stays = {number for number, case in known.items() if case.anchor in kept}
        merged = {n: into for n, into in self.assembled.merged.items() if n not in stays}
        dropped = tuple(n for n in self.assembled.dropped if n in known and n not in stays)
        return merged, dropped

    def _without(self, kept: set[str], differing: Sequence[Case]) -> Chosen:
        """What is left. New cases are numbered by the store: the fold has counted others as well."""
        known = self._open()
        cases = tuple(
            case if case.case_no in known else case.model_copy(update={"case_no": None})
            for case in differing
            if case.anchor not in kept
        )
        mails = {*self.news.unfiled, *(d.raw_sha256 for d in self.news.decisions)}
        for case in cases:
            before = known.get(case.case_no or "")
            mails.update(case.message_sha256s, before.message_sha256s if before else ())
        there = {case.anchor for case in cases} | {case.anchor for case in known.values()}
        written = frozenset(
            outcome.raw_sha256
            for outcome in self.assembled.outcomes
            if outcome.raw_sha256 in mails and there.issuperset(outcome.anchors)
        )
        return Chosen(cases, *self._closed(kept), written)


def _before(decision: Decision) -> Decision | None:
    """A decision as the last filing may have seen it; None for one made since."""
    if decision.applied:
        return decision
    return None if decision.in_force else replace(decision, undone_at=None, undone_by=None)


def _alike(then: Case | None, now: Case) -> bool:
    return then is not None and fingerprint(then, ()) == fingerprint(now, ())


def _places(case: Case | None) -> set[str]:
    materials = (*case.documents, *case.superseded) if case is not None else ()
    return {f"{material.raw_sha256}:{material.attachment.part}" for material in materials}


def _counted(case: Case, filed: Case | None) -> Case:
    """The case with a revision that is not below the filed one, and above it where content differs."""
    if filed is None or case.revision > filed.revision:
        return case
    differs = fingerprint(case, ()) != fingerprint(filed, ())
    return case.model_copy(update={"revision": filed.revision + int(differs)})
