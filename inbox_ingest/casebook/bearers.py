"""Which units bear a title, and who sent their forms: over all mail, earlier or later.

Where two units bear one title, a document that names no unit may be either's, whichever came first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.naming import Name, name_of, units_agree
from inbox_ingest.records import Received


@dataclass(slots=True)
class _Bearer:
    """A unit, as its documents write it, and the addresses that sent its form."""

    names: list[Name]
    senders: set[str]


@dataclass(slots=True)
class Bearers:
    """Units by the title that they bear."""

    _campaign: Campaign
    _by_title: dict[str, list[_Bearer]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def among(cls, mails: Iterable[Received], campaign: Campaign) -> Bearers:
        """Whatever documents with a title and a unit of their own say in all mail."""
        bearers = cls(campaign)
        for item in mails:
            sender = item.reading.message.sender
            address = sender.address.casefold() if sender else ""
            for attachment in item.reading.attachments:
                name = name_of(attachment, campaign)
                if name.title and name.unit:
                    bearer = bearers._bearer(name)
                    if attachment.form is not None:
                        bearer.senders.add(address)
        return bearers

    def _bearer(self, name: Name) -> _Bearer:
        for bearer in self._by_title[name.title]:
            if units_agree(bearer.names, name, self._campaign):
                if name.unit not in {known.unit for known in bearer.names}:
                    bearer.names.append(name)
                return bearer
        fresh = _Bearer([name], set())
        self._by_title[name.title].append(fresh)
        return fresh

    def several(self, title: str) -> bool:
        """Whether more than one unit bears this title."""
        return len(self._by_title.get(title, ())) > 1

    def sent_by(self, address: str, title: str) -> Name | None:
        """The unit, of several that bear the title, whose form alone `address` sent."""
        sent = [b for b in self._by_title.get(title, ()) if address in b.senders]
        return sent[0].names[0] if len(sent) == 1 and self.several(title) else None

    def only_sent_for(self, address: str, title: str, known: Iterable[Name]) -> bool:
        """Whether `address` sent the form of one unit alone, and `known` speak of that unit."""
        sent = [b for b in self._by_title.get(title, ()) if address in b.senders]
        return len(sent) == 1 and _is_of(sent[0], known, self._campaign)


def _is_of(bearer: _Bearer, known: Iterable[Name], campaign: Campaign) -> bool:
    return any(units_agree(bearer.names, name, campaign) for name in known if name.unit)
