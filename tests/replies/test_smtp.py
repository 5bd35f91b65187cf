"""Letters over a real SMTP server: TLS that is verified, and an exact word on each way it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from inbox_ingest.errors import (
    ConfigurationError,
    LoginRefused,
    MailboxUnreachable,
    ServiceMissing,
)
from inbox_ingest.replies.outcomes import Outcome
from inbox_ingest.replies.smtp import SmtpServer as Where
from inbox_ingest.replies.smtp import SmtpSession
from tests.servers.smtp import PASSWORD, USER, SmtpServer

LETTER = b"From: a@example.cn\r\nSubject: x\r\n\r\n.dots\r\n..\r\nend\r\n"
# aiosmtpd warns of AUTH without TLS, which is for loopback here.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
TO = "zhang.wei@danwei.example.cn"


def where(server: SmtpServer, security: str = "plain", **changes: object) -> Where:
    return Where(
        host=server.host,
        port=server.port,
        user=USER,
        security=security,
        ca_file=server.ca,
        timeout=5,
        deadline=10,
    ).model_copy(update=changes)


def send(server: SmtpServer, security: str = "plain", **changes: object) -> Outcome:
    with SmtpSession(where(server, security, **changes), PASSWORD) as session:
        return session.deliver(LETTER, USER, TO)


@pytest.mark.parametrize(
    ("tls", "security"), [("implicit", "tls"), ("starttls", "starttls"), ("none", "plain")]
)
def test_a_letter_arrives_byte_for_byte(tmp_path: Path, tls: str, security: str) -> None:
    with SmtpServer(tmp_path, tls) as server:
        assert send(server, security).verdict == "sent"
        (mail,) = server.delivered
    assert (mail.sender, mail.recipients, mail.content) == (USER, (TO,), LETTER)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with (
        SmtpServer(tmp_path, "implicit") as server,
        pytest.raises(ServiceMissing, match="证书未通过验证"),
    ):
        send(server, "tls", ca_file=None)
    assert not server.delivered


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    with SmtpServer(tmp_path, "starttls") as server, pytest.raises(ServiceMissing, match="证书"):
        send(server, "starttls", host="127.0.0.1")


def test_starttls_that_is_not_offered_is_never_replaced_by_clear_text(tmp_path: Path) -> None:
    with (
        SmtpServer(tmp_path, "starttls", starttls_stripped=True) as server,
        pytest.raises(ServiceMissing, match="STARTTLS"),
    ):
        send(server, "starttls")


def test_clear_text_is_for_loopback_alone(tmp_path: Path) -> None:
    with SmtpServer(tmp_path) as server, pytest.raises(ConfigurationError, match="明文"):
        send(server, host="smtp.example.cn")


def test_a_refused_login_is_a_persons_job(tmp_path: Path) -> None:
    with SmtpServer(tmp_path) as server:
        server.faults.refuse_login = "535 Error: authentication failed"
        with pytest.raises(LoginRefused, match="授权码"):
            send(server)
        server.faults.refuse_login = "550 User has no permission"
        with pytest.raises(LoginRefused, match="没有开通 SMTP"):
            send(server)


def test_no_server_at_all_is_for_the_next_pass(tmp_path: Path) -> None:
    server = SmtpServer(tmp_path)  # never started
    with pytest.raises(MailboxUnreachable, match="连接不上"):
        send(server)


@pytest.mark.parametrize(
    ("phase", "answer", "verdict"),
    [
        ("mail", "451 MI:SFQ 163 smtp1", "later"),
        ("mail", "550 MI:STC 163 smtp1", "tomorrow"),
        ("mail", "553 Mail from must equal authorized user", "person"),
        ("recipient", "550 Invalid User", "never"),
        ("recipient", "450 4.7.1 Greylisted", "later"),
        ("data", "554 DT:SUM 163 smtp1", "person"),
        ("data", "451 DT:SPM 163 smtp1", "later"),
        ("end", "554 DT:SPM 163 smtp1", "never"),
        ("end", "421 HL:REP 163 smtp1", "later"),
        ("end", "250 Mail OK", "sent"),
    ],
)
def test_answers_at_each_step(tmp_path: Path, phase: str, answer: str, verdict: str) -> None:
    with SmtpServer(tmp_path) as server:
        server.faults.answers[phase].append(answer)
        assert send(server).verdict == verdict
        assert len(server.delivered) == (verdict == "sent")


def test_a_refused_letter_leaves_the_session_fit_for_the_next(tmp_path: Path) -> None:
    with SmtpServer(tmp_path) as server:
        server.faults.answers["recipient"].append("550 Invalid User")
        server.faults.answers["end"].append("554 DT:SPM")
        with SmtpSession(where(server), PASSWORD) as session:
            verdicts = [session.deliver(LETTER, USER, TO).verdict for _ in range(3)]
        assert verdicts == ["never", "never", "sent"]
        assert len(server.delivered) == 1


@pytest.mark.parametrize(
    ("cut", "verdict", "arrived"),
    [("mail", "later", 0), ("recipient", "later", 0), ("data", "later", 0), ("end", "unknown", 1)],
)
def test_only_a_cut_after_the_text_leaves_doubt(
    tmp_path: Path, cut: str, verdict: str, arrived: int
) -> None:
    # Too long for the buffers on the way, so that a cut within the text is felt within the text.
    letter = LETTER + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 150_000
    with SmtpServer(tmp_path) as server:
        server.faults.cut = cut
        with SmtpSession(where(server), PASSWORD) as session:
            assert session.deliver(letter, USER, TO).verdict == verdict
            assert not session.alive
        assert len(server.delivered) == arrived


def test_an_answer_nobody_understands_after_the_text_leaves_doubt(tmp_path: Path) -> None:
    with SmtpServer(tmp_path) as server:
        server.faults.answers["end"].append("??? what")
        assert send(server).verdict == "unknown"


def test_one_byte_at_a_time_does_not_hold_the_pass_for_ever(tmp_path: Path) -> None:
    """Every byte comes well within the time-out of one operation; the deadline ends it."""
    with SmtpServer(tmp_path) as server:
        server.faults.drip = 0.05
        with pytest.raises(MailboxUnreachable):
            send(server, deadline=0.4)


def test_a_server_that_falls_silent_after_the_text_leaves_doubt(tmp_path: Path) -> None:
    with SmtpServer(tmp_path) as server:
        server.faults.pause = "end"
        assert send(server, deadline=0.5).verdict == "unknown"
