"""Decide what to draft: pure. A sender has at most one unsent letter.

It is written anew, with all that is due, whenever something new is due; the old wording is withheld.
Nothing here sends: what is approved is sent by `outbox.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import NewReply, Reply, ReplyDue
from inbox_ingest.records import Received
from inbox_ingest.replies.drafting import (
    NEEDLESS,
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
from inbox_ingest.replies.keeping import in_place_of, says_the_same
from inbox_ingest.replies.templates import LetterTemplates
from inbox_ingest.replies.terms import changed_terms, outlived, passed_deadline
from inbox_ingest.replies.told import JudgedCase
from inbox_ingest.replies.wording import under_date

CLOSED = "征集已截止，不再提醒"
_DEADLINE_PASSED = "已批准的信所写的截止时间已过，现重新拟写，请再看一遍"
_PILED_UP = "积压已久（或在不答复期间积下）的答复，请看过再发"
_PILES_UP_AFTER = timedelta(days=3)
_TERMS_CHANGED = "活动文件里的截止时间、联系方式等已改，现重新拟写，请再看一遍"


def plan_answers(outbox: Outbox, campaign: Campaign, templates: LetterTemplates) -> Plan:
    """Return the drafts that open dues and outdated drafts ask for; nothing where replies are off."""
    if outbox.mode == "off":
        return Plan()
    over = [reply for reply in outbox.replies if _reminds_too_late(reply, outbox, campaign)]
    outbox = replace(outbox, replies=[reply for reply in outbox.replies if reply not in over])
    groups, settle = _groups(outbox, campaign)
    inherited, needless = _inheriting(groups, outdated(outbox, campaign, groups), outbox)
    add: list[NewReply] = []
    confirm: list[tuple[int, tuple[tuple[str, int], ...], str | None]] = []
    withhold = {reply.id: NEEDLESS for reply in needless} | {reply.id: CLOSED for reply in over}
    for found, replaced in inherited:
        past = history(outbox.replies, found.recipient)
        old = (*replaced, *(r for r in past if failed_in_writing(r)))
        late = [reply for reply in replaced if outlived(reply, campaign, outbox.now)]
        group = _to_be_seen(found, replaced, outbox, campaign)
        write = partial(written, group, outbox, campaign, templates, instead_of=late)
        reply = _letter(write, old, due=bool(group.dues))
        if reply is None:
            settle.extend(group.dues)
            withhold |= {reply.id: NEEDLESS for reply in old}
        elif same := [r for r in old if r not in late and says_the_same(reply, r, group)]:
            settle.extend(group.dues)
            confirm.extend((other.id, reply.cases, reply.reason) for other in same)
            withhold |= {other.id: NEEDLESS for other in replaced if other not in same}
        elif reply.state != "failed" or reply.dues:
            new = replace(reply, replaces=tuple(other.id for other in old))
            add.append(in_place_of(new, [r for r in old if r not in late or r.edited_at]))
    return Plan(
        add=tuple(add),
        confirm=tuple(confirm),
        withhold=tuple(withhold.items()),
        settle=tuple(settle),
    )


def _letter(
    write: Callable[..., NewReply | None], old: Sequence[Reply], *, due: bool
) -> NewReply | None:
    """The letter to a group in place of the old ones.

    A reminder stays one where there is nothing to answer: what it says is known to its recipient, or
    nothing is due at all.
    """
    reminds = any(reply.kind == "reminder" for reply in old)
    only_reminds = reminds and not due and all(reply.kind == "reminder" for reply in old)
    reply = None if only_reminds else write()
    return write(reminder=True) if reply is None and reminds else reply


def plan_dates(unsent: Sequence[Reply], campaign: Campaign, now: datetime) -> Plan:
    """Put the letters that wait under today's date; nothing else of them changes."""
    dated = [(reply, under_date(reply.body, now, campaign.window.zone)) for reply in unsent]
    return Plan(redate=tuple((r.id, r.body, body) for r, body in dated if body != r.body))


def outdated(outbox: Outbox, campaign: Campaign, groups: Sequence[Group] = ()) -> list[Reply]:
    """Return the unsent letters that say what is no longer so, or go to whom something new is due.

    Another's mail, a person's waiver or a merger can make a letter wrong that waits for approval, and
    so can time and an edited campaign file: a sender must not be asked for what has come, or until
    a day that has passed or is no longer the last.
    """
    newest = _newest_letters(outbox)
    written_to = {plain_address(group.recipient) for group in groups if not group.refused}
    return [
        reply
        for reply in outbox.replies
        if reply.state in UNSENT
        and (
            plain_address(reply.to) in written_to
            or outlived(reply, campaign, outbox.now)
            or any(
                number not in outbox.cases
                or outbox.cases[number].revision != revision
                or newest[number] > reply.id  # it lay still, and was taken up again
                for number, revision in reply.cases
            )
        )
    ]


def _reminds_too_late(reply: Reply, outbox: Outbox, campaign: Campaign) -> bool:
    waits = reply.state in UNSENT or failed_in_writing(reply)
    return reply.kind == "reminder" and waits and passed_deadline(reply, campaign, outbox.now)


