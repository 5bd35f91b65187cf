"""Cases that a new one may belong to, though nothing says so surely enough to join it (contract §6).

A doubt costs the organiser a look; a wrong case costs a unit a letter about what it has sent.
"""

from __future__ import annotations

from inbox_ingest.casebook.bundles import Bundle
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.matching import (
    Index,
    Match,
    calls_itself_correction,
    quoted_cases,
    threaded_cases,
)
from inbox_ingest.casebook.naming import agree_with_any, same_title_misspelt_unit
from inbox_ingest.casebook.proof import belongs
from inbox_ingest.records import Received


def with_doubts(match: Match, index: Index, bundle: Bundle, received: Received) -> Match:
    """The match of a bundle that begins a case, with every case besides that may be its own."""
    doubtful = list(match.doubtful)
    if bundle.roles:
        for clue in (_unit_in_short, _unit_misspelt, _unit_changed):
            doubtful.extend(case for case in clue(index, bundle, received) if case not in doubtful)
    return match._replace(doubtful=tuple(doubtful))


def _unit_in_short(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """The same title, and a unit that may be this one written in short."""
    del received
    if not (bundle.name.title and bundle.name.unit):
        return []
    return [
        case
        for case in index.by_title.get(bundle.name.title, ())
        if any(name.unit for name in case.names)
        and agree_with_any(case.names, bundle.name, index.campaign)
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
