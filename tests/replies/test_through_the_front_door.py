"""From the mailbox to the sender and back, by commands alone, over real IMAP and SMTP servers."""

from __future__ import annotations

import re
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.casebook.changes import Reply
from inbox_ingest.casebook.store import open_casebook
from inbox_ingest.inbox.imap import ImapSource
from inbox_ingest.inbox.urls import ImapAddress
from inbox_ingest.replies.desk import TRIAL_ENDED
from inbox_ingest.stages.sent_folder import SentFolder
from tests.replies.front_door import SENDER, Ingest, submission
from tests.replies.test_outgoing import decoded, headers_of
from tests.servers.mailbox import PymapServer
from tests.servers.smtp import PASSWORD, USER, SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def answered_by_hand(words: str) -> EmailMessage:
    """What a colleague wrote to the sender, in answer to his first mail."""
    written = EmailMessage()
    written["From"], written["To"] = USER, SENDER
    written["Message-ID"], written["In-Reply-To"] = "<h1@example.cn>", "<m1@wangjiang.example.cn>"
    written.set_content(words)
    return written


def test_submission_draft_approval_mail_supplement_and_second_answer_in_one_thread(
    ingest: Ingest, mailbox: PymapServer, server: SmtpServer, form_file: Path, text_file: Path
) -> None:
    noon = datetime(2025, 5, 6, 4, 0, tzinfo=UTC)
    mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), noon)
    ingest("run", "--send")
    assert not server.delivered  # nobody has approved
    assert "待批准" in ingest("replies", "list")
    shown = ingest("replies", "show", "1")
    assert "未收到案例正文电子版" in shown
    ingest("replies", "approve", "--all")
    ingest("run", "--send")
    (first,) = server.delivered
    assert first.recipients == (SENDER,)
    answer = headers_of(first.content)
    assert decoded(answer["subject"]) == "Re: 报送案例 [DJ001]"
    assert answer["in-reply-to"] == "<m1@wangjiang.example.cn>"
    assert answer["auto-submitted"] == "auto-replied"

    supplement = submission(
        text_file,
        subject="回复：报送案例 [DJ001]",
        name="m2",
        In_Reply_To=answer["message-id"],
        References=f"<m1@wangjiang.example.cn> {answer['message-id']}",
    )
    mailbox.deliver(supplement, noon + timedelta(days=1))
    ingest("run")
    ingest("replies", "approve", "2")
    assert "发出 1 封" in ingest("replies", "send")
    second = headers_of(server.delivered[1].content)
    assert second["references"].split() == [
        "<m1@wangjiang.example.cn>",
        answer["message-id"],
        "<m2@wangjiang.example.cn>",
    ]
    body = ingest("replies", "show", "2")
    assert "案例正文：案例正文.docx" in body
    assert "未收到案例正文电子版" not in body
    assert "加盖公章的申报表扫描件" in body
    ingest("run", "--send")
    assert len(server.delivered) == 2


def test_a_letter_is_edited_withheld_and_previewed(
    ingest: Ingest, mailbox: PymapServer, form_file: Path, tmp_path: Path
) -> None:
    mailbox.deliver(submission(form_file, subject="报送案例", name="m1"))
    ingest("run", "--until", "file")
    assert "未收到案例正文电子版" in ingest("replies", "preview")
    assert "没有答复" in ingest("replies", "list")
    ingest("run")
    words = tmp_path / "words.txt"
    words.write_text("您好，请补正文。\n", encoding="utf-8")
    ingest("replies", "edit", "1", "--body", str(words))
    assert "您好，请补正文。" in ingest("replies", "show", "1")
    ingest("replies", "withhold", "1", "--reason", "已电话联系")
    assert "已电话联系" in ingest("replies", "list")
    ingest("replies", "approve", "1")  # a person may think better of it
    assert "待发送" in ingest("replies", "list")
    ingest("replies", "show", "99", code=64)


def test_an_organiser_who_answered_by_hand_is_not_answered_after(
    ingest: Ingest, mailbox: PymapServer, form_file: Path
) -> None:
    mailbox.deliver(submission(form_file, subject="报送案例", name="m1"))
    ingest("run")
    by_hand = answered_by_hand("请补正文。")
    mailbox.deliver(by_hand.as_bytes(), datetime.now(UTC), folder="已发送")
    mailbox.deliver(submission(subject="另一件事", name="other"))
    ingest("run")
    assert re.search(
        r"1 号：工作人员已于.*手工答复", ingest("replies", "list", "--state", "withheld")
    )


