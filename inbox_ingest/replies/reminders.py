"""Remind those who are still incomplete, once, shortly before the window closes: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Reply
from inbox_ingest.casebook.reply_ways import REPLACED
from inbox_ingest.records import Received
from inbox_ingest.replies.drafting import (
    NEEDLESS,
    UNDELIVERABLE,
    UNSENT,
    Group,
    Outbox,
    Plan,
    by_receipt,
    history,
    newest_mail,
    whom,
    written,
)
from inbox_ingest.replies.etiquette import Refusal, plain_address
from inbox_ingest.replies.templates import LetterTemplates
from inbox_ingest.replies.told import JudgedCase

# Nobody is reminded of what he was told yesterday.
_REMIND_AFTER = timedelta(days=2)


def plan_reminders(outbox: Outbox, campaign: Campaign, templates: LetterTemplates) -> Plan:
    """Return a reminder for each sender whose case is still incomplete, once, before the window closes.

    Not for those who have an answer waiting in the outbox, were written to less than two days ago,
    or may not be answered at all. To an address that nothing reaches it is written and withheld: an
    organiser has to find another way.
    """
    days = campaign.replies.reminder_days
    if days is None or outbox.mode == "off":
        return Plan()
    if not 0 <= campaign.window.days_left(outbox.now) <= days:
        return Plan()
    made = [reply for reply in outbox.replies if reply.kind == "reminder"]
    void = [reply for reply in made if _gave_way(reply)]
    reminded = {n for r in made if r not in void for n, _ in r.cases}
    unsent = [reply for reply in outbox.replies if reply.state in UNSENT]
    waiting = {n for reply in unsent for n, _ in reply.cases}
    written_to = {plain_address(reply.to) for reply in unsent}
    due = {record.case_no for record in outbox.dues}
    groups: dict[str, list[tuple[JudgedCase, Received]]] = defaultdict(list)
    dead: dict[str, Refusal] = {}
    for number, judged in outbox.cases.items():
        if judged.status != "incomplete" or number in reminded | waiting | due:
            continue
        mail = newest_mail(judged.case, outbox.mails)
        to, refused = whom(judged.case, mail, outbox, campaign)
        if mail is None or to is None or (refused and refused.code != UNDELIVERABLE):
            continue
        if plain_address(to) in written_to:
            continue
        last = [r.sent_at for r in history(outbox.replies, to) if r.sent_at is not None]
        if last and outbox.now - max(last) < _REMIND_AFTER:
            continue
        groups[plain_address(to)].append((judged, mail))
        if refused:
            dead[plain_address(to)] = refused
    add = []
    for key, pairs in groups.items():
        mail = max((pair[1] for pair in pairs), key=by_receipt)
        to, _ = whom(pairs[0][0].case, pairs[0][1], outbox, campaign)
        cases = tuple(judged for judged, _ in pairs)
        group = Group(to or "", dead.get(key), cases, mail, (), _taken_over(cases, outbox))
        before = [r for r in void if any(j.number in dict(r.cases) for j in cases)]
        reply = written(group, outbox, campaign, templates, reminder=True, instead_of=before)
        if reply is not None:
            add.append(reply)
    return Plan(add=tuple(add))


def _gave_way(letter: Reply) -> bool:
    """Whether a letter made room for another, or had become needless: nobody was told by it."""
    return letter.state == "withheld" and letter.reason in (NEEDLESS, REPLACED)


def _taken_over(cases: Sequence[JudgedCase], outbox: Outbox) -> tuple[str, ...]:
    """Why a person should look first: the last letter about a case was not sent, and not for us."""
    reasons = []
    for judged in cases:
        last = next((r for r in reversed(outbox.replies) if judged.number in dict(r.cases)), None)
        if last is not None and last.state == "withheld" and not _gave_way(last):
            why = last.reason or "没有写明原因"
            reasons.append(f"{judged.number} 的上一封答复没有发出（{why}），请确认是否还要提醒")
    return tuple(reasons)
