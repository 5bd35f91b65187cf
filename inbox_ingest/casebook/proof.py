"""What proves that two names of a unit are one unit's, and what speaks against it (contract §9).

An abbreviation is short for many units. It joins a case only where something besides shows that
both are one: who sends it, what it answers, whom the form says to call, or the words of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import Bundle
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.likeness import likeness
from inbox_ingest.checking.sameness import normal_form
from inbox_ingest.records import Attachment, Received

_NUMBER = re.compile(r"\d(?:[\s\-—–().]*\d){6,}")


def belongs(case: DraftCase, received: Received) -> bool:
    """Whether the sender is one of those who sent the case."""
    sender = received.reading.message.sender
    return sender is not None and sender.address.casefold() in {
        address.casefold() for address in case.senders
    }


def same_hand(
    case: DraftCase, bundle: Bundle, received: Received, campaign: Campaign, *, answers: bool
) -> bool:
    """Whether something besides names shows that the bundle is that case's.

    `answers` says that the mail is of the case's thread, or quotes its number. A sender who serves
    many units (a bureau) proves nothing where the forms name different people to call.
    """
    here, there = phones(bundle.attachments, campaign), phones(case.attachments, campaign)
    if here & there or likeness(case.attachments, bundle.attachments, campaign).same:
        return True
    return (answers or belongs(case, received)) and not (here and there)


def same_person(known: Iterable[Attachment], new: Iterable[Attachment], campaign: Campaign) -> bool:
    """Whether the forms name one person to call, by the telephone or by the name."""
    known, new = list(known), list(new)
    return bool(
        phones(new, campaign) & phones(known, campaign)
        or _contacts(new, campaign) & _contacts(known, campaign)
    )


def _contacts(files: Iterable[Attachment], campaign: Campaign) -> frozenset[str]:
    field = campaign.form.by_key("contact")
    values = (file.form.fields.get(field.name) for file in files if file.form and field)
    return frozenset(normal_form(value.value) for value in values if value and value.value)


def phones(files: Iterable[Attachment], campaign: Campaign) -> frozenset[str]:
    """The telephone numbers in the forms, digits only, without the country's code."""
    field = campaign.form.by_key("phone")
    values = (file.form.fields.get(field.name) for file in files if file.form and field)
    return frozenset(
        re.sub(r"\D", "", match[0])[-11:]
        for value in values
        if value is not None and value.value
        for match in _NUMBER.finditer(unicodedata.normalize("NFKC", value.value))
    )
