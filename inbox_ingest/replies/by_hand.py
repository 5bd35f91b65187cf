"""What an organiser answered by hand is not answered again: pure.

Judged case by case: a mail written by hand answers the cases in whose thread it stands, as far as
their mails had come by then. What it did not answer stays in the letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import NewReply, Reply
from inbox_ingest.records import Address, Message
from inbox_ingest.replies.drafting import (
    UNSENT,
    Group,
    Outbox,
    Plan,
    by_receipt,
    newest_mail,
    written,
)
from inbox_ingest.replies.etiquette import plain_address
from inbox_ingest.replies.keeping import set_aside
from inbox_ingest.replies.templates import LetterTemplates

ByHand = tuple[Message, datetime]
"""A mail of the Sent folder that is not ours, and when it was sent."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An unsent letter that a person has answered, wholly or but for the cases `left`."""

    letter: Reply
    at: datetime
    reason: str
    left: tuple[str, ...]


def answered_by_hand(
    outbox: Outbox, by_hand: Iterable[ByHand], campaign: Campaign
) -> list[Answered]:
    """Return the unsent letters of which a person has answered at least one case.

    Counts a mail in the thread of one of the case's mails or of our letters about it, sent after the
    newest mail of the case: what came later nobody has answered. It has to go to somebody who stands
    in those mails, be it a Reply-To that we would not follow: a mail passed on to a colleague keeps
    the thread too. A letter that was withheld for this very mail, and taken up again by a person, is
    not found again.
    """
    mails = list(by_hand)
    found = []
    for letter in outbox.replies:
        if letter.state not in UNSENT:
            continue
        since = letter.answered_at
        newer = [(message, at) for message, at in mails if since is None or at > since]
        times = {number: _answered_at(number, letter, outbox, newer) for number, _ in letter.cases}
        done = [(at, number) for number, at in times.items() if at is not None]
        if done:
            left = tuple(n for n, at in times.items() if at is None and n in outbox.cases)
            at = max(done)[0].astimezone(campaign.window.zone)
            found.append(Answered(letter, at, f"工作人员已于{at:%Y-%m-%d %H:%M}手工答复", left))
    return found


def plan_after(
    answered: Sequence[Answered],
    outbox: Outbox,
    campaign: Campaign,
    templates: LetterTemplates | None,
) -> Plan:
    """Withhold what a person answered, and write anew what is left of a letter.

    Without templates (they hold a mistake) such a letter is a draft again, with the reason.
    """
    add: list[NewReply] = []
    withhold: list[tuple[int, str]] = []
    recall: list[tuple[int, str]] = []
    for one in answered:
        if one.left and templates is None:
            recall.append((one.letter.id, f"{one.reason}其中一部分，请改去这部分后再批准"))
            continue
        rest = _rest(one, outbox, campaign, templates) if templates else None
        if rest is None:
            withhold.append((one.letter.id, one.reason))
        else:
            add.append(replace(rest, replaces=(one.letter.id,)))
    return Plan(
        add=tuple(add),
        withhold=tuple(withhold),
        recall=tuple(recall),
        answered=tuple((one.letter.id, one.at) for one in answered),
    )


def _rest(
    one: Answered, outbox: Outbox, campaign: Campaign, templates: LetterTemplates
) -> NewReply | None:
    cases = tuple(outbox.cases[number] for number in one.left)
    mails = [newest_mail(judged.case, outbox.mails) for judged in cases]
    newest = max((mail for mail in mails if mail is not None), key=by_receipt, default=None)
    if newest is None:
        return None
    held = (*set_aside([one.letter]), *((one.letter.held,) if one.letter.held else ()))
    group = Group(one.letter.to, None, cases, newest, (), held)
    reminder = one.letter.kind == "reminder"
    return written(group, outbox, campaign, templates, reminder=reminder)


def _answered_at(
    number: str, letter: Reply, outbox: Outbox, by_hand: Sequence[ByHand]
) -> datetime | None:
    """When a person last answered this case as it is now; None where nobody has."""
    judged = outbox.cases.get(number)
    if judged is None:
        return None
    own = [outbox.mails[sha] for sha in judged.case.message_sha256s if sha in outbox.mails]
    newest = max((mail.received_at for mail in own), default=None)
    thread = {mail.reading.message.message_id for mail in own}
    thread |= {reply.message_id for reply in outbox.replies if number in dict(reply.cases)}
    theirs = {plain_address(letter.to)}.union(*(_correspondents(m.reading.message) for m in own))
    theirs -= {plain_address(address) for address in outbox.own}
    times = [
        at
        for message, at in by_hand
        if thread & {*message.references, *message.in_reply_to}
        and (newest is None or at > newest)
        and theirs & _plain(message.to, message.cc)
    ]
    return max(times, default=None)


def _correspondents(message: Message) -> set[str]:
    """Whom an answer to this mail goes to: its senders, or its Reply-To."""
    sender = (message.sender,) if message.sender else ()
    return _plain(sender, message.other_senders, message.reply_to)


def _plain(*several: Iterable[Address]) -> set[str]:
    return {plain_address(one.address) for addresses in several for one in addresses}
