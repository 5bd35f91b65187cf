"""What the cases so far are known by: bytes, titles, units, senders, mails, numbers. Grows with the fold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.mentions import units_named_by
from inbox_ingest.casebook.naming import title_by_ocr
from inbox_ingest.casebook.pointing import Names
from inbox_ingest.casebook.proof import belongs
from inbox_ingest.casebook.served import Served
from inbox_ingest.records import Reading, Received


@dataclass(slots=True)
class Index:
    """The cases so far, found by what clues go by. Grows with the fold.

    Only what is `served` is known of all mail from the start.
    """

    campaign: Campaign
    sent: Mapping[str, tuple[str, ...]]
    served: Served
    cases: list[DraftCase] = field(default_factory=list)
    by_message_id: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_bytes: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_title: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_ocr: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_unit: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_sender: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_copier: dict[str, list[DraftCase]] = field(default_factory=lambda: defaultdict(list))
    by_number: dict[str, DraftCase] = field(default_factory=dict)
    begun_beside: dict[DraftCase, list[DraftCase]] = field(
        default_factory=lambda: defaultdict(list)
    )
    numbers_said: dict[str, tuple[str, ...]] = field(default_factory=dict)
    titles: Names = field(default_factory=Names)
    titles_by_ocr: Names = field(default_factory=Names)
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
        for answered in (*message.in_reply_to, *message.references):
            # A second case sent into an old thread is of this thread from then on.
            append_new(self.by_message_id[answered], case)
        case.mentioned |= units_named_by(received, self.campaign)
        if message.sender is not None:
            # Who has only sent a copy of what was there does not belong to the case (contract §9).
            senders = self.by_sender if belongs(case, received) else self.by_copier
            append_new(senders[message.sender.address.casefold()], case)
        for attachment in bundle.attachments:
            if attachment.role in CORE_ROLES:
                append_new(self.by_bytes[attachment.sha256], case)
            read = title_by_ocr(attachment, self.campaign)
            if read:
                append_new(self.by_ocr[read], case)
                self.titles_by_ocr.add(read)
        for name in (bundle.name, *case.names):
            if name.title:
                append_new(self.by_title[name.title], case)
                self.titles.add(name.title)
            if name.unit:
                append_new(self.by_unit[name.unit], case)
                self.units.add(name.unit)

    def numbers_in(self, reading: Reading) -> tuple[str, ...]:
        """The case numbers that stand in a mail: asked for by every clue, looked for once."""
        if reading.raw_sha256 not in self.numbers_said:
            text = f"{reading.message.subject or ''}\n{reading.text}"
            self.numbers_said[reading.raw_sha256] = self.campaign.numbers.quoted_in(text)
        return self.numbers_said[reading.raw_sha256]


def append_new(cases: list[DraftCase], case: DraftCase) -> None:
    """Add a case to a list that does not have it yet."""
    if case not in cases:
        cases.append(case)


def threaded_cases(index: Index, received: Received) -> list[DraftCase]:
    """Cases of the mails that this one answers: the sender's own earlier ones, or our replies."""
    message, raw_sha256 = received.reading.message, received.reading.raw_sha256
    found: list[DraftCase] = []
    for message_id in (*message.in_reply_to, *reversed(message.references)):
        for case in index.by_message_id.get(message_id, ()):
            if case.messages[0] != raw_sha256:  # begun by this very mail, beside this bundle
                append_new(found, case)
        for number in index.sent.get(message_id, ()):
            if number in index.by_number:
                append_new(found, index.by_number[number])
        if found:
            break
    return found


def quoted_cases(index: Index, received: Received) -> list[DraftCase]:
    """Cases whose number is quoted, by somebody who belongs to them. A stranger's quote is nothing."""
    return [case for case in _quoted(index, received).values() if belongs(case, received)]


def quoted_by_stranger(index: Index, received: Received) -> dict[str, DraftCase]:
    """Cases whose number is quoted by somebody who does not belong to them, by that number."""
    quoted = _quoted(index, received)
    return {number: case for number, case in quoted.items() if not belongs(case, received)}


def _quoted(index: Index, received: Received) -> dict[str, DraftCase]:
    numbers = index.numbers_in(received.reading)
    return {number: index.by_number[number] for number in numbers if number in index.by_number}


def cases_of_sender(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """The sender's cases, but for those of this very mail: its bundles were told apart already."""
    sender = received.reading.message.sender
    cases = index.by_sender.get(sender.address.casefold(), ()) if sender else ()
    raw_sha256 = received.reading.raw_sha256
    return [case for case in cases if not bundle.roles or raw_sha256 not in case.messages]
