"""Only a failure is a failure; and why, told by the report's own fields before its words."""

from __future__ import annotations

import pytest

from inbox_ingest.casebook.changes import Reply
from inbox_ingest.replies.delivery_reports import finding_of
from tests.casebook.mails import form
from tests.replies.office import SENDER, Office
from tests.replies.values import message
from tests.servers.smtp import USER, SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def report(action: str, status: str, letter: str, *, said: str = "", diagnosis: str = "") -> bytes:
    """A report as RFC 3464 has it; between its parts the ways of the mail through servers."""
    return f"""From: postmaster@mail.wangjiang.example.cn
To: {USER}
Subject: Delivery Status Notification
Message-ID: <d@wangjiang.example.cn>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=XX

--XX
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{said}
--XX
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.wangjiang.example.cn

Final-Recipient: rfc822; {SENDER}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnosis}

--XX
Content-Type: text/rfc822-headers

Received: from [10.5.1.2] by mail.wangjiang.example.cn (Postfix 5.1.1)
X-Junk-Filter: disabled
Message-ID: {letter}

--XX--
""".replace("\n", "\r\n").encode()


def note(sender: str, subject: str, words: str) -> bytes:
    """A report in mere words."""
    return f"""From: {sender}
To: {USER}
Subject: {subject}
Message-ID: <d@wangjiang.example.cn>
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{words}
""".replace("\n", "\r\n").encode()


EXIM_DELAY = """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.cn.

The message identifier is: {letter}
The address to which the message has not yet been delivered is:

  {to}

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals."""
SENDMAIL_WARNING = """    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

{to} {letter}
451 4.4.1 reply: read error from mx.example.cn
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old"""
POSTFIX_DELAY = """# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE.

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old. {letter}"""
EXIM_FAILURE = """A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    retry timeout exceeded
{letter}"""


def answered(office: Office, server: SmtpServer) -> Reply:
    """A letter that went out."""
    office.receive(form())
    office.draft()
    office.approve_all()
    office.later(minutes=11)
    office.send(server)
    office.later(minutes=10)
    return office.replies()[0]


def after(office: Office, raw: bytes) -> Reply:
    """The letter after this report has come in and been heeded."""
    office.receive_raw(raw)
    office.desk().heed_bounces(lambda _: raw)
    return office.replies()[0]


@pytest.mark.parametrize(
    ("action", "status", "said"),
    [
        ("delivered", "2.0.0", "Your message was successfully delivered."),
        ("relayed", "2.0.0", "relayed to a server without delivery reports; errors may follow"),
        ("expanded", "2.0.0", ""),
        ("delayed", "4.4.1", "could not be delivered for 4 hours"),
    ],
)
def test_what_was_delivered_or_is_late_has_not_failed(
    office: Office, server: SmtpServer, action: str, status: str, said: str
) -> None:
    letter = answered(office, server)
    assert after(office, report(action, status, letter.message_id, said=said)).state == "sent"


@pytest.mark.parametrize(
    ("sender", "subject", "words"),
    [
        ("Mailer-Daemon@mx.example.cn", "Warning: message 1tAbc-01 delayed 24 hours", EXIM_DELAY),
        (
            "MAILER-DAEMON@mx.example.cn",
            "Warning: could not send message for past 4 hours",
            SENDMAIL_WARNING,
        ),
        ("MAILER-DAEMON@mx.example.cn", "Delayed Mail (still being retried)", POSTFIX_DELAY),
        (
            "MAILER-DAEMON@126.com",
            "=?utf-8?b?57O757uf6YCa55+l?=",
            "您的邮件尚未送达 {to}，系统将继续尝试投递，无需重发。{letter}",
        ),
    ],
)
def test_a_warning_in_words_is_no_failure(
    office: Office, server: SmtpServer, sender: str, subject: str, words: str
) -> None:
    letter = answered(office, server)
    raw = note(sender, subject, words.format(letter=letter.message_id, to=SENDER))
    assert after(office, raw).state == "sent"


def test_a_failure_in_words_is_one(office: Office, server: SmtpServer) -> None:
    letter = answered(office, server)
    words = EXIM_FAILURE.format(letter=letter.message_id, to=SENDER)
    raw = note("Mailer-Daemon@mx.example.cn", "Mail delivery failed", words)
    assert after(office, raw).state == "failed"


def test_an_address_on_the_way_is_no_status_code(office: Office, server: SmtpServer) -> None:
    """10.5.1.2 stands in a Received line; the mailbox is full, and the address alive."""
    letter = answered(office, server)
    raw = report("failed", "5.2.2", letter.message_id, diagnosis="552 mailbox full")
    returned = after(office, raw)
    assert returned.reason == "对方没有收到：对方邮箱已满"
    assert returned.undeliverable is None


def test_a_code_in_the_report_kills_the_address(office: Office, server: SmtpServer) -> None:
    letter = answered(office, server)
    returned = after(office, report("failed", "5.1.1", letter.message_id))
    assert returned.reason == "对方没有收到：收件地址不存在"
    assert returned.undeliverable == "收件地址不存在"


def test_of_several_recipients_ours_decides() -> None:
    fields = (
        f"Final-Recipient: rfc822; {SENDER}\nAction: delivered\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822; zhou@linhai.example.cn\nAction: failed\nStatus: 5.1.1\n"
    )
    assert not finding_of(message("Report"), "", fields, SENDER).failed
    assert finding_of(message("Report"), "", fields, "zhou@linhai.example.cn").failed
    assert finding_of(message("Report"), "", fields, "list@linhai.example.cn").failed


@pytest.mark.parametrize(
    ("words", "cause", "dead"),
    [
        ("550 5.1.1 <x>: Recipient address rejected: User unknown", "收件地址不存在", True),
        ("Remote server said: 550-5.1.1 The email account", "收件地址不存在", True),
        ("host said: 550 #5.1.1 no mailbox", "收件地址不存在", True),
        ("550 5.1.10 RecipientNotFound", "收件地址不存在", True),
        ("退信原因：收件人邮件地址（zhou@linhai.example.cn）不存在", "收件地址不存在", True),
        ("收件人不存在", "收件地址不存在", True),
        ("452 4.2.2 Mailbox full", "对方邮箱已满", False),
        ("552 5.2.2 over quota from [172.5.1.3]", "对方邮箱已满", False),
        ("552 mailbox full, by Postfix 5.1.1 at 192.168.5.1.0", "对方邮箱已满", False),
        ("对方邮箱空间已满（来自 10.5.1.20）", "对方邮箱已满", False),
        ("该账号已停用", "对方邮箱已停用", True),
        ("550 5.7.1 blocked using spamhaus (server 112.5.1.6)", "对方服务器拒收", False),
        ("552 5.3.4 Message size exceeds", "邮件超过对方的大小限制", False),
        ("Host or domain name not found. Host not found", "联系不上对方的邮件服务器", False),
        ("534 AUTH mechanism disabled", None, False),
        ("IP 61.135.5.1.1", None, False),
        ("您好", None, False),
    ],
)
def test_causes_in_words(words: str, cause: str | None, dead: bool) -> None:
    found = finding_of(message("failure notice"), words, "", SENDER)
    assert (found.cause, found.dead) == (cause, dead)
