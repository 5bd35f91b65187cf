"""Who is reminded before the end, and whom a person has taken over. More in `test_desk.py`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.replies.desk import TRIAL_ENDED
from tests.casebook.mails import attachment, case_text, form
from tests.replies.office import Office, changed
from tests.replies.values import at
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@pytest.fixture(autouse=True)
def by_itself(office: Office) -> None:
    office.campaign = changed(mode="auto")
    office.book.runs.mark(TRIAL_ENDED, office.now, "张")


def test_where_a_person_withheld_the_letter_the_reminder_asks_first(office: Office) -> None:
    office.receive(form())
    office.draft()
    office.book.replies.move(1, "withheld", office.now, reason="已电话联系")
    office.now = at(27)
    office.draft()
    reminder = office.replies()[-1]
    assert (reminder.kind, reminder.state) == ("reminder", "draft")
    assert "已电话联系" in (reminder.reason or "")


def told(office: Office, server: SmtpServer) -> None:
    office.receive(form())
    office.draft()
    office.later(minutes=11)
    office.send(server)


def test_where_the_letter_went_out_the_reminder_does_too(
    office: Office, server: SmtpServer
) -> None:
    told(office, server)
    office.now = at(27)
    office.draft()
    assert [(r.kind, r.state) for r in office.replies()] == [
        ("missing", "sent"),
        ("reminder", "approved"),
    ]


@pytest.mark.parametrize("what", ["photo", "waiver"])
@pytest.mark.parametrize("approved", [False, True])
def test_a_reminder_that_waits_outlives_what_mends_nothing(
    office: Office, server: SmtpServer, what: str, approved: bool
) -> None:
    told(office, server)
    office.campaign = changed(mode="hold")
    office.now = at(27)
    office.draft()
    if approved:
        office.book.replies.approve(2, office.now, "张")
    office.later(hours=3)
    if what == "photo":
        office.receive(attachment("活动照片.jpg", "photo"), subject="Re: 申报材料 [DJ001]")
    else:
        office.book.decisions.add(
            "waive", who="张", now=office.now, case_no="DJ001", payload={"code": "title-mismatch"}
        )
        office.file()
    for _ in range(2):
        office.draft()
        (reminder,) = office.replies("draft", "approved")
        assert (reminder.kind, reminder.state == "approved") == ("reminder", approved)
        assert "案例正文" in reminder.body
    office.later(minutes=20)
    office.approve_all()
    assert len(office.send(server).sent) == 1
    assert office.draft() == 0


def test_a_reminder_gives_way_to_the_answer_to_a_supplement(
    office: Office, server: SmtpServer
) -> None:
    told(office, server)
    office.now = at(27)
    office.draft()
    office.receive(case_text(), subject="Re: 申报材料 [DJ001]")
    office.draft()
    (letter,) = office.replies("draft", "approved")
    assert letter.kind == "missing"
    assert "扫描件" in letter.body


def test_who_was_answered_about_another_case_meanwhile_is_reminded_after_all(
    office: Office, server: SmtpServer
) -> None:
    told(office, server)
    office.campaign = changed(mode="auto", reminder_days=7)
    office.now = at(24)
    office.draft()
    office.receive(form("乙车站思政课堂建设案例"), subject="第二个")
    for _ in range(2):
        office.draft()
        assert [r.state for r in office.replies()] == ["sent", "withheld", "approved"]
    office.later(minutes=20)
    office.send(server)
    office.now = at(27)
    assert office.draft() == 1
    reminder = office.replies()[-1]
    assert (reminder.kind, [n for n, _ in reminder.cases]) == ("reminder", ["DJ001", "DJ002"])
    assert office.draft() == 0


def test_a_reminder_that_a_template_failed_is_written_once_the_template_is_mended(
    office: Office, server: SmtpServer, tmp_path: Path
) -> None:
    told(office, server)
    office.now = at(27)
    rules = tmp_path / "rules" / "campaign.toml"
    shutil.copytree(shipped_campaign().parent, rules.parent)
    template = rules.parent / "replies" / "reminder.txt.j2"
    whole = template.read_text(encoding="utf-8")
    wrong = "{% if '货车司机之家' in (letter.cases[0].title or '') %}{{ 1 // 0 }}{% endif %}"
    template.write_text(wrong + whole, encoding="utf-8")
    office.rules = rules
    for _ in range(3):
        office.draft()
        assert [(r.kind, r.state) for r in office.replies()][1:] == [("reminder", "failed")]
    template.write_text(whole, encoding="utf-8")
    office.draft()
    assert [(r.kind, r.state) for r in office.replies()][1:] == [
        ("reminder", "withheld"),
        ("reminder", "approved"),
    ]


def test_a_reminder_that_nobody_sent_in_time_is_withdrawn(
    office: Office, server: SmtpServer
) -> None:
    told(office, server)
    office.now = at(27)
    office.draft()
    office.now = at(2, month=7)
    assert office.draft() == 0
    office.send(server)
    reminder = office.replies()[-1]
    assert (reminder.state, reminder.reason) == ("withheld", "征集已截止，不再提醒")
    assert len(server.delivered) == 1