def _to_be_seen(
    group: Group, replaced: Sequence[Reply], outbox: Outbox, campaign: Campaign
) -> Group:
    """The group with every reason for which a person has to see its letter, old ones included."""
    held = [*group.held, *(reply.held for reply in replaced if reply.held)]
    approved = [r for r in replaced if r.state == "approved" and r.approved_by]
    if any(passed_deadline(reply, campaign, outbox.now) for reply in approved):
        held.append(_DEADLINE_PASSED)
    elif any(changed_terms(reply, campaign) for reply in approved):
        held.append(_TERMS_CHANGED)
    if outbox.mode == "auto" and _piled_up(group, replaced, outbox):
        held.append(_PILED_UP)
    return replace(group, held=tuple(dict.fromkeys(held)))


def _piled_up(group: Group, replaced: Sequence[Reply], outbox: Outbox) -> bool:
    """Whether what this letter answers is due for days, or since replies were off."""
    since = [due.created_at for due in outbox.dues if due.id in group.dues]
    since += [reply.created_at for reply in replaced]
    if not since:
        return False
    silent = outbox.silent_until is not None and min(since) <= outbox.silent_until
    return silent or outbox.now - min(since) > _PILES_UP_AFTER


def _inheriting(
    groups: Sequence[Group], stale: Sequence[Reply], outbox: Outbox
) -> tuple[list[tuple[Group, tuple[Reply, ...]]], list[Reply]]:
    """Give every outdated letter an heir: the group that now speaks of its cases.

    That is the letter to the same recipient, made if need be for cases that nobody else is told of;
    else the letter about the same case. One without heir is needless.
    """
    heirs = {plain_address(g.recipient): g for g in groups if not g.refused}
    refused = [group for group in groups if group.refused]
    spoken_of = {judged.number for group in heirs.values() for judged in group.cases}
    held: dict[str, list[ReplyDue]] = defaultdict(list)
    for due in outbox.dues:
        if due.held:
            held[due.case_no].append(due)
    newest = _newest_letters(outbox)
    replaced: dict[str, list[Reply]] = defaultdict(list)
    needless: list[Reply] = []
    for reply in stale:
        key = plain_address(reply.to)
        open_cases = [number for number, _ in reply.cases if number in outbox.cases]
        left = [n for n in open_cases if n not in spoken_of and newest[n] <= reply.id]
        if left:
            # What a machine brought is not answered to the machine, but the person's letter is mended.
            dues, refused = _taken_from(refused, left)
            waiting = [due for number in left for due in held[number]]
            heir = heirs.get(key) or Group(reply.to, None, (), _answered(reply, left, outbox), ())
            heirs[key] = replace(
                heir,
                cases=(*heir.cases, *(outbox.cases[number] for number in left)),
                # Whoever approves this letter agrees to what it says.
                dues=(*heir.dues, *dues, *(due.id for due in waiting)),
                held=(*heir.held, *(due.held for due in waiting if due.held)),
            )
            spoken_of.update(left)
        elif key not in heirs:
            key = next(
                (
                    other
                    for other, group in heirs.items()
                    if any(judged.number in open_cases for judged in group.cases)
                ),
                "",
            )
        if key in heirs:
            replaced[key].append(reply)
        else:
            needless.append(reply)
    answered = [(group, tuple(replaced[key])) for key, group in heirs.items()]
    return [*answered, *((group, ()) for group in refused)], needless


def _newest_letters(outbox: Outbox) -> dict[str, int]:
    """Case → the newest letter about it."""
    return {number: reply.id for reply in outbox.replies for number, _ in reply.cases}


def _taken_from(
    refused: Sequence[Group], numbers: Sequence[str]
) -> tuple[tuple[int, ...], list[Group]]:
    """The dues of refused groups whose cases a mended letter speaks of, and the groups that remain."""
    taken = [g for g in refused if all(judged.number in numbers for judged in g.cases)]
    return tuple(due for g in taken for due in g.dues), [g for g in refused if g not in taken]


def _answered(reply: Reply, numbers: Sequence[str], outbox: Outbox) -> Received:
    """The mail that an unsent letter answers; where it is unknown, the newest of its cases."""
    found = next(
        (
            mail
            for mail in outbox.mails.values()
            if reply.in_reply_to and mail.reading.message.message_id == reply.in_reply_to
        ),
        None,
    )
    if found is not None:
        return found
    newest = [newest_mail(outbox.cases[number].case, outbox.mails) for number in numbers]
    return max((mail for mail in newest if mail is not None), key=by_receipt)


def _groups(outbox: Outbox, campaign: Campaign) -> tuple[list[Group], list[int]]:
    """The open dues by recipient, and the dues of cases that are no more.

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
        if judged is None or mail is None:
            settle.extend(due.id for due in dues)
            continue
        # Mails that name no sender have nothing in common.
        pairs[plain_address(to) if to else number, refused].append((judged, mail))
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
