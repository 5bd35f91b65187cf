"""Sending: what is no longer so is not sent, one letter stops no other, and no cap is passed."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from inbox_ingest.casebook.changes import NewReply
from inbox_ingest.casebook.reply_ways import OUTDATED, UNFILED
from inbox_ingest.errors import CampaignError, LoginRefused, TryLater, UsageError
from inbox_ingest.replies import sending
from inbox_ingest.replies.outbox import recover
from inbox_ingest.replies.outgoing import Envelope
from inbox_ingest.replies.smtp import SmtpSession
from inbox_ingest.stages.file import file_mail
from tests.casebook.mails import case_text, form, scan
from tests.replies.office import SENDER, Office, changed, where, whole
from tests.servers.smtp import PASSWORD, USER, SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def text(server: SmtpServer, place: int = 0) -> str:
    mail = message_from_bytes(server.delivered[place].content, policy=policy.default)
    return str(mail.get_content())


def waive(office: Office, code: str, *, file: bool = True) -> None:
    office.book.decisions.add(
        "waive", who="张", now=office.now, case_no="DJ001", payload={"code": code}
    )
    if file:
        file_mail(office.book, office.campaign, office.clock)


def many(office: Office, count: int, first: int = 0) -> None:
    """Letters to so many senders, approved and due."""
    for number in range(first, first + count):
        office.receive(
            *whole(f"第{number}客运站党建联盟案例"), sender=f"a{number}@b{number}.example.cn"
        )
    office.draft()
    office.approve_all()


@pytest.fixture
def approved(office: Office) -> Office:
    """A letter that asks for the scan and waits to be sent."""
    office.receive(form(), case_text())
    office.draft()
    office.approve_all()
    office.later(minutes=11)
    return office


class TestWhatIsNoLongerSo:
    def test_a_point_that_was_waived_after_the_approval_is_not_named(
        self, approved: Office, server: SmtpServer
    ) -> None:
        waive(approved, "scan-missing")
        assert approved.send(server).outdated == [1]
        assert not server.delivered
        assert approved.replies("approved")[0].reason == OUTDATED
        approved.draft()
        assert "扫描件" not in approved.replies("draft")[0].body

    def test_what_came_meanwhile_is_not_asked_for(
        self, approved: Office, server: SmtpServer
    ) -> None:
        approved.receive(scan())
        assert approved.send(server).outdated == [1]
        assert not server.delivered

    def test_not_even_while_a_broken_template_keeps_the_new_letter_from_being_written(
        self, approved: Office, server: SmtpServer, tmp_path: Path
    ) -> None:
        approved.rules = tmp_path / "campaign.toml"
        template = tmp_path / "replies" / "receipt.txt.j2"
        template.parent.mkdir()
        template.write_text("{{ oops }}", encoding="utf-8")
        approved.receive(scan())
        with pytest.raises(CampaignError):
            approved.draft()
        approved.send(server)
        assert not server.delivered

    def test_a_decision_that_waits_to_be_filed_holds_letters_back(
        self, approved: Office, server: SmtpServer
    ) -> None:
        waive(approved, "scan-missing", file=False)
        assert approved.send(server).outdated == [1]
        assert approved.replies()[0].reason == UNFILED
        assert not server.delivered

    def test_a_letter_that_says_the_same_of_the_new_revision_is_sent_as_approved(
        self, approved: Office, server: SmtpServer
    ) -> None:
        waive(approved, "title-mismatch")  # the organiser's doubt alone
        assert not approved.send(server).sent
        assert approved.draft() == 0
        assert approved.send(server).sent == [1]
        assert approved.replies("sent")[0].approved_by == "张"

    def test_outdated_letters_take_no_place_in_the_cap(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.campaign = changed(per_pass=1, quiet_minutes=0)
        office.receive(form(), case_text())
        many(office, 1)
        waive(office, "scan-missing")
        dispatch = office.send(server)
        assert (dispatch.outdated, dispatch.sent) == ([1], [2])

    def test_a_doubtful_letter_is_not_sent_again_once_a_newer_one_is_drafted(
        self, approved: Office, server: SmtpServer
    ) -> None:
        server.faults.cut = "end"
        approved.send(server)
        recover(approved.book.replies, lambda _: None, approved.later(minutes=10))
        approved.receive(scan())
        approved.draft()
        for attempt in (
            lambda: approved.book.replies.approve(1, approved.now, "张"),
            lambda: approved.book.replies.edit(1, approved.now, subject="x", body="y"),
        ):
            with pytest.raises(UsageError):
                attempt()
        assert approved.book.replies.resolve(1, approved.now, "张", sent=False).state == "withheld"
        assert [reply.kind for reply in approved.replies("draft")] == ["receipt"]


class TestOneLetterAtATime:
    def test_the_words_of_the_last_moment_are_sent(
        self, office: Office, server: SmtpServer
    ) -> None:
        many(office, 2)
        office.later(minutes=11)

        def person_edits(_: float) -> None:
            office.book.replies.edit(2, office.now, subject="Re: 材料", body="人改过的话")
            office.book.replies.approve(2, office.now, "张")

        assert office.send(server, sleep=person_edits).sent == [1, 2]
        assert text(server, 1).strip() == "人改过的话" == office.replies()[1].body

    def test_one_that_cannot_be_built_fails_with_a_reason_and_the_others_go(
        self, office: Office, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        many(office, 3)
        office.later(minutes=11)
        build = sending.build

        def faulty(envelope: Envelope, at: object) -> bytes:
            if envelope.recipient.startswith("a0@"):
                raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")
            return build(envelope, at)  # type: ignore[arg-type]

        monkeypatch.setattr(sending, "build", faulty)
        dispatch = office.send(server)
        assert (dispatch.failed, dispatch.sent) == ([1], [2, 3])
        assert "无法写成邮件" in (office.replies("failed")[0].reason or "")
        assert not office.replies("sending")

    def test_one_to_an_address_that_no_server_takes_fails_and_the_others_go(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.book.replies.add(
            NewReply(
                to="=?utf-8?q?x?=@evil.example.cn",
                subject="s",
                body="b",
                kind="receipt",
                message_id="<ingest.1@example.cn>",
                verdict="{}",
                state="approved",
            ),
            office.now,
        )
        many(office, 1)
        office.later(minutes=11)
        dispatch = office.send(server)
        assert (dispatch.failed, dispatch.sent) == ([1], [2])

    def test_a_row_changed_under_the_pass_does_not_stop_it(
        self, office: Office, server: SmtpServer
    ) -> None:
        many(office, 2)
        office.later(minutes=11)
        replies = office.book.replies
        begin = replies.begin_sending

        def meddled(reply_id: int, *rest: object) -> object:
            reply = begin(reply_id, *rest)  # type: ignore[arg-type]
            if reply_id == 1:
                replies.resolve(1, office.now, "张", sent=True)
            return reply

        replies.begin_sending = meddled  # type: ignore[method-assign,assignment]
        office.send(server)
        assert [reply.state for reply in office.replies()] == ["sent", "sent"]
        assert len(server.delivered) == 2


class TestCaps:
    def test_no_more_go_out_in_a_period_than_the_campaign_allows(
        self, office: Office, server: SmtpServer
    ) -> None:
        """Cron may start a pass every minute: the cap of a pass alone is none."""
        office.campaign = changed(
            quiet_minutes=0, per_pass=2, per_period=5, period_minutes=15, seconds_between=0
        )
        many(office, 9)
        sent = []
        for _ in range(20):
            sent.append(len(office.send(server).sent))
            office.later(minutes=1)
        assert sent[:4] == [2, 2, 1, 0]
        assert sum(sent[:15]) == 5
        assert sum(sent) == 9

    def test_letters_that_came_back_and_letters_in_doubt_count(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.campaign = changed(quiet_minutes=0, per_period=2)
        many(office, 5)
        assert office.send(server).sent == [1, 2]
        office.book.replies.move(1, "failed", office.now, reason="对方没有收到", expected=["sent"])
        assert office.send(server).capped == [3, 4, 5]
        office.later(minutes=15)
        server.faults.cut = "end"
        dispatch = office.send(server)
        assert (dispatch.unknown, dispatch.sent) == ([3], [4])
        assert office.send(server).capped == [5]

    def test_a_letter_that_came_back_counts_for_its_recipient(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.campaign = changed(quiet_minutes=0, per_recipient_per_day=1)
        office.receive(form(), case_text())
        office.draft()
        office.approve_all()
        assert office.send(server).sent == [1]
        office.book.replies.move(1, "failed", office.now, reason="对方邮箱已满", expected=["sent"])
        office.later(hours=1)
        office.receive(scan())
        office.draft()
        office.approve_all()
        assert office.send(server).capped == [2]
        office.later(hours=24)
        assert office.send(server).sent == [2]


class TestTooManyInOneConnection:
    def test_the_letter_goes_at_once_on_a_new_connection_and_no_attempt_is_lost(
        self, office: Office, server: SmtpServer
    ) -> None:
        many(office, 3)
        office.later(minutes=11)
        server.faults.answers["mail"].append("451 MI:DMC 126 smtp3")
        before = server.sessions
        dispatch = office.send(server)
        assert dispatch.sent == [1, 2, 3]
        assert [reply.attempts for reply in office.replies()] == [1, 1, 1]
        assert server.sessions == before + 2

    def test_a_server_that_says_so_again_is_left_alone_for_this_pass(
        self, office: Office, server: SmtpServer
    ) -> None:
        many(office, 3)
        office.later(minutes=11)
        server.faults.answers["mail"] += ["451 MI:DMC", "451 MI:DMC"]
        dispatch = office.send(server)
        assert (dispatch.later, dispatch.sent, dispatch.capped) == ([1], [], [2, 3])
        assert dispatch.stopped
        waiting = office.replies()[0]
        assert (waiting.state, waiting.attempts) == ("approved", 0)
        assert waiting.next_try_at == office.now + timedelta(minutes=1)
        office.later(minutes=1)
        assert office.send(server).sent == [1, 2, 3]

    def test_a_new_connection_that_is_refused_leaves_no_letter_in_sending(
        self, office: Office, server: SmtpServer
    ) -> None:
        many(office, 1)
        office.later(minutes=11)
        server.faults.answers["mail"].append("451 MI:DMC")
        passwords = iter([PASSWORD, "no longer right"])
        with pytest.raises(LoginRefused):
            sending.send_approved(
                office.book.replies,
                lambda: SmtpSession(where(server), next(passwords)),
                account=USER,
                campaign=office.campaign,
                clock=office.clock,
                sleep=lambda _: None,
            )
        assert [reply.state for reply in office.replies()] == ["approved"]


def test_letters_go_to_the_sender_who_was_approved(approved: Office, server: SmtpServer) -> None:
    assert approved.send(server).sent == [1]
    assert server.delivered[0].recipients == (SENDER,)


class TestLimitsOfTheAccount:
    """What the server says of the account holds for every letter: none is tried in its turn."""

    @pytest.mark.parametrize(
        ("answer", "minutes"),
        [
            ("451 MI:SFQ", 15),
            ("421 HL:ICC", 30),
            ("550 MI:STC", 22 * 60 + 49),  # from 09:11 to eight in the morning
        ],
    )
    @pytest.mark.parametrize("phase", ["mail", "end"])
    def test_the_whole_outbox_pauses_until_the_limit_is_over(
        self, office: Office, server: SmtpServer, answer: str, minutes: int, phase: str
    ) -> None:
        many(office, 3)
        office.later(minutes=11)
        server.faults.answers[phase] = [answer] * 9
        dispatch = office.send(server)
        assert (dispatch.later, dispatch.capped) == ([1], [2, 3])
        tried = len(server.faults.answers[phase])
        office.later(minutes=minutes - 1)
        many(office, 1, first=3)  # approved meanwhile: it waits like the others
        waiting = office.send(server)
        assert waiting.stopped
        assert "以后再发" in waiting.stopped
        assert len(server.faults.answers[phase]) == tried
        server.faults.answers[phase].clear()
        office.later(minutes=12)
        assert office.send(server).sent == [1, 2, 3, 4]

    def test_refused_at_the_door_the_next_pass_does_not_knock(
        self, office: Office, server: SmtpServer
    ) -> None:
        many(office, 1)
        office.later(minutes=11)
        server.faults.greeting = "421 HL:ITC 10.0.0.1"
        with pytest.raises(TryLater):
            office.send(server)
        server.faults.greeting = None
        office.later(minutes=29)
        assert office.send(server).stopped
        office.later(minutes=2)
        assert office.send(server).sent == [1]

    def test_no_letter_fails_for_the_accounts_limits(
        self, office: Office, server: SmtpServer
    ) -> None:
        many(office, 1)
        for _ in range(12):
            office.later(minutes=31)
            server.faults.answers["mail"] = ["421 HL:ICC"]
            assert office.send(server).later == [1]
        office.later(minutes=31)
        assert office.send(server).sent == [1]
