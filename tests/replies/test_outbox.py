"""A letter whose sending was cut off: settled by what the Sent folder shows, in its own time."""

from __future__ import annotations

import pytest

from inbox_ingest.casebook.changes import IN_DOUBT
from inbox_ingest.replies.outbox import recover
from tests.replies.office import Office, whole
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@pytest.fixture
def cut_off(office: Office, server: SmtpServer) -> Office:
    """The server took the letter; its answer was lost."""
    office.receive(*whole())
    office.draft()
    office.approve_all()
    office.later(minutes=11)
    server.faults.cut = "end"
    office.send(server)
    assert [reply.state for reply in office.replies()] == ["sending"]
    assert len(server.delivered) == 1
    return office


@pytest.mark.parametrize("answer", [False, None])
def test_a_copy_may_come_into_the_sent_folder_minutes_later(
    cut_off: Office, server: SmtpServer, answer: bool | None
) -> None:
    for _ in range(9):
        assert recover(cut_off.book.replies, lambda _: answer, cut_off.later(minutes=1)) == []
        assert not cut_off.send(server).sent
    assert cut_off.replies()[0].state == "sending"
    (settled,) = recover(cut_off.book.replies, lambda _: True, cut_off.now)
    assert settled.state == "sent"
    assert len(server.delivered) == 1


def test_what_is_found_there_is_sent_at_once(cut_off: Office) -> None:
    (settled,) = recover(cut_off.book.replies, lambda _: True, cut_off.now)
    assert settled.state == "sent"


@pytest.mark.parametrize(("answer", "state"), [(False, "approved"), (None, "failed")])
def test_ten_minutes_later_its_absence_counts_or_a_person_is_asked(
    cut_off: Office, answer: bool | None, state: str
) -> None:
    (settled,) = recover(cut_off.book.replies, lambda _: answer, cut_off.later(minutes=10))
    assert settled.state == state
    assert settled.in_doubt == (answer is None)
    if answer is None:
        assert settled.reason == IN_DOUBT


def test_a_clock_that_was_set_back_makes_it_wait(cut_off: Office, server: SmtpServer) -> None:
    assert recover(cut_off.book.replies, lambda _: False, cut_off.later(days=-1)) == []
    assert not cut_off.send(server).sent
