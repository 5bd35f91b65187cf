"""Carry the outbox forward: write what was planned, settle what was left open.

At most one mail for each reply: a row found in `sending` is settled by the Sent folder or by a
person, never by sending again on a guess.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from inbox_ingest.casebook.changes import IN_DOUBT, Reply, ReplyState
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.casebook.store_replies import ReplyStore
from inbox_ingest.errors import UsageError
from inbox_ingest.replies.drafting import Plan

AskSentFolder = Callable[[Reply], bool | None]
"""A reply → True: it is in the Sent folder; False: it surely was not sent; None: cannot tell.

False may be said only where this server is known to keep what SMTP sends. Raises `TryLater` where
the folder cannot be reached now.
"""

# A server may put its copy into the Sent folder some time after it took the letter.
SETTLES_WITHIN = timedelta(minutes=10)

_Settled = tuple[ReplyState, str]
_FOUND: _Settled = ("sent", "发送中断，已在“已发送”中找到")
_NOT_SENT: _Settled = ("approved", "发送中断，已核实没有寄出，将再次发送")
_UNKNOWN: _Settled = ("failed", IN_DOUBT)


def carry_out(plan: Plan, book: Casebook, now: datetime) -> int:
    """Write a plan; return how many letters were added.

    A person may have moved a reply since the plan was made: that person's word stands, and what the
    plan wanted with it is left to the next pass.
    """
    replies = book.replies
    added = replies.add_all(plan.add, now)
    for reply_id, at in plan.answered:
        replies.note_answer(reply_id, at)
    for reply_id, reason in plan.withhold:
        with contextlib.suppress(UsageError):
            replies.move(reply_id, "withheld", now, reason=reason)
    for reply_id, reason in plan.recall:
        with contextlib.suppress(UsageError):
            replies.move(reply_id, "draft", now, reason=reason, expected=("approved",))
    for reply_id, cases, why in plan.confirm:
        replies.confirm(reply_id, cases, why)
    for reply_id, before, after in plan.redate:
        replies.redate(reply_id, before, after)
    if plan.settle:
        book.dues.settle(plan.settle, now)
    return added


def recover(replies: ReplyStore, ask: AskSentFolder, now: datetime) -> list[Reply]:
    """Settle replies that a dead pass left in `sending`; return them as they now are.

    One that is not in the Sent folder stays `sending` until its copy has had time to arrive there.

    Raises:
        TryLater: the Sent folder cannot be reached; the rows stay as they are.
    """
    settled = []
    for reply in replies.find(states=["sending"]):
        found = ask(reply)
        if not found and now - reply.changed_at < SETTLES_WITHIN:
            continue
        if found:
            state, reason = _FOUND
        elif found is None:
            state, reason = _UNKNOWN
        else:
            state, reason = _NOT_SENT
        with contextlib.suppress(UsageError):  # a person was faster
            settled.append(replies.move(reply.id, state, now, reason=reason, expected=("sending",)))
    return settled
