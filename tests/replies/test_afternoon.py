"""A hostile and noisy afternoon: five hundred mails, replies going out by themselves, no loops."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
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


def noise(office: Office, number: int, order: random.Random) -> None:
    """One mail that nobody should answer, some with a form in it."""
    material = (form(f"第{number}号群发单位案例", f"第{number}群发单位"),) if number % 3 else ()
    kinds: list[Callable[[], object]] = [
        lambda: office.receive(
            sender="Postmaster@126.com", subject="系统退信", text="退信", file=False
        ),
        lambda: office.receive(
            *material, sender="", subject="failure", null_return_path=True, file=False
        ),
        lambda: office.receive(
            *material, sender=f"h{number}@out.example.org", subject="自动回复：材料", file=False
        ),
        lambda: office.receive(
            *material, sender=f"l{number}@x.example.org", list_headers=("list-id",), file=False
        ),
        lambda: office.receive(
            *material, sender=f"b{number}@x.example.org", precedence="Bulk", file=False
        ),
        lambda: office.receive(
            *material, sender=f"a{number}@x.example.org", auto_submitted="auto-replied", file=False
        ),
        lambda: office.receive(
            *material, sender="noreply@service.example.org", subject="通知", file=False
        ),
        lambda: office.receive(*material, sender=USER.upper(), subject="您的案例", file=False),
        lambda: office.receive(*material, sender=f"forged{number}@localhost", file=False),
        lambda: office.receive(*material, sender=f"f{number}@a.cn>, <v@example.org", file=False),
        lambda: office.receive(
            *material, sender=f"bcc{number}@x.example.org", to="other@example.org", file=False
        ),
    ]
    order.choice(kinds)()


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
                office.receive(
                    form(f"第{number}号服务区党建案例{EVIL}", f"第{number}养护中心{EVIL}"),
                    sender=people[-1],
                    subject=f"材料{EVIL}",
                    file=False,
                )
            elif number % A_ROUND == 1:
                # It answers whatever it gets, each time with another file, and looks like a person.
                robots_letters += 1
                office.receive(
                    form("机器来信党建案例", "机器人单位", version=f"v{number}"),
                    sender=ROBOT,
                    subject=f"Re: 材料 {number}",
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
    assert all(reply.reason for reply in refused)
