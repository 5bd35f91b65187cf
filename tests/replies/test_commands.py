"""`ingest replies`: a person's word on letters, over real servers, and what it may not do."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.casebook.changes import IN_DOUBT
from inbox_ingest.casebook.store import open_casebook
from inbox_ingest.diagnosis import configuration, sending
from inbox_ingest.replies.keeping import HELD_BACK
from inbox_ingest.settings import load_settings
from inbox_ingest.stages.lock import only_pass
from tests.replies.front_door import SENDER, Ingest, submission
from tests.servers.mailbox import PymapServer
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
NOON = datetime(2025, 5, 6, 4, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def rules(tmp_path: Path, ingest: Ingest) -> Path:
    """A campaign of the organiser's own, to be edited."""
    folder = tmp_path / "rules"
    shutil.copytree(shipped_campaign().parent, folder)
    campaign = folder / "campaign.toml"
    config = tmp_path / "ingest.toml"
    words = f'campaign = "{campaign}"\n' + config.read_text(encoding="utf-8")
    config.write_text(words, encoding="utf-8")
    return campaign


def edit(campaign: Path, old: str, new: str) -> None:
    text = campaign.read_text(encoding="utf-8")
    assert old in text
    campaign.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def drafted(ingest: Ingest, mailbox: PymapServer, form_file: Path) -> None:
    """Letter 1 waits for approval."""
    mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), NOON)
    ingest("run")


@pytest.fixture
def cut_off(drafted: None, ingest: Ingest, server: SmtpServer) -> None:
    """Letter 1 was taken by the server, whose answer was lost."""
    ingest("replies", "approve", "1")
    server.faults.cut = "end"
    assert "不能确定是否已寄出" in ingest("replies", "send")
    assert len(server.delivered) == 1


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


class TestSettling:
    def test_nobody_approves_a_letter_that_is_on_its_way(
        self, cut_off: None, ingest: Ingest, server: SmtpServer
    ) -> None:
        assert "发送中" in ingest("replies", "approve", "1", code=64)
        ingest("replies", "edit", "1", "--subject", "x", code=64)
        ingest("replies", "withhold", "1", code=64)
        ingest("replies", "send")
        ingest("run", "--send")
        assert len(server.delivered) == 1

    def test_a_person_who_found_it_in_the_sent_folder_says_so(
        self, cut_off: None, ingest: Ingest, server: SmtpServer
    ) -> None:
        assert "已寄出" in ingest("replies", "settle", "1", "sent")
        assert "已发送" in ingest("replies", "list")
        ingest("replies", "send")
        assert len(server.delivered) == 1

    def test_a_person_who_did_not_find_it_has_it_sent_again(
        self, cut_off: None, ingest: Ingest, server: SmtpServer
    ) -> None:
        assert "将再次发送" in ingest("replies", "settle", "1", "not-sent")
        assert "发出 1 封" in ingest("replies", "send")
        assert len(server.delivered) == 2

    def test_not_while_a_pass_may_be_sending_it(
        self, cut_off: None, ingest: Ingest, home: Path
    ) -> None:
        with only_pass(home):
            ingest("replies", "settle", "1", "not-sent", code=75)
        assert "发送中" in ingest("replies", "list")

    def test_it_approves_nothing_that_was_never_in_doubt(
        self, drafted: None, ingest: Ingest
    ) -> None:
        ingest("replies", "settle", "1", "not-sent", code=64)
        ingest("replies", "settle", "1", "sent", code=64)
        assert "待批准" in ingest("replies", "list")

    def test_a_letter_in_doubt_is_settled_before_anything_else(
        self, cut_off: None, ingest: Ingest, home: Path, server: SmtpServer
    ) -> None:
        with open_casebook(home / "casebook.sqlite3") as book:
            book.replies.move(1, "failed", datetime.now(UTC), reason=IN_DOUBT, expected=["sending"])
        assert "settle 1" in ingest("replies", "approve", "1", code=64)
        assert "未送达" in ingest("list", "--waiting")
        ingest("replies", "settle", "1", "not-sent")
        ingest("replies", "send")
        assert len(server.delivered) == 2


class TestRecovering:
    def test_a_copy_that_comes_late_into_the_sent_folder_makes_no_second_mail(
        self, ingest: Ingest, mailbox: PymapServer, server: SmtpServer, cut_off: None
    ) -> None:
        assert "过几分钟再" in ingest("run", "--send")
        mailbox.deliver(server.delivered[0].content, datetime.now(UTC), folder="已发送")
        ingest("run", "--send")
        assert "已发送" in ingest("replies", "list")
        assert len(server.delivered) == 1


