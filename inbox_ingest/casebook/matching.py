"""Which case does a bundle belong to? One small function a clue, tried in order of strength.

Each returns the cases that the clue points to, and `weighing` says which of them the bundle may
join. The first clue that leaves exactly one decides; what leaves several, or a doubt about one, is a
case of its own and a question to the organiser. Doubt never merges two cases (contract §6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.index import (
    Index,
    cases_of_sender,
    quoted_by_stranger,
    quoted_cases,
    threaded_cases,
)
from inbox_ingest.casebook.naming import (
    agree_with_any,
    names_in_file_name,
    nearest_title,
    title_in_file_name,
    units_agree,
)
from inbox_ingest.casebook.pointing import names_case, said_outside
from inbox_ingest.casebook.weighing import WHICH, Mailed, Verdict, Weight, weigh
from inbox_ingest.checking.sameness import Titles
from inbox_ingest.records import Received

_TITLE_OF_ITS_OWN = 6  # characters: a shorter title, without a unit, may be anybody's


class Match(NamedTuple):
    """The case a bundle joins (None: it begins one), the clue, and the doubts that remain.

    `doubt` is the question in words, `{files}` standing for the files that it is about; `doubtful`
    are the cases besides the new one that it concerns.
    """

    case: DraftCase | None
    code: str
    text: str
    doubtful: tuple[DraftCase, ...] = ()
    doubt: str = ""


def find_case(index: Index, bundle: Bundle, received: Received) -> Match:
    """The case that this bundle joins, by the strongest clue that points to one alone."""
    mailed = Mailed.of(index, bundle, received)
    doubts: dict[int, tuple[DraftCase, str]] = {}
    for code, text, clue in _CLUES:
        if doubts and code in _BY_SENDER_ALONE:
            break  # what was answered or quoted left a question: the sender alone settles none
        pointed = clue(index, mailed)
        repeated = [case for case in pointed if _only_repeats(case, bundle)]
        if code == "same-bytes" and repeated:
            return _joined(index, mailed, repeated[0], code, text)
        weights = {case: weigh(index, case, mailed, code) for case in pointed}
        fitting = [case for case, weight in weights.items() if weight.verdict is Verdict.YES]
        asked = any(weight.verdict is Verdict.DOUBT for weight in weights.values())
        # A number means the case that has it, whatever one begun under it lacks.
        narrowed = _narrow(fitting, bundle, index.campaign, code)
        chosen = None if code == "number" and asked else narrowed
        if chosen is not None:
            words = _in_words(code, text, weights[chosen])
            return _joined(index, mailed, chosen, code, words)
        for case, weight in weights.items():
            if case in fitting or weight.verdict is Verdict.DOUBT:
                doubts.setdefault(
                    id(case), (case, weight.why if weight.verdict is Verdict.DOUBT else WHICH)
                )
    return _new(index, mailed, list(doubts.values()))


def _joined(index: Index, mailed: Mailed, case: DraftCase, code: str, text: str) -> Match:
    """The match with a case, and what was quoted in vain beside it."""
    ignored = [n for n, c in quoted_by_stranger(index, mailed.received).items() if c is not case]
    return Match(case, code, f"{text}{_ignored(ignored)}")


def _new(index: Index, mailed: Mailed, doubts: list[tuple[DraftCase, str]]) -> Match:
    """A case of its own, with all that it may belong to and what its mail says in vain.

    A number quoted by a stranger raises a question about that case only where this is what it lacks.
    """
    bundle, quoted = mailed.bundle, quoted_by_stranger(index, mailed.received)
    possible = [
        case
        for case in quoted.values()
        if units_agree(case.names, bundle.name, index.campaign) is not False
    ]
    questions = [*doubts, *((case, _QUOTED) for case in possible if mailed.fills(case))]
    known = cases_of_sender(index, mailed.bundle, mailed.received)
    if questions:
        question = questions[0][1]
    elif possible:
        question = _QUOTED
    else:
        question = _CORRECTS if mailed.corrects and known and not mailed.whole else ""
    concerned = tuple(dict.fromkeys(case for case, _ in questions))
    text = f"未找到相符的案例，新立一件{_ignored(list(quoted))}"
    return Match(None, "new", text, concerned, question)


def _ignored(numbers: Sequence[str]) -> str:
    listed = "、".join(numbers)
    return f"；来信写了编号{listed}，但发件人未报送过该案例，未按编号归入" if numbers else ""


def _in_words(code: str, text: str, weight: Weight) -> str:
    """Why, in words that are true of just these documents."""
    if weight.titles in (Titles.OTHER, Titles.NUMBERED):
        return f"{_APART_FROM_TITLES.get(code, text)}；案例名称不同，但{weight.why}"
    if code == "title":
        return f"{text}，{weight.why}"
    if code != "unit-title" or weight.titles is None:
        return weight.why or text
    unit = "申报单位相同" if weight.surely else "申报单位相符（写法略有不同，另有佐证）"
    if weight.titles is Titles.NEAR:
        return f"{unit}，案例名称相近，{weight.why}"
    return text if weight.surely else f"{unit}，案例名称相同"


def _only_repeats(case: DraftCase, bundle: Bundle) -> bool:
    """Whether every document of the bundle is in the case already: one shared scan is not enough."""
    known = {attachment.sha256 for attachment in case.attachments}
    return all(a.sha256 in known for a in bundle.attachments if a.role in CORE_ROLES)


def _narrow(
    cases: list[DraftCase], bundle: Bundle, campaign: Campaign, code: str
) -> DraftCase | None:
    """The one of several candidates that the documents' own words single out, or the only gap."""
    if len(cases) <= 1:
        return cases[0] if cases else None
    for least in (Titles.EQUAL, Titles.NEAR):
        agreeing = [
            case
            for case in cases
            if (nearest_title(case.names, bundle.name, campaign) or Titles.OTHER) >= least
        ]
        if len(agreeing) == 1:
            return agreeing[0]
        cases = agreeing or cases
    called = _titled_after(cases, bundle) or [
        case for case in cases if _file_names_point(case, bundle)
    ]
    if len(called) == 1:
        return called[0]
    if called or agreeing or not bundle.roles or code == "number":
        return None
    lacking = [case for case in cases if not any(case.holds(role) for role in bundle.roles)]
    return lacking[0] if len(lacking) == 1 and len(bundle.roles) < 3 else None


