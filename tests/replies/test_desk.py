"""The outbox over a real casebook: one letter a sender, the newer verdict, and every way it is sent."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from inbox_ingest.casebook.changes import IN_DOUBT, Reply
from inbox_ingest.errors import CampaignError, LoginRefused, UsageError
from inbox_ingest.records import IssueCode, Problem
from inbox_ingest.replies.desk import TRIAL_ENDED
from inbox_ingest.replies.outbox import recover
from inbox_ingest.stages.file import file_mail
from tests.casebook.mails import attachment, case_text, form, scan
from tests.replies.office import SENDER, Office, changed, whole
from tests.replies.values import at
from tests.servers.smtp import USER, SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def subjects(server: SmtpServer) -> list[str]:
    mails = [message_from_bytes(mail.content, policy=policy.default) for mail in server.delivered]
    return [str(mail["Subject"]) for mail in mails]


class TestDrafting:
    def test_a_submission_leaves_one_draft_that_waits_for_a_person(self, office: Office) -> None:
        mail = office.receive(form(), case_text())
        assert office.draft() == 1
        (reply,) = office.replies()
        assert (reply.to, reply.kind, reply.state) == (SENDER, "missing", "draft")
        assert reply.in_reply_to == mail
        assert reply.cases == (("DJ001", 1),)
        assert office.draft() == 0

    def test_three_mails_in_ten_minutes_get_one_answer(self, office: Office) -> None:
        title = "党建引领货车司机之家建设"
        for part in (form(title), case_text(title), scan(title)):
            office.receive(part)
            office.draft()
            office.later(minutes=3)
        waiting = office.replies("draft")
        assert [reply.kind for reply in waiting] == ["receipt"]
        assert len(office.replies("withheld")) == 2
        # Ten minutes after the newest mail, which came three minutes ago.
        assert waiting[0].next_try_at == office.now + timedelta(minutes=7)

    def test_several_cases_of_one_sender_go_into_one_letter(self, office: Office) -> None:
        office.receive(*whole("甲单位党建品牌创建案例"))
        office.later(minutes=5)
        office.receive(form("乙车站思政课堂建设案例"), case_text("乙车站思政课堂建设案例"))
        office.draft()
        (reply,) = office.replies()
        assert reply.kind == "missing"
        assert [number for number, _ in reply.cases] == ["DJ001", "DJ002"]

    def test_two_senders_get_two_letters(self, office: Office) -> None:
        office.receive(*whole("甲单位党建品牌创建案例"))
        office.receive(
            form("乙车站思政课堂建设案例", "乙市汽车客运总站"), sender="zhou@linhai.example.cn"
        )
        office.draft()
        assert {r.to for r in office.replies()} == {SENDER, "zhou@linhai.example.cn"}

    def test_a_newer_verdict_replaces_an_approved_letter_and_asks_again(
        self, office: Office
    ) -> None:
        office.receive(form(), case_text())
        office.draft()
        office.approve_all()
        office.later(minutes=20)
        office.receive(scan())
        office.draft()
        assert [r.state for r in office.replies()] == ["withheld", "draft"]
        assert office.replies()[1].kind == "receipt"

    def test_a_mail_that_may_not_be_answered_leaves_a_withheld_letter_with_the_reason(
        self, office: Office
    ) -> None:
        office.receive(form(), case_text(), precedence="bulk")
        office.draft()
        (reply,) = office.replies()
        assert reply.state == "withheld"
        assert reply.reason == "不宜自动答复：来信注明为群发邮件"
        assert "扫描件" in reply.body

    def test_what_a_machine_brought_mends_the_letter_to_the_person(self, office: Office) -> None:
        office.receive(form(), case_text())
        office.draft()
        office.later(minutes=1)
        office.receive(scan(), auto_submitted="auto-replied")
        office.draft()
        assert [(r.state, r.kind) for r in office.replies()] == [
            ("withheld", "missing"),
            ("draft", "receipt"),
        ]

    def test_a_letter_is_mended_when_a_colleague_sends_what_it_asks_for(
        self, office: Office
    ) -> None:
        title = "党建引领货车司机之家建设"
        first = office.receive(form(title), case_text(title))
        office.draft()
        office.later(hours=1)
        office.receive(
            scan(title),
            sender="zhou@wangjiang.example.cn",
            subject="回复：申报材料",
            in_reply_to=(first,),
        )
        office.draft()
        old, new = office.replies()
        assert (old.state, old.to) == ("withheld", SENDER)
        assert (new.state, new.kind, new.to) == ("draft", "receipt", "zhou@wangjiang.example.cn")

    def test_a_waiver_takes_the_point_out_of_a_letter_that_waits(self, office: Office) -> None:
        office.receive(form())
        office.draft()
        assert "扫描件" in office.replies("draft")[0].body
        office.book.decisions.add(
            "waive", who="张", now=office.now, case_no="DJ001", payload={"code": "scan-missing"}
        )
        file_mail(office.book, office.campaign, office.clock)
        office.draft()
        (letter,) = office.replies("draft")
        assert "扫描件" not in letter.body
        assert "案例正文电子版" in letter.body

    def test_a_letter_that_still_says_the_same_keeps_its_approval_and_its_wording(
        self, office: Office
    ) -> None:
        """A doubt of the organiser's alone makes a revision, and nothing new for the sender."""
        office.receive(form(), case_text())
        office.draft()
        office.book.replies.edit(1, office.now, subject="Re: 申报材料 [DJ001]", body="人改过的话")
        office.approve_all()
        office.book.decisions.add(
            "waive", who="张", now=office.now, case_no="DJ001", payload={"code": "title-mismatch"}
        )
        file_mail(office.book, office.campaign, office.clock)
        assert office.book.cases.known()[0].revision == 2
        assert office.draft() == 0
        (reply,) = office.replies()
        assert (reply.state, reply.body) == ("approved", "人改过的话")

    def test_a_copy_of_the_same_files_is_not_answered(self, office: Office) -> None:
        office.receive(form(), case_text())
        office.draft()
        office.later(hours=1)
        office.receive(form(), case_text())
        assert office.draft() == 0
        assert len(office.replies()) == 1

    def test_switched_off_nothing_is_drafted_and_nothing_forgotten(self, office: Office) -> None:
        office.campaign = changed(mode="off")
        office.receive(*whole())
        assert office.draft() == 0
        office.campaign = changed(mode="hold")
        assert office.draft() == 1

    def test_auto_holds_until_the_trial_is_ended(self, office: Office) -> None:
        office.campaign = changed(mode="auto")
        office.receive(*whole("甲单位党建品牌创建案例"))
        office.draft()
        assert [r.state for r in office.replies()] == ["draft"]
        office.book.runs.mark(TRIAL_ENDED, office.now, "张")
        office.receive(*whole("乙车站思政课堂建设案例"), sender="zhou@linhai.example.cn")
        office.draft()
        assert [r.state for r in office.replies()] == ["draft", "approved"]

    def test_auto_leaves_to_a_person_what_an_organisers_doubt_could_make_an_accusation(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.campaign = changed(mode="auto")
        office.book.runs.mark(TRIAL_ENDED, office.now, "张")
        strange = Problem(code=IssueCode.SUSPICIOUS_FILE, detail="含有宏")
        office.receive(form(), attachment("材料.docm", "other", problems=[strange]))
        office.draft()
        (letter,) = office.replies()
        assert (letter.state, letter.kind) == ("draft", "missing")
        assert "请先确认" in (letter.reason or "")
        office.later(minutes=11)
        assert not office.send(server).sent
        assert not server.delivered

    @pytest.mark.parametrize("complete", [False, True])
    def test_what_came_after_the_closing_waits_until_a_person_has_decided_whether_to_take_it(
        self, office: Office, server: SmtpServer, complete: bool
    ) -> None:
        office.campaign = changed(mode="auto")
        office.book.runs.mark(TRIAL_ENDED, office.now, "张")
        office.now = at(2, month=7)
        office.receive(*(whole() if complete else (form(),)))
        office.draft()
        (letter,) = office.replies()
        assert letter.state == "draft"
        assert "请先决定收不收" in (letter.reason or "")
        if not complete:
            assert "请先与我们联系，确认仍可补正之后，再按上面所列发来" in letter.body
        office.later(minutes=11)
        office.send(server)
        assert not server.delivered
        office.book.decisions.add(
            "waive", who="张", now=office.now, case_no="DJ001", payload={"code": "received-late"}
        )
        office.file()
        office.draft()
        assert [reply.reason for reply in office.replies("draft", "approved")] == [None]


class TestReminding:
    def test_those_still_incomplete_are_reminded_once_before_the_end(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.receive(form(), case_text())
        office.receive(*whole("乙车站思政课堂建设案例"), sender="zhou@linhai.example.cn")
        office.draft()
        office.approve_all()
        office.later(hours=1)
        office.send(server)
        office.now = at(24)
        assert office.draft() == 0  # six days left
        office.now = at(25)
        assert office.draft() == 1
        (reminder,) = office.replies("draft")
        assert (reminder.kind, reminder.to) == ("reminder", SENDER)
        office.approve_all()
        office.send(server)
        office.now = at(29)
        assert office.draft() == 0
        assert len(server.delivered) == 3

    def test_nobody_is_reminded_of_what_he_was_told_yesterday(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.now = at(27)
        office.receive(form(), case_text())
        office.draft()
        office.approve_all()
        office.later(hours=1)
        office.send(server)
        office.now = at(28)
        assert office.draft() == 0

    def test_not_after_the_window(self, office: Office) -> None:
        office.receive(form(), case_text())
        office.draft()
        office.book.replies.move(office.replies()[0].id, "withheld", office.now)
        office.now = at(1, month=7)
        assert office.draft() == 0


class TestTemplates:
    def test_a_broken_template_writes_nothing_and_a_mended_one_everything(
        self, office: Office, tmp_path: Path
    ) -> None:
        office.rules = tmp_path / "campaign.toml"
        template = tmp_path / "replies" / "missing.txt.j2"
        template.parent.mkdir()
        template.write_text("{{ oops }}", encoding="utf-8")
        office.receive(form(), case_text())
        with pytest.raises(CampaignError, match=r"missing\.txt\.j2 第1行"):
            office.draft()
        assert not office.replies()
        template.write_text("您好", encoding="utf-8")
        assert office.draft() == 1

    def test_one_letter_that_cannot_be_written_stops_no_other(
        self, office: Office, tmp_path: Path
    ) -> None:
        office.rules = tmp_path / "campaign.toml"
        template = tmp_path / "replies" / "missing.txt.j2"
        template.parent.mkdir()
        trap = "{% if letter.unit == '乙市汽车客运总站' %}{{ 1 / 0 }}{% endif %}您好"
        template.write_text(trap, encoding="utf-8")
        office.receive(form("甲单位党建品牌创建案例"))
        office.receive(
            form("乙车站思政课堂建设案例", "乙市汽车客运总站"), sender="zhou@linhai.example.cn"
        )
        office.draft()
        assert [r.state for r in office.replies()] == ["draft", "failed"]
        assert "模板出错" in (office.replies("failed")[0].reason or "")
        office.draft()
        assert len(office.replies()) == 2  # tried again, no second row
        template.write_text("您好", encoding="utf-8")
        assert office.draft() == 1
        assert [r.state for r in office.replies()] == ["draft", "withheld", "draft"]


class TestSending:
    def test_from_the_submission_to_the_receipt_in_one_thread(
        self, office: Office, server: SmtpServer
    ) -> None:
        first = office.receive(form(), case_text(), subject="报送案例")
        office.draft()
        assert not office.send(server).sent  # nobody has approved
        office.approve_all()
        assert not office.send(server).sent  # the sender may still be sending
        office.later(minutes=11)
        assert len(office.send(server).sent) == 1
        (answer,) = office.replies("sent")
        office.later(hours=2)
        office.receive(
            scan(), subject="回复：" + answer.subject, in_reply_to=(first, answer.message_id)
        )
        office.draft()
        office.approve_all()
        office.later(minutes=11)
        office.send(server)
        assert subjects(server) == ["Re: 报送案例 [DJ001]", "Re: 报送案例 [DJ001]"]
        receipt = message_from_bytes(server.delivered[1].content, policy=policy.default)
        assert str(receipt["References"]).split() == [
            first,
            answer.message_id,
            "<m2@wangjiang.example.cn>",
        ]
        assert "材料已齐全，案例编号 DJ001" in receipt.get_content()
        assert {mail.recipients for mail in server.delivered} == {(SENDER,)}
        assert {mail.sender for mail in server.delivered} == {USER}

    def test_letters_are_paced(self, office: Office, server: SmtpServer) -> None:
        pauses: list[float] = []
        for number in range(3):
            office.receive(
                *whole(f"第{number}客运站党建联盟案例"), sender=f"a{number}@b{number}.example.cn"
            )
        office.draft()
        office.approve_all()
        office.later(minutes=11)
        office.send(server, sleep=pauses.append)
        assert pauses == [5.0, 5.0]
        assert len(server.delivered) == 3

    def test_caps_hold_for_a_pass_and_for_a_recipient(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.campaign = changed(per_pass=2, per_recipient_per_day=1, quiet_minutes=0)
        for number in range(3):
            office.receive(
                *whole(f"第{number}客运站党建联盟案例"), sender=f"a{number}@b{number}.example.cn"
            )
        office.draft()
        office.approve_all()
        assert len(office.send(server).sent) == 2
        assert len(office.send(server).sent) == 1
        office.receive(*whole("第九客运站党建阵地案例"), sender="a1@b1.example.cn")
        office.draft()
        office.approve_all()
        assert office.send(server).capped == [4]
        office.later(hours=25)
        assert office.send(server).sent == [4]

    @pytest.mark.parametrize(
        ("phase", "answer", "state", "wait"),
        [
            ("mail", "450 4.7.1 Greylisted", "approved", timedelta(minutes=15)),
            ("recipient", "550 Invalid User", "failed", None),
            ("end", "554 DT:SPM", "failed", None),
        ],
    )
    def test_what_the_server_said_is_kept(
        self,
        office: Office,
        server: SmtpServer,
        phase: str,
        answer: str,
        state: str,
        wait: timedelta | None,
    ) -> None:
        server.faults.answers[phase].append(answer)
        office.receive(*whole())
        office.draft()
        office.approve_all()
        office.later(minutes=11)
        office.send(server)
        (reply,) = office.replies()
        assert (reply.state, reply.smtp_reply, reply.attempts) == (state, answer, 1)
        assert reply.reason
        if wait is not None:
            assert reply.next_try_at == office.now + wait
        assert not server.delivered

    def test_a_temporary_refusal_is_tried_again_when_its_time_has_come(
        self, office: Office, server: SmtpServer
    ) -> None:
        server.faults.answers["recipient"].append("450 4.7.1 Greylisted")
        office.receive(*whole())
        office.draft()
        office.approve_all()
        office.later(minutes=11)
        office.send(server)
        assert not office.send(server).sent
        office.later(minutes=15)
        assert len(office.send(server).sent) == 1

    def test_an_account_that_may_not_send_stops_the_round_and_loses_no_letter(
        self, office: Office, server: SmtpServer
    ) -> None:
        server.faults.answers["mail"].append("553 Mail from must equal authorized user")
        for number in range(2):
            office.receive(
                *whole(f"第{number}客运站党建联盟案例"), sender=f"a{number}@b{number}.example.cn"
            )
        office.draft()
        office.approve_all()
        office.later(minutes=11)
        with pytest.raises(LoginRefused):
            office.send(server)
        assert [r.state for r in office.replies()] == ["approved", "approved"]

    def test_a_letter_taken_back_at_the_last_moment_is_not_sent(
        self, office: Office, server: SmtpServer
    ) -> None:
        for number in range(2):
            office.receive(
                *whole(f"第{number}客运站党建联盟案例"), sender=f"a{number}@b{number}.example.cn"
            )
        office.draft()
        office.approve_all()
        office.later(minutes=11)
        second = office.replies()[1]

        def person(_pause: float) -> None:
            office.book.replies.move(second.id, "draft", office.now)

        office.send(server, sleep=person)
        assert [r.state for r in office.replies()] == ["sent", "draft"]
        assert len(server.delivered) == 1


class TestRecovering:
    def stranded(self, office: Office, server: SmtpServer) -> None:
        """The connection is lost after the text, before the answer."""
        server.faults.cut = "end"
        office.receive(*whole())
        office.draft()
        office.approve_all()
        office.later(minutes=11)
        assert office.send(server).unknown == [1]
        assert office.replies()[0].state == "sending"

    def test_nothing_is_sent_again_while_it_is_unknown(
        self, office: Office, server: SmtpServer
    ) -> None:
        self.stranded(office, server)
        office.later(days=1)
        office.draft()
        assert not office.send(server).sent
        assert len(server.delivered) == 1

    def test_found_in_the_sent_folder_it_is_sent(self, office: Office, server: SmtpServer) -> None:
        self.stranded(office, server)
        asked: list[Reply] = []

        def there(reply: Reply) -> bool:
            asked.append(reply)
            return True

        recover(office.book.replies, there, office.now)
        (reply,) = office.replies()
        assert reply.state == "sent"
        assert [one.message_id for one in asked] == [reply.message_id]

    def test_surely_not_there_it_is_sent_once_more(
        self, office: Office, server: SmtpServer
    ) -> None:
        self.stranded(office, server)
        server.delivered.clear()  # as if the cut had come a moment earlier
        recover(office.book.replies, lambda _: False, office.later(minutes=10))
        assert len(office.send(server).sent) == 1
        assert len(server.delivered) == 1

    def test_where_nobody_can_tell_a_person_is_asked(
        self, office: Office, server: SmtpServer
    ) -> None:
        self.stranded(office, server)
        recover(office.book.replies, lambda _: None, office.later(minutes=10))
        (reply,) = office.replies()
        assert (reply.state, reply.reason) == ("failed", IN_DOUBT)
        assert not office.send(server).sent

    def test_a_sending_letter_is_nobodys_to_change(
        self, office: Office, server: SmtpServer
    ) -> None:
        self.stranded(office, server)
        with pytest.raises(UsageError):
            office.book.replies.edit(1, office.now, subject="x", body="y")


class TestBounces:
    def test_a_bounce_marks_its_letter_failed_and_is_not_answered(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.receive(form(), case_text())
        office.draft()
        office.approve_all()
        office.later(minutes=11)
        office.send(server)
        (reply,) = office.replies()
        office.later(minutes=1)
        office.receive(
            sender="Postmaster@126.com", subject="系统退信", text="退信原因：收件人不存在"
        )
        report = f"Final-Recipient: x\nMessage-ID: {reply.message_id}".encode()
        assert office.desk().heed_bounces(lambda _: report) == 1
        (reply,) = office.replies()
        assert (reply.state, reply.reason) == ("failed", "对方没有收到：收件地址不存在")
        assert office.draft() == 0
        assert office.desk().heed_bounces(lambda _: report) == 0

    def test_sent_anew_it_is_not_failed_by_the_old_bounce(
        self, office: Office, server: SmtpServer
    ) -> None:
        self.test_a_bounce_marks_its_letter_failed_and_is_not_answered(office, server)
        office.book.replies.move(1, "approved", office.now, by="张")
        office.later(hours=3)
        office.send(server)
        report = f"Message-ID: {office.replies()[0].message_id}".encode()
        assert office.desk().heed_bounces(lambda _: report) == 0
        assert office.replies()[0].state == "sent"