class TestApproving:
    def test_a_waived_point_is_not_named_though_the_letter_was_approved(
        self, drafted: None, ingest: Ingest, server: SmtpServer
    ) -> None:
        ingest("replies", "approve", "1")
        ingest("waive", "DJ001", "scan-missing", "--why", "已电话核实")
        told = ingest("replies", "send")
        assert "发出 0 封" in told
        assert "情况有变" in told
        assert not server.delivered
        ingest("run")
        assert "扫描件" not in ingest("replies", "show", "2")
        ingest("replies", "approve", "1", code=64)

    def test_a_draft_that_is_no_longer_so_is_drafted_anew_by_a_quiet_pass(
        self, drafted: None, ingest: Ingest
    ) -> None:
        ingest("waive", "DJ001", "scan-missing", "--why", "已电话核实")
        assert "情况已变" in ingest("replies", "approve", "1", code=64)
        ingest("run")  # no new mail, nothing due
        assert "扫描件" not in ingest("replies", "show", "2")

    def test_one_that_was_refused_waits_for_a_person_who_may_send_it_all_the_same(
        self, ingest: Ingest, mailbox: PymapServer, form_file: Path, server: SmtpServer
    ) -> None:
        bulk = submission(form_file, subject="报送案例", name="m1", Precedence="bulk")
        mailbox.deliver(bulk, NOON)
        ingest("run")
        assert "不宜自动发出" in ingest("list", "--waiting")
        assert "群发邮件" in ingest("replies", "list")
        ingest("replies", "approve", "1")
        assert "不宜" not in ingest("list", "--waiting")
        assert "发出 1 封" in ingest("replies", "send")
        assert server.delivered[0].recipients == (SENDER,)

    def test_one_that_was_refused_leaves_the_waiting_list_when_a_person_agrees(
        self, ingest: Ingest, mailbox: PymapServer, form_file: Path
    ) -> None:
        bulk = submission(form_file, subject="报送案例", name="m1", Precedence="bulk")
        mailbox.deliver(bulk, NOON)
        ingest("run")
        ingest("replies", "withhold", "1", "--reason", "已电话联系")
        assert "不宜" not in ingest("list", "--waiting")
        assert "已电话联系" in ingest("replies", "list")

    def test_one_that_could_not_be_written_is_not_sent_as_it_is(
        self,
        rules: Path,
        ingest: Ingest,
        mailbox: PymapServer,
        form_file: Path,
        server: SmtpServer,
    ) -> None:
        template = rules.parent / "replies" / "missing.txt.j2"
        sound = template.read_text(encoding="utf-8")
        trap = "{% if letter.received_on == '5月6日' %}{{ 1 / 0 }}{% endif %}您好"
        template.write_text(trap, encoding="utf-8")
        mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), NOON)
        ingest("run")
        refused = ingest("replies", "approve", "1", code=64)
        assert "没有写成" in refused
        assert "模板" in refused
        ingest("replies", "send")
        assert not server.delivered
        template.write_text(sound, encoding="utf-8")
        ingest("run")  # no new mail, nothing else due
        assert "待批准" in ingest("replies", "list")


class TestNothingGoesOn:
    """What stops all letters is told wherever an organiser looks for what he has to do."""

    def test_a_broken_template(
        self, rules: Path, ingest: Ingest, mailbox: PymapServer, form_file: Path
    ) -> None:
        template = rules.parent / "replies" / "missing.txt.j2"
        template.write_text("{% if x %}", encoding="utf-8")
        mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), NOON)
        ingest("run", code=78)
        waiting = ingest("list", "--waiting")
        assert "未完成" in waiting
        assert "missing.txt.j2" in waiting
        assert "没有符合条件" not in waiting
        found = {f.subject: f for f in configuration(load_settings())}
        assert found["答复模板"].verdict == "bad"
        assert "missing.txt.j2" in found["答复模板"].text

    def test_a_login_that_is_refused_or_a_sender_that_is(
        self, drafted: None, ingest: Ingest, server: SmtpServer
    ) -> None:
        ingest("replies", "approve", "1")
        server.faults.refuse_login = "535 Error: authentication failed"
        ingest("run", "--send", code=77)
        assert "SMTP 登录被拒绝" in ingest("list", "--waiting").replace("\n  ", "")
        server.faults.refuse_login = None
        server.faults.answers["mail"].append("553 Mail from must equal authorized user")
        ingest("run", "--send", code=77)
        assert "发件地址与登录账号不一致" in ingest("list", "--waiting").replace("\n  ", "")
        ingest("run", "--send")
        assert "未完成" not in ingest("list", "--waiting")

    def test_no_server_for_sending(self, drafted: None, ingest: Ingest, tmp_path: Path) -> None:
        config = tmp_path / "ingest.toml"
        words = config.read_text(encoding="utf-8")
        config.write_text(words[: words.index("[smtp]")], encoding="utf-8")
        ingest("replies", "approve", "1")
        ingest("run", "--send", code=78)
        assert "还没有配置发信服务器" in ingest("list", "--waiting").replace("\n  ", "")
        (found,) = sending(load_settings())
        assert found.verdict == "note"
        assert "答复只能拟写" in found.text


