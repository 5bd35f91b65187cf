"""Who is reminded before the end, and whom a person has taken over. More in `test_desk.py`."""

from __future__ import annotations

import pytest

from inbox_ingest.replies.desk import TRIAL_ENDED
from tests.casebook.mails import form
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
