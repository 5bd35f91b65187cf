"""Which case does a bundle belong to? One small function a clue, tried in order of strength.

Each returns the cases that the clue points to. The first clue that points to exactly one decides;
a clue that points to several leaves a doubt. Doubt never merges two units (contract §6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.index import Index, append_new, quoted_cases, threaded_cases
from inbox_ingest.casebook.naming import (
    agree_with_any,
    names_in_file_name,
    same_title_misspelt_unit,
)
from inbox_ingest.casebook.pointing import names_case, said_outside
from inbox_ingest.casebook.proof import belongs, same_hand
from inbox_ingest.casebook.replacing import may_join
from inbox_ingest.records import Received

CORRECTION = re.compile(r"更正|更改|修改|修订|改正|订正|替换|重新|重报|作废|为准|最新|补正|改后")


class Match(NamedTuple):
    """The case a bundle joins (None: it begins one), the clue, and the doubts that remain."""

    case: DraftCase | None
    code: str
    text: str
    doubtful: tuple[DraftCase, ...] = ()


def find_case(index: Index, bundle: Bundle, received: Received) -> Match:
    """The case that this bundle joins, by the strongest clue that points to one alone."""
    doubtful: list[DraftCase] = []
    corrects = calls_itself_correction(bundle, received) or bool(
        CORRECTION.search(received.reading.text)
    )
    for code, text, clue in _CLUES:
        pointed = clue(index, bundle, received)
        agreeing = _not_contradicted(pointed, bundle, received, index.campaign, code)
        candidates = [
            case
            for case in agreeing
            if may_join(index, case, bundle, received, code=code, corrects=corrects)
        ]
        refused = [case for case in agreeing if case not in candidates]
        doubtful.extend(case for case in refused if case not in doubtful)
        repeated = [case for case in candidates if _only_repeats(case, bundle)]
        if len(candidates) == 1 or (code == "same-bytes" and repeated):
            return Match((repeated or candidates)[0], code, text)
        if len(candidates) > 1:
            narrowed = _narrow(candidates, bundle, index.campaign)
            if narrowed is not None:
                return Match(narrowed, code, text)
            if not bundle.name.title:
                doubtful.extend(case for case in candidates if case not in doubtful)
    return Match(None, "new", "未找到相符的案例，新立一件", tuple(doubtful))


def _not_contradicted(
    cases: Iterable[DraftCase], bundle: Bundle, received: Received, campaign: Campaign, code: str
) -> list[DraftCase]:
    """Cases that the bundle's own title and unit do not speak against.

    A mere repeat is the same case whatever it says; an answer in a thread may correct a title.
    """
    kept = []
    for case in cases:
        verdict = agree_with_any(case.names, bundle.name, campaign)
        repeats = code == "same-bytes" and _only_repeats(case, bundle)
        answers = code in ("thread", "number", "correction")
        corrects = answers and (
            _corrects(case, bundle, received) or _respells(case, bundle, received, campaign)
        )
        if verdict is not False or repeats or corrects:
            kept.append(case)
    return kept


def _only_repeats(case: DraftCase, bundle: Bundle) -> bool:
    """Whether every document of the bundle is in the case already: one shared scan is not enough."""
    known = {m.attachment.sha256 for m in (*case.materials, *case.superseded)}
    return all(a.sha256 in known for a in bundle.attachments if a.role in CORE_ROLES)


def _corrects(case: DraftCase, bundle: Bundle, received: Received) -> bool:
    """An answer under another title corrects the case if its unit is the same and it is no whole new one.

    A thread is often reused to send a second case; that one comes with form and text together, and
    does not call itself a correction.
    """
    units = {name.unit for name in case.names if name.unit}
    same_unit = not bundle.name.unit or not units or bundle.name.unit in units
    whole = {"form", "case_text"} <= bundle.roles
    return same_unit and (not whole or calls_itself_correction(bundle, received))


def _respells(case: DraftCase, bundle: Bundle, received: Received, campaign: Campaign) -> bool:
    """An answer by who sent the case, under its title, that writes its unit right (or wrong)."""
    whole = {"form", "case_text"} <= bundle.roles
    return (
        belongs(case, received)
        and same_title_misspelt_unit(case.names, bundle.name, campaign)
        and same_hand(case, bundle, received, campaign, answers=True)
        and (not whole or calls_itself_correction(bundle, received))
    )


def calls_itself_correction(bundle: Bundle, received: Received) -> bool:
    """Whether the subject or a file name says that something is to be replaced."""
    said = [received.reading.message.subject, *(a.filename for a in bundle.attachments)]
    return any(CORRECTION.search(words) for words in said if words)


def _narrow(cases: list[DraftCase], bundle: Bundle, campaign: Campaign) -> DraftCase | None:
    """The one of several candidates that the documents' own words single out, or the only gap."""
    agreeing = [case for case in cases if agree_with_any(case.names, bundle.name, campaign)]
    if len(agreeing) == 1:
        return agreeing[0]
    if agreeing:
        return None
    called = [case for case in cases if _file_names_point(case, bundle)]
    if len(called) == 1:
        return called[0]
    if called or not bundle.roles:
        return None
    lacking = [case for case in cases if not any(case.holds(role) for role in bundle.roles)]
    return lacking[0] if len(lacking) == 1 and len(bundle.roles) < 3 else None


