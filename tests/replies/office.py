"""An office with a real casebook: mails come in, are filed by the real stage, and answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Archived, Folder, Listed, Reply
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.mail import read_mail
from inbox_ingest.records import Address, Attachment, AutomaticSigns, Message, Reading
from inbox_ingest.replies.desk import Desk
from inbox_ingest.replies.sending import Dispatch, send_approved
from inbox_ingest.replies.smtp import SmtpServer as Where
from inbox_ingest.replies.smtp import SmtpSession
from inbox_ingest.stages.file import file_mail
from tests.casebook.mails import case_text, form, scan
from tests.replies.values import CAMPAIGN, at, sha
from tests.servers.smtp import PASSWORD, USER, SmtpServer

INBOX = Folder("imaps://zhengji@mail.example", "INBOX", 1)
SENDER = "shen@wangjiang.example.cn"


class Office:
    """One casebook, one campaign, a clock that tests turn."""

    def __init__(self, book: Casebook, campaign: Campaign = CAMPAIGN, rules: Path | None = None):
        self.book = book
        self.campaign = campaign
        self.now = at(3)
        self.rules = rules or shipped_campaign()
        self._uids: list[Listed] = []

    def clock(self) -> datetime:
        return self.now

    def later(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now

    def receive(
        self,
        *attachments: Attachment,
        sender: str | None = SENDER,
        subject: str | None = "申报材料",
        text: str = "请查收",
        name: str | None = None,
        to: str = USER,
        in_reply_to: tuple[str, ...] = (),
        file: bool = True,
        **signs: Any,
    ) -> str:
        """A mail comes in now, is archived, read and (unless told not to) filed; its Message-ID."""
        name = name or f"m{len(self._uids) + 1}"
        reading = Reading(
            raw_sha256=sha(name),
            reader_version="1",
            campaign_sha256="c" * 64,
            message=Message(
                message_id=f"<{name}@wangjiang.example.cn>",
                subject=subject,
                sender=Address(address=sender) if sender else None,
                to=(Address(address=to),),
                in_reply_to=in_reply_to,
                references=in_reply_to,
                signs=AutomaticSigns.model_validate(signs),
            ),
            text=text,
        )
        self._keep(reading, attachments, file)
        return f"<{name}@wangjiang.example.cn>"

    def receive_raw(self, raw: bytes, *attachments: Attachment, file: bool = True) -> None:
        """As `receive`, with headers and words as the real reader reads them in these bytes."""
        reading = read_mail(MemoryContent(raw), self.campaign, MemorySink(), NothingDerived())
        self._keep(reading, attachments, file)

    def _keep(self, reading: Reading, attachments: tuple[Attachment, ...], file: bool) -> None:
        uid = str(len(self._uids) + 1)
        self._uids.append(Listed(uid=uid, size=100, internaldate=self.now))
        self.book.places.record_listing(
            INBOX,
            {mail.uid for mail in self._uids},
            self._uids,
            exists=len(self._uids),
            collect_from=self.campaign.window.starts_at(),
            now=self.now,
        )
        due = self.book.places.due(self.now)
        raw = reading.raw_sha256
        self.book.places.archived([Archived(p.id, raw, 100, self.now) for p in due], self.now)
        numbered = tuple(
            attachment.model_copy(update={"part": str(place)})
            for place, attachment in enumerate(attachments, 1)
        )
        self.book.readings.save([reading.model_copy(update={"attachments": numbered})], self.now)
        if file:
            self.file()

    def file(self) -> None:
        file_mail(self.book, self.campaign, self.clock)

    def desk(self) -> Desk:
        return Desk(self.book, self.campaign, self.rules, [USER], self.clock)

    def draft(self) -> int:
        return self.desk().draft()

    def approve_all(self) -> None:
        for reply in self.replies("draft"):
            self.book.replies.move(
                reply.id, "approved", self.now, by="张", next_try_at=reply.next_try_at
            )

    def send(self, server: SmtpServer, sleep: Callable[[float], None] | None = None) -> Dispatch:
        return send_approved(
            self.book.replies,
            lambda: SmtpSession(where(server), PASSWORD),
            account=USER,
            campaign=self.campaign,
            clock=self.clock,
            sleep=sleep or (lambda _: None),
        )

    def replies(self, *states: str) -> list[Reply]:
        return [r for r in self.book.replies.find() if not states or r.state in states]


def where(server: SmtpServer) -> Where:
    return Where(
        host=server.host, port=server.port, user=USER, security="plain", timeout=5, deadline=10
    )


def changed(**rules: Any) -> Campaign:
    """The shipped campaign with other rules for replies."""
    return CAMPAIGN.model_copy(update={"replies": CAMPAIGN.replies.model_copy(update=rules)})


def whole(title: str = "党建引领货车司机之家建设") -> tuple[Attachment, ...]:
    """Everything that a complete case needs."""
    return form(title), scan(title), case_text(title)
