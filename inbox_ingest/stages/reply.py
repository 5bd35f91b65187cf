"""Stage 4: draft the answers that are due, and send those that are approved, where that is asked for.

Nothing here can undo or delay filing: that is done and committed when this stage begins. A wrong
letter template stops drafting alone; what was approved before is still sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign
from inbox_ingest.errors import CampaignError, IngestError
from inbox_ingest.settings import Settings

if TYPE_CHECKING:
    from inbox_ingest.casebook.store import Casebook
    from inbox_ingest.replies.desk import Desk
    from inbox_ingest.replies.sending import Dispatch


@dataclass(slots=True)
class Replied:
    """What the stage did: numbers for the summary, Chinese sentences for the organiser."""

    counts: dict[str, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def reply_to_senders(
    book: Casebook,
    campaign: Campaign,
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    send: bool = False,
) -> Replied:
    """Recover what a dead pass left, heed bounces, draft what is due, and send if `send`.

    Raises:
        CampaignError: a letter template is wrong (raised last: the rest was done).
        LoginRefused, TryLater, ConfigurationError: sending could not begin or go on.
    """
    from inbox_ingest.archive import Archive
    from inbox_ingest.replies.desk import Desk, own_addresses

    own = own_addresses(settings, campaign)
    desk = Desk(book, campaign, settings.campaign or shipped_campaign(), own, clock)
    result = Replied()
    if not own:
        result.notices.append("没有配置邮箱地址，未拟写答复。")
        return result
    archive = Archive(settings.archive_folder)
    returned = desk.heed_bounces(lambda raw_sha256: archive.get(raw_sha256).read())
    drafted, mistake = 0, None
    try:
        drafted = desk.draft()
    except CampaignError as error:
        mistake = error
    result.counts |= {"drafted": drafted, "returned": returned}
    if returned:
        result.notices.append(f"有 {returned} 封答复被退回，请查看 ingest replies list。")
    if send and desk.mode != "off":
        _send(desk, settings, clock, result)
    else:
        _ask_mailbox(desk, settings, clock, result)
    if mistake is not None:
        raise mistake
    return result


def send_now(
    book: Casebook, campaign: Campaign, settings: Settings, clock: Callable[[], datetime]
) -> Replied:
    """Send the approved replies whose time has come, and draft nothing.

    Raises:
        ConfigurationError: no server is configured for sending, or no password.
        LoginRefused, TryLater: see `sending.send_approved`.
    """
    from inbox_ingest.replies.desk import Desk, own_addresses

    own = own_addresses(settings, campaign)
    desk = Desk(book, campaign, settings.campaign or shipped_campaign(), own, clock)
    result = Replied()
    _send(desk, settings, clock, result)
    return result


def _send(desk: Desk, settings: Settings, clock: Callable[[], datetime], result: Replied) -> None:
    """The one way on which letters go out: whoever calls, what a person answered by hand does not."""
    from inbox_ingest.replies.desk import hold_back

    hold_back(desk.book, desk.campaign, clock())
    desk.redate()
    _ask_mailbox(desk, settings, clock, result)
    dispatch = _sent(desk, settings, clock)
    result.counts |= {"sent": len(dispatch.sent)}
    result.notices.extend(told_of(dispatch))


def _sent(desk: Desk, settings: Settings, clock: Callable[[], datetime]) -> Dispatch:
    from inbox_ingest.credentials import smtp_password
    from inbox_ingest.replies.sending import Dispatch, send_approved
    from inbox_ingest.replies.smtp import SmtpSession, configured_server

    book, campaign = desk.book, desk.campaign
    if not book.replies.sendable(clock()):
        return Dispatch(outdated=book.replies.mark_outdated())
    server = configured_server(settings)
    password = smtp_password(settings, server.user)
    return send_approved(
        book.replies,
        lambda: SmtpSession(server, password),
        account=server.user,
        campaign=campaign,
        clock=clock,
        sleep=time.sleep,
    )


def _ask_mailbox(
    desk: Desk, settings: Settings, clock: Callable[[], datetime], result: Replied
) -> None:
    """Let the Sent folder settle replies found in `sending`, and withhold what a person answered.

    Asked after drafting and before sending, whoever sends: what a person wrote a moment before
    counts too. Where the folder is out of reach, what is in doubt
    waits for it; nothing else does.
    """
    from inbox_ingest.replies.outbox import recover
    from inbox_ingest.stages.sent_folder import SentFolder
    from inbox_ingest.stages.sources import open_source

    book = desk.book
    doubtful = book.replies.find(states=["sending"])
    unsent = book.replies.find(states=["draft", "approved"])
    if not doubtful and not unsent:
        return
    if settings.mailbox.server is None:
        recover(book.replies, lambda _: None, clock())  # nobody to ask
        return
    try:
        source = open_source(settings)
        try:
            sent = SentFolder(source)
            others = book.replies.find(states=["sent"])
            settled = recover(book.replies, lambda name: sent.has(name, others), clock())
            withheld = desk.heed_answers(list(sent.by_hand(unsent)))
        finally:
            source.close()
    except IngestError as error:
        if doubtful:
            result.notices.append(f"有答复发送时中断，暂时不能核对“已发送”：{error.message}")
        return
    unknown = sum(reply.state == "failed" for reply in settled)
    if len(settled) < len(doubtful):
        left = len(doubtful) - len(settled)
        result.notices.append(f"有 {left} 封答复发送时中断，过几分钟再到“已发送”中核对。")
    if unknown:
        result.notices.append(f"有 {unknown} 封答复不能确定是否已寄出，请人工核对。")
    if withheld:
        result.counts["answered_by_hand"] = withheld


def told_of(dispatch: Dispatch) -> list[str]:
    """What a person should know of a round of sending, as Chinese sentences."""
    told = []
    if dispatch.failed:
        told.append(f"有 {len(dispatch.failed)} 封答复发送失败，请查看 ingest replies list。")
    if dispatch.unknown:
        told.append(f"有 {len(dispatch.unknown)} 封答复不能确定是否已寄出，下次运行时核对。")
    if dispatch.outdated:
        told.append(
            f"有 {len(dispatch.outdated)} 封已批准的答复因情况有变（案例，或截止时间、联系方式）没有发出，"
            "下一次 ingest run 会重新核对、拟写。"
        )
    if dispatch.stopped:
        told.append(f"发信暂停：{dispatch.stopped}。")
    elif dispatch.capped:
        told.append(f"有 {len(dispatch.capped)} 封答复因发信上限留待以后发送。")
    return told


def told_of_waiting(book: Casebook, campaign: Campaign, now: datetime) -> list[str]:
    """Which approved letters wait for their time, and from when on they may go."""
    times = [
        reply.next_try_at
        for reply in book.replies.find(states=["approved"])
        if reply.next_try_at is not None and reply.next_try_at > now
    ]
    if not times:
        return []
    first = min(times).astimezone(campaign.window.zone)
    return [
        f"另有 {len(times)} 封已批准的答复时间未到，最早 {first:%m-%d %H:%M} 可发"
        "（报送人可能还在补发材料，或服务器要求稍后再试）。"
    ]
