"""What the cases so far are known by: bytes, titles, units, senders, mails, numbers. Grows with the fold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.pointing import Names
from inbox_ingest.casebook.proof import belongs
from inbox_ingest.records import Received


@dataclass(slots=True)
class Index:
    """The cases so far, found by what clues go by. Grows with the fold."""

    campaign: Campaign
    sent: Mapping[str, tuple[str, ...]]
    cases: list[DraftCase] = field(default_factory=list)
    by_message_id: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_bytes: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_title: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_unit: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_sender: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_copier: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_number: dict[str, DraftCase] = field(default_factory=dict)
    titles: Names = field(default_factory=Names)
    units: Names = field(default_factory=Names)

    def note(self, case: DraftCase, bundle: Bundle | None, received: Received) -> None:
        """Remember what a bundle, or a mail without one, adds to what a case is known by."""
        message = received.reading.message
        if message.message_id:
            append_new(self.by_message_id[message.message_id], case)
        for number in case.numbers:
            self.by_number[number] = case
        if bundle is None:
            return
        if message.sender is not None:
            # Who has only sent a copy of what was there does not belong to the case (contract §9).
            senders = self.by_sender if belongs(case, received) else self.by_copier
            append_new(senders[message.sender.address.casefold()], case)
        for attachment in bundle.attachments:
            if attachment.role in CORE_ROLES:
                append_new(self.by_bytes[attachment.sha256], case)
        for name in (bundle.name, *case.names):
            if name.title:
                append_new(self.by_title[name.title], case)
                self.titles.add(name.title)
            if name.unit:
                append_new(self.by_unit[name.unit], case)
                self.units.add(name.unit)


def append_new(cases: list[DraftCase], case: DraftCase) -> None:
    """Add a case to a list that does not have it yet."""
    if case not in cases:
        cases.append(case)


def threaded_cases(index: Index, received: Received) -> list[DraftCase]:
    """Cases of the mails that this one answers: the sender's own earlier ones, or our replies."""
    message = received.reading.message
    found: list[DraftCase] = []
    for message_id in (*message.in_reply_to, *reversed(message.references)):
        for case in index.by_message_id.get(message_id, ()):
            append_new(found, case)
        for number in index.sent.get(message_id, ()):
            if number in index.by_number:
                append_new(found, index.by_number[number])
        if found:
            break
    return found


def quoted_cases(index: Index, received: Received) -> list[DraftCase]:
    """Cases whose number is quoted, by somebody who belongs to them. A stranger's quote is nothing."""
    message = received.reading.message
    if message.sender is None:
        return []
    text = f"{message.subject or ''}\n{received.reading.text}"
    numbers = index.campaign.numbers.quoted_in(text)
    address = message.sender.address.casefold()
    quoted = [index.by_number[number] for number in numbers if number in index.by_number]
    return [case for case in quoted if address in {s.casefold() for s in case.senders}]
