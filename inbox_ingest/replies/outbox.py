"""Carry the outbox forward: write what was planned, send what is approved, settle what was left open.

At most one mail for each reply: `sending` is on disk before SMTP hears of the letter, and a row found
in that state is settled by the Sent folder or by a person, never by sending again on a guess.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Reply, ReplyState
from inbox_ingest.casebook.store_replies import ReplyStore
from inbox_ingest.errors import LoginRefused, UsageError
from inbox_ingest.records import Message
from inbox_ingest.replies.drafting import UNSENT, Plan
from inbox_ingest.replies.etiquette import cap_reached, plain_address
from inbox_ingest.replies.outcomes import MOST_ATTEMPTS, Outcome, next_try
from inbox_ingest.replies.outgoing import Envelope, build
from inbox_ingest.replies.planning import answered_by_hand

AskSentFolder = Callable[[str], bool | None]
"""A Message-ID → True: it is in the Sent folder; False: it surely was not sent; None: cannot tell.

False may be said only where this server is known to keep what SMTP sends. Raises `TryLater` where
the folder cannot be reached now.
"""

_OPEN: tuple[ReplyState, ...] = ("sending",)
UNKNOWN = "不能确定是否已寄出：请在“已发送”中核对，确认没有寄出后再批准"


class Session(Protocol):
    """A logged-in SMTP connection, as `smtp.SmtpSession` is one."""

    alive: bool

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...
    def deliver(self, raw: bytes, sender: str, recipient: str) -> Outcome:
        """Hand over one letter."""
        ...


@dataclass(slots=True)
class Dispatch:
    """What one sending did: ids of replies by outcome. `capped` wait for tomorrow or another pass."""

    sent: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    capped: list[int] = field(default_factory=list)
    stopped: str | None = None


def carry_out(plan: Plan, replies: ReplyStore, now: datetime) -> int:
    """Write a plan; return how many letters were added.

    A person may have moved a reply since the plan was made: that person's word stands, and what the
    plan wanted with it is left to the next pass.
    """
    added = replies.add_all(plan.add, now)
    for reply_id, reason in plan.withhold:
        with contextlib.suppress(UsageError):
            replies.move(reply_id, "withheld", now, reason=reason)
    if plan.settle:
        replies.settle(plan.settle, now)
    return added


def recover(replies: ReplyStore, ask: AskSentFolder, now: datetime) -> list[Reply]:
    """Settle replies that a dead pass left in `sending`; return them as they now are.

    Raises:
        TryLater: the Sent folder cannot be reached; the rows stay as they are.
    """
    settled = []
    for reply in replies.find(states=_OPEN):
        found = ask(reply.message_id)
        if found:
            settled.append(
                replies.move(reply.id, "sent", now, reason="发送中断，已在“已发送”中找到")
            )
        elif found is None:
            settled.append(replies.move(reply.id, "failed", now, reason=UNKNOWN))
        else:
            settled.append(
                replies.move(
                    reply.id, "approved", now, reason="发送中断，已核实没有寄出，将再次发送"
                )
            )
    return settled


def withhold_answered(
    replies: ReplyStore, by_hand: Sequence[tuple[Message, datetime]], now: datetime
) -> int:
    """Withhold unsent letters that an organiser's own mail made needless; return how many."""
    found = answered_by_hand(replies.find(states=UNSENT), by_hand)
    for reply_id, reason in found.items():
        with contextlib.suppress(UsageError):
            replies.move(reply_id, "withheld", now, reason=reason, expected=UNSENT)
    return len(found)


