"""Units that a mail names in its words, beside its documents (their file names: `pointing`).

A bureau that serves many units says so there: 转报邳州局正文. Only names that begin with a place can
be told from ordinary words; what names none says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.checking.sameness import abbreviates, normal_form
from inbox_ingest.records import Received

_OFFICE = r"(?:局|中心|公司|集团|[支大中总]队|[站处段所港校]|学院|分院)"
_DISTRICT = r"[\u4e00-\u9fff]{2}[市县区旗]"
_WITHIN = r"[\u4e00-\u9fff]{0,10}?"


def units_named_by(received: Received, campaign: Campaign) -> frozenset[str]:
    """Units named in the subject, in the sender's own words, and as the sender's display name."""
    message = received.reading.message
    sender = message.sender.name if message.sender else None
    return units_named((message.subject, received.reading.text, sender), campaign)


def units_named(texts: Iterable[str | None], campaign: Campaign) -> frozenset[str]:
    """Names of units, in normal form, that stand in any of `texts`."""
    pattern = _pattern(tuple(word for words in campaign.cities.values() for word in words))
    return frozenset(
        normal_form(found[0]) for text in texts if text for found in pattern.finditer(text)
    )


@lru_cache(maxsize=8)
def _pattern(places: tuple[str, ...]) -> re.Pattern[str]:
    named = "|".join(map(re.escape, sorted(places, key=len, reverse=True)))
    begins = f"(?:{named}|{_DISTRICT})" if named else _DISTRICT
    return re.compile(f"{begins}{_WITHIN}{_OFFICE}")


def speaks_of_another_unit(case: DraftCase, received: Received, campaign: Campaign) -> str | None:
    """A unit that the mail names where none that it names is the case's; None where there is none.

    What earlier mails of the case said too (a signature, the addressee) says nothing.
    """
    units = {name.whole_unit for name in case.names if name.unit}
    named = units_named_by(received, campaign)
    own = any(abbreviates(unit, said, campaign.unit_suffixes) for unit in units for said in named)
    strange = sorted(named - case.mentioned)
    return strange[0] if units and strange and not own else None
