"""Stage 3: assemble all readings into cases, judge what changed, and write it in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.casebook.changes import CaseChange, Decision, Filed, Filing
from inbox_ingest.casebook.cities import city_of
from inbox_ingest.casebook.collector import collector_paused
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.casebook.timeline import earlier_versions
from inbox_ingest.checking.engine import check
from inbox_ingest.records import Case, Received
from inbox_ingest.stages.judging import Choice, Chosen, News
from inbox_ingest.stages.lock import only_filing

_TELLING = frozenset({"submission", "supplement"})
HELD_BY_REREADING = "重新读取或规则改动使结论有变，须由工作人员同意后再告知"
_HELD = {
    "reread": HELD_BY_REREADING,
    "others": "其他案例的来信使结论有变，须由工作人员同意后再告知",
}


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

    Raises:
        LockHeld: somebody else files, and has not ended within half a minute.
    """
    if not (everything or book.readings.unfiled() or book.decisions.waiting()):
        return Filed()
    with only_filing(book.database.file):
        filing = _judged(book, campaign, everything=everything)
        return book.cases.file(filing, campaign, clock())


def file_decisions(book: Casebook, campaign: Campaign, clock: Callable[[], datetime]) -> Filed:
    """File what people decided and nothing else: mail that a pass is reading is left to that pass.

    Raises:
        LockHeld: somebody else files, and has not ended within half a minute.
    """
    with only_filing(book.database.file):
        if not book.decisions.waiting():
            return Filed()
        filing = _judged(book, campaign, decisions_only=True)
        return book.cases.file(filing, campaign, clock())


def _judged(
    book: Casebook,
    campaign: Campaign,
    *,
    everything: bool = False,
    decisions_only: bool = False,
) -> Filing:
    with collector_paused():
        return _Judgement(book, campaign, everything, decisions_only).filing()


class _Judgement:
    """One fold beside the casebook as it is."""

    def __init__(
        self, book: Casebook, campaign: Campaign, everything: bool, decisions_only: bool
    ) -> None:
        self._book = book
        self._campaign = campaign
        self._everything = everything
        self._left = book.readings.unfiled() if decisions_only else set[str]()
        self._unfiled = set[str]() if decisions_only else book.readings.unfiled()
        never = book.readings.never_filed() if decisions_only else set[str]()
        self._received = [
            item for item in book.readings.received() if item.reading.raw_sha256 not in never
        ]
        self._known = book.cases.known(bodies=False)
        self._decisions = book.decisions.all()
        self._sent = _sent(book)
        self._next = book.cases.next_sequence()

    def filing(self) -> Filing:
        assembled = self._fold(self._received, self._decisions)
        before = frozenset[str]().union(*(case.message_sha256s for case in self._known))
        news = News(
            self._unfiled,
            self._unfiled - before,
            {outcome.raw_sha256: outcome for outcome in assembled.outcomes},
            [decision for decision in self._decisions if not decision.applied],
        )
        chosen = self._chosen(assembled, news)
        return Filing(
            cases=tuple(
                _change(case, self._campaign, news, self._decisions) for case in chosen.cases
            ),
            outcomes=tuple(
                outcome
                for outcome in assembled.outcomes
                if (chosen.outcomes is None or outcome.raw_sha256 in chosen.outcomes)
                and outcome.raw_sha256 not in self._left
            ),
            merged=chosen.merged,
            dropped=chosen.dropped,
            decisions=tuple(self._decisions),
        )

    def _chosen(self, assembled: Assembled, news: News) -> Chosen:
        choice = Choice(
            assembled,
            self._known,
            self._received,
            self._decisions,
            news,
            self._fold,
            self._book.cases.as_filed,
        )
        return choice.everything() if self._everything else choice.made()

    def _fold(self, received: Sequence[Received], decisions: Sequence[Decision]) -> Assembled:
        return assemble(
            received,
            self._campaign,
            known=self._known,
            decisions=decisions,
            sent=self._sent,
            next_sequence=self._next,
        )


def _change(
    case: Case, campaign: Campaign, news: News, decisions: Sequence[Decision]
) -> CaseChange:
    """A case judged. Mails that no case had before call for an answer.

    A verdict that changed for another reason (better readers, edited rules, another case) is told
    only after a person agreed; a person's own decision is not told at all.
    """
    new = [sha256 for sha256 in case.message_sha256s if sha256 in news.fresh]
    telling = [sha256 for sha256 in new if news.outcomes[sha256].disposition in _TELLING]
    cause = (telling or new)[-1] if new else _cause_within(case, news)
    return CaseChange(
        case=case,
        issues=check(case, campaign),
        earlier=earlier_versions(case, news.fresh, decisions, campaign) if len(new) > 1 else (),
        cause=cause,
        city=city_of(case, campaign),
        reply_due=bool(telling) or cause in _HELD,
        reply_held=_HELD.get(cause),
    )


def _cause_within(case: Case, news: News) -> str:
    """What changed a case without new mail: a decision about it, mail read again, or a decision or

    mail about another case that had to do with it.
    """
    own = [d.id for d in news.decisions if case.case_no in (d.case_no, d.payload.get("from"))]
    if own:
        return f"decision:{own[-1]}"
    read_again = any(sha256 in news.unfiled for sha256 in case.message_sha256s)
    if news.decisions and not read_again:
        return f"decision:{news.decisions[-1].id}"
    return "others" if news.fresh and not read_again else "reread"


def _sent(book: Casebook) -> dict[str, tuple[str, ...]]:
    """Message-ID of each reply → the cases it is about."""
    return {
        reply.message_id: tuple(case_no for case_no, _ in reply.cases)
        for reply in book.replies.find()
    }
