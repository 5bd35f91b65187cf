"""Which letters are due, which wait for a person, and which no longer say what is so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Reply
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.errors import CampaignError
from inbox_ingest.replies.audience import Audience
from inbox_ingest.replies.desk import TRIAL_ENDED
from inbox_ingest.stages.file import HELD_BY_REREADING, file_mail
from tests.casebook.mails import case_text, form, scan
from tests.replies.office import SENDER, Office, changed, whole
from tests.replies.values import at
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def by_itself(office: Office) -> None:
    """The organiser has ended the trial: replies go out without approval."""
    office.campaign = changed(mode="auto")
    office.book.runs.mark(TRIAL_ENDED, office.now, "张")


@contextmanager
def looking(office: Office) -> Iterator[Glance]:
    file = office.book.database.file
    glance = Glance.open(file) if file else None
    assert glance is not None
    with closing(glance):
        yield glance


def deliver(office: Office, server: SmtpServer) -> Reply:
    """Draft, approve and send; the letter that went out last."""
    office.draft()
    office.approve_all()
    office.later(minutes=11)
    office.send(server)
    return office.replies("sent")[-1]


def with_limit(campaign: Campaign, characters: int) -> Campaign:
    text = campaign.text.model_copy(update={"limit": characters})
    return campaign.model_copy(update={"text": text})


class TestHeld:
    def test_whoever_approves_the_letter_with_the_new_finding_has_agreed_to_it(
        self, office: Office
    ) -> None:
        office.receive(*whole())
        office.draft()
        office.campaign = with_limit(office.campaign, 2000)
        file_mail(office.book, office.campaign, office.clock, everything=True)
        assert [due.held is not None for due in office.book.dues.waiting()] == [True]
        office.draft()
        (letter,) = office.replies("draft")
        assert "2000字" in letter.body
        assert HELD_BY_REREADING in (letter.reason or "")
        assert office.book.dues.waiting() == []

    def test_where_letters_go_by_themselves_a_person_agrees_even_after_a_template_failed(
        self, office: Office, tmp_path: Path
    ) -> None:
        by_itself(office)
        office.receive(*whole())
        office.draft()
        office.campaign = with_limit(office.campaign, 2000)
        file_mail(office.book, office.campaign, office.clock, everything=True)
        shipped, rules = office.rules, tmp_path / "rules" / "campaign.toml"
        shutil.copytree(shipped.parent, rules.parent)
        template = rules.parent / "replies" / "missing.txt.j2"
        wrong = "{% if '货车司机之家' in (letter.cases[0].title or '') %}{{ 1 // 0 }}{% endif %}"
        template.write_text(wrong + template.read_text(encoding="utf-8"), encoding="utf-8")
        office.rules = rules
        office.draft()
        office.rules = shipped
        office.draft()
        assert office.replies()[-1].state == "draft"
        assert HELD_BY_REREADING in (office.replies()[-1].reason or "")


class TestPiledUp:
    def test_what_came_while_replies_were_off_waits_for_a_person(
        self, office: Office, server: SmtpServer
    ) -> None:
        by_itself(office)
        office.receive(form("甲单位党建品牌创建案例"))
        office.draft()  # approved by the program, and not sent yet
        office.campaign = changed(mode="off")
        office.receive(form("乙车站思政课堂建设案例"), sender="zhou@linhai.example.cn")
        office.draft()
        office.later(hours=20)
        office.campaign = changed(mode="auto")
        office.draft()
        assert [r.state for r in office.replies()] == ["draft", "draft"]
        assert "不答复期间" in (office.replies()[1].reason or "")
        office.receive(scan("乙车站思政课堂建设案例"), sender="zhou@linhai.example.cn")
        office.draft()
        assert [r.state for r in office.replies("draft", "approved")] == ["draft", "draft"]
        office.receive(form("丙公路站阵地建设案例", "丙县公路站"), sender="li@binghai.example.cn")
        office.draft()
        office.later(minutes=20)
        assert len(office.send(server).sent) == 1

    def test_drafts_of_a_long_trial_do_not_go_by_themselves_after_it(self, office: Office) -> None:
        office.campaign = changed(mode="auto")
        office.receive(form())
        office.draft()
        office.later(days=5)
        by_itself(office)
        office.receive(scan())
        office.draft()
        assert office.replies()[-1].state == "draft"
        assert "积压已久" in (office.replies()[-1].reason or "")

    def test_what_a_person_agreed_to_is_due_from_then_on(self, office: Office) -> None:
        by_itself(office)
        office.receive(*whole())
        office.draft()
        office.book.replies.move(1, "sending", office.now)
        office.book.replies.move(1, "sent", office.now, expected=["sending"])
        office.campaign = with_limit(office.campaign, 2000)
        file_mail(office.book, office.campaign, office.clock, everything=True)
        office.later(days=5)
        office.book.dues.agree([due.id for due in office.book.dues.waiting()], office.now)
        office.draft()
        assert "积压" not in (office.replies()[-1].reason or "")


class TestRefused:
    @pytest.mark.parametrize(
        ("sender", "precedence", "reason"),
        [
            (None, None, "来信没有可用的发件地址"),
            (SENDER, "bulk", "来信注明为群发邮件"),
        ],
    )
    def test_whom_nobody_may_answer_waits_for_a_person_with_the_reason(
        self, office: Office, sender: str | None, precedence: str | None, reason: str
    ) -> None:
        office.receive(form(), sender=sender, precedence=precedence)
        office.draft()
        (letter,) = office.replies()
        assert letter.state == "withheld"
        assert reason in (letter.reason or "")
        assert not office.book.dues.waiting()
        with looking(office) as glance:
            assert [entry["kind"] for entry in glance.for_a_person()] == ["refused"]
            (line,) = glance.export("replies")
            assert (line["to"], line["state"]) == (sender, "withheld")
        office.later(hours=1)
        office.book.replies.move(letter.id, "withheld", office.now, reason="已电话联系")
        with looking(office) as glance:
            assert not glance.for_a_person()

    def test_mails_without_sender_have_nothing_in_common(self, office: Office) -> None:
        office.receive(form("甲单位党建品牌创建案例"), sender=None)
        office.receive(form("乙车站思政课堂建设案例", "乙市汽车客运总站"), sender=None)
        office.draft()
        assert [r.cases for r in office.replies()] == [(("DJ001", 1),), (("DJ002", 1),)]

    def test_a_form_that_names_an_address_is_answered_where_the_campaign_says_so(
        self, office: Office
    ) -> None:
        fields = office.campaign.form.fields
        email = fields[-1].model_copy(
            update={"name": "电子邮箱", "key": "email", "kind": "email", "aliases": ()}
        )
        asked = office.campaign.model_copy(
            update={"form": office.campaign.form.model_copy(update={"fields": (*fields, email)})}
        )
        attachment = form()
        assert attachment.form is not None
        value = next(iter(attachment.form.fields.values())).model_copy(
            update={"value": "lianxi@danwei.example.cn"}
        )
        record = attachment.form.model_copy(
            update={"fields": {**attachment.form.fields, "电子邮箱": value}}
        )
        for allowed, expected in ((False, SENDER), (True, "lianxi@danwei.example.cn")):
            rules = asked.replies.model_copy(update={"to_form_email": allowed})
            office.campaign = asked.model_copy(update={"replies": rules})
            if not office.replies():
                office.receive(attachment.model_copy(update={"form": record}))
            (letter,) = office.desk().preview()
            assert letter.to == expected


class TestAgreement:
    def test_a_reread_verdict_is_told_when_a_person_agreed_and_not_before(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.receive(*whole())
        deliver(office, server)
        office.campaign = with_limit(office.campaign, 1)
        file_mail(office.book, office.campaign, office.clock, everything=True)
        (due,) = office.book.dues.waiting()
        assert due.held == HELD_BY_REREADING
        assert office.draft() == 0
        # Another's mail makes the pass draft: what is held stays held.
        office.receive(
            form("乙车站思政课堂建设案例", "乙市汽车客运总站"), sender="zhou@linhai.example.cn"
        )
        assert office.draft() == 1
        assert {r.to for r in office.replies("draft", "approved")} == {"zhou@linhai.example.cn"}
        office.book.dues.agree([due.id])
        assert office.draft() == 1
        body = office.replies("draft")[-1].body
        assert "超过1字上限" in body
        assert "谢谢" not in body  # nothing has come

    @pytest.mark.parametrize(("before", "now"), [(3, 2), (1, 3)])
    def test_another_limit_is_told_though_the_same_text_is_too_long_for_both(
        self, office: Office, server: SmtpServer, before: int, now: int
    ) -> None:
        office.campaign = with_limit(office.campaign, before)
        office.receive(*whole())
        assert f"超过{before}字上限" in deliver(office, server).body
        office.campaign = with_limit(office.campaign, now)
        file_mail(office.book, office.campaign, office.clock, everything=True)
        assert office.desk().would_tell({"DJ001"}) == Audience(agreed=(SENDER,))
        office.book.dues.agree([due.id for due in office.book.dues.waiting()])
        assert office.draft() == 1
        (letter,) = office.replies("draft")
        assert f"超过{now}字上限" in letter.body
        assert "以本次为准" in letter.body

    def test_who_was_told_is_told_again_by_agreement_and_who_was_not_by_the_letter_that_waits(
        self, office: Office, server: SmtpServer
    ) -> None:
        office.receive(*whole())
        deliver(office, server)
        # The letter about another's case waits for approval.
        other = "zhou@linhai.example.cn"
        title = "乙车站思政课堂建设案例"
        office.receive(form(title, "乙市汽车客运总站"), case_text(title), sender=other)
        assert office.draft() == 1
        office.campaign = with_limit(office.campaign, 1)
        file_mail(office.book, office.campaign, office.clock, everything=True)
        both = Audience(agreed=(SENDER,), unsent=(other,))
        assert office.desk().would_tell({"DJ001", "DJ002"}) == both
        assert office.desk().would_tell({"DJ001"}) == Audience(agreed=(SENDER,))

    def test_an_accusation_that_a_mended_rule_takes_back_is_taken_back_in_words(
        self, office: Office, server: SmtpServer
    ) -> None:
        good = office.campaign
        office.campaign = with_limit(good, 1)
        office.receive(*whole())
        assert "超过1字上限" in deliver(office, server).body
        office.campaign = good
        file_mail(office.book, good, office.clock, everything=True)
        office.book.dues.agree([due.id for due in office.book.dues.waiting()])
        assert office.draft() == 1
        letter = office.replies("draft")[0]
        assert letter.kind == "receipt"
        assert "谨致歉意" in letter.body
        assert "以本次为准" in letter.body

    def test_an_edited_rule_accuses_nobody_by_itself_when_another_file_comes(
        self, office: Office, server: SmtpServer
    ) -> None:
        by_itself(office)
        office.receive(*whole())
        answer = deliver(office, server)
        office.campaign = with_limit(office.campaign, 1)
        office.later(hours=3)
        office.receive(scan(version="2"), in_reply_to=(answer.message_id,))
        office.draft()
        letter = office.replies()[-1]
        assert "超过1字上限" in letter.body
        assert letter.state == "draft"
        assert "请先确认" in (letter.reason or "")

    def test_what_the_mail_itself_brought_goes_out_by_itself(
        self, office: Office, server: SmtpServer
    ) -> None:
        by_itself(office)
        office.receive(form(), case_text())
        answer = deliver(office, server)
        office.later(hours=3)
        office.receive(scan(), in_reply_to=(answer.message_id,))
        office.draft()
        assert office.replies()[-1].state == "approved"


class TestTime:
    def test_letters_that_wait_carry_the_day_on_which_they_go(self, office: Office) -> None:
        office.receive(form())
        office.draft()
        office.approve_all()
        assert office.replies()[0].body.endswith("\n2025年6月3日\n")
        office.now = at(5)
        office.draft()
        (letter,) = office.replies()
        assert letter.body.endswith("\n2025年6月5日\n")
        assert "您6月3日为" in letter.body
        assert letter.state == "approved"

    def test_a_persons_own_ending_is_left_as_it_is(self, office: Office) -> None:
        office.receive(form())
        office.draft()
        office.book.replies.edit(1, office.now, subject="x", body="请补正文。\n2025年6月3日 张\n")
        office.now = at(5)
        office.draft()
        assert office.replies()[0].body == "请补正文。\n2025年6月3日 张\n"

    @pytest.mark.parametrize("approved", [False, True])
    def test_a_deadline_that_has_passed_is_not_sent(self, office: Office, approved: bool) -> None:
        office.now = at(30, 20)
        office.receive(form())
        office.draft()
        if approved:
            office.approve_all()
        office.now = at(2, 9, month=7)
        office.draft()
        old, new = office.replies()
        assert (old.state, new.state) == ("withheld", "draft")
        assert "请于2025年6月30日24时前" not in new.body
        assert "已于2025年6月30日24时截止" in new.body
        assert ("再看一遍" in (new.reason or "")) is approved
        assert office.draft() == 0  # once

    def test_where_replies_go_out_by_themselves_the_new_letter_does_too(
        self, office: Office
    ) -> None:
        by_itself(office)
        office.now = at(30, 20)
        office.receive(form())
        office.draft()
        office.now = at(2, 9, month=7)
        office.draft()
        assert [r.state for r in office.replies()] == ["withheld", "approved"]

    def test_a_decision_is_no_mail(self, office: Office) -> None:
        office.receive(form())
        office.draft()
        office.now = at(10)
        office.book.decisions.add(
            "waive", who="张", now=office.now, case_no="DJ001", payload={"code": "scan-missing"}
        )
        office.file()
        office.draft()
        (letter,) = office.replies("draft")
        assert "您6月3日为" in letter.body


def test_a_mistake_in_a_template_is_told_though_dates_are_put_right(
    office: Office, tmp_path: Path
) -> None:
    office.receive(form())
    office.draft()
    office.now = at(5)
    office.receive(case_text())
    office.rules = tmp_path / "campaign.toml"
    (office.rules.parent / "replies").mkdir()
    (office.rules.parent / "replies" / "missing.txt.j2").write_text("{{ oops }}", encoding="utf-8")
    with pytest.raises(CampaignError):
        office.draft()
    assert office.replies()[0].body.endswith("2025年6月5日\n")