def test_a_colleague_who_answered_before_the_letter_is_sent_is_not_contradicted(
    ingest: Ingest, mailbox: PymapServer, server: SmtpServer, form_file: Path
) -> None:
    mailbox.deliver(submission(form_file, subject="报送案例", name="m1"))
    ingest("run")
    by_hand = answered_by_hand("请补正文。")
    mailbox.deliver(by_hand.as_bytes(), datetime.now(UTC), folder="已发送")
    ingest("replies", "approve", "1")
    told = ingest("replies", "send")
    assert "发出 0 封" in told
    assert "有 1 封因工作人员已手工答复，不再发送" in told
    assert not server.delivered


def test_an_answer_by_hand_is_found_below_any_number_of_our_own_letters_and_whatever_it_weighs(
    ingest: Ingest, mailbox: PymapServer, form_file: Path
) -> None:
    mailbox.deliver(submission(form_file, subject="报送案例", name="m1"))
    ingest("run")
    by_hand = answered_by_hand("请补正文，模板见附件。")
    template = b"0" * (2 << 20)
    by_hand.add_attachment(template, maintype="application", subtype="msword", filename="附件2.doc")
    mailbox.deliver(by_hand.as_bytes(), datetime.now(UTC), folder="已发送")
    for number in range(60):
        ours = f"Message-ID: <ingest.{number:032x}@example.cn>\r\nTo: x@example.cn\r\n\r\nx\r\n"
        mailbox.deliver(ours.encode(), datetime.now(UTC), folder="已发送")
    mailbox.deliver(submission(subject="另一件事", name="other"))
    ingest("run")
    assert re.search(
        r"1 号：工作人员已于.*手工答复", ingest("replies", "list", "--state", "withheld")
    )


def test_an_answer_by_hand_is_noticed_within_the_hour_though_no_mail_comes(
    ingest: Ingest, mailbox: PymapServer, form_file: Path, tmp_path: Path
) -> None:
    """An empty poll does not look; the full look of each hour does."""
    mailbox.deliver(submission(form_file, subject="报送案例", name="m1"))
    ingest("run")
    words = f"From: {USER}\r\nTo: {SENDER}\r\nIn-Reply-To: <m1@wangjiang.example.cn>\r\n"
    words += "Message-ID: <h1@example.cn>\r\n\r\nok\r\n"
    mailbox.deliver(words.encode(), datetime.now(UTC), folder="已发送")
    ingest("run")
    assert "待批准" in ingest("replies", "list")
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="microseconds")
    with sqlite3.connect(tmp_path / "home" / "casebook.sqlite3") as book:
        book.execute("UPDATE folders SET listed_at = ?", (hour_ago,))
    ingest("run")
    assert "手工答复" in ingest("replies", "list", "--state", "withheld")


def test_a_holiday_notice_of_our_own_mailbox_is_no_answer_by_hand(
    ingest: Ingest, mailbox: PymapServer, form_file: Path
) -> None:
    mailbox.deliver(submission(form_file, subject="报送案例", name="m1"))
    ingest("run")
    for name, header in (("a1", ("Auto-Submitted", "auto-replied")), ("a2", ("X-Mailer", "x"))):
        notice = EmailMessage()
        notice["From"], notice["To"], notice["Subject"] = USER, SENDER, "自动回复：报送案例"
        notice["Message-ID"] = f"<{name}@example.cn>"
        notice["In-Reply-To"] = "<m1@wangjiang.example.cn>"
        notice[header[0]] = header[1]
        notice.set_content("来信已收到。")
        mailbox.deliver(notice.as_bytes(), datetime.now(UTC), folder="已发送")
    mailbox.deliver(submission(subject="另一件事", name="other"))
    ingest("run")
    assert "待批准" in ingest("replies", "list")


