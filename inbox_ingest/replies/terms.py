"""What every letter says of the call itself, and whether a letter that waits still says it: pure.

Until when, whom to ask, who signs: an edited campaign file or the passing of time makes it wrong.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Reply

OUTLIVED = "信中的截止时间或联系方式已不对，没有发出；下一次 ingest run 重新拟写"


def shown(campaign: Campaign) -> dict[str, object]:
    """What of the campaign a letter may name."""
    return {
        "title": campaign.title,
        "organiser": campaign.organiser,
        "contacts": [{"name": c.name, "phone": c.phone} for c in campaign.contacts],
        "mailbox": campaign.mailbox,
    }


def terms_of(campaign: Campaign) -> str:
    """A fingerprint of all that a letter may say of the campaign, its deadline included."""
    said = {**shown(campaign), "until": campaign.window.ends_at().isoformat()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def changed_terms(reply: Reply, campaign: Campaign) -> bool:
    """Whether this letter was written under other terms; of letters of old nobody knows."""
    return reply.terms is not None and reply.terms != terms_of(campaign)


def passed_deadline(reply: Reply, campaign: Campaign, now: datetime) -> bool:
    """Whether this unsent letter waits since before the closing, and so names a day that has passed."""
    return reply.created_at < campaign.window.ends_at() <= now


def outlived(reply: Reply, campaign: Campaign, now: datetime) -> bool:
    """Whether what this unsent letter says of the campaign is no longer so."""
    return changed_terms(reply, campaign) or passed_deadline(reply, campaign, now)
