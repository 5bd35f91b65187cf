"""The versions that a case went through when several of its mails are filed at once.

Each mail that changed a case is a revision of its own, however many of them one pass brings. They
are made when the case is filed and never again: what a revision says was true when it was filed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import bundle_of
from inbox_ingest.casebook.changes import Decision, EarlierVersion
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.freeze import freeze
from inbox_ingest.casebook.verdicts import Verdicts
from inbox_ingest.checking.engine import check
from inbox_ingest.records import Address, Case, Material, Message, Reading, Received

_Mail = tuple[datetime, str, list[Material]]


def earlier_versions(
    case: Case, fresh: Collection[str], decisions: Sequence[Decision], campaign: Campaign
) -> tuple[EarlierVersion, ...]:
    """The versions before the last, one for each of the `fresh` mails but the newest.

    Only mails that came after all others of the case count: between older ones nothing was filed.
    What depends on other cases (doubts, likeness) is known for the last version only.
    """
    mails = list(_by_mail(case))
    first = len(mails)
    while first and mails[first - 1][1] in fresh:
        first -= 1
    if len(mails) - first < 2:
        return ()
    verdicts = Verdicts.of(decisions)
    draft = _draft(case, decisions, verdicts)
    versions = []
    for place, mail in enumerate(mails[:-1]):
        _receive(draft, mail, campaign)
        if place >= first:
            then = _frozen(draft, verdicts, case.case_no, campaign)
            versions.append(EarlierVersion(then, check(then, campaign), mail[1]))
    return tuple(versions)


def _by_mail(case: Case) -> Iterator[_Mail]:
    """The materials by the mail that brought them first, in order of receipt."""
    dated = [
        (material.received_at, material.raw_sha256, material)
        for material in (*case.documents, *case.superseded)
        if material.received_at is not None
    ]
    dated.sort(key=lambda item: (item[0], item[1], item[2].attachment.part))
    for (at, raw_sha256), group in groupby(dated, key=lambda item: (item[0], item[1])):
        yield at, raw_sha256, [material for _, _, material in group]


def _draft(case: Case, decisions: Sequence[Decision], verdicts: Verdicts) -> DraftCase:
    """An empty case under the numbers that people may have spoken of it by."""
    sources = {str(d.payload["from"]) for d in decisions if d.kind == "merge" and d.in_force}
    merged = {number for number in sources if verdicts.after_merges(number) == case.case_no}
    numbers = merged | ({case.case_no} if case.case_no is not None else set())
    draft = DraftCase(case.anchor, 0, numbers=numbers)
    draft.key = case.anchor if case.anchor.startswith("own:") else None
    return draft


def _receive(draft: DraftCase, mail: _Mail, campaign: Campaign) -> None:
    at, raw_sha256, materials = mail
    first = materials[0]
    received = Received(
        received_at=at,
        folder="",
        reading=Reading(
            raw_sha256=raw_sha256,
            reader_version="",
            campaign_sha256="",
            message=Message(
                message_id=first.message_id,
                subject=None,
                sender=Address(address=first.sender) if first.sender else None,
            ),
        ),
    )
    draft.add(bundle_of([m.attachment for m in materials], campaign), received, campaign)


def _frozen(draft: DraftCase, verdicts: Verdicts, number: str | None, campaign: Campaign) -> Case:
    return freeze(
        draft,
        campaign,
        case_no=number,
        fixed=verdicts.fixed(draft),
        waived=verdicts.waived(draft),
        waived_before=verdicts.waived_before(draft),
        contradictions=verdicts.contradictions(draft, campaign),
        decisions=verdicts.spoken(draft),
    )
