"""A hostile and noisy afternoon: five hundred mails, replies going out by themselves, no loops.

The mails are raw bytes, read by the real reader; only the files in them are ready-made values.
"""

from __future__ import annotations

import random
from base64 import b64encode
from collections import Counter
from email import message_from_bytes, policy

import pytest

from inbox_ingest.replies.desk import TRIAL_ENDED
from tests.casebook.mails import form
from tests.replies.office import Office, changed
from tests.replies.values import at
from tests.servers.smtp import USER, SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")

ROBOT = "helper@robot.example.org"
ROUNDS, A_ROUND = 25, 20
EVIL = "甲单位\r\nBcc: victim@example.org\r\n\r\n{{ 7*191 }}"


def word(text: str) -> str:
    """An encoded word that carries anything, line ends too."""
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def raw(number: int, *headers: str, text: str = "请查收") -> bytes:
    """A mail with these header lines; To and Subject are added where they do not say them."""
    lines = [*headers, f"Message-ID: <m{number}@wangjiang.example.cn>"]
    given = "\n".join(("", *headers)).lower()
    if "\nto:" not in given:
        lines.append(f"To: {USER}")
    if "\nsubject:" not in given:
        lines.append(f"Subject: {word('申报材料')}")
    lines.append("Content-Type: text/plain; charset=utf-8")
    return "\r\n".join((*lines, "", text, "")).encode()


def person(number: int) -> str:
    return f"From: p{number}@x{number}.example.org"


# Headers of mail that nobody should answer, most of it with a form in it.
NOISE = (
    ("From: Postmaster@126.com", f"Subject: {word('系统退信')}"),
    ("From: <>", "Return-Path: <>", "Subject: failure notice"),
    ("From: MAILER-DAEMON@mx.example.org", "Subject: Undelivered Mail Returned to Sender"),
    ("From: mailer-daemon+7@mx.example.org",),
    ("PERSON", "Return-Path: < >"),
    ("PERSON", "Return-Path: <> (null)"),
    ("PERSON", f"Subject: {word('自动回复：材料')}"),
    ("PERSON", f"Subject: {word('已读：材料')}"),
    ("PERSON", "List-Id: <news.example.org>"),
    ("PERSON", "List-Unsubscribe : <https://example.org/u>"),
    ("PERSON", "Precedence: Bulk"),
    ("PERSON", "Precedence: normal", "Precedence: bulk"),
    ("PERSON", "Precedence: junk (mass)"),
    ("PERSON", "Auto-Submitted: auto-replied"),
    ("PERSON", "Auto-Submitted: no", "Auto-Submitted:\r\n auto-generated (vacation)"),
    ("PERSON", "X-Auto-Response-Suppress: None", "X-Auto-Response-Suppress: All"),
    ("PERSON", "X-Autoreply: yes"),
    ("PERSON", "Content-Type: multipart/report; report-type=disposition-notification; boundary=b"),
    ("PERSON, noreply@example.org",),
    ("PERSON", "From: no-reply@example.org"),
    ("PERSON", f"Sender: {USER}"),
    ("From: noreply@service.example.org",),
    ("From: auto-reply@service.example.org",),
    ("From: news-bounces+me=126.com@lists.example.org",),
    (f"From: {USER.upper()}",),
    (f"From: {word(EVIL)} <{USER}>",),
    ("From: forged@localhost",),
    ("From: f@a.cn>, <v@example.org", "Sender: listserv@example.org"),
    ("From: undisclosed-sender:;",),
    ("Subject: nobody",),
    ("PERSON", "To: other@example.org"),
    ("PERSON", "To: undisclosed-recipients:;"),
)


def noise(office: Office, number: int, order: random.Random) -> None:
    material = (form(f"第{number}号群发单位案例", f"第{number}群发单位"),) if number % 3 else ()
    headers = [line.replace("PERSON", person(number)) for line in order.choice(NOISE)]
    office.receive_raw(raw(number, *headers), *material, file=False)


def test_no_machine_is_answered_and_nobody_is_answered_without_end(
    office: Office, server: SmtpServer
) -> None:
    order = random.Random(5)
    office.campaign = changed(mode="auto", per_pass=50)
    office.book.runs.mark(TRIAL_ENDED, office.now, "张")
    office.now = at(3, 12)
    people: list[str] = []
    robots_letters = 0
    for turn in range(ROUNDS):
        for number in range(turn * A_ROUND, (turn + 1) * A_ROUND):
            if number % 10 == 0:
                people.append(f"p{number}@unit{number}.example.cn")
                office.receive_raw(
                    raw(
                        number,
                        f"From: {word('沈' + EVIL)} <{people[-1]}>",
                        f"Subject: {word('材料' + EVIL)}",
                        "Reply-To: victim@example.org",
                    ),
                    form(f"第{number}号服务区党建案例{EVIL}", f"第{number}养护中心{EVIL}"),
                    file=False,
                )
            elif number % A_ROUND == 1:
                # It answers whatever it gets, each time with another file, and looks like a person.
                robots_letters += 1
                office.receive_raw(
                    raw(number, f"From: {ROBOT}", f"Subject: Re: {word('材料')} {number}"),
                    form("机器来信党建案例", "机器人单位", version=f"v{number}"),
                    file=False,
                )
            else:
                noise(office, number, order)
        office.file()
        office.draft()
        office.later(minutes=11)
        office.send(server)
    answered = Counter(recipient for mail in server.delivered for recipient in mail.recipients)
    assert robots_letters == ROUNDS
    assert set(answered) == {*people, ROBOT}
    assert {answered[person] for person in people} == {1}
    assert answered[ROBOT] <= office.campaign.replies.per_recipient_per_day
    assert all(len(mail.recipients) == 1 for mail in server.delivered)
    for mail in server.delivered:
        parsed = message_from_bytes(mail.content, policy=policy.default)
        assert parsed["Bcc"] is None
        assert parsed["Auto-Submitted"] == "auto-replied"
        assert "\n" not in str(parsed["Subject"])
        text = parsed.get_content()
        assert "1337" not in text
        assert not any(line.startswith("Bcc:") for line in text.splitlines())
    refused = office.replies("withheld")
    assert len(refused) > 100
    assert all(reply.reason for reply in refused)
