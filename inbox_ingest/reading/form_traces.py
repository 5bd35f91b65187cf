"""Tells whether recognised text has words of the form in it, or its end, where no form was made out."""

from __future__ import annotations

import re

from inbox_ingest.campaigns import Campaign, squeeze
from inbox_ingest.reading.document import Document

_SEAL_WORDS = re.compile(r"意见|盖章|签章|公章")
_DATE = re.compile(r"^\D{0,12}(20\d\d)?年\d{0,2}月\d{0,2}日$")
_OTHER_PAPERS = re.compile(r"证书|证明|荣誉|授予|表彰|奖状|聘|颁发|合同|协议")
_LONGEST_END = 150  # 字 below the place for the seal's page break: an opinion, a seal, a date
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


def is_end_of_form(document: Document, *, sealed: bool) -> bool:
    """Whether a page holds nothing but the end of a form: the opinion, the place for the seal, a date.

    A form whose last row goes over the page's end is often sent as two pictures. Under a seal (`sealed`)
    the hint where to put it may not be legible, and the date alone is left.
    """
    text = squeeze(document.text)
    if len(text) > _LONGEST_END or _OTHER_PAPERS.search(text):
        return False
    return bool(_SEAL_WORDS.search(text)) or (sealed and bool(_DATE.search(text)))
