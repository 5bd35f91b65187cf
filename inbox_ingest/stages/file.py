"""Stage 3: assemble all readings into cases, judge what changed, and write it in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.casebook.changes import CaseChange, Decision, Filed, Filing, KnownCase, Outcome
from inbox_ingest.casebook.cities import city_of
from inbox_ingest.casebook.collector import collector_paused
from inbox_ingest.casebook.revising import body_mark
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.checking.engine import check
from inbox_ingest.records import Case

_TELLING = frozenset({"submission", "supplement"})
HELD_BY_REREADING = "重新读取或规则改动使结论有变，须由工作人员同意后再告知"


@dataclass(frozen=True, slots=True)
class Judged:
    """A fold with the changes it makes to the casebook: what filing writes, or a dry run shows."""

    assembled: Assembled
    filing: Filing


def file_mail(
    book: Casebook,
    campaign: Campaign,
    clock: Callable[[], datetime],
    *,
    everything: bool = False,
) -> Filed:
    """File whatever waits: mails read, and people's decisions. Nothing waiting: nothing is done.

    `everything` judges untouched cases too (a rereading); otherwise an edited campaign changes a
    filed case only when new mail or a decision touches it.
    """
    if not (everything or book.readings.unfiled() or book.decisions.waiting()):
        return Filed()
    judged = judge(book, campaign, everything=everything)
    return book.cases.file(judged.filing, campaign, clock())


def judge(book: Casebook, campaign: Campaign, *, everything: bool = False) -> Judged:
    """Fold and check without writing anything."""
    with collector_paused():
        return _judged(book, campaign, everything=everything)


def _judged(book: Casebook, campaign: Campaign, *, everything: bool) -> Judged:
    unfiled = book.readings.unfiled()
    known = book.cases.known(bodies=False)
    decisions = book.decisions.all()
    assembled = assemble(
        book.readings.received(),
        campaign,
        known=known,
        decisions=decisions,
        sent=_sent(book),
        next_sequence=book.cases.next_sequence(),
    )
    marks = {case.case_no: case.body_sha256 for case in known if not case.closed}
    outcomes = {outcome.raw_sha256: outcome for outcome in assembled.outcomes}
    before = frozenset[str]().union(*(case.message_sha256s for case in known))
    pending = [decision for decision in decisions if not decision.applied]
    changes = tuple(
        _change(case, campaign, News(unfiled, unfiled - before, outcomes, pending))
        for case in assembled.cases
        if everything or _touched(case, unfiled, marks)
    )
    return Judged(
        assembled,
        Filing(
            cases=changes,
            outcomes=assembled.outcomes,
            merged=assembled.merged,
            dropped=_still_open(assembled.dropped, known),
            decisions=tuple(decisions),
        ),
    )


def _touched(case: Case, unfiled: Collection[str], marks: Mapping[str, str]) -> bool:
    if any(raw_sha256 in unfiled for raw_sha256 in case.message_sha256s):
        return True
    return marks.get(case.case_no or "") != body_mark(case.model_dump_json())


@dataclass(frozen=True, slots=True)
class News:
    """What there is to file: mails read (again), those among them that no case had before, people's

    decisions not yet filed.
    """

    unfiled: Collection[str]
    fresh: Collection[str]
    outcomes: Mapping[str, Outcome]
    decisions: Sequence[Decision]


def _change(case: Case, campaign: Campaign, news: News) -> CaseChange:
    """A case judged. Mails that no case had before call for an answer.

    A verdict that changed for another reason (better readers, edited rules) is told only after a
    person agreed; a person's own decision is not told at all.
    """
    new = [sha256 for sha256 in case.message_sha256s if sha256 in news.fresh]
    telling = [sha256 for sha256 in new if news.outcomes[sha256].disposition in _TELLING]
    cause = (telling or new)[-1] if new else _cause_within(case, news)
    return CaseChange(
        case=case,
        issues=check(case, campaign),
        cause=cause,
        city=city_of(case, campaign),
        reply_due=bool(telling) or cause == "reread",
        reply_held=HELD_BY_REREADING if cause == "reread" else None,
    )


def _cause_within(case: Case, news: News) -> str:
    """What changed a case without new mail: a decision about it, mail read again, or a decision

    about another case that had to do with it.
    """
    own = [d.id for d in news.decisions if case.case_no in (d.case_no, d.payload.get("from"))]
    if own:
        return f"decision:{own[-1]}"
    read_again = any(sha256 in news.unfiled for sha256 in case.message_sha256s)
    if news.decisions and not read_again:
        return f"decision:{news.decisions[-1].id}"
    return "reread"


def _sent(book: Casebook) -> dict[str, tuple[str, ...]]:
    """Message-ID of each reply → the cases it is about."""
    return {
        reply.message_id: tuple(case_no for case_no, _ in reply.cases)
        for reply in book.replies.find()
    }


def _still_open(dropped: Sequence[str], known: Sequence[KnownCase]) -> tuple[str, ...]:
    closed = {case.case_no for case in known if case.closed}
    return tuple(case_no for case_no in dropped if case_no not in closed)
