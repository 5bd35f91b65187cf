"""The sending process killed at every moment: never two mails for a letter, never a silent loss."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inbox_ingest.casebook.changes import IN_DOUBT, Reply
from inbox_ingest.replies.outbox import recover
from tests.replies.office import Office, whole
from tests.replies.values import at
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
ROOT = Path(__file__).parents[2]
# Where the pass is killed → what the server has by then.
MOMENTS = [("mail", 0), ("recipient", 0), ("data", 0), ("end", 1)]


def kill_at(moment: str, office: Office, server: SmtpServer, casebook: Path) -> None:
    """Run a sending pass and SIGKILL it once the server has come to this moment."""
    office.receive(*whole())
    office.draft()
    office.approve_all()
    server.faults.pause = moment
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.replies.sending_pass", str(casebook), str(server.port)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    reached = server.faults.reached.wait(60)
    process.send_signal(signal.SIGKILL)
    _, said = process.communicate(timeout=30)
    assert reached, said
    server.faults.pause = None
    server.faults.go_on.set()
    office.now = at(3, 13)


def letter(office: Office) -> Reply:
    (reply,) = office.replies()
    return reply


@pytest.fixture
def casebook(tmp_path: Path) -> Path:
    return tmp_path / "home" / "casebook.sqlite3"


@pytest.mark.parametrize(("moment", "arrived"), MOMENTS)
def test_it_is_on_disk_as_sending_and_no_later_pass_sends_it_on_a_guess(
    office: Office, server: SmtpServer, casebook: Path, moment: str, arrived: int
) -> None:
    kill_at(moment, office, server, casebook)
    assert letter(office).state == "sending"
    assert not office.send(server).sent
    assert len(server.delivered) == arrived


@pytest.mark.parametrize(("moment", "arrived"), MOMENTS)
def test_a_sent_folder_that_can_tell_settles_it_with_exactly_one_mail(
    office: Office, server: SmtpServer, casebook: Path, moment: str, arrived: int
) -> None:
    kill_at(moment, office, server, casebook)

    def sent_folder(reply: Reply) -> bool:
        return any(reply.message_id.encode() in mail.content for mail in server.delivered)

    recover(office.book.replies, sent_folder, office.now)
    assert letter(office).state == ("sent" if arrived else "approved")
    office.send(server)
    assert letter(office).state == "sent"
    assert len(server.delivered) == 1


@pytest.mark.parametrize(("moment", "arrived"), MOMENTS)
def test_one_that_cannot_tell_leaves_it_to_a_person_with_a_reason(
    office: Office, server: SmtpServer, casebook: Path, moment: str, arrived: int
) -> None:
    kill_at(moment, office, server, casebook)
    recover(office.book.replies, lambda _: None, office.now)
    assert (letter(office).state, letter(office).reason) == ("failed", IN_DOUBT)
    office.send(server)
    assert len(server.delivered) == arrived


def test_killed_while_logging_in_nothing_has_happened(
    office: Office, server: SmtpServer, casebook: Path
) -> None:
    kill_at("login", office, server, casebook)
    assert letter(office).state == "approved"
    assert len(office.send(server).sent) == 1
    assert len(server.delivered) == 1
