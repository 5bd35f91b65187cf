"""Tells whether recognised text has words of the form in it, where no form could be made out."""

from __future__ import annotations

import re

from inbox_ingest.campaigns import Campaign, squeeze
from inbox_ingest.reading.document import Document

_SEAL_WORDS = re.compile(r"意见|盖章|签章|公章")
_FEWEST_LABELS = 2  # a single one (电话, 联系人) stands on many a page


def has_trace_of_form(document: Document, campaign: Campaign) -> bool:
    """Whether recognised text holds words of the form: then it may be one that was not made out."""
    text = squeeze(document.text)
    labels = {
        field.name
        for field in campaign.form.fields
        if any(squeeze(label) in text for label in field.labels)
    }
    titled = any(squeeze(title) in text for title in campaign.form.titles)
    return titled or len(labels) >= _FEWEST_LABELS or bool(_SEAL_WORDS.search(text))
