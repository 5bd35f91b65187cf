"""Cases that a new one may belong to, though nothing says so surely enough to join it (contract §6).

A doubt costs the organiser a look; a wrong case costs a unit a letter about what it has sent.
"""

from __future__ import annotations

from datetime import timedelta

from inbox_ingest.casebook.bundles import Bundle
from inbox_ingest.casebook.corrections import calls_itself_correction
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.index import (
    Index,
    append_new,
    cases_of_sender,
    quoted_cases,
    threaded_cases,
)
from inbox_ingest.casebook.matching import Match
from inbox_ingest.casebook.naming import (
    agree_with_any,
    same_title_misspelt_unit,
    title_by_ocr,
)
from inbox_ingest.casebook.pointing import Names, said_outside
from inbox_ingest.casebook.proof import belongs
from inbox_ingest.records import Received


def with_doubts(match: Match, index: Index, bundle: Bundle, received: Received) -> Match:
    """The match of a bundle that begins a case, with every case besides that may be its own."""
    doubtful = list(match.doubtful)
    if bundle.roles:
        for clue in _CLUES:
            for case in clue(index, bundle, received):
                append_new(doubtful, case)
    return match._replace(doubtful=tuple(doubtful))


def _title_alone(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """The same title, and nothing that speaks against the unit: not named, or written in short."""
    del received
    return [
        case
        for case in index.by_title.get(bundle.name.title, ())
        if agree_with_any(case.names, bundle.name, index.campaign)
    ]


def _unit_misspelt(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """The same title, and a unit that differs by a slip of the pen."""
    del received
    return [
        case
        for case in index.by_title.get(bundle.name.title, ())
        if same_title_misspelt_unit(case.names, bundle.name, index.campaign)
    ]


def _unit_changed(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """The same title under another unit, in the case's thread, or as a correction by its sender.

    A whole submission in an old thread is a second case, unless it calls itself a correction.
    """
    corrects = calls_itself_correction(bundle, received)
    if {"form", "case_text"} <= bundle.roles and not corrects:
        return []
    answered = [*threaded_cases(index, received), *quoted_cases(index, received)]
    return [
        case
        for case in index.by_title.get(bundle.name.title, ())
        if belongs(case, received) and (corrects or case in answered)
    ]


def _called_after(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """A document without a title whose file name or subject says a title, or the unit of a gap."""
    if bundle.name.title:
        return []
    found: list[DraftCase] = []
    for words in said_outside(bundle, received, index.campaign):
        for title in index.titles.within(words):
            found.extend(index.by_title[title])
        for unit in index.units.within(words):
            found.extend(case for case in index.by_unit[unit] if _lacks(case, bundle))
    return [
        case
        for case in found
        if agree_with_any(case.names, bundle.name, index.campaign) is not False
    ]


def _misread(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """A title that OCR was not sure of, or may have got wrong, in the new mail or in the case's."""
    del received
    found = [
        case
        for known in _as_misread(index.titles_by_ocr, bundle.name.title)
        for case in index.by_ocr[known]
    ]
    if not bundle.name.title or bundle.name.ocr:  # else the form beside the scan says the title
        found += [
            case
            for file in bundle.attachments
            for title in _as_misread(index.titles, title_by_ocr(file, index.campaign))
            for case in index.by_title[title]
        ]
    units = bundle.name._replace(title="")
    return [
        case for case in found if agree_with_any(case.names, units, index.campaign) is not False
    ]


def _as_misread(known: Names, title: str) -> list[str]:
    return [*known.misspelt(title), *known.within(title)] if title else []


def _copied_before(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """Documents without a title from somebody who has sent a copy of the case: it may be his, too."""
    sender = received.reading.message.sender
    if sender is None or bundle.name.known:
        return []
    return list(index.by_copier.get(sender.address.casefold(), ()))


def _piece_of_sender(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """What names nothing, and the sender's cases of these days that lack just that."""
    limit = timedelta(hours=index.campaign.assembly.complementary_hours)
    recent = [
        case
        for case in cases_of_sender(index, bundle, received)
        if case.received_at is not None and received.received_at - case.received_at <= limit
    ]
    if bundle.name.known:
        recent = [case for case in recent if not any(name.known for name in case.names)]
    return [case for case in recent if not any(case.holds(role) for role in bundle.roles)]


def _lacks(case: DraftCase, bundle: Bundle) -> bool:
    return not any(case.holds(role) for role in bundle.roles)


_CLUES = (
    _title_alone,
    _unit_misspelt,
    _unit_changed,
    _called_after,
    _misread,
    _copied_before,
    _piece_of_sender,
)
