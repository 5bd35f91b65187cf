"""The reply stage over a casebook: recover what was left open, heed bounces, draft, and send.

What is decided stands in `planning.py`, `reminders.py`, `etiquette.py` (all pure); how a letter is
sent in `outbox.py` and `smtp.py`. This file fetches what they look at and writes what they say.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import NewReply
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.casebook.tables import CASES, ISSUES
from inbox_ingest.errors import CampaignError, UsageError
from inbox_ingest.reading.correspondence import is_delivery_report
from inbox_ingest.records import Issue, Received
from inbox_ingest.replies.audience import Audience, audience
from inbox_ingest.replies.bounces import Bounce, reply_bounced
from inbox_ingest.replies.by_hand import ByHand, answered_by_hand, plan_after
from inbox_ingest.replies.drafting import UNSENT, Mode, Outbox, Plan, failed_in_writing
from inbox_ingest.replies.keeping import HELD_BACK
from inbox_ingest.replies.outbox import carry_out
from inbox_ingest.replies.planning import plan_answers, plan_dates
from inbox_ingest.replies.reminders import plan_reminders
from inbox_ingest.replies.templates import LetterTemplates, load_templates
from inbox_ingest.replies.terms import outlived
from inbox_ingest.replies.told import JudgedCase
from inbox_ingest.settings import Settings

TRIAL_ENDED = "replies.trial_ended"
SILENT = "replies.silent"  # until when nobody was answered
# Reports come within days; older replies are not looked for.
_BOUNCES_COME_WITHIN = timedelta(days=14)


def mode_of(book: Casebook, campaign: Campaign) -> Mode:
    """What applies now: `auto` holds letters back until the organiser has ended the trial."""
    if campaign.replies.mode == "auto" and book.runs.marked(TRIAL_ENDED) is None:
        return "hold"
    return campaign.replies.mode


def hold_back(book: Casebook, campaign: Campaign, now: datetime) -> int:
    """Unless letters go by themselves, take back those that would have gone so before.

    Return how many are drafts again. Whoever goes back into the trial, or writes `hold` or `off` into
    the campaign, means the letters that wait as well.
    """
    return book.replies.hold_back(now, HELD_BACK) if mode_of(book, campaign) != "auto" else 0


def own_addresses(settings: Settings, campaign: Campaign) -> tuple[str, ...]:
    """Every address of the mailbox; the first is the login, the only sender address (126.com)."""
    named = (settings.smtp.user, settings.mailbox.user, campaign.mailbox)
    return tuple(dict.fromkeys(name for name in named if name and "@" in name))


class Desk:
    """The outbox of one casebook, as a pass or a command finds it."""

    def __init__(
        self,
        book: Casebook,
        campaign: Campaign,
        campaign_file: Path,
        own: Sequence[str],
        clock: Callable[[], datetime],
    ) -> None:
        self.book = book
        self.campaign = campaign
        self.own = tuple(own)
        self.mode = mode_of(book, campaign)
        self._campaign_file = campaign_file
        self._clock = clock
        self._mails: dict[str, Received] | None = None

    def draft(self) -> int:
        """Compose what is due and what should be reminded of; return how many letters were made.

        Letters that wait since yesterday are put under today's date.

        Raises:
            CampaignError: a letter template is wrong. Nothing was written; all filing is done.
        """
        if not self.own:
            return 0
        now = self._clock()
        hold_back(self.book, self.campaign, now)
        if self.mode == "off":
            self.book.runs.mark(SILENT, now, now.isoformat())
            return 0
        self.redate()
        made = 0
        try:
            if self._anything_to_draft():
                templates = load_templates(self._campaign_file, self.campaign)
                made = self._carry_out(templates, plan_answers)
                made += self._carry_out(templates, plan_reminders)
        finally:
            quiet = timedelta(minutes=self.campaign.replies.quiet_minutes)
            self.book.replies.await_senders(quiet, now)
        return made

    def redate(self) -> None:
        """Put the letters that wait under today's date."""
        now, unsent = self._clock(), self.book.replies.find(states=UNSENT)
        carry_out(plan_dates(unsent, self.campaign, now), self.book, now)

    def preview(self) -> tuple[NewReply, ...]:
        """What would be drafted now; nothing is written.

        Raises:
            CampaignError: a letter template is wrong.
        """
        templates = load_templates(self._campaign_file, self.campaign)
        outbox = self.outbox()
        plans = (plan_answers, plan_reminders)
        return tuple(
            reply for plan in plans for reply in plan(outbox, self.campaign, templates).add
        )

    def would_tell(self, case_nos: Collection[str]) -> Audience:
        """Whom letters about these cases would go to; nothing is written.

        Raises:
            CampaignError: a letter template is wrong.
        """
        if not self.own:
            return Audience()
        templates = load_templates(self._campaign_file, self.campaign)
        return audience(case_nos, self.outbox(), self.campaign, templates)

    def heed_bounces(self, raw_of: Callable[[str], bytes]) -> int:
        """Mark replies that came back as failed; return how many.

        `raw_of` gives the bytes of a mail by its SHA-256: a report names the lost mail in parts that
        are no words of anybody's.
        """
        since = self._clock() - _BOUNCES_COME_WITHIN
        sent = [
            reply
            for reply in self.book.replies.find(states=["sent"])
            if reply.sent_at is not None and reply.sent_at >= since
        ]
        if not sent:
            return 0
        returned = 0
        for mail in self.mails().values():
            message, text = mail.reading.message, mail.reading.text
            if mail.received_at < since or not is_delivery_report(message, text):
                continue
            report = raw_of(mail.reading.raw_sha256)[:200_000].decode("latin-1")
            bounce = reply_bounced(message, text, report, mail.received_at, sent)
            if bounce is not None and bounce.final and self._came_back(bounce):
                returned += 1
                sent = [reply for reply in sent if reply.id != bounce.reply_id]
        return returned

    def heed_answers(self, by_hand: Sequence[ByHand]) -> int:
        """Withhold letters that a person's own mail has made needless; return how many.

        What such a mail did not answer stays in a letter.
        """
        outbox = self.outbox()
        answered = answered_by_hand(outbox, by_hand, self.campaign)
        templates = None
        if any(one.left for one in answered):
            with contextlib.suppress(CampaignError):  # told by `draft`
                templates = load_templates(self._campaign_file, self.campaign)
        plan = plan_after(answered, outbox, self.campaign, templates)
        carry_out(plan, self.book, self._clock())
        return len(answered)

    def outbox(self) -> Outbox:
        """Everything that planning looks at, as it is now."""
        silent = self.book.runs.marked(SILENT)
        return Outbox(
            dues=self.book.dues.waiting(),
            cases=self._cases(),
            mails=self.mails(),
            replies=self.book.replies.find(),
            own=self.own,
            mode=self.mode,
            now=self._clock(),
            silent_until=datetime.fromisoformat(silent) if silent else None,
        )

    def mails(self) -> dict[str, Received]:
        """Every mail read, by raw SHA-256; read from the casebook once."""
        if self._mails is None:
            self._mails = {mail.reading.raw_sha256: mail for mail in self.book.readings.received()}
        return self._mails

    def outlived(self) -> int:
        """How many unsent letters say of the campaign what is no longer so: they are written anew."""
        if self.mode == "off":
            return 0
        now, unsent = self._clock(), self.book.replies.find(states=UNSENT)
        return sum(outlived(reply, self.campaign, now) for reply in unsent)

    def _anything_to_draft(self) -> bool:
        if any(due.held is None for due in self.book.dues.waiting()):
            return True
        if any(map(failed_in_writing, self.book.replies.find(states=["failed"]))):
            return True
        revisions = {
            known.case_no: known.revision
            for known in self.book.cases.known(bodies=False)
            if not known.closed
        }
        unsent = self.book.replies.find(states=UNSENT)
        if any(revisions.get(number) != told for reply in unsent for number, told in reply.cases):
            return True
        if self.outlived():
            return True
        days = self.campaign.replies.reminder_days
        left = self.campaign.window.days_left(self._clock())
        return days is not None and 0 <= left <= days

    def _carry_out(
        self, templates: LetterTemplates, plan: Callable[[Outbox, Campaign, LetterTemplates], Plan]
    ) -> int:
        return carry_out(plan(self.outbox(), self.campaign, templates), self.book, self._clock())

    def _came_back(self, bounce: Bounce) -> bool:
        try:
            self.book.replies.fail(
                bounce.reply_id,
                self._clock(),
                bounce.reason,
                expected="sent",
                undeliverable=bounce.dead,
            )
        except UsageError:
            return False
        return True

    def _cases(self) -> dict[str, JudgedCase]:
        """Open cases with their open issues as filed: an edited rule changes no letter by itself."""
        issues = self._open_issues()
        return {
            known.case_no: JudgedCase(
                case=known.case().model_copy(update={"case_no": known.case_no}),
                issues=tuple(issues.get(known.case_no, ())),
                revision=known.revision,
            )
            for known in self.book.cases.known()
            if not known.closed
        }

    def _open_issues(self) -> dict[str, list[Issue]]:
        found: dict[str, list[Issue]] = {}
        query = (
            select(CASES.c.case_no, ISSUES)
            .join_from(ISSUES, CASES, ISSUES.c.case_id == CASES.c.id)
            .where(ISSUES.c.closed_revision.is_(None))
            .order_by(ISSUES.c.id)
        )
        with self.book.database.reading() as connection:
            for row in connection.execute(query):
                values = {name: getattr(row, name) for name in Issue.model_fields}
                found.setdefault(row.case_no, []).append(Issue.model_validate(values))
        return found
