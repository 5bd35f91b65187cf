"""The fold itself: mail after mail, by the clues alone. `deciding.py` puts people's word over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.changes import Outcome
from inbox_ingest.casebook.doubting import with_doubts
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.index import Index, quoted_cases, threaded_cases
from inbox_ingest.casebook.matching import Match, find_case
from inbox_ingest.casebook.numbering import Numbering
from inbox_ingest.casebook.questions import Question
from inbox_ingest.casebook.verdicts import Verdicts
from inbox_ingest.casebook.weighing import WHICH
from inbox_ingest.reading.correspondence import (
    automatic_reason,
    is_advertising,
    is_delivery_report,
)
from inbox_ingest.reading.formats import PROGRAM_NAMES, PROGRAMS
from inbox_ingest.records import Attachment, Disposition, IssueCode, Reason, Received, Role


class Step(NamedTuple):
    """A bundle as it was placed: the case it went to, and by which clue."""

    bundle: Bundle
    case: DraftCase
    match: Match


@dataclass(slots=True)
class Done:
    """What one mail did, collected while its bundles are placed."""

    began: bool = False
    added: bool = False
    cases: list[DraftCase] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)


class Fold:
    """The running state: cases so far, the index over them, what became of each mail."""

    def __init__(
        self, campaign: Campaign, numbering: Numbering, verdicts: Verdicts, index: Index
    ) -> None:
        self.campaign = campaign
        self.numbering = numbering
        self.verdicts = verdicts
        self.index = index
        self.outcomes: list[tuple[Outcome, list[DraftCase]]] = []
        self.steps: dict[str, list[Step]] = defaultdict(list)
        self.questions: list[Question] = []
        self._claimed: set[str] = set()

    def take(self, received: Received) -> None:
        """Place one mail."""
        reading = received.reading
        machine = automatic_reason(reading.message, reading.text)
        if reading.problem is not None:
            self.quarantine(received)
            return
        bundles = self._bundles(received, machine is not None)
        if not bundles:
            self.correspond(received, machine)
            return
        done = Done()
        for bundle in bundles:
            self._place(bundle, received, done)
        self.settle_mail(received, done)

    def _bundles(self, received: Received, automatic: bool) -> list[Bundle]:
        """The bundles that are submission material; extras count only where their case is known."""
        reading = received.reading
        report = is_delivery_report(reading.message, reading.text)
        if report or reading.message.signs.disposition_notification:
            return []
        advertising = is_advertising(reading.message, reading.text)
        return [
            bundle
            for bundle in self.index.served.bundles(reading)
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

    def _place(self, bundle: Bundle, received: Received, done: Done) -> None:
        raw_sha256 = received.reading.raw_sha256
        numbers = self.numbering.claims(bundle, raw_sha256)
        match = self._found(bundle, received, numbers)
        case = match.case
        if case is None:
            match = with_doubts(match, self.index, bundle, received)
            case = self.begin(f"{raw_sha256}:{bundle.first_part}")
            done.began = True
            for other in quoted_cases(self.index, received):
                self.index.begun_beside[other].append(case)
            left = [n for n in self.numbering.orphaned(raw_sha256) if n not in self._claimed]
            numbers = numbers or left[:1]
        case.numbers.update(numbers)
        self._claimed.update(numbers)
        self.put(bundle, received, case, match, done)
        self.steps[raw_sha256].append(Step(bundle, case, match))

    def _found(self, bundle: Bundle, received: Received, numbers: Sequence[str]) -> Match:
        """Where the clues point. A name that a person gave one case takes no other filed case in."""
        match = find_case(self.index, bundle, received)
        if match.case is None or not numbers or match.case.numbers & set(numbers):
            return match
        told = self.verdicts.fixed_name(match.case, self.campaign)
        if told is None or told not in match.case.names:
            return match
        match.case.names.remove(told)
        without = find_case(self.index, bundle, received)
        match.case.names.append(told)
        return without

    # --- what both folds do -------------------------------------------------------------------

    def begin(self, anchor: str) -> DraftCase:
        """A new case."""
        case = DraftCase(anchor, order=len(self.index.cases))
        self.index.cases.append(case)
        return case

    def put(
        self, bundle: Bundle, received: Received, case: DraftCase, match: Match, done: Done
    ) -> None:
        """Add a bundle to its case, with the reason, and with the doubts on both sides."""
        done.added = case.add(bundle, received, self.campaign) or done.added
        told = self.verdicts.fixed_name(case, self.campaign)
        if told is not None and told not in case.names:
            case.names.append(told)
        reason = Reason(raw_sha256=received.reading.raw_sha256, code=match.code, text=match.text)
        case.reasons.append(reason)
        done.reasons.append(reason)
        if bundle.grouping and (match.case is None or bundle.paired):
            together = reason.model_copy(update={"code": "together", "text": bundle.grouping})
            case.reasons.append(together)
            done.reasons.append(together)
        done.cases.append(case)
        for doubt in bundle.doubts:
            self.questions.append(Question(doubt.sentence, case, doubt.roles))
        if (match.doubtful or match.doubt) and bundle.roles:
            names = "、".join(f"“{a.filename}”" for a in bundle.attachments if a.filename)
            sentence = (match.doubt or WHICH).format(files=names or "来信材料")
            here = _elsewhere(bundle, match.doubtful)
            self.questions.append(Question(sentence, case, here, match.doubtful, bundle.roles))
        self.index.note(case, bundle, received)

    def settle_mail(self, received: Received, done: Done) -> None:
        """Write down what became of a mail with material."""
        disposition: Disposition = (
            "submission" if done.began else "supplement" if done.added else "duplicate"
        )
        raw_sha256 = received.reading.raw_sha256
        outcome = Outcome(raw_sha256, disposition, reasons=tuple(done.reasons))
        self.outcomes.append((outcome, done.cases))

    def quarantine(self, received: Received) -> None:
        """Write down a mail that could not be read at all."""
        reading = received.reading
        waits = not self.verdicts.handled(reading.raw_sha256)
        outcome = Outcome(
            reading.raw_sha256, "quarantined", problem=reading.problem, waits_for_person=waits
        )
        self.outcomes.append((outcome, []))

    def correspond(
        self, received: Received, machine: str | None, disposed: Disposition | None = None
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
        reason = Reason(raw_sha256=reading.raw_sha256, code=disposition, text=text)
        outcome = Outcome(
            reading.raw_sha256, disposition, waits_for_person=waits, reasons=(reason,)
        )
        self.outcomes.append((outcome, cases))


def _elsewhere(bundle: Bundle, doubtful: Sequence[DraftCase]) -> frozenset[Role]:
    """What a new case lacks and may lie in another: what a nameless one has, else anything."""
    nameless = not any(name.known for case in doubtful for name in case.names)
    if not (bundle.name.known and doubtful and nameless):
        return CORE_ROLES
    return frozenset(role for role in CORE_ROLES if any(case.holds(role) for case in doubtful))


def _may_hide_material(bundle: Bundle) -> bool:
    """Whether a file that could not be opened may be a submission: not a lone program."""
    return any(
        problem.code in (IssueCode.FILE_UNREADABLE, IssueCode.READER_MISSING)
        or (problem.code == IssueCode.SUSPICIOUS_FILE and not _is_program(attachment))
        for attachment in bundle.attachments
        for problem in attachment.problems
    )


def _is_program(attachment: Attachment) -> bool:
    suffix = (attachment.filename or "").rpartition(".")[2].lower()
    return attachment.kind in PROGRAMS or suffix in PROGRAM_NAMES