def send_approved(
    replies: ReplyStore,
    open_session: Callable[[], Session],
    *,
    account: str,
    campaign: Campaign,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> Dispatch:
    """Send what is approved and due, one recipient a message, paced and capped.

    `account` is the login and the only sender address. One session serves many letters; a lost one
    is opened again. What is left over is sent by a later pass.

    Raises:
        LoginRefused: the account needs a person; no letter is left in `sending`.
        TryLater: the server cannot be reached; no letter is left in `sending`.
    """
    work = _Sending(replies, account, campaign, clock)
    due = list(work.within_caps())
    with contextlib.ExitStack() as stack:
        session: Session | None = None
        for place, reply in enumerate(due):
            if place:
                sleep(campaign.replies.seconds_between)
            if session is None or not session.alive:
                session = stack.enter_context(open_session())
            outcome = work.send(reply, session)
            if outcome is not None and outcome.stops:
                work.dispatch.stopped = outcome.reason
                work.dispatch.capped.extend(other.id for other in due[place + 1 :])
                if outcome.verdict == "person":
                    raise LoginRefused(f"SMTP：{outcome.reason}（{outcome.answer}）")
                break
    return work.dispatch


class _Sending:
    """One round of sending: what every letter of it needs."""

    def __init__(
        self,
        replies: ReplyStore,
        account: str,
        campaign: Campaign,
        clock: Callable[[], datetime],
    ) -> None:
        self._replies = replies
        self._account = account
        self._campaign = campaign
        self._clock = clock
        self.dispatch = Dispatch()

    def within_caps(self) -> Iterator[Reply]:
        """The replies that may go now, oldest first, within the caps of each recipient and the pass."""
        rules, now = self._campaign.replies, self._clock()
        times: dict[str, list[datetime]] = {}
        for reply in self._replies.find(states=("sent", "failed")):
            if reply.sent_at is not None and now - reply.sent_at < timedelta(days=1):
                times.setdefault(plain_address(reply.to), []).append(reply.sent_at)
        chosen = 0
        for reply in self._replies.sendable(now):
            before = times.setdefault(plain_address(reply.to), [])
            capped = cap_reached(before, now, per_recipient_per_day=rules.per_recipient_per_day)
            if capped is not None or chosen >= rules.per_pass:
                self.dispatch.capped.append(reply.id)
                continue
            before.append(now)
            chosen += 1
            yield reply

    def send(self, reply: Reply, session: Session) -> Outcome | None:
        """Send one letter and write down what became of it; None where it was not tried."""
        now = self._clock()
        try:
            raw = build(self._envelope(reply), now.astimezone(self._campaign.window.zone))
        except UsageError as error:
            self._replies.move(reply.id, "failed", now, reason=error.message)
            self.dispatch.failed.append(reply.id)
            return None
        try:
            self._replies.move(
                reply.id, "sending", now, reason=reply.reason, expected=("approved",)
            )
        except UsageError:
            return None  # a person took it back a moment ago
        outcome = session.deliver(raw, self._account, reply.to)
        self._settle(reply, outcome)
        return outcome

    def _settle(self, reply: Reply, outcome: Outcome) -> None:
        now, attempts = self._clock(), reply.attempts + 1
        if outcome.verdict == "sent":
            self._replies.move(reply.id, "sent", now, smtp_reply=outcome.answer)
            self.dispatch.sent.append(reply.id)
        elif outcome.verdict == "unknown":
            # The row stays `sending`: the next pass asks the Sent folder.
            self.dispatch.unknown.append(reply.id)
        elif outcome.verdict == "never":
            self._give_up(reply, outcome, outcome.reason)
        elif outcome.verdict != "person" and attempts >= MOST_ATTEMPTS:
            self._give_up(reply, outcome, f"{outcome.reason}（已试{attempts}次，不再自动重试）")
        else:
            again = next_try(outcome, attempts, now, self._campaign.window.zone)
            self._replies.move(
                reply.id,
                "approved",
                now,
                reason=outcome.reason,
                smtp_reply=outcome.answer,
                next_try_at=None if outcome.verdict == "person" else again,
            )
            self.dispatch.later.append(reply.id)

    def _give_up(self, reply: Reply, outcome: Outcome, reason: str) -> None:
        self._replies.move(
            reply.id, "failed", self._clock(), reason=reason, smtp_reply=outcome.answer
        )
        self.dispatch.failed.append(reply.id)

    def _envelope(self, reply: Reply) -> Envelope:
        return Envelope(
            sender=self._account,
            sender_name=self._campaign.organiser,
            recipient=reply.to,
            message_id=reply.message_id,
            subject=reply.subject,
            body=reply.body,
            in_reply_to=reply.in_reply_to,
            references=reply.references,
            reminder=reply.kind == "reminder",
        )
