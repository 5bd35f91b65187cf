"""How a case came to be what it is: a version for each mail that changed it and each decision.

Made anew from the case itself whenever somebody asks, so it is the same however many passes there
were and in whatever order the mails were stored. Files that a person brought from elsewhere appear
with the mail that they came in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import bundle_of
from inbox_ingest.casebook.changes import Decision
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.freeze import freeze
from inbox_ingest.casebook.verdicts import Verdicts
from inbox_ingest.checking.engine import check
from inbox_ingest.records import (
    Address,
    Case,
    Issue,
    Material,
    Message,
    Reading,
    Received,
    Status,
    status_of,
)


@dataclass(frozen=True, slots=True)
class Version:
    """A case after one event. `cause` is a raw SHA-256 or `decision:<id>`."""

    number: int
    at: datetime
    cause: str
    case: Case
    issues: tuple[Issue, ...]

    @property
    def status(self) -> Status:
        """The status that the case had then."""
        return status_of(self.issues)


def timeline(
    case: Case,
    issues: tuple[Issue, ...],
    decisions: Sequence[Decision],
    merged: Collection[str],
    campaign: Campaign,
) -> list[Version]:
    """The versions of a case, the last being `case` with its `issues` as they are.

    `merged` are the numbers of cases merged into this one; of `decisions` those in force that are
    about it count. What depends on other cases (doubts, likeness) is known for the last version only.
    """
    about = [d for d in decisions if d.in_force and _concerns(d, case, merged)]
    events: list[tuple[datetime, int, str, list[Material] | Decision]] = [
        *((at, 0, raw_sha256, found) for at, raw_sha256, found in _by_mail(case)),
        *((d.made_at, 1, f"decision:{d.id}", d) for d in about),
    ]
    draft = DraftCase(case.anchor, 0, numbers={str(case.case_no), *merged})
    draft.key = case.anchor if case.anchor.startswith("own:") else None
    said: list[Decision] = []
    versions: list[Version] = []
    for at, _, cause, event in sorted(events, key=lambda event: event[:3]):
        if isinstance(event, Decision):
            said.append(event)
        else:
            _receive(draft, event, campaign)
        then = _frozen(draft, said, case, campaign)
        versions.append(Version(len(versions) + 1, at, cause, then, check(then, campaign)))
    if versions:
        last = versions[-1]
        versions[-1] = Version(last.number, last.at, last.cause, case, issues)
    return versions


def _concerns(decision: Decision, case: Case, merged: Collection[str]) -> bool:
    names = {case.case_no, case.anchor, *merged}
    spoken_of = {decision.case_no, decision.payload.get("from"), f"own:{decision.id}"}
    return bool(names & (spoken_of - {None}))


def _by_mail(case: Case) -> Iterable[tuple[datetime, str, list[Material]]]:
    """The materials by the mail that brought them first, in order of receipt."""
    dated = [
        (material.received_at, material.raw_sha256, material)
        for material in (*case.documents, *case.superseded)
        if material.received_at is not None
    ]
    dated.sort(key=lambda item: (item[0], item[1], item[2].attachment.part))
    for (at, raw_sha256), group in groupby(dated, key=lambda item: (item[0], item[1])):
        yield at, raw_sha256, [material for _, _, material in group]


def _receive(draft: DraftCase, materials: Sequence[Material], campaign: Campaign) -> None:
    first = materials[0]
    if first.received_at is None:
        raise ValueError("material without a time of receipt is in no mail")
    received = Received(
        received_at=first.received_at,
        folder="",
        reading=Reading(
            raw_sha256=first.raw_sha256,
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


def _frozen(draft: DraftCase, said: Sequence[Decision], case: Case, campaign: Campaign) -> Case:
    verdicts = Verdicts.of(said)
    return freeze(
        draft,
        campaign,
        case_no=case.case_no,
        fixed=verdicts.fixed(draft),
        waived=verdicts.waived(draft),
        waived_before=verdicts.waived_before(draft),
        contradictions=verdicts.contradictions(draft, campaign),
    )