class TestReturned:
    """Letter 1 went out and came back."""

    @pytest.fixture
    def returned(
        self, drafted: None, ingest: Ingest, mailbox: PymapServer, home: Path, server: SmtpServer
    ) -> None:
        ingest("replies", "approve", "1")
        ingest("replies", "send")
        with open_casebook(home / "casebook.sqlite3") as book:
            name = book.replies.get(1).message_id
        words = "From: Postmaster@126.com\r\nTo: zhengji@example.cn\r\nSubject: Undeliverable\r\n"
        words += f"Message-ID: <b@126.com>\r\nIn-Reply-To: {name}\r\n\r\nmailbox full\r\n"
        mailbox.deliver(words.encode(), datetime.now(UTC))
        ingest("run")

    def test_it_goes_out_again_only_by_a_person_who_knows_that_it_did(
        self, returned: None, ingest: Ingest, server: SmtpServer
    ) -> None:
        listed = ingest("replies", "list")
        assert "发出过，对方没有收到：对方邮箱已满" in listed
        refused = ingest("replies", "approve", "1", code=64)
        assert "发出过一次" in refused
        assert "--again" in refused
        ingest("replies", "send")
        assert len(server.delivered) == 1
        ingest("replies", "approve", "1", "--again")
        ingest("replies", "send")
        assert len(server.delivered) == 2

    def test_edited_it_is_not_approved_with_all_the_others_either(
        self, returned: None, ingest: Ingest, server: SmtpServer
    ) -> None:
        ingest("replies", "edit", "1", "--subject", "请补正")
        assert "发出过一次" in ingest("replies", "approve", "--all", code=64)
        ingest("replies", "send")
        assert len(server.delivered) == 1

    def test_it_waits_for_a_person_until_a_newer_letter_went_out(
        self,
        returned: None,
        ingest: Ingest,
        mailbox: PymapServer,
        text_file: Path,
    ) -> None:
        assert "未送达" in ingest("list", "--waiting")
        again = submission(text_file, subject="Re: 报送案例 [DJ001]", name="m2")
        mailbox.deliver(again, NOON + timedelta(hours=1))
        ingest("run")
        assert "未送达" in ingest("list", "--waiting")
        ingest("replies", "approve", "2")
        ingest("replies", "send")
        assert "未送达" not in ingest("list", "--waiting")


class TestSending:
    def test_it_says_why_nothing_goes_out_and_when_it_will(
        self, ingest: Ingest, mailbox: PymapServer, form_file: Path
    ) -> None:
        now = datetime.now(UTC)
        mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), now)
        ingest("run")
        ingest("replies", "approve", "1")
        told = ingest("replies", "send")
        assert "发出 0 封" in told
        until = (now + timedelta(hours=8, minutes=10)).strftime("%m-%d %H:%M")
        assert f"时间未到，最早 {until}" in told

    def test_what_is_shown_is_what_is_sent(
        self, drafted: None, ingest: Ingest, server: SmtpServer, tmp_path: Path
    ) -> None:
        words = tmp_path / "words.txt"
        words.write_text("您好。\r\n请补\x07正文。\n\n\n", encoding="utf-8")
        ingest("replies", "edit", "1", "--subject", "=?utf-8?b?eA==?= 答\n复", "--body", str(words))
        shown = ingest("replies", "show", "1")
        assert "主　题：= ?utf-8?b?eA== ?= 答 复" in shown
        assert "您好。\n请补正文。\n" in shown

    def test_switched_off_nothing_goes_out_whoever_approved_it(
        self, rules: Path, drafted: None, ingest: Ingest, server: SmtpServer
    ) -> None:
        ingest("replies", "approve", "1")
        edit(rules, 'mode = "hold"', 'mode = "off"')
        ingest("run", "--send")
        assert "mode" in ingest("replies", "send", code=64)
        assert not server.delivered
        edit(rules, 'mode = "off"', 'mode = "hold"')
        ingest("run", "--send")
        assert len(server.delivered) == 1


