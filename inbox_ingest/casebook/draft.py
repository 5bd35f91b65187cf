"""A case while it is being assembled: its documents, which of them are current, and why.

Contract §9: current is the newest document of its role by receipt; bytes already superseded bring
nothing back; a Word file saved anew with the same text brings nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.continuing import Beside, beside
from inbox_ingest.casebook.naming import Name, name_of
from inbox_ingest.checking.materials import readable, role_named, suffix_of
from inbox_ingest.records import (
    Attachment,
    CloudLink,
    Material,
    Reason,
    Received,
    Role,
)


@dataclass(slots=True, eq=False)
class DraftCase:
    """The state of one case in the middle of the fold. Grows only; `freeze.py` makes the record.

    `key` is the `own:…` of a case that a person set apart. `mentioned` are units that its mails name
    outside the documents: a bureau's own signature says nothing of another case.
    """

    anchor: str
    order: int
    key: str | None = None
    materials: list[Material] = field(default_factory=list)
    superseded: list[Material] = field(default_factory=list)
    links: list[CloudLink] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    messages: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    received_at: datetime | None = None
    updated_at: datetime | None = None
    late: bool = False
    late_corrections: bool = False
    doubts: list[str] = field(default_factory=list)
    doubtful_roles: set[Role] = field(default_factory=set)
    reasons: list[Reason] = field(default_factory=list)
    changed_by: set[str] = field(default_factory=set)
    last_seen: dict[str, datetime] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    pieces: dict[tuple[str, str], Beside] = field(default_factory=dict)  # by SHA-256: new, older

    def holds(self, role: Role) -> bool:
        """Whether a readable document of this core role is current."""
        return any(
            (m.attachment.role == role and readable(m.attachment))
            or (role == "case_text" and m.attachment.case_text is not None)
            for m in self.materials
        )

    @property
    def attachments(self) -> list[Attachment]:
        """Every document of the case, current or not."""
        return [material.attachment for material in (*self.materials, *self.superseded)]

    def add(self, bundle: Bundle, received: Received, campaign: Campaign) -> bool:
        """Take a bundle in. Returns whether it brought anything new; a repeat changes nothing."""
        once = {attachment.sha256: attachment for attachment in reversed(bundle.attachments)}
        fresh = [a for a in reversed(once.values()) if not self.knows(a)]
        links = [link for link in bundle.links if link not in self.links]
        if received.reading.raw_sha256 not in self.messages:
            self.messages.append(received.reading.raw_sha256)
        if not fresh and not links and self.materials + self.superseded:
            self._seen_at(received)  # a copy is the newest mail, too (contract §8)
            return False
        self.changed_by.add(received.reading.raw_sha256)
        for attachment in fresh:
            self._make_room(attachment, received)
        self.materials.extend(_material(a, received) for a in fresh)
        self.links.extend(links)
        self._drop_delivered_links(campaign)
        self.names.append(bundle.name)
        self.names.extend(name_of(a, campaign) for a in fresh if a.form or a.case_text)
        self._stamp(fresh, received, campaign)
        return True

    def _stamp(self, fresh: list[Attachment], received: Received, campaign: Campaign) -> None:
        after_window = received.received_at >= campaign.window.ends_at()
        if self.received_at is None:
            self.received_at = received.received_at
            self.late = after_window
        elif after_window and not self.late and any(a.role in CORE_ROLES for a in fresh):
            self.late_corrections = True
        self._seen_at(received)
        sender = received.reading.message.sender
        if sender is not None:
            known = {address.casefold() for address in self.senders}
            if sender.address.casefold() not in known:
                self.senders.append(sender.address)
            self.last_seen[sender.address.casefold()] = received.received_at

    def _seen_at(self, received: Received) -> None:
        self.updated_at = max(self.updated_at or received.received_at, received.received_at)

    def knows(self, attachment: Attachment) -> bool:
        """The same bytes or the same text saved anew, current or superseded."""
        known = [material.attachment for material in (*self.materials, *self.superseded)]
        for file in known:
            if file.sha256 == attachment.sha256:
                return not _reads_better(attachment, file)
        return any(_same_text(file, attachment) for file in known)

    def replaced_by(self, attachment: Attachment, raw_sha256: str) -> list[Material]:
        """Documents of older mails whose place a new one takes, unless it goes on where they end."""
        return [
            material
            for material in self.materials
            if material.raw_sha256 != raw_sha256
            and _replaces(attachment, material.attachment)
            and beside(attachment, material.attachment) is None
        ]

    def _make_room(self, attachment: Attachment, received: Received) -> None:
        """Move older documents that a new one replaces to `superseded`; note which stand beside it."""
        raw_sha256 = received.reading.raw_sha256
        for material in self.replaced_by(attachment, raw_sha256):
            self.materials.remove(material)
            self.superseded.append(material)
        for material in self.materials:
            if material.raw_sha256 != raw_sha256 and _replaces(attachment, material.attachment):
                how = beside(attachment, material.attachment)
                if how is not None:
                    self.pieces[attachment.sha256, material.attachment.sha256] = how

    def standing_pieces(self) -> dict[str, Beside]:
        """Documents (by SHA-256) that stand beside older ones, where both are still current."""
        current = {material.attachment.sha256 for material in self.materials}
        return {new: how for (new, old), how in self.pieces.items() if {new, old} <= current}

    def _drop_delivered_links(self, campaign: Campaign) -> None:
        """A link whose file has arrived since as an attachment asks for nothing any more."""
        open_links = []
        for link in self.links:
            role = role_named(link.filename or "", campaign)
            arrived = any(_same_name(m.attachment.filename, link.filename) for m in self.materials)
            if not arrived and not (role is not None and self.holds(role)):
                open_links.append(link)
        self.links = open_links

    def current_names(self, campaign: Campaign) -> list[Name]:
        """What the current documents say of the case."""
        return [name_of(m.attachment, campaign) for m in self.materials]

    def settle(self, campaign: Campaign) -> None:
        """At the end of the fold: files that could not be opened and are no longer needed retire.

        An unreadable file from an earlier mail has been made good once every required document is
        there from a later one (contract §9: a thing is asked once).
        """
        complete = all(self.holds(document.role) for document in campaign.documents)
        newest = max((m.received_at for m in self.materials if m.received_at), default=None)
        for material in list(self.materials):
            closed = not readable(material.attachment)
            if (
                complete
                and closed
                and material.received_at is not None
                and newest is not None
                and material.received_at < newest
                and suffix_of(material.attachment.filename) not in ("jpg", "jpeg", "png", "mp4")
            ):
                self.materials.remove(material)
                self.superseded.append(material)


def _material(attachment: Attachment, received: Received) -> Material:
    reading = received.reading
    return Material(
        attachment=attachment,
        raw_sha256=reading.raw_sha256,
        message_id=reading.message.message_id,
        sender=reading.message.sender.address if reading.message.sender else None,
        received_at=received.received_at,
    )


def _reads_better(new: Attachment, known: Attachment) -> bool:
    return readable(new) and not readable(known)


def _same_text(known: Attachment, new: Attachment) -> bool:
    """Two files with equal content as read: saved anew, renamed, or sent as another Word version."""
    if known.role != new.role or new.role not in ("form", "case_text"):
        return False
    if (known.form is None) != (new.form is None):
        return False
    if (known.case_text is None) != (new.case_text is None):
        return False
    if known.form is not None and new.form is not None:
        values = [
            {n: (v.value, v.ticked) for n, v in f.fields.items()} for f in (known.form, new.form)
        ]
        if values[0] != values[1]:
            return False
    if known.case_text is not None and new.case_text is not None:
        return known.case_text.text_sha256 == new.case_text.text_sha256
    return known.form is not None


def _replaces(new: Attachment, old: Attachment) -> bool:
    """Whether `new` takes the place of a document of an older mail."""
    if new.role in CORE_ROLES and readable(new):
        if new.role == old.role or (new.role == "form" and old.role == "template"):
            # A form alone does not take away the text that came in one file with the older form.
            return not (old.case_text is not None and new.case_text is None)
        return new.role == "form" and new.case_text is not None and old.role == "case_text"
    if new.role in CORE_ROLES and old.role == new.role:
        return not readable(old)
    return new.role == old.role and _same_name(new.filename, old.filename)


def _same_name(first: str | None, second: str | None) -> bool:
    return first is not None and second is not None and first.casefold() == second.casefold()
