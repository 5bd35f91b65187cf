"""Send what is approved: paced, capped, one recipient a message, and at most once.

`sending` is on disk, with the very text that goes out, before SMTP hears of the letter. What is no
longer so is not sent, whoever approved it; what cannot be sent stops no other letter.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Reply, ReplyState
from inbox_ingest.casebook.pausing import Pause
from inbox_ingest.casebook.store_replies import ReplyStore
from inbox_ingest.errors import IngestError, LoginRefused, UsageError
from inbox_ingest.replies.etiquette import cap_reached, plain_address
from inbox_ingest.replies.outcomes import MOST_ATTEMPTS, Outcome, ServerBusy, next_try
from inbox_ingest.replies.outgoing import Envelope, build
from inbox_ingest.replies.terms import OUTLIVED, outlived

_DAY = timedelta(days=1)


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
    """What one sending did: ids of replies by outcome.

    `capped` wait for tomorrow or another pass, `outdated` to be drafted anew.
    """

    sent: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    capped: list[int] = field(default_factory=list)
    outdated: list[int] = field(default_factory=list)
    stopped: str | None = None


def send_approved(
    replies: ReplyStore,
    open_session: Callable[[], Session],
    *,
    account: str,
    campaign: Campaign,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> Dispatch:
    """Send what is approved and due.

    `account` is the login and the only sender address. One session serves many letters; a lost one
    is opened again. What is left over is sent by a later pass.

    Raises:
        LoginRefused: the account needs a person; no letter is left in `sending`.
        TryLater: the server cannot be reached; no letter is left in `sending`.
    """
    with contextlib.ExitStack() as stack:
        line = _Line(open_session, stack)
        work = _Sending(replies, line, account, campaign, clock)
        work.dispatch.outdated = replies.mark_outdated(work.unfit)
        if work.paused():
            return work.dispatch
        due = list(work.within_caps())
        for place, reply in enumerate(due):
            if place:
                sleep(campaign.replies.seconds_between)
            try:
                outcome = work.send(reply.id)
            except ServerBusy as busy:
                work.pause(busy.outcome)
                raise
            if outcome is not None and (outcome.stops or outcome.reconnect):
                work.dispatch.stopped = outcome.reason
                work.dispatch.capped.extend(other.id for other in due[place + 1 :])
                if outcome.verdict == "person":
                    raise LoginRefused(f"SMTP：{outcome.reason}（{outcome.answer}）")
                if outcome.stops:
                    work.pause(outcome)
                break
    return work.dispatch


class _Line:
    """The connection to the server: opened when first needed, and again when it is gone."""

    def __init__(self, open_session: Callable[[], Session], stack: contextlib.ExitStack) -> None:
        self._open = open_session
        self._stack = stack
        self._session: Session | None = None

    def session(self) -> Session:
        if self._session is None or not self._session.alive:
            self._session = self._stack.enter_context(self._open())
        return self._session


class _Sending:
    """One round of sending: what every letter of it needs."""

    def __init__(
        self,
        replies: ReplyStore,
        line: _Line,
        account: str,
        campaign: Campaign,
        clock: Callable[[], datetime],
    ) -> None:
        self._replies = replies
        self._line = line
        self._account = account
        self._campaign = campaign
        self._clock = clock
        self.dispatch = Dispatch()

    def unfit(self, reply: Reply) -> str | None:
        """Why this letter may not go out as it is, whatever is so of its cases."""
        return OUTLIVED if outlived(reply, self._campaign, self._clock()) else None

    def paused(self) -> bool:
        """Whether the server limits the account still; then nothing is tried."""
        now = self._clock()
        pause = self._replies.paused(now)
        if pause is None:
            return False
        until = pause.until.astimezone(self._campaign.window.zone)
        self.dispatch.stopped = f"{pause.why}，{until:%m-%d %H:%M} 以后再发"
        self.dispatch.capped = [reply.id for reply in self._replies.sendable(now)]
        return True

    def pause(self, outcome: Outcome) -> None:
        """A limit on the account is no letter's fault: all of them wait, none is tried in its turn."""
        now = self._clock()
        until = next_try(outcome, 1, now, self._campaign.window.zone)
        self._replies.pause(Pause(until, outcome.reason), now)

    def within_caps(self) -> Iterator[Reply]:
        """The replies that may go now, oldest first, within the caps of recipient, period and pass."""
        rules, now = self._campaign.replies, self._clock()
        period = timedelta(minutes=rules.period_minutes)
        times: dict[str, list[datetime]] = {}
        for to, at in self._replies.sent_since(now - max(_DAY, period)):
            times.setdefault(plain_address(to), []).append(at)
        lately = sum(now - at < period for all_of_one in times.values() for at in all_of_one)
        left = min(rules.per_pass, rules.per_period - lately)
        for reply in self._replies.sendable(now):
            if self.unfit(reply):
                continue
            before = times.setdefault(plain_address(reply.to), [])
            capped = cap_reached(before, now, per_recipient_per_day=rules.per_recipient_per_day)
            if capped is not None or left <= 0:
                self.dispatch.capped.append(reply.id)
                continue
            before.append(now)
            left -= 1
            yield reply

    def send(self, reply_id: int) -> Outcome | None:
        """Send one letter and write down what became of it; None where it was not tried."""
        self._line.session()  # before the letter is `sending`: a login that fails leaves none so
        now = self._clock()
        reply = self._replies.begin_sending(reply_id, now, self.unfit)
        if reply.state != "sending":
            if reply.state == "approved":
                self.dispatch.outdated.append(reply_id)
            return None
        try:
            raw = build(self._envelope(reply), now.astimezone(self._campaign.window.zone))
        except UsageError as error:
            self._give_up(reply, error.message)
            return None
        except Exception as error:  # noqa: BLE001 - one letter's fault must not stop the others
            self._give_up(reply, f"这封信无法写成邮件（{type(error).__name__}），请修改后再批准")
            return None
        outcome = self._delivered(reply, raw)
        self._settle(reply, outcome)
        return outcome

    def _delivered(self, reply: Reply, raw: bytes) -> Outcome:
        outcome = self._line.session().deliver(raw, self._account, reply.to)
        if not outcome.reconnect:
            return outcome
        try:
            return self._line.session().deliver(raw, self._account, reply.to)
        except IngestError:
            self._settle(reply, outcome)
            raise

    def _settle(self, reply: Reply, outcome: Outcome) -> None:
        """Write down what became of a letter; `reply` is the row as it was `sending`."""
        if outcome.verdict == "sent":
            self._move(reply, "sent", smtp_reply=outcome.answer)
            self.dispatch.sent.append(reply.id)
        elif outcome.verdict == "unknown":
            # The row stays `sending`: the next pass asks the Sent folder.
            self.dispatch.unknown.append(reply.id)
        elif outcome.verdict == "never":
            self._give_up(reply, outcome.reason, outcome.answer, dead=outcome.dead)
        elif not outcome.stops and reply.attempts >= MOST_ATTEMPTS:
            words = f"{outcome.reason}（已试{reply.attempts}次，不再自动重试）"
            self._give_up(reply, words, outcome.answer)
        else:
            zone = self._campaign.window.zone
            again = next_try(outcome, reply.attempts, self._clock(), zone)
            self._move(
                reply,
                "approved",
                reason=outcome.reason,
                smtp_reply=outcome.answer,
                next_try_at=None if outcome.verdict == "person" else again,
                attempts=reply.attempts - 1 if outcome.reconnect or outcome.stops else None,
            )
            self.dispatch.later.append(reply.id)

    def _give_up(
        self, reply: Reply, reason: str, answer: str | None = None, *, dead: bool = False
    ) -> None:
        with contextlib.suppress(UsageError):
            self._replies.fail(
                reply.id,
                self._clock(),
                reason,
                expected="sending",
                smtp_reply=answer,
                undeliverable=reason if dead else None,
            )
        self.dispatch.failed.append(reply.id)

    def _move(
        self,
        reply: Reply,
        state: ReplyState,
        *,
        reason: str | None = None,
        smtp_reply: str | None = None,
        next_try_at: datetime | None = None,
        attempts: int | None = None,
    ) -> None:
        # A row that somebody changed under this pass is theirs; the other letters go on.
        with contextlib.suppress(UsageError):
            self._replies.move(
                reply.id,
                state,
                self._clock(),
                reason=reason,
                smtp_reply=smtp_reply,
                next_try_at=next_try_at,
                attempts=attempts,
                expected=("sending",),
            )

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