class TestAgreeing:
    def test_other_words_for_the_same_finding_are_told_to_nobody(
        self, rules: Path, ingest: Ingest, mailbox: PymapServer, form_file: Path
    ) -> None:
        mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), NOON)
        ingest("run")
        ingest("replies", "approve", "--all")
        ingest("replies", "send")
        with rules.open("a", encoding="utf-8") as campaign:
            campaign.write('\n[issues.scan-missing]\ntext = "还没有收到盖章的扫描件"\n')
        shown = ingest("reread", "--dry-run")
        assert "还没有收到盖章的扫描件" in shown
        assert "需要另行告知" not in shown
        ingest("reread")
        assert "没有等待同意" in ingest("replies", "agree", "--all", code=64)
        ingest("run")
        ingest("replies", "show", "2", code=64)

    def test_a_verdict_that_an_edited_rule_changed_is_told_only_after_a_person_agreed(
        self, rules: Path, ingest: Ingest, mailbox: PymapServer, form_file: Path
    ) -> None:
        with rules.open("a", encoding="utf-8") as campaign:
            campaign.write('\n[issues.scan-missing]\naudience = "organiser"\n')
        mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), NOON)
        ingest("run")
        ingest("replies", "approve", "--all")
        ingest("replies", "send")
        assert "扫描件" not in ingest("replies", "show", "1")
        edit(rules, 'audience = "organiser"', 'audience = "sender"')
        told = ingest("reread")
        assert f"需要另行告知的发件人 1 位（须先经您同意）\n  {SENDER}\n" in told
        assert "重新拟写" not in told
        ingest("run")
        assert "DJ001" in ingest("replies", "list")
        ingest("replies", "show", "2", code=64)
        assert "等待同意的有 DJ001" in ingest("replies", "agree", code=64)
        ingest("replies", "agree", "DJ404", code=64)
        ingest("run")
        ingest("replies", "show", "2", code=64)
        assert "已同意 1 项" in ingest("replies", "agree", "DJ001")
        ingest("run")
        assert "未收到加盖公章的申报表扫描件" in ingest("replies", "show", "2")
        ingest("replies", "agree", "--all", code=64)

    def test_a_letter_that_never_went_out_is_written_anew_and_nobody_has_to_agree(
        self, rules: Path, drafted: None, ingest: Ingest
    ) -> None:
        with rules.open("a", encoding="utf-8") as campaign:
            campaign.write('\n[issues.scan-missing]\naudience = "organiser"\n')
        for command in (("reread", "--dry-run"), ("reread",)):
            shown = ingest(*command)
            assert "同意" not in shown
            assert f"重新拟写的发件人 1 位\n  {SENDER}\n" in shown
            assert "ingest replies list" in shown
        ingest("run")
        assert "没有等待同意" in ingest("replies", "agree", "DJ001", code=64)
        assert "扫描件" not in ingest("replies", "show", "2")
        assert "待批准" in ingest("replies", "list")


class TestTrial:
    @pytest.fixture(autouse=True)
    def _auto(self, rules: Path) -> None:
        edit(rules, 'mode = "hold"', 'mode = "auto"')

    def test_letters_wait_until_a_person_ends_it_knowingly(
        self,
        ingest: Ingest,
        mailbox: PymapServer,
        form_file: Path,
        server: SmtpServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        assert "还没有数据" in ingest("replies", "trial", code=64)
        mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), NOON)
        ingest("run", "--send")
        assert "试运行中" in ingest("replies", "trial")
        assert not server.delivered
        answer(monkeypatch, "n\n")
        ingest("replies", "trial", "--end", code=64)
        assert "试运行中" in ingest("replies", "trial")
        answer(monkeypatch, "y\n")
        told = ingest("replies", "trial", "--end")
        assert "发出 0 封" in told
        assert "结束" in told
        other = submission(form_file, subject="报送案例", name="m2").replace(
            SENDER.encode(), b"zhou@linhai.example.cn"
        )
        mailbox.deliver(other, NOON + timedelta(days=1))
        ingest("run", "--send")
        assert "试运行中" in ingest("replies", "trial", "--again")

    @pytest.mark.parametrize("how", ["again", "edited"])
    def test_back_in_it_letters_that_had_gone_by_themselves_wait_too(
        self,
        ingest: Ingest,
        mailbox: PymapServer,
        form_file: Path,
        server: SmtpServer,
        rules: Path,
        monkeypatch: pytest.MonkeyPatch,
        how: str,
    ) -> None:
        ingest("run")
        answer(monkeypatch, "y\n")
        ingest("replies", "trial", "--end")
        mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), NOON)
        ingest("run")
        assert "待发送" in ingest("replies", "list")
        if how == "again":
            assert "1 封现在待您批准" in ingest("replies", "trial", "--again")
            assert "待批准" in ingest("replies", "list")
        else:
            edit(rules, 'mode = "auto"', 'mode = "hold"')
        ingest("replies", "send")
        ingest("run", "--send")
        assert not server.delivered
        ingest("replies", "approve", "1")
        ingest("run", "--send")
        assert len(server.delivered) == 1

    def test_nobody_ends_and_resumes_it_at_once(self, ingest: Ingest, drafted: None) -> None:
        assert "不能同时" in ingest("replies", "trial", "--end", "--again", code=64)


