"""A letter that waits while the campaign's deadline, contacts or signature change, or time passes."""

from __future__ import annotations

from datetime import date

import pytest

from inbox_ingest.campaigns import Campaign, Contact
from inbox_ingest.replies.desk import TRIAL_ENDED
from inbox_ingest.replies.terms import OUTLIVED
from tests.casebook.mails import form
from tests.replies.office import Office, changed
from tests.replies.values import CAMPAIGN, at
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
FIRST, SECOND = "甲单位党建品牌创建案例", "乙车站思政课堂建设案例"


def extended(campaign: Campaign = CAMPAIGN) -> Campaign:
    """Ten more days, and another telephone."""
    window = campaign.window.model_copy(update={"closes": date(2025, 7, 10)})
    contacts = (Contact(name="袁广如", phone="18900000000"),)
    return campaign.model_copy(update={"window": window, "contacts": contacts})


def two_letters(office: Office) -> None:
    office.receive(form(FIRST))
    office.receive(form(SECOND, "乙市汽车客运总站"), sender="zhou@linhai.example.cn")
    office.draft()
    office.book.replies.approve(1, office.now, "张")
    office.later(minutes=20)


def test_after_an_extension_no_letter_goes_out_with_the_old_deadline(
    office: Office, server: SmtpServer
) -> None:
    two_letters(office)
    office.campaign = extended()
    assert office.send(server).outdated == [1]
    assert office.replies()[0].reason == OUTLIVED
    assert office.draft() == 2
    approved, untouched = office.replies("draft")
    for letter in (approved, untouched):
        assert "2025年7月10日24时前" in letter.body
        assert "18900000000" in letter.body
        assert "6月30日" not in letter.body
    assert "截止时间、联系方式等已改" in (approved.reason or "")
    assert untouched.reason is None
    assert office.draft() == 0
    assert not server.delivered


def test_an_edited_letter_gives_way_and_is_named(office: Office) -> None:
    two_letters(office)
    office.book.replies.edit(2, office.now, subject="Re: 申报材料", body="人改过的话\n")
    office.campaign = extended()
    office.draft()
    assert "人工修改过的第 2 号" in (office.replies("draft")[-1].reason or "")


def test_an_edit_taken_back_writes_the_letter_once_more(office: Office) -> None:
    two_letters(office)
    for campaign in (extended(), CAMPAIGN, extended()):
        office.campaign = campaign
        assert office.draft() == 2
        day = f"{campaign.window.closes.month}月{campaign.window.closes.day}日"
        assert [day in letter.body for letter in office.replies("draft")] == [True, True]


def test_where_letters_go_by_themselves_the_renewed_one_does(
    office: Office, server: SmtpServer
) -> None:
    office.campaign = changed(mode="auto")
    office.book.runs.mark(TRIAL_ENDED, office.now, "张")
    office.receive(form(FIRST))
    office.draft()
    office.later(minutes=20)
    office.campaign = extended(office.campaign)
    office.draft()
    assert office.send(server).sent == [2]
    assert [letter.state for letter in office.replies()] == ["withheld", "sent"]


def test_other_limits_and_wordings_alone_write_nothing_anew(office: Office) -> None:
    two_letters(office)
    office.campaign = changed(quiet_minutes=1, per_pass=3)
    assert office.draft() == 0


def test_what_names_a_day_that_has_passed_is_not_sent_whoever_sends(
    office: Office, server: SmtpServer
) -> None:
    office.now = at(30, 23, 30)
    office.receive(form(FIRST))
    office.draft()
    office.later(minutes=20)
    office.book.replies.approve(1, office.now, "张")
    office.later(minutes=30)
    assert office.send(server).outdated == [1]
    office.draft()
    (letter,) = office.replies("draft")
    assert "截止" in letter.body
    assert "请于" not in letter.body


def test_midnight_may_come_while_letters_are_being_sent(office: Office, server: SmtpServer) -> None:
    office.now = at(30, 23, 30)
    two_letters(office)
    office.book.replies.approve(2, office.now, "张")
    office.later(minutes=9)
    assert office.send(server, sleep=lambda _: _pass_midnight(office)).outdated == [2]
    assert len(server.delivered) == 1


def _pass_midnight(office: Office) -> None:
    office.now = at(1, month=7)