def test_where_replies_go_out_by_themselves_an_answer_by_hand_before_the_first_pass_counts(
    ingest: Ingest, mailbox: PymapServer, server: SmtpServer, form_file: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "rules" / "call"
    shutil.copytree(shipped_campaign().parent, rules)
    file = rules / "campaign.toml"
    shipped = file.read_text(encoding="utf-8")
    file.write_text(shipped.replace('mode = "hold"', 'mode = "auto"'), encoding="utf-8")
    config = tmp_path / "ingest.toml"
    config.write_text(f'campaign = "{file}"\n{config.read_text(encoding="utf-8")}', "utf-8")
    ingest("run")
    with open_casebook(tmp_path / "home" / "casebook.sqlite3") as book:
        book.runs.mark(TRIAL_ENDED, datetime.now(UTC), "张")
    long_ago = datetime.now(UTC) - timedelta(minutes=50)
    mailbox.deliver(submission(form_file, subject="报送案例", name="m1"), long_ago)
    by_hand = answered_by_hand("请补正文。")
    mailbox.deliver(by_hand.as_bytes(), long_ago + timedelta(minutes=20), folder="已发送")
    ingest("run", "--send")
    assert not server.delivered
    assert "手工答复" in ingest("replies", "list", "--state", "withheld")


class TestSentFolder:
    """What the Sent folder says of a letter whose sending was cut off."""

    def has(self, mailbox: PymapServer, looked_for: Reply, *others: Reply) -> bool | None:
        address = ImapAddress("127.0.0.1", mailbox.port, USER, "plain")
        source = ImapSource(address, PASSWORD)
        try:
            return SentFolder(source).has(looked_for, others)
        finally:
            source.close()

    def keeps(self, mailbox: PymapServer, message_id: str) -> None:
        raw = f"Message-ID: {message_id}\r\nSubject: x\r\n\r\nx\r\n".encode()
        mailbox.deliver(raw, datetime.now(UTC), folder="已发送")

    @pytest.fixture
    def ours(self, ingest: Ingest, mailbox: PymapServer, form_file: Path, tmp_path: Path) -> Reply:
        """A letter that went out a moment ago."""
        mailbox.deliver(submission(form_file, subject="报送案例", name="m1"))
        ingest("run")
        ingest("replies", "approve", "1")
        ingest("replies", "send")
        with open_casebook(tmp_path / "home" / "casebook.sqlite3") as book:
            return book.replies.get(1)

    def another(self, ours: Reply, number: int, **later: float) -> Reply:
        """Another letter, that went out so much later."""
        at = ours.changed_at + timedelta(**later)
        name = f"<ingest.{number:032}@example.cn>"
        return replace(ours, id=number, message_id=name, changed_at=at, sent_at=at)

    def cut_off(self, ours: Reply, **later: float) -> Reply:
        """Another letter, whose sending was cut off so much later."""
        return replace(self.another(ours, 2, **later), state="sending", sent_at=None)

    def test_it_believes_what_it_sees_and_doubts_what_it_does_not(
        self, mailbox: PymapServer, ours: Reply
    ) -> None:
        lost, next_one = self.cut_off(ours, seconds=5), self.another(ours, 3, minutes=1)
        assert self.has(mailbox, lost, ours, next_one) is None  # an empty folder proves nothing
        self.keeps(mailbox, "<by-hand@example.cn>")
        assert self.has(mailbox, lost, ours, next_one) is None  # it may not keep what SMTP sends
        self.keeps(mailbox, ours.message_id)
        self.keeps(mailbox, next_one.message_id)
        assert self.has(mailbox, lost, ours, next_one) is False  # it does: this one was not sent
        self.keeps(mailbox, lost.message_id)
        assert self.has(mailbox, lost, ours, next_one) is True

    def test_that_it_kept_a_letter_before_or_after_says_nothing_of_this_one(
        self, mailbox: PymapServer, ours: Reply
    ) -> None:
        """Somebody may have switched the setting on or off in between: never two mails on a guess."""
        lost, next_one = self.cut_off(ours, hours=3), self.another(ours, 3, hours=3, minutes=1)
        self.keeps(mailbox, next_one.message_id)
        assert self.has(mailbox, lost, next_one) is None
        assert self.has(mailbox, lost, ours, next_one) is None  # kept only from then on
        assert self.has(mailbox, self.cut_off(ours, hours=4), ours, next_one) is None
