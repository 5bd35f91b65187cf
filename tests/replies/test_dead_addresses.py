"""Nothing is written to an address that nothing reaches, and the organiser knows of each."""

from __future__ import annotations

import pytest

from inbox_ingest.replies.desk import TRIAL_ENDED
from tests.casebook.mails import case_text, form
from tests.replies.office import Office, changed
from tests.replies.values import at
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def bounced(office: Office, server: SmtpServer, words: str = "收件人不存在") -> None:
    office.receive(form())
    office.draft()
    office.approve_all()
    office.later(minutes=11)
    assert len(office.send(server).sent) == 1
    office.later(minutes=1)
    office.receive(sender="Postmaster@126.com", subject="系统退信", text=f"退信原因：{words}")
    report = f"Message-ID: {office.replies()[0].message_id}".encode()
    assert office.desk().heed_bounces(lambda _: report) == 1


@pytest.mark.parametrize("again", [False, True])
def test_no_reminder_goes_there_but_the_organiser_is_told(
    office: Office, server: SmtpServer, again: bool
) -> None:
    office.campaign = changed(mode="auto", reminder_days=3)
    office.book.runs.mark(TRIAL_ENDED, office.now, "张")
    bounced(office, server)
    if again:  # the organiser has looked at the bounce and put it away
        office.book.replies.withhold(1, office.now, "已看过")
    office.now = at(28)
    office.draft()
    reminder = office.replies()[-1]
    assert (reminder.kind, reminder.state) == ("reminder", "withheld")
    assert "收件地址不存在" in (reminder.reason or "")
    assert not office.send(server).sent
    assert office.draft() == 0


def test_a_letter_about_another_case_waits_for_a_person(office: Office, server: SmtpServer) -> None:
    bounced(office, server)
    office.later(hours=2)
    office.receive(form("乙车站思政课堂建设案例"), subject="第二个")
    office.draft()
    letter = office.replies()[-1]
    assert letter.state == "withheld"
    assert "收件地址不存在" in (letter.reason or "")
    office.book.replies.approve(letter.id, office.now, "张")
    office.later(minutes=11)
    assert office.send(server).sent == [letter.id]
    office.later(hours=2)
    office.receive(case_text("乙车站思政课堂建设案例"), subject="第二个")
    office.draft()  # a person's letter has arrived since: the address lives
    assert office.replies()[-1].state == "draft"


def test_a_letter_that_waits_for_the_same_address_is_withheld_with_it(
    office: Office, server: SmtpServer
) -> None:
    office.receive(form())
    office.draft()
    office.approve_all()
    office.later(minutes=11)
    office.send(server)
    office.receive(case_text(), subject="Re: 申报材料 [DJ001]")
    office.draft()
    office.approve_all()
    office.receive(sender="Postmaster@126.com", subject="系统退信", text="收件人不存在")
    report = f"Message-ID: {office.replies()[0].message_id}".encode()
    office.desk().heed_bounces(lambda _: report)
    assert [r.state for r in office.replies()] == ["failed", "withheld"]


def test_refused_by_the_server_it_is_dead_as_well(office: Office, server: SmtpServer) -> None:
    office.receive(form())
    office.draft()
    office.approve_all()
    office.later(minutes=11)
    server.faults.answers["recipient"] = ["550 Invalid User"]
    assert office.send(server).failed == [1]
    office.later(hours=1)
    office.receive(case_text(), subject="Re: 申报材料 [DJ001]")
    office.draft()
    assert office.replies()[-1].state == "withheld"


def test_a_full_mailbox_is_no_dead_address(office: Office, server: SmtpServer) -> None:
    bounced(office, server, "对方邮箱已满")
    office.later(hours=2)
    office.receive(case_text(), subject="Re: 申报材料 [DJ001]")
    office.draft()
    assert office.replies()[-1].state == "draft"


def test_our_own_block_kills_no_address_and_only_one_letter_meets_it(
    office: Office, server: SmtpServer
) -> None:
    office.receive(form())
    office.receive(form("乙车站思政课堂建设案例", "乙县公路站"), sender="zhou@linhai.example.cn")
    office.draft()
    office.approve_all()
    office.later(minutes=11)
    refused = "550 5.7.1 Service unavailable, client host [1.2.3.4] blocked using Spamhaus"
    server.faults.answers["recipient"] = [refused, refused]
    office.send(server)
    assert [r.state for r in office.replies()] == ["failed", "approved"]
    assert office.replies()[0].undeliverable is None
    assert office.send(server).stopped
    server.faults.answers["recipient"] = []
    office.later(hours=1)
    assert office.send(server).sent == [2]
