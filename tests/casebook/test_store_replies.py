"""The outbox: only legal ways between states, `sending` on disk first, nothing told twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest

from inbox_ingest.casebook.changes import IN_DOUBT, NewReply, Reply, ReplyState
from inbox_ingest.casebook.reply_rows import LEGAL, STATE_WORDS
from inbox_ingest.casebook.reply_ways import OUTDATED, UNFILED
from inbox_ingest.casebook.store import Casebook, open_casebook
from inbox_ingest.errors import UsageError
from tests.casebook.mails import MONDAY
from tests.casebook.making import case_of, change, everything, file_cases, issue, receive, rows

STATES: tuple[ReplyState, ...] = get_args(ReplyState)
LATER = MONDAY + timedelta(minutes=30)
# The shortest way from a draft to each state.
WAYS: dict[ReplyState, tuple[ReplyState, ...]] = {
    "draft": (),
    "approved": ("approved",),
    "sending": ("approved", "sending"),
    "sent": ("approved", "sending", "sent"),
    "failed": ("failed",),
    "withheld": ("withheld",),
}


def new(number: int = 1, **more: Any) -> NewReply:
    values: dict[str, Any] = {
        "to": "unit1@126.com",
        "subject": "关于报送材料",
        "body": "材料已收到。",
        "kind": "missing",
        "message_id": f"<ingest.{number}@126.com>",
    }
    return NewReply(**{**values, **more})


def filed(book: Casebook) -> None:
    receive(book, 1, 2)
    file_cases(book, change(case_of(1), reply_due=True), change(case_of(2), reply_due=True))


def in_state(book: Casebook, state: ReplyState, number: int = 1) -> Reply:
    reply = book.replies.add(new(number), MONDAY)
    for step in WAYS[state]:
        reply = book.replies.move(reply.id, step, MONDAY, expected=STATES)
    assert reply.state == state
    return reply


def test_a_composed_reply_answers_its_dues_and_names_its_cases(book: Casebook) -> None:
    filed(book)
    dues = tuple(due.id for due in book.dues.waiting())
    reply = book.replies.add(
        new(
            cases=(("DJ001", 1), ("DJ002", 1)),
            dues=dues,
            references=("<a@x>", "<b@x>"),
            in_reply_to="<b@x>",
            verdict="v1",
        ),
        MONDAY,
    )
    assert book.dues.waiting() == []
    assert reply == book.replies.get(reply.id) == book.replies.by_message_id(reply.message_id)
    assert reply.cases == (("DJ001", 1), ("DJ002", 1))
    assert reply.references == ("<a@x>", "<b@x>")
    assert (reply.state, reply.attempts, reply.sent_at) == ("draft", 0, None)


def test_composing_the_same_again_makes_no_second_reply(book: Casebook) -> None:
    filed(book)
    first = book.replies.add(new(), MONDAY)
    book.replies.move(first.id, "approved", MONDAY, by="袁")
    dues = tuple(due.id for due in book.dues.waiting())
    again = book.replies.add(new(body="别的话", dues=dues), LATER)
    assert again.id == first.id
    assert (again.state, again.body) == ("approved", first.body)
    assert book.dues.waiting() == []


def test_a_reply_about_an_unknown_case_is_refused_whole(book: Casebook) -> None:
    filed(book)
    before = everything(book)
    dues = tuple(due.id for due in book.dues.waiting())
    with pytest.raises(UsageError, match="DJ404"):
        book.replies.add(new(cases=(("DJ001", 1), ("DJ404", 1)), dues=dues), MONDAY)
    assert everything(book) == before


def test_a_newer_verdict_withholds_the_unsent_reply_with_its_reason(book: Casebook) -> None:
    old = in_state(book, "approved", 1)
    book.replies.add(new(2, replaces=(old.id,)), LATER)
    replaced = book.replies.get(old.id)
    assert replaced.state == "withheld"
    assert replaced.reason and "取代" in replaced.reason


def test_a_reply_that_was_sent_cannot_be_replaced(book: Casebook) -> None:
    old = in_state(book, "sent", 1)
    before = everything(book)
    with pytest.raises(UsageError):
        book.replies.add(new(2, replaces=(old.id,)), LATER)
    assert everything(book) == before


@pytest.mark.parametrize(("start", "end"), list(product(STATES, STATES)))
def test_only_legal_ways_are_open(book: Casebook, start: ReplyState, end: ReplyState) -> None:
    reply = in_state(book, start)
    if end in LEGAL[start]:
        assert book.replies.move(reply.id, end, LATER, expected=[start]).state == end
    else:
        before = everything(book)
        with pytest.raises(UsageError, match=STATE_WORDS[start]):
            book.replies.move(reply.id, end, LATER, expected=[start])
        assert everything(book) == before


def test_nothing_leads_from_sent_back_to_sending() -> None:
    reachable, grown = {"sent"}, True
    while grown:
        further = {end for start in reachable for end in LEGAL[start]} - {"failed"}  # bounced
        grown = not further <= reachable
        reachable |= further
    assert reachable == {"sent"}


def test_a_move_expects_the_state_that_its_caller_saw(book: Casebook) -> None:
    reply = in_state(book, "approved")
    book.replies.move(reply.id, "sending", MONDAY, expected=["approved"])
    with pytest.raises(UsageError, match="发送中"):
        book.replies.move(reply.id, "approved", MONDAY, expected=["approved", "failed"])


@pytest.mark.parametrize("end", ["approved", "failed", "sent", "withheld"])
def test_nothing_leaves_sending_by_accident(book: Casebook, end: ReplyState) -> None:
    reply = in_state(book, "sending")
    with pytest.raises(UsageError, match="发送中"):
        book.replies.move(reply.id, end, LATER)
    with pytest.raises(UsageError, match="发送中"):
        book.replies.approve(reply.id, LATER, "张")
    assert book.replies.get(reply.id) == reply


def test_the_way_through_smtp_is_written_down(book: Casebook) -> None:
    reply = book.replies.add(new(), MONDAY)
    book.replies.move(reply.id, "approved", MONDAY, by="袁广如")
    book.replies.move(reply.id, "sending", MONDAY)
    later = book.replies.move(
        reply.id,
        "approved",
        MONDAY,
        reason="服务器暂不接收",
        smtp_reply="451 MI:SFQ",
        next_try_at=LATER,
        expected=["sending"],
    )
    assert (later.attempts, later.next_try_at, later.smtp_reply) == (1, LATER, "451 MI:SFQ")
    assert later.approved_by == "袁广如"
    book.replies.move(reply.id, "sending", LATER)
    sent = book.replies.move(
        reply.id, "sent", LATER, smtp_reply="250 Mail OK", expected=["sending"]
    )
    assert (sent.attempts, sent.sent_at, sent.smtp_reply) == (2, LATER, "250 Mail OK")
    bounced = book.replies.move(reply.id, "failed", LATER, reason="收件人不存在")
    assert (bounced.sent_at, bounced.reason) == (LATER, "收件人不存在")


def test_sending_is_on_disk_when_the_process_is_killed_right_after(path: Path) -> None:
    with open_casebook(path) as book:
        reply = in_state(book, "approved")
    program = (
        "import os, signal, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from inbox_ingest.casebook.store import open_casebook\n"
        "book = open_casebook(Path(sys.argv[1]))\n"
        "book.replies.move(int(sys.argv[2]), 'sending', datetime.now(UTC))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path), str(reply.id)], check=False)
    assert ended.returncode == -signal.SIGKILL
    with open_casebook(path) as book:
        assert book.replies.get(reply.id).state == "sending"
        assert book.replies.sendable(LATER) == []


def test_a_quiet_period_outlives_the_approval(book: Casebook) -> None:
    reply = book.replies.add(new(not_before=LATER), MONDAY)
    book.replies.move(reply.id, "approved", MONDAY, by="袁")
    assert book.replies.sendable(MONDAY) == []
    assert [item.id for item in book.replies.sendable(LATER)] == [reply.id]


def test_an_edited_reply_has_to_be_approved_again(book: Casebook) -> None:
    reply = book.replies.add(new(), MONDAY)
    book.replies.move(reply.id, "approved", MONDAY, by="袁")
    edited = book.replies.edit(reply.id, LATER, subject="回复", body="您好，材料已收到。")
    assert (edited.state, edited.approved_by) == ("draft", None)
    assert (edited.subject, edited.body) == ("回复", "您好，材料已收到。")


@pytest.mark.parametrize("state", ["sending", "sent"])
def test_what_is_out_cannot_be_edited(book: Casebook, state: ReplyState) -> None:
    reply = in_state(book, state)
    with pytest.raises(UsageError, match="不能再修改"):
        book.replies.edit(reply.id, LATER, subject="s", body="b")
    assert book.replies.get(reply.id) == reply


class TestApproving:
    def about(self, book: Casebook, number: int, revision: int = 1, **more: Any) -> Reply:
        return book.replies.add(
            new(number, cases=(("DJ001", revision),), verdict="v", **more), MONDAY
        )

    def revised(self, book: Casebook) -> None:
        file_cases(book, change(case_of(1), issue()))
        assert rows(book, "SELECT revision FROM cases WHERE case_no = 'DJ001'") == [(2,)]

    @pytest.fixture(autouse=True)
    def _filed(self, book: Casebook) -> None:
        receive(book, 1, 2)
        file_cases(book, change(case_of(1)))

    @pytest.mark.parametrize("state", ["draft", "failed", "withheld"])
    def test_a_person_may_approve_what_did_not_go_out(
        self, book: Casebook, state: ReplyState
    ) -> None:
        reply = self.about(book, 1, state=state, reason="不宜自动答复：群发")
        approved = book.replies.approve(reply.id, LATER, "张")
        assert (approved.state, approved.approved_by) == ("approved", "张")
        assert "不宜自动答复：群发" in (approved.reason or "")
        assert book.replies.sendable(LATER) == [approved]

    def test_a_withheld_letter_may_be_edited_and_is_a_draft(self, book: Casebook) -> None:
        reply = self.about(book, 1, state="withheld")
        edited = book.replies.edit(reply.id, LATER, subject="s", body="您好")
        assert (edited.state, edited.body) == ("draft", "您好")

    @pytest.mark.parametrize("state", ["draft", "failed", "withheld"])
    def test_a_letter_about_an_earlier_revision_is_not_taken_up_again(
        self, book: Casebook, state: ReplyState
    ) -> None:
        reply = self.about(book, 1, state=state)
        self.revised(book)
        with pytest.raises(UsageError, match="情况已变"):
            book.replies.approve(reply.id, LATER, "张")
        with pytest.raises(UsageError, match="情况已变"):
            book.replies.edit(reply.id, LATER, subject="s", body="b")
        assert book.replies.overtaken() == {reply.id}

    def test_a_letter_with_a_newer_one_about_its_case_is_not_taken_up_again(
        self, book: Casebook
    ) -> None:
        old = self.about(book, 1)
        newer = self.about(book, 2, replaces=(old.id,))
        with pytest.raises(UsageError, match="已另有答复"):
            book.replies.approve(old.id, LATER, "张")
        assert book.replies.overtaken() == {old.id}
        assert book.replies.approve(newer.id, LATER, "张").state == "approved"

    def test_a_letter_that_was_never_written_cannot_be_approved(self, book: Casebook) -> None:
        reply = book.replies.add(new(cases=(("DJ001", 1),), state="failed"), MONDAY)
        for attempt in (
            lambda: book.replies.approve(reply.id, LATER, "张"),
            lambda: book.replies.edit(reply.id, LATER, subject="s", body="b"),
        ):
            with pytest.raises(UsageError, match="没有写成") as refused:
                attempt()
            assert "模板" in (refused.value.remedy or "")

    def test_tries_before_a_persons_word_are_forgotten(self, book: Casebook) -> None:
        reply = self.about(book, 1)
        book.replies.move(reply.id, "approved", MONDAY)
        assert book.replies.begin_sending(reply.id, MONDAY).attempts == 1
        book.replies.move(reply.id, "failed", MONDAY, expected=["sending"])
        assert book.replies.approve(reply.id, LATER, "张").attempts == 0

    def test_confirmed_for_the_revision_of_now_it_may_be_sent(self, book: Casebook) -> None:
        reply = self.about(book, 1)
        book.replies.approve(reply.id, MONDAY, "张")
        self.revised(book)
        assert book.replies.sendable(LATER) == []
        assert book.replies.mark_outdated() == [reply.id]
        assert book.replies.get(reply.id).reason == OUTDATED
        book.replies.confirm(reply.id, (("DJ001", 2),), None)
        assert [(r.cases, r.reason) for r in book.replies.sendable(LATER)] == [
            ((("DJ001", 2),), None)
        ]

    def test_what_changed_a_moment_ago_is_not_sent(self, book: Casebook) -> None:
        """The look at the queue and the sending are two moments: the second decides."""
        reply = self.about(book, 1)
        book.replies.approve(reply.id, MONDAY, "张")
        self.revised(book)
        held = book.replies.begin_sending(reply.id, LATER)
        assert (held.state, held.reason, held.attempts) == ("approved", OUTDATED, 0)

    def test_while_a_persons_decision_waits_to_be_filed_nothing_is_sent(
        self, book: Casebook
    ) -> None:
        reply = self.about(book, 1)
        book.replies.approve(reply.id, MONDAY, "张")
        book.decisions.add(
            "waive", who="张", now=MONDAY, case_no="DJ001", payload={"code": "scan-missing"}
        )
        held = book.replies.begin_sending(reply.id, LATER)
        assert (held.state, held.reason) == ("approved", UNFILED)

    def test_sending_takes_the_words_of_this_moment(self, book: Casebook) -> None:
        reply = self.about(book, 1)
        book.replies.approve(reply.id, MONDAY, "张")
        book.replies.edit(reply.id, MONDAY, subject="s", body="人改过的话")
        assert book.replies.begin_sending(reply.id, LATER).state == "draft"
        book.replies.approve(reply.id, MONDAY, "张")
        assert book.replies.begin_sending(reply.id, LATER).body == "人改过的话"


class TestResolving:
    def doubtful(self, book: Casebook, state: ReplyState) -> Reply:
        receive(book, 1, 2)
        file_cases(book, change(case_of(1)))
        reply = book.replies.add(new(cases=(("DJ001", 1),), verdict="v"), MONDAY)
        book.replies.approve(reply.id, MONDAY, "张")
        reply = book.replies.begin_sending(reply.id, MONDAY)
        if state == "failed":
            reply = book.replies.move(
                reply.id, "failed", MONDAY, reason=IN_DOUBT, expected=["sending"]
            )
        return reply

    @pytest.mark.parametrize("state", ["sending", "failed"])
    @pytest.mark.parametrize(("sent", "end"), [(True, "sent"), (False, "approved")])
    def test_a_person_says_what_became_of_it(
        self, book: Casebook, state: ReplyState, sent: bool, end: ReplyState
    ) -> None:
        reply = self.doubtful(book, state)
        assert book.replies.resolve(reply.id, LATER, "张", sent=sent).state == end

    def test_in_doubt_it_is_neither_approved_nor_edited(self, book: Casebook) -> None:
        reply = self.doubtful(book, "failed")
        with pytest.raises(UsageError, match="不能确定") as refused:
            book.replies.approve(reply.id, LATER, "张")
        assert f"settle {reply.id}" in (refused.value.remedy or "")
        with pytest.raises(UsageError, match="不能确定"):
            book.replies.edit(reply.id, LATER, subject="s", body="b")

    @pytest.mark.parametrize("state", ["sending", "failed"])
    def test_not_sent_and_no_longer_true_it_is_a_draft_to_be_written_anew(
        self, book: Casebook, state: ReplyState
    ) -> None:
        reply = self.doubtful(book, state)
        file_cases(book, change(case_of(1), issue()))
        settled = book.replies.resolve(reply.id, LATER, "张", sent=False)
        assert settled.state == "draft"

    def test_not_sent_and_answered_by_a_newer_letter_it_is_withheld(self, book: Casebook) -> None:
        reply = self.doubtful(book, "failed")
        book.replies.add(new("2", cases=(("DJ001", 1),), verdict="v2"), LATER)
        settled = book.replies.resolve(reply.id, LATER, "张", sent=False)
        assert settled.state == "withheld"
        assert settled.reason and "没有寄出" in settled.reason

    @pytest.mark.parametrize("state", ["draft", "approved", "sent", "failed", "withheld"])
    def test_where_there_is_no_doubt_there_is_nothing_to_say(
        self, book: Casebook, state: ReplyState
    ) -> None:
        reply = in_state(book, state)
        for sent in (True, False):
            with pytest.raises(UsageError, match="没有什么要核对"):
                book.replies.resolve(reply.id, LATER, "张", sent=sent)


def test_the_caps_count_what_went_out_came_back_or_is_in_doubt(book: Casebook) -> None:
    for number, state in enumerate(STATES, 1):
        in_state(book, state, number)
    bounced = in_state(book, "sent", 10)
    book.replies.move(bounced.id, "failed", LATER, reason="退信")
    doubtful = in_state(book, "sending", 11)
    book.replies.move(doubtful.id, "failed", MONDAY, reason=IN_DOUBT, expected=["sending"])
    assert book.replies.sent_since(MONDAY) == [("unit1@126.com", MONDAY)] * 4
    assert book.replies.sent_since(MONDAY + timedelta(seconds=1)) == []


def test_dues_are_held_released_and_settled(book: Casebook) -> None:
    receive(book, 1, 2)
    file_cases(
        book,
        change(case_of(1), reply_due=True, reply_held="重读改变了结论"),
        change(case_of(2), reply_due=True),
    )
    first, second = book.dues.waiting()
    assert (first.held, second.held) == ("重读改变了结论", None)
    book.dues.agree([first.id])
    assert [due.held for due in book.dues.waiting()] == [None, None]
    book.dues.settle([second.id], LATER)
    assert [due.id for due in book.dues.waiting()] == [first.id]


def test_replies_are_found_by_state_and_address(book: Casebook) -> None:
    in_state(book, "draft", 1)
    in_state(book, "sent", 2)
    assert [reply.state for reply in book.replies.find()] == ["draft", "sent"]
    assert [reply.state for reply in book.replies.find(states=["sent"])] == ["sent"]
    assert len(book.replies.find(to="UNIT1@126.COM")) == 2
    assert book.replies.find(to="other@126.com") == []
    assert book.replies.by_message_id("<unknown@x>") is None
    with pytest.raises(UsageError, match="没有第 99 号"):
        book.replies.get(99)
    assert rows(book, "SELECT count(*) FROM replies") == [(2,)]
