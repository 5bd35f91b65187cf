"""What an organiser answered by hand is not answered again, and nothing else is held back for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from inbox_ingest.records import Message
from tests.casebook.mails import case_text, form
from tests.replies.office import SENDER, Office
from tests.replies.values import message
from tests.servers.smtp import USER

FIRST, SECOND = "甲单位党建品牌创建案例", "乙车站思政课堂建设案例"


def by_hand(*thread: str, to: str = SENDER) -> Message:
    return message(sender=USER, to=(to,), name="hand", in_reply_to=thread[-1:], references=thread)


def states(office: Office) -> list[tuple[str, tuple[str, ...]]]:
    return [(r.state, tuple(number for number, _ in r.cases)) for r in office.replies()]


def test_an_answer_in_the_thread_withholds_the_letter_with_the_reason(office: Office) -> None:
    mail = office.receive(form())
    office.draft()
    office.later(minutes=5)
    sent_at = office.now.astimezone(UTC)
    assert office.desk().heed_answers([(by_hand(mail), sent_at)]) == 1
    (letter,) = office.replies()
    assert (letter.state, letter.reason) == ("withheld", "工作人员已于2025-06-03 09:05手工答复")


def test_an_answer_to_another_or_in_another_thread_counts_for_nothing(office: Office) -> None:
    mail = office.receive(form())
    office.draft()
    office.later(minutes=5)
    elsewhere = by_hand("<another@wangjiang.example.cn>")
    other = by_hand(mail, to="zhou@linhai.example.cn")
    answers: list[tuple[Message, datetime]] = [(elsewhere, office.now), (other, office.now)]
    assert office.desk().heed_answers(answers) == 0
    assert states(office) == [("draft", ("DJ001",))]


@pytest.mark.parametrize("to", ["office@qq.com", "boss@qq.com"])
def test_an_answer_counts_wherever_the_mail_program_sends_it(office: Office, to: str) -> None:
    """回复 goes to the Reply-To, or to the Sender, though our letters do not."""
    raw = (
        f"From: shen@qq.com\r\nReply-To: office@qq.com\r\nSender: boss@qq.com\r\n"
        f"To: {USER}\r\nSubject: x\r\nMessage-ID: <r1@qq.com>\r\n\r\n.\r\n"
    )
    office.receive_raw(raw.encode(), form())
    office.draft()
    assert office.replies()[0].to == "shen@qq.com"
    office.later(minutes=5)
    assert office.desk().heed_answers([(by_hand("<r1@qq.com>", to=to), office.now)]) == 1
    assert states(office) == [("withheld", ("DJ001",))]


def test_a_mail_passed_on_to_a_colleague_answers_nobody(office: Office) -> None:
    """Outlook and Gmail keep the thread when a mail is forwarded, even with the mailbox in copy."""
    mail = office.receive(form())
    office.draft()
    office.later(minutes=5)
    passed_on = message(
        "转发：申报材料",
        sender=USER,
        to=("zhang@xiehui.example.cn",),
        cc=(USER,),
        in_reply_to=(mail,),
        references=(mail,),
    )
    assert office.desk().heed_answers([(passed_on, office.now)]) == 0


def test_an_earlier_answer_does_not_answer_a_later_supplement(office: Office) -> None:
    first = office.receive(form())
    office.draft()
    office.later(hours=1)
    answer = by_hand(first)
    answered_at = office.now
    assert office.desk().heed_answers([(answer, answered_at)]) == 1
    office.later(hours=20)
    assert answer.message_id
    office.receive(case_text(), in_reply_to=(first, answer.message_id), subject="Re: 申报材料")
    office.draft()
    assert office.desk().heed_answers([(answer, answered_at)]) == 0
    assert states(office)[-1] == ("draft", ("DJ001",))


def two_cases(office: Office) -> tuple[str, str]:
    first = office.receive(form(FIRST))
    office.later(minutes=3)
    second = office.receive(form(SECOND), subject="第二个")
    office.draft()
    assert states(office) == [("draft", ("DJ001", "DJ002"))]
    office.later(minutes=30)
    return first, second


def test_of_a_letter_about_two_cases_the_unanswered_one_stays(office: Office) -> None:
    first, second = two_cases(office)
    office.approve_all()
    office.desk().heed_answers([(by_hand(first), office.now)])
    assert states(office) == [("withheld", ("DJ001", "DJ002")), ("draft", ("DJ002",))]
    body = office.replies()[-1].body
    assert FIRST not in body
    assert SECOND in body
    office.later(minutes=5)
    office.desk().heed_answers([(by_hand(second), office.now)])
    assert not office.replies("draft", "approved")
    assert office.draft() == 0


def test_an_answer_to_the_second_mail_leaves_the_first(office: Office) -> None:
    _, second = two_cases(office)
    office.desk().heed_answers([(by_hand(second), office.now)])
    assert states(office) == [("withheld", ("DJ001", "DJ002")), ("draft", ("DJ001",))]


def test_a_letter_that_a_person_took_up_again_is_not_withheld_once_more(office: Office) -> None:
    mail = office.receive(form())
    office.draft()
    office.later(minutes=5)
    answers = [(by_hand(mail), office.now)]
    office.desk().heed_answers(answers)
    office.book.replies.approve(1, office.now, "张")
    assert office.desk().heed_answers(answers) == 0
    assert states(office) == [("approved", ("DJ001",))]


def test_with_a_broken_template_a_person_strikes_out_what_was_answered(
    office: Office, tmp_path: Path
) -> None:
    first, _ = two_cases(office)
    office.approve_all()
    office.rules = tmp_path / "campaign.toml"
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "missing.txt.j2").write_text("{{ oops }}", encoding="utf-8")
    office.desk().heed_answers([(by_hand(first), office.now)])
    (letter,) = office.replies()
    assert letter.state == "draft"
    assert "改去这部分" in (letter.reason or "")
