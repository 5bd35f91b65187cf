"""What a person did with a letter stays while it is true, and is never lost without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from inbox_ingest.replies.by_hand import ByHand
from inbox_ingest.replies.desk import TRIAL_ENDED
from tests.casebook.mails import attachment, case_text, form, scan
from tests.replies.office import Office, changed
from tests.replies.test_by_hand import by_hand
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def photo_comes(office: Office) -> None:
    office.later(minutes=20)
    office.receive(attachment("活动照片.jpg", "photo"), subject="Re: 申报材料 [DJ001]")


def edited(office: Office, body: str = "人改过的话\n") -> None:
    office.book.replies.edit(1, office.now, subject="Re: 申报材料 [DJ001]", body=body)


def test_a_photo_takes_away_neither_the_wording_nor_the_approval(
    office: Office, server: SmtpServer
) -> None:
    office.receive(form())
    office.draft()
    edited(office)
    office.book.replies.approve(1, office.now, "张")
    photo_comes(office)
    assert office.draft() == 0
    (letter,) = office.replies()
    assert (letter.state, letter.body, letter.approved_by) == ("approved", "人改过的话\n", "张")
    office.later(minutes=11)
    assert office.send(server).sent == [1]
    assert office.draft() == 0


@pytest.mark.parametrize("brought", ["photo", "copy", "nothing"])
def test_an_approved_letter_waits_ten_minutes_after_the_senders_last_mail_whatever_it_brought(
    office: Office, server: SmtpServer, brought: str
) -> None:
    first = office.receive(form())
    office.draft()
    office.book.replies.approve(1, office.now, "张")
    office.later(minutes=8)
    files = {"photo": (attachment("活动照片.jpg", "photo"),), "copy": (form(),), "nothing": ()}
    subject = "Re: 申报材料 [DJ001]"
    office.receive(*files[brought], subject=subject, text="正文马上发来", in_reply_to=(first,))
    office.draft()
    office.later(minutes=3)
    assert not office.send(server).sent
    office.receive(case_text(), subject=subject, in_reply_to=(first,))
    office.draft()
    (letter,) = office.replies("draft", "approved")
    assert "案例正文电子版" not in letter.body.partition("尚需补正")[2]
    office.later(minutes=11)
    office.approve_all()
    assert len(office.send(server).sent) == 1


def test_what_a_machine_sends_keeps_nobody_waiting(office: Office, server: SmtpServer) -> None:
    first = office.receive(form())
    office.draft()
    office.book.replies.approve(1, office.now, "张")
    office.later(minutes=8)
    office.receive(
        subject="自动回复：申报材料", in_reply_to=(first,), auto_submitted="auto-replied"
    )
    office.draft()
    office.later(minutes=3)
    assert office.send(server).sent == [1]


def test_a_letter_that_nobody_touched_lists_the_photo(office: Office) -> None:
    office.receive(form())
    office.draft()
    photo_comes(office)
    office.draft()
    (letter,) = office.replies("draft")
    assert "活动照片.jpg" in letter.body
    assert letter.reason is None


@pytest.mark.parametrize("mode", ["hold", "auto"])
def test_where_it_is_no_longer_true_the_new_letter_names_the_old_and_waits(
    office: Office, mode: str
) -> None:
    office.campaign = changed(mode=mode)
    office.book.runs.mark(TRIAL_ENDED, office.now, "张")
    office.receive(form())
    office.draft()
    edited(office)
    office.book.replies.approve(1, office.now, "张")
    office.later(minutes=20)
    office.receive(case_text(), subject="Re: 申报材料 [DJ001]")
    office.draft()
    old, new = office.replies()
    assert (old.state, old.body) == ("withheld", "人改过的话\n")
    assert new.state == "draft"
    assert "人工修改过的第 1 号" in (new.reason or "")
    assert "replies show 1" in (new.reason or "")


def test_a_waived_point_is_struck_out_of_an_approved_letter(office: Office) -> None:
    office.receive(form())
    office.draft()
    office.book.replies.approve(1, office.now, "张")
    office.book.decisions.add(
        "waive", who="张", now=office.now, case_no="DJ001", payload={"code": "scan-missing"}
    )
    office.file()
    office.draft()
    (letter,) = office.replies("draft")
    assert "扫描件" not in letter.body
    assert "人工批准过的第 1 号" in (letter.reason or "")


def test_a_file_that_was_taken_out_of_the_case_is_not_acknowledged(office: Office) -> None:
    office.receive(form(), attachment("活动照片.jpg", "photo"), attachment("合影.jpg", "photo"))
    office.draft()
    assert "合影.jpg" in office.replies()[0].body
    office.book.replies.approve(1, office.now, "张")
    picture = attachment("合影.jpg", "photo")
    office.book.decisions.add(
        "assign",
        who="张",
        now=office.now,
        payload={"sha256": picture.sha256, "role": "other", "from": "DJ001"},
    )
    office.file()
    office.draft()
    (letter,) = [r for r in office.replies("draft", "approved") if ("DJ001") in dict(r.cases)]
    assert "合影.jpg" not in letter.body


class TestOverruledAnswerByHand:
    """A person who sends a letter in spite of an answer by hand is not asked again for its sake."""

    def taken_up(self, office: Office) -> list[ByHand]:
        mail = office.receive(form())
        office.draft()
        office.later(minutes=15)
        answers: list[ByHand] = [(by_hand(mail), office.now)]
        office.desk().heed_answers(answers)
        office.book.replies.approve(1, office.now, "张")
        return answers

    def test_a_temporary_refusal_changes_nothing_of_that(
        self, office: Office, server: SmtpServer
    ) -> None:
        answers = self.taken_up(office)
        server.faults.answers["recipient"] = ["450 4.2.0 try later"]
        assert office.send(server).later == [1]
        assert "手工答复" not in (office.replies()[0].reason or "")
        office.later(hours=1)
        assert office.desk().heed_answers(answers) == 0
        assert office.send(server).sent == [1]

    def test_nor_does_a_photo_or_a_letter_written_anew_without_new_mail(
        self, office: Office
    ) -> None:
        answers = self.taken_up(office)
        office.book.decisions.add(
            "waive", who="张", now=office.now, case_no="DJ001", payload={"code": "scan-missing"}
        )
        office.file()
        office.draft()
        assert office.desk().heed_answers(answers) == 0
        assert [r.state for r in office.replies()] == ["withheld", "draft"]

    def test_a_later_answer_by_hand_counts(self, office: Office) -> None:
        self.taken_up(office)
        (mail,) = [m.reading.message.message_id for m in office.desk().mails().values()]
        office.later(minutes=5)
        assert office.desk().heed_answers([(by_hand(str(mail)), office.now)]) == 1
        assert office.replies()[0].state == "withheld"


def test_with_a_broken_template_the_struck_out_letter_is_not_recalled_again(
    office: Office, tmp_path: Path
) -> None:
    first = office.receive(form("甲单位党建品牌创建案例"))
    office.later(minutes=3)
    office.receive(form("乙车站思政课堂建设案例"), scan("乙车站思政课堂建设案例"), subject="第二个")
    office.draft()
    office.book.replies.approve(1, office.now, "张")
    office.rules = tmp_path / "campaign.toml"
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "missing.txt.j2").write_text("{{ oops }}", encoding="utf-8")
    office.later(minutes=15)
    answers = [(by_hand(first), office.now)]
    office.desk().heed_answers(answers)
    assert office.replies()[0].state == "draft"
    edited(office, "只说第二件")
    office.book.replies.approve(1, office.now, "张")
    assert office.desk().heed_answers(answers) == 0
    assert office.replies()[0].state == "approved"
