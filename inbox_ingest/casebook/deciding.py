"""People's word over the fold: what the clues alone gave, but for the files, mails and cases named.

The first fold goes by the clues as if nobody had decided anything. The second moves what a person
moved and leaves all else where the first put it: a decision reaches no further than its words, and
undone it is as if it had never been made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inbox_ingest.casebook.bundles import Bundle, bundle_of
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.folding import Done, Fold, Step
from inbox_ingest.casebook.index import Index, quoted_cases
from inbox_ingest.casebook.matching import Match
from inbox_ingest.casebook.naming import agree_with_any
from inbox_ingest.casebook.proof import belongs
from inbox_ingest.reading.correspondence import automatic_reason
from inbox_ingest.records import Reading, Received

_Slot = tuple[str, str]  # where material goes: ("case", anchor), ("own", key), ("number", number)


class DecidedFold(Fold):
    """The second fold. `natural` is the first, finished."""

    def __init__(self, natural: Fold) -> None:
        fresh = Index(natural.campaign, natural.index.sent, natural.index.served)
        super().__init__(natural.campaign, natural.numbering, natural.verdicts, fresh)
        self._natural = natural.steps
        self._by_number = {n: case for case in natural.index.cases for n in case.numbers}
        self._by_anchor = {case.anchor: case for case in natural.index.cases}
        self._slots: dict[_Slot, DraftCase] = {}

    def take(self, received: Received) -> None:
        """Place one mail."""
        reading = received.reading
        disposed = self.verdicts.disposition(reading.raw_sha256)
        if reading.problem is not None and disposed is None:
            self.quarantine(received)
            return
        left = [] if disposed else self._left(reading)
        moved = self.verdicts.moved(reading, self.campaign)
        done = Done()
        for bundle, step in sorted(
            [*left, *((bundle, None) for bundle in moved)], key=lambda pair: pair[0].order
        ):
            if step is None:
                self._put_as_told(bundle, received, done)
            else:
                self._put_as_found(bundle, step, received, done)
        if done.cases:
            self.settle_mail(received, done)
        else:
            self.correspond(received, automatic_reason(reading.message, reading.text), disposed)

    def _left(self, reading: Reading) -> list[tuple[Bundle, Step]]:
        """The bundles of the first fold without what a person took out of them."""
        left = []
        for step in self._natural.get(reading.raw_sha256, ()):
            files = self.verdicts.left(step.bundle.attachments, reading.raw_sha256)
            bundle = step.bundle
            if files != step.bundle.attachments:
                bundle = bundle_of(files, self.campaign)
                bundle.links = step.bundle.links
            doubts = [d for d in step.bundle.doubts if not self.verdicts.placed(d.file)]
            if doubts != bundle.doubts:
                bundle = replace(bundle, doubts=doubts)
            if bundle.attachments or bundle.links:
                left.append((bundle, step))
        return left

    def _put_as_told(self, bundle: Bundle, received: Received, done: Done) -> None:
        key = bundle.key or ""
        own = key.startswith("own:")
        case = self._case(self._slot_of_own(key) if own else self._slot_of_number(key), done)
        word = "由工作人员单独立案" if own else "由工作人员归入该案例"
        self.put(bundle, received, case, Match(case, "person", word), done)

    def _put_as_found(self, bundle: Bundle, step: Step, received: Received, done: Done) -> None:
        slot = self._slot_of_case(step.case)
        slots = dict.fromkeys(self._slot_of_case(case) for case in step.match.doubtful)
        others = [other for other in slots if other != slot]
        settled = (
            not bundle.roles
            or bool(slots and not others)  # what it might belong to was merged into it
            or all(self.verdicts.placed(file.sha256) for file in bundle.attachments)
        )
        match = Match(step.match.case, step.match.code, step.match.text)
        if slot != ("case", step.case.anchor):
            match = Match(None, "person", "工作人员把两件并为一件")
        elif (
            len(step.match.doubtful) > 1
            and len(others) == 1
            and not (settled or step.bundle.name.title)
        ):
            slot, match = others[0], Match(None, "person", "可能所属的几件已由工作人员并为一件")
        elif not settled:
            doubtful = tuple(self._slots[other] for other in others if other in self._slots)
            match = match._replace(doubtful=doubtful, doubt=step.match.doubt)
        aside = self._set_aside(bundle, step, slot, received)
        if aside is not None:
            slot, match = aside, Match(None, "person", "与工作人员单独处理的案例相符")
        case = self._case(slot, done)
        case.numbers.update(step.case.numbers if aside is None else ())
        self.put(bundle, received, case, match, done)

    def _set_aside(
        self, bundle: Bundle, step: Step, slot: _Slot, received: Received
    ) -> _Slot | None:
        """Where later material goes that speaks of files taken out of the case that the clues found.

        It must name their unit and title, or the case's number, or come from who sent them alone;
        what a person left stays.
        """
        keys = self.verdicts.taken_from(step.case.numbers)
        known = self.verdicts.knew(bundle.attachments, received.reading.raw_sha256)
        if not keys or known or not bundle.roles:
            return None
        away = [
            self._slot_of_own(key) if key.startswith("own:") else self._slot_of_number(key)
            for key in keys
        ]
        home = self._slots.get(slot)
        pointed = self._named(received)
        for other in dict.fromkeys(away):
            case = self._slots.get(other)
            if case is None or case is home:
                continue
            if pointed == [case] or self._speaks_of(case, home, bundle, received):
                return other
        return None

    def _named(self, received: Received) -> Sequence[DraftCase]:
        """Cases that the mail names: it answers our letter about them, or quotes their number."""
        message = received.reading.message
        for message_id in (*message.in_reply_to, *reversed(message.references)):
            numbers = self.index.sent.get(message_id, ())
            found = [self.index.by_number[n] for n in numbers if n in self.index.by_number]
            if found:
                return list(dict.fromkeys(found))
        return quoted_cases(self.index, received)

    def _speaks_of(
        self, case: DraftCase, home: DraftCase | None, bundle: Bundle, received: Received
    ) -> bool:
        """Whether more points to a case set apart than to the one that the clues found.

        The very unit outranks one that may be meant; then whoever sends the case outranks a stranger.
        """
        there = self._nearness(case, bundle, received)
        here = self._nearness(home, bundle, received) if home is not None else (False, False, False)
        return there > here and agree_with_any(case.names, bundle.name, self.campaign) is not False

    def _nearness(
        self, case: DraftCase, bundle: Bundle, received: Received
    ) -> tuple[bool, bool, bool]:
        name, whole = bundle.name, any(n.unit and n.title for n in case.names)
        both = bool(name.unit and name.title and whole)
        exactly = agree_with_any(case.names, name, self.campaign, proven=False) is True
        nearly = agree_with_any(case.names, name, self.campaign) is True
        return both and exactly, both and nearly, belongs(case, received)

    # --- where material goes ------------------------------------------------------------------

    def _case(self, slot: _Slot, done: Done) -> DraftCase:
        case = self._slots.get(slot)
        if case is not None:
            return case
        kind, name = slot
        anchor = self.numbering.anchors.get(name, name) if kind == "number" else name
        case = self._slots[slot] = self.begin(anchor)
        done.began = True
        if kind == "number":
            case.numbers.add(name)
        elif kind == "own":
            case.key = name
            case.numbers.update(self.numbering.at(name))
        else:
            case.numbers.update(self._by_anchor[name].numbers)
        return case

    def _slot_of_case(self, case: DraftCase) -> _Slot:
        for number in sorted(case.numbers):
            target = self.verdicts.after_merges(number)
            if target not in case.numbers:
                return self._slot_of_number(target)
        return ("case", case.anchor)

    def _slot_of_number(self, number: str) -> _Slot:
        number = self.verdicts.after_merges(number)
        if number in self._by_number:
            return ("case", self._by_number[number].anchor)
        anchor = self.numbering.anchors.get(number, "")
        return ("own", anchor) if self.verdicts.sets_apart(anchor) else ("number", number)

    def _slot_of_own(self, key: str) -> _Slot:
        for number in self.numbering.at(key):
            target = self.verdicts.after_merges(number)
            if target != number:
                return self._slot_of_number(target)
        return ("own", key)
