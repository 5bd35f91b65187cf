"""Which city does a case come from? By the campaign's list, from the unit, else from the senders."""

from __future__ import annotations

from inbox_ingest.campaigns import Campaign
from inbox_ingest.records import Case


def city_of(case: Case, campaign: Campaign) -> str | None:
    """The city whose words stand in the unit's name, else in a sender's address; None: unknown.

    Where the words of several cities stand in one name, nothing is guessed.
    """
    field = campaign.form.by_key("unit")
    unit = case.values.get(field.name) if field is not None else None
    for text in (unit.value if unit else None, " ".join(case.senders)):
        found = [
            city
            for city, words in campaign.cities.items()
            if text and any(word in text for word in words)
        ]
        if len(found) == 1:
            return found[0]
    return None
