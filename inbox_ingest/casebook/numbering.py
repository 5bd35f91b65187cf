"""Which number goes with which material: the numbers of known cases, found again in every fold.

A case is known by the place of its first material (`raw SHA-256:part`). The bundle that holds this
place has the number. Where a better reader finds no file at that place any more, the rest of the
case has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from inbox_ingest.casebook.bundles import Bundle
from inbox_ingest.casebook.changes import KnownCase
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.verdicts import Verdicts
from inbox_ingest.records import Reading


class Numbering:
    """The numbers of known cases, and the claims that material has on them."""

    def __init__(self, known: Sequence[KnownCase], readings: Iterable[Reading]) -> None:
        self._sequence = {case.case_no: case.sequence for case in known}
        self.anchors = {case.case_no: case.anchor for case in known}
        self._open: dict[str, list[str]] = defaultdict(list)
        self._closed: dict[str, list[str]] = defaultdict(list)
        self._orphans: dict[str, list[str]] = defaultdict(list)
        mails = {reading.raw_sha256: reading for reading in readings}
        for case in sorted(known, key=lambda case: case.sequence):
            places = self._closed if case.closed else self._open
            places[case.anchor].append(case.case_no)
            if not case.closed and _lost(case.anchor, mails):
                for member in case.message_sha256s:
                    self._orphans[member].append(case.case_no)

    def claims(self, bundle: Bundle, raw_sha256: str) -> list[str]:
        """Numbers of the cases that began with a file of this bundle: open ones, else closed ones."""
        places = [f"{raw_sha256}:{file.part}" for file in bundle.attachments] or [f"{raw_sha256}:"]
        return [number for place in places for number in self.at(place)]

    def at(self, anchor: str) -> list[str]:
        """Numbers of the cases with this anchor: open ones, else closed ones."""
        return self._open.get(anchor) or self._closed.get(anchor) or []

    def orphaned(self, raw_sha256: str) -> list[str]:
        """Numbers of known cases with material in this mail whose first file is no more."""
        return self._orphans.get(raw_sha256, [])

    def settle(
        self, drafts: Sequence[DraftCase], verdicts: Verdicts
    ) -> tuple[list[str | None], dict[str, str]]:
        """The number of each case, None for new ones, and the numbers that were given up for it.

        A case keeps the oldest number that its material had, unless a person merged it.
        """
        numbers: list[str | None] = []
        merged: dict[str, str] = {}
        for draft in drafts:
            if not draft.numbers:
                numbers.append(None)
                continue
            by_age = sorted(draft.numbers, key=lambda number: self._sequence.get(number, 0))
            targets = [verdicts.after_merges(number) for number in by_age]
            decided = [t for n, t in zip(by_age, targets, strict=True) if t != n and t in by_age]
            chosen = decided[0] if decided else by_age[0]
            numbers.append(chosen)
            merged.update({number: chosen for number in by_age if number != chosen})
        return numbers, merged

    def dropped(self, kept: set[str]) -> tuple[str, ...]:
        """Known numbers that no case has any more."""
        return tuple(number for number in self._sequence if number not in kept)


def _lost(anchor: str, mails: Mapping[str, Reading]) -> bool:
    raw_sha256, separator, part = anchor.partition(":")
    if not separator or raw_sha256 not in mails:
        return False  # a case that a person set apart
    reading = mails[raw_sha256]
    there = not part or any(file.part == part for file in reading.attachments)
    return reading.problem is not None or not there
