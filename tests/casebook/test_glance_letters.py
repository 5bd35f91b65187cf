"""Letters that wait for a word: drafts to approve, and changed verdicts that nobody agreed to yet."""

from __future__ import annotations

from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.glance_letters import LettersWaiting, letters_waiting
from inbox_ingest.casebook.store import Casebook
from tests.casebook.mails import MONDAY
from tests.casebook.making import case_of, change, file_cases, receive
from tests.casebook.test_store_replies import in_state


def test_drafts_and_held_answers_are_counted_until_somebody_spoke(
    book: Casebook, glance: Glance
) -> None:
    assert letters_waiting(glance) == LettersWaiting(0, 0)
    receive(book, 1, 2)
    held = {"reply_due": True, "reply_held": "须先同意"}
    file_cases(book, change(case_of(1), **held), change(case_of(2), reply_due=True))
    in_state(book, "draft", 1)
    in_state(book, "sent", 2)
    assert letters_waiting(glance) == LettersWaiting(1, 1)
    book.dues.agree([due.id for due in book.dues.waiting()])
    book.replies.approve(1, MONDAY, "袁")
    assert letters_waiting(glance) == LettersWaiting(0, 0)


def test_they_are_not_counted_among_what_is_unclear(book: Casebook, glance: Glance) -> None:
    in_state(book, "draft", 1)
    assert letters_waiting(glance).drafts == 1
    assert glance.status(MONDAY)["for_a_person"] == 0
