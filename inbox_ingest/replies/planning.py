"""Decide what to draft: pure. A sender has at most one unsent letter.

It is written anew, with all that is due, whenever something new is due; the old wording is withheld.
Nothing here sends: what is approved is sent by `outbox.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import NewReply, Reply, ReplyDue
from inbox_ingest.records import Message, Received
from inbox_ingest.replies.compose import JudgedCase, Occasion, told_from
from inbox_ingest.replies.drafting import (
    TOLD,
    UNSENT,
    Group,
    Outbox,
    Plan,
    by_receipt,
    failed_in_writing,
    history,
    newest_mail,
    whom,
    written,
)
from inbox_ingest.replies.etiquette import Refusal, plain_address
from inbox_ingest.replies.templates import LetterTemplates

NEEDLESS = "情况已变，无需再答复"


def plan_answers(outbox: Outbox, campaign: Campaign, templates: LetterTemplates) -> Plan:
    """Return the drafts that the open dues ask for; nothing where replies are switched off."""
    if outbox.mode == "off":
        return Plan()
    groups, settle = _groups(outbox, campaign)
    add: list[NewReply] = []
    withhold: dict[int, str] = {}
    for group in groups:
        past = history(outbox.replies, group.recipient)
        # A mail that may not be answered takes nothing away from one that may.
        unsent = [] if group.refused else [r for r in past if r.state in UNSENT]
        unwritten = [r for r in past if failed_in_writing(r)]
        reply = written(_occasion(group, unsent, past, outbox), group, outbox, campaign, templates)
        if reply is None:
            settle.extend(group.dues)
            withhold |= {old.id: NEEDLESS for old in (*unsent, *unwritten)}
        elif reply.state != "failed":
            add.append(replace(reply, replaces=tuple(old.id for old in (*unsent, *unwritten))))
        elif group.dues:
            add.append(replace(reply, replaces=tuple(old.id for old in unwritten)))
    return Plan(tuple(add), tuple(withhold.items()), tuple(settle))


def answered_by_hand(
    unsent: Iterable[Reply], by_hand: Iterable[tuple[Message, datetime]]
) -> dict[int, str]:
    """Return which unsent replies an organiser's own mail has made needless, with the reason.

    `by_hand` are mails of the Sent folder that are not ours, with their times: an answer counts when
    it goes to the same address after the draft's mail, in the same thread.
    """
    mails = list(by_hand)
    withheld: dict[int, str] = {}
    for reply in unsent:
        thread = {*reply.references, *([reply.in_reply_to] if reply.in_reply_to else [])}
        for message, at in mails:
            to = {plain_address(address.address) for address in (*message.to, *message.cc)}
            chain = {*message.references, *message.in_reply_to}
            if plain_address(reply.to) in to and chain & thread:
                withheld[reply.id] = f"工作人员已于{at:%Y-%m-%d %H:%M}手工答复"
                break
    return withheld


def _occasion(
    group: Group, unsent: Sequence[Reply], past: Sequence[Reply], outbox: Outbox
) -> Occasion:
    """The group's cases and those of the letters it replaces."""
    cases = {judged.number: judged for judged in group.cases}
    for reply in unsent:
        for number, _ in reply.cases:
            if number in outbox.cases:
                cases.setdefault(number, outbox.cases[number])
    return Occasion(
        recipient=group.recipient,
        cases=tuple(cases.values()),
        answering=group.answering.reading.message,
        at=outbox.now,
        told=told_from(reply.verdict for reply in past if reply.state in TOLD),
    )


def _groups(outbox: Outbox, campaign: Campaign) -> tuple[list[Group], list[int]]:
    """The open dues by recipient, and the dues of cases that nobody can or need be told of.

    Letters that failed in writing are due again at every pass: a mended template heals them.
    """
    by_case: dict[str, list[ReplyDue]] = defaultdict(list)
    for due in outbox.dues:
        by_case[due.case_no].append(due)
    unwritten = {n for r in outbox.replies if failed_in_writing(r) for n, _ in r.cases}
    settle: list[int] = []
    pairs: dict[tuple[str, Refusal | None], list[tuple[JudgedCase, Received]]] = defaultdict(list)
    for number in dict.fromkeys((*by_case, *sorted(unwritten))):
        dues = by_case.get(number, [])
        if dues and all(due.held for due in dues):
            continue  # a person has to agree first
        judged = outbox.cases.get(number)
        mail = newest_mail(judged.case, outbox.mails) if judged else None
        to, refused = whom(judged.case, mail, outbox, campaign) if judged else (None, None)
        if judged is None or mail is None or to is None:
            settle.extend(due.id for due in dues)
            continue
        pairs[plain_address(to), refused].append((judged, mail))
    return [
        _group(refused, found, by_case, outbox, campaign) for (_, refused), found in pairs.items()
    ], settle


def _group(
    refused: Refusal | None,
    found: Sequence[tuple[JudgedCase, Received]],
    by_case: Mapping[str, Sequence[ReplyDue]],
    outbox: Outbox,
    campaign: Campaign,
) -> Group:
    first, mail = found[0]
    to, _ = whom(first.case, mail, outbox, campaign)
    dues = [due for judged, _ in found for due in by_case.get(judged.number, ())]
    return Group(
        recipient=to or "",
        refused=refused,
        cases=tuple(judged for judged, _ in found),
        answering=max((mail for _, mail in found), key=by_receipt),
        dues=tuple(due.id for due in dues),
        held=tuple(dict.fromkeys(due.held for due in dues if due.held)),
    )
