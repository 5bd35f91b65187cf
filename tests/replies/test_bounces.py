"""A bounce finds the letter it is about, or nothing; and says why in words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from inbox_ingest.casebook.changes import Reply
from inbox_ingest.replies.bounces import reply_bounced
from inbox_ingest.replies.outgoing import message_id_for
from tests.replies.values import BOX, at, message


def sent(number: int, to: str, *, when: datetime | None = None, subject: str = "") -> Reply:
    return Reply(
        id=number,
        to=to,
        subject=subject or f"Re: 材料 [DJ00{number}]",
        body="您好",
        kind="missing",
        state="sent",
        reason=None,
        in_reply_to=None,
        references=(),
        message_id=message_id_for(BOX, to, str(number)),
        verdict=None,
        created_at=at(3),
        changed_at=at(3),
        approved_by=None,
        next_try_at=None,
        attempts=1,
        smtp_reply=None,
        sent_at=when or at(3),
        cases=((f"DJ00{number}", 1),),
    )


FIRST = sent(1, "shen@wangjiang.example.cn")
SECOND = sent(2, "zhou@linhai.example.cn")
REPLIES = [FIRST, SECOND]
DAEMON = "MAILER-DAEMON@mx.example.cn"


def test_by_the_thread_headers() -> None:
    report = message("Undelivered Mail", DAEMON, in_reply_to=(SECOND.message_id,))
    found = reply_bounced(report, "user unknown", "", at(3, 10), REPLIES)
    assert found is not None
    assert (found.reply_id, found.final) == (2, True)
    assert found.reason == "对方没有收到：收件地址不存在"


def test_by_the_enclosed_headers() -> None:
    enclosed = f"Action: failed\nStatus: 5.2.2\n\nMessage-ID: {FIRST.message_id}\n"
    found = reply_bounced(message("failure notice", DAEMON), "", enclosed, at(3, 10), REPLIES)
    assert found is not None
    assert found.reply_id == 1
    assert "邮箱已满" in found.reason


def test_a_netease_bounce_names_recipient_and_subject_alone() -> None:
    text = (
        "抱歉，您的邮件被退回来了……\n原邮件信息：\n主 题：Re: 材料 [DJ002]\n"
        "收件人：zhou@linhai.example.cn\n退信原因：收件人邮件地址（zhou@linhai.example.cn）不存在"
    )
    found = reply_bounced(message("系统退信", "Postmaster@126.com"), text, "", at(3, 10), REPLIES)
    assert found is not None
    assert found.reply_id == 2


def test_a_warning_of_delay_is_not_final() -> None:
    enclosed = f"Action: delayed\nStatus: 4.4.1\nMessage-ID: {FIRST.message_id}"
    found = reply_bounced(message("Delayed", DAEMON), "", enclosed, at(3, 10), REPLIES)
    assert found is not None
    assert not found.final


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("收件人：nobody@else.example.cn 不存在", at(3, 10)),
        ("shen@wangjiang.example.cn 不存在", at(3, 9) + timedelta(days=8)),
        ("shen@wangjiang.example.cn 不存在", at(3, 8)),
        (f"Message-ID: {FIRST.message_id} and {SECOND.message_id}", at(3, 10)),
        ("", at(3, 10)),
    ],
)
def test_what_cannot_be_told_is_not_guessed(text: str, when: datetime) -> None:
    assert reply_bounced(message("系统退信", DAEMON), text, "", when, REPLIES) is None


def test_the_bounce_of_a_mail_that_a_person_wrote_fails_no_letter_of_ours() -> None:
    """The organisers write to the same people; only the lost mail's own marks tell whose it was."""
    notice = "主 题：关于召开座谈会的通知\n收件人：shen@wangjiang.example.cn 不存在"
    answer = "Subject: =?utf-8?b?UmU6IOadkOaWmSBbREowMDFd?=\nMessage-ID: <by-hand@126.com>\n"
    unknown = "shen@wangjiang.example.cn 不存在"
    for text, report in ((notice, ""), (unknown, answer)):
        found = reply_bounced(message("系统退信", DAEMON), text, report, at(3, 9, 1), REPLIES)
        assert found is None


def test_the_address_alone_is_believed_for_an_hour() -> None:
    text = "shen@wangjiang.example.cn 不存在"
    soon = reply_bounced(message("系统退信", DAEMON), text, "", at(3, 9, 59), REPLIES)
    assert soon is not None
    assert soon.reply_id == 1
    assert reply_bounced(message("系统退信", DAEMON), text, "", at(3, 10), REPLIES) is None


def test_by_an_enclosed_subject_in_encoded_words() -> None:
    report = "Subject: =?utf-8?b?UmU6IOadkOaWmSBbREowMDFd?=\n"  # Re: 材料 [DJ001]
    text = "shen@wangjiang.example.cn 不存在"
    found = reply_bounced(message("failure notice", DAEMON), text, report, at(5), REPLIES)
    assert found is not None
    assert found.reply_id == 1


def test_clocks_may_differ_by_minutes() -> None:
    """INTERNALDATE knows no fractions of a second: a bounce may seem to come before its letter."""
    text = "主题：Re: 材料 [DJ001]\n收件人：shen@wangjiang.example.cn 不存在"
    early = at(3) - timedelta(seconds=5)
    found = reply_bounced(message("系统退信", DAEMON), text, "", early, REPLIES)
    assert found is not None
    assert found.reply_id == 1


def test_of_two_letters_to_one_address_the_subject_decides() -> None:
    other = sent(3, FIRST.to, when=at(3, 9, 30), subject="Re: 另一件事 [DJ003]")
    text = "shen@wangjiang.example.cn 不存在 主题：Re: 材料 [DJ001]"
    found = reply_bounced(message("系统退信", DAEMON), text, "", at(3, 10), [FIRST, other])
    assert found is not None
    assert found.reply_id == 1
    unclear = "shen@wangjiang.example.cn 不存在"
    assert (
        reply_bounced(message("系统退信", DAEMON), unclear, "", at(3, 10), [FIRST, other]) is None
    )