def _file_names_point(case: DraftCase, bundle: Bundle) -> bool:
    stems = {name.stem for name in case.names if len(name.stem) >= 2}
    return any(
        names_in_file_name(attachment, name)
        for attachment in bundle.attachments
        for name in case.names
    ) or (len(bundle.name.stem) >= 2 and bundle.name.stem in stems)


# --- the clues, strongest first ---------------------------------------------------------------


def _same_bytes(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    del received
    found: list[DraftCase] = []
    for attachment in bundle.attachments:
        for case in index.by_bytes.get(attachment.sha256, ()):
            append_new(found, case)
    return found


def _same_unit_and_title(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """One unit and one title; of a unit written in short, only where it is surely that one."""
    if not bundle.name.title:
        return []
    candidates = list(index.by_title.get(bundle.name.title, ()))
    for case in index.by_unit.get(bundle.name.unit, ()) if bundle.name.unit else ():
        append_new(candidates, case)
    both_known = [
        case for case in candidates if bundle.name.unit and any(name.unit for name in case.names)
    ]
    surely = [
        case
        for case in both_known
        if agree_with_any(case.names, bundle.name, index.campaign, proven=False)
    ]
    return surely or [
        case
        for case in both_known
        if agree_with_any(case.names, bundle.name, index.campaign)
        and _by_the_same_hand(index, case, bundle, received)
    ]


def _by_the_same_hand(index: Index, case: DraftCase, bundle: Bundle, received: Received) -> bool:
    answers = case in threaded_cases(index, received) or case in quoted_cases(index, received)
    return same_hand(case, bundle, received, index.campaign, answers=answers)


def _thread(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    del bundle
    return threaded_cases(index, received)


def _number(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    del bundle
    return quoted_cases(index, received)


def _same_title(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """One title, one side without a unit: from the same sender, or filling a gap (Tuesday's text)."""
    if len(bundle.name.title) < 6:
        return []
    address = (
        received.reading.message.sender.address.casefold()
        if received.reading.message.sender
        else ""
    )
    found = []
    for case in index.by_title.get(bundle.name.title, ()):
        mine = address in {sender.casefold() for sender in case.senders}
        fills_gap = bool(bundle.roles) and not any(case.holds(role) for role in bundle.roles)
        if mine or fills_gap:
            found.append(case)
    return found


def _file_name(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """A file called after a case of the same sender."""
    return [case for case in _mine(index, bundle, received) if _file_names_point(case, bundle)]


def _named_outside(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """A file called after unit and title of a case that lacks it, whoever sends it."""
    if bundle.name.title or not bundle.roles:
        return []
    said = said_outside(bundle, received, index.campaign)
    found: list[DraftCase] = []
    for words in said:
        for title in index.titles.within(words):
            whole = title == words and len(title) >= 6
            for case in index.by_title[title]:
                lacks = not any(case.holds(role) for role in bundle.roles)
                if lacks and (whole or names_case([words], case.names)):
                    append_new(found, case)
    return found


def _correction(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """The same sender and unit, in a mail that calls itself a correction: the title may be what changed."""
    if not calls_itself_correction(bundle, received):
        return []
    return _mine(index, bundle, received)


def _complementary(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """The same sender, within the campaign's time, sends just what a case of his lacks."""
    limit = timedelta(hours=index.campaign.assembly.complementary_hours)
    if bundle.roles and bundle.name.title and "form" in bundle.roles:
        lacking_form = [c for c in _mine(index, bundle, received) if not c.holds("form")]
    else:
        lacking_form = _mine(index, bundle, received)
    return [
        case
        for case in lacking_form
        if _recent(case, received, limit)
        and (not bundle.roles or not any(case.holds(role) for role in bundle.roles))
    ]


def _only_case(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """A sender's documents without a title of their own belong to the only case he has."""
    if bundle.name.title:
        return []
    return _mine(index, bundle, received)


def _mine(index: Index, bundle: Bundle, received: Received) -> list[DraftCase]:
    """The sender's cases, but for those of this very mail: its bundles were told apart already."""
    sender = received.reading.message.sender
    cases = index.by_sender.get(sender.address.casefold(), ()) if sender else ()
    raw_sha256 = received.reading.raw_sha256
    return [case for case in cases if not bundle.roles or raw_sha256 not in case.messages]


def _recent(case: DraftCase, received: Received, limit: timedelta) -> bool:
    sender = received.reading.message.sender
    seen = case.last_seen.get(sender.address.casefold()) if sender else None
    return seen is not None and received.received_at - seen <= limit


_Clue = Callable[[Index, Bundle, Received], list[DraftCase]]
_CLUES: tuple[tuple[str, str, _Clue], ...] = (
    ("same-bytes", "与该案例已有的文件完全相同", _same_bytes),
    ("unit-title", "申报单位和案例名称相同", _same_unit_and_title),
    ("thread", "是对该案例往来邮件的回复", _thread),
    ("number", "发件人在邮件中写了该案例编号", _number),
    ("title", "案例名称相同，并且来自同一发件人或正好补齐所缺材料", _same_title),
    ("file-name", "同一发件人，文件名指明该案例", _file_name),
    ("named", "文件名（或主题）写明该案例，并且正好补齐所缺材料", _named_outside),
    ("correction", "同一发件人、同一单位，来信说明是更正", _correction),
    ("complementary", "同一发件人在短时间内发来该案例所缺的材料", _complementary),
    ("only-case", "同一发件人只有这一个案例", _only_case),
)