class TestSeveralAtOnce:
    @pytest.fixture
    def late(self, ingest: Ingest, mailbox: PymapServer, form_file: Path) -> None:
        """A letter about a case that first came after the closing: accept it or not?"""
        from docx import Document

        document = Document(str(form_file))
        cells = document.tables[0].columns[1].cells
        cells[0].text, cells[1].text = "轮渡上的思政课堂", "临海市航运公司"
        other = form_file.with_name("轮渡申报表.docx")
        document.save(str(other))
        after = submission(other, subject="报送案例", name="late").replace(
            SENDER.encode(), b"zhou@linhai.example.cn"
        )
        mailbox.deliver(after, NOON + timedelta(days=90))
        ingest("run")

    def test_all_leaves_out_what_waits_for_a_decision_and_says_why(
        self, drafted: None, late: None, ingest: Ingest, server: SmtpServer
    ) -> None:
        told = ingest("replies", "approve", "--all")
        assert "第 1 号已批准" in told
        assert "第 2 号已批准" not in told
        assert "请先决定收不收" in told
        assert "ingest replies approve 2" in told
        ingest("replies", "send")
        assert [sent.recipients for sent in server.delivered] == [(SENDER,)]
        assert "第 2 号已批准" in ingest("replies", "approve", "2")

    def test_all_fails_where_every_letter_waits_for_a_decision(
        self, late: None, ingest: Ingest
    ) -> None:
        told = ingest("replies", "approve", "--all", code=64)
        assert "请先决定收不收" in told
        assert "ingest replies approve 1" in told
        assert "待批准" in ingest("replies", "list")

    def test_all_takes_those_that_only_went_back_into_the_trial(
        self, drafted: None, ingest: Ingest, home: Path
    ) -> None:
        with open_casebook(home / "casebook.sqlite3") as book:
            book.replies.move(1, "approved", datetime.now(UTC), reason=None, expected=["draft"])
            assert book.replies.hold_back(datetime.now(UTC), HELD_BACK) == 1
        assert "第 1 号已批准" in ingest("replies", "approve", "--all")

    @pytest.mark.parametrize("command", ["approve", "withhold"])
    def test_what_can_be_done_is_done_and_the_rest_is_told(
        self, ingest: Ingest, drafted: None, command: str
    ) -> None:
        told = ingest("replies", command, "99", "1", "98", code=64)
        assert "第 1 号" in told
        assert "没有第 99 号" in told
        assert "没有第 98 号" in told
        assert "待批准" not in ingest("replies", "list")

    def test_a_letter_that_failed_waits_with_its_number_its_address_and_the_reason(
        self, ingest: Ingest, drafted: None, server: SmtpServer
    ) -> None:
        ingest("replies", "approve", "1")
        server.faults.answers["recipient"].append("550 Invalid User")
        ingest("replies", "send")
        for command in (("list", "--waiting"), ("status",)):
            assert f"第 1 号答复未送达  {SENDER}  对方地址不存在" in ingest(*command)


class TestDoctor:
    def test_it_logs_in_where_letters_are_sent(
        self, ingest: Ingest, mailbox: PymapServer, server: SmtpServer
    ) -> None:
        told = "".join(f"{f.subject}{f.verdict}" for f in sending(load_settings()))
        assert told == "发信good"
        assert not server.delivered
        server.faults.refuse_login = "535 Error: authentication failed"
        (finding,) = sending(load_settings())
        assert (finding.verdict, finding.exit_code) == ("bad", 77)
        assert "授权码" in finding.text


def test_rereading_writes_letters_that_wait_under_the_telephone_of_now(
    drafted: None, rules: Path, ingest: Ingest
) -> None:
    edit(rules, "18951608218", "18900000000")
    assert "未发出的答复 1 封会重新拟写" in ingest("reread", "--dry-run")
    assert "18951608218" in ingest("replies", "show", "1")
    assert "未发出的答复 1 封已重新拟写" in ingest("reread")
    assert "18900000000" in ingest("replies", "show", "2")
    assert "未发出的答复" not in ingest("reread", "--dry-run")