def _titled_after(cases: list[DraftCase], bundle: Bundle) -> list[DraftCase]:
    """The cases whose title a file name says, the longest that one says."""
    said = {
        case: max(
            (title_in_file_name(file, name) for file in bundle.attachments for name in case.names),
            default=0,
        )
        for case in cases
    }
    longest = max(said.values())
    return [case for case, length in said.items() if length == longest] if longest else []


def _file_names_point(case: DraftCase, bundle: Bundle) -> bool:
    stems = {name.stem for name in case.names if len(name.stem) >= 2}
    return any(
        names_in_file_name(attachment, name)
        for attachment in bundle.attachments
        for name in case.names
    ) or (len(bundle.name.stem) >= 2 and bundle.name.stem in stems)


# --- the clues, strongest first ---------------------------------------------------------------


def _same_bytes(index: Index, mailed: Mailed) -> list[DraftCase]:
    found: dict[DraftCase, None] = {}
    for attachment in mailed.bundle.attachments:
        found.update(dict.fromkeys(index.by_bytes.get(attachment.sha256, ())))
    return list(found)


def _same_unit_and_title(index: Index, mailed: Mailed) -> list[DraftCase]:
    """One unit and one title; else the unit's other cases, that a changed title may speak of."""
    name, campaign = mailed.bundle.name, index.campaign
    if not (name.title and name.unit):
        return []
    candidates = [*index.by_title.get(name.title, ()), *index.by_unit.get(name.unit, ())]
    both_known = [case for case in dict.fromkeys(candidates) if any(n.unit for n in case.names)]
    surely = [c for c in both_known if agree_with_any(c.names, name, campaign, proven=False)]
    return surely or list(dict.fromkeys([*both_known, *_but_for_ocr(index, mailed)]))


def _but_for_ocr(index: Index, mailed: Mailed) -> list[DraftCase]:
    """Cases of this title but for a character that a machine misread, whichever came first."""
    name = mailed.bundle.name
    # Where nobody read by machine there is nothing to misread: thousands of titles are not compared.
    titles, cases = (
        (index.titles, index.by_title) if name.ocr else (index.titles_by_ocr, index.by_ocr)
    )
    return [
        case
        for title in titles.misspelt(name.title)
        for case in cases[title]
        if name.ocr or any(known.ocr and known.title == title for known in case.names)
    ]


def _thread(index: Index, mailed: Mailed) -> list[DraftCase]:
    return threaded_cases(index, mailed.received)


def _number(index: Index, mailed: Mailed) -> list[DraftCase]:
    """The case quoted, and such as began under its number: they have none yet that a sender knows."""
    quoted = quoted_cases(index, mailed.received)
    if mailed.corrects or mailed.bundle.name.title:
        return quoted
    beside = [other for case in quoted for other in index.begun_beside.get(case, ())]
    return list(dict.fromkeys([*quoted, *(case for case in beside if mailed.fills(case))]))


def _same_title(index: Index, mailed: Mailed) -> list[DraftCase]:
    """One title, one side without a unit: from the same sender, or filling a gap (Tuesday's text)."""
    title = mailed.bundle.name.title
    return index.by_title.get(title, []) if len(title) >= _TITLE_OF_ITS_OWN else []


def _file_name(index: Index, mailed: Mailed) -> list[DraftCase]:
    """A file called after a case of the same sender."""
    mine = cases_of_sender(index, mailed.bundle, mailed.received)
    return [case for case in mine if _file_names_point(case, mailed.bundle)]


def _named_outside(index: Index, mailed: Mailed) -> list[DraftCase]:
    """A file called after unit and title of a case that lacks it, whoever sends it."""
    bundle = mailed.bundle
    if bundle.name.title or not bundle.roles:
        return []
    found: dict[DraftCase, None] = {}
    for words in said_outside(bundle, mailed.received, index.campaign):
        for title in index.titles.within(words):
            whole = title == words and len(title) >= _TITLE_OF_ITS_OWN
            for case in index.by_title[title]:
                if mailed.fills(case) and (whole or names_case([words], case.names)):
                    found[case] = None
    return list(found)


def _correction(index: Index, mailed: Mailed) -> list[DraftCase]:
    """The same sender, in a mail that calls itself a correction: the title may be what changed."""
    return cases_of_sender(index, mailed.bundle, mailed.received) if mailed.corrects else []


def _complementary(index: Index, mailed: Mailed) -> list[DraftCase]:
    """The same sender, within the campaign's time, sends just what a case of his lacks."""
    limit = timedelta(hours=index.campaign.assembly.complementary_hours)
    return [
        case
        for case in cases_of_sender(index, mailed.bundle, mailed.received)
        if _recent(case, mailed.received, limit) and (not mailed.bundle.roles or mailed.fills(case))
    ]


def _only_case(index: Index, mailed: Mailed) -> list[DraftCase]:
    """A sender's documents without a title of their own belong to the only case he has."""
    return (
        [] if mailed.bundle.name.title else cases_of_sender(index, mailed.bundle, mailed.received)
    )


def _recent(case: DraftCase, received: Received, limit: timedelta) -> bool:
    sender = received.reading.message.sender
    seen = case.last_seen.get(sender.address.casefold()) if sender else None
    return seen is not None and received.received_at - seen <= limit


# What is left of a clue where the titles of the forms differ all the same.
_APART_FROM_TITLES = {"unit-title": "申报单位相同", "title": "与已有的正文名称相同"}
_BY_SENDER_ALONE = frozenset({"complementary", "only-case"})
_QUOTED = "来信写了并非该发件人报送的案例的编号，不能确定{files}属于哪个案例"
_CORRECTS = "来信说明是更正，但不能确定{files}更正的是哪个案例"

_Clue = Callable[[Index, Mailed], list[DraftCase]]
_CLUES: tuple[tuple[str, str, _Clue], ...] = (
    ("same-bytes", "与该案例已有的文件完全相同", _same_bytes),
    ("unit-title", "申报单位和案例名称相同", _same_unit_and_title),
    ("thread", "是对该案例往来邮件的回复", _thread),
    ("number", "发件人在邮件中写了该案例编号", _number),
    ("title", "案例名称相同", _same_title),
    ("file-name", "同一发件人，文件名指明该案例", _file_name),
    ("named", "文件名（或主题）写明该案例，并且正好补齐所缺材料", _named_outside),
    ("correction", "同一发件人，来信说明是更正", _correction),
    ("complementary", "同一发件人在短时间内发来该案例所缺的材料", _complementary),
    ("only-case", "同一发件人只有这一个案例", _only_case),
)
