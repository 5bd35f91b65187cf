"""What a person did with a letter that waits is kept while it is true, and never lost silently: pure.

A letter that nobody has touched is written anew whenever its verdict is another. One that a person
edited or approved stays as it is while every word of its verdict still holds: more photos are no
reason to take it away. Where it has to give way, the new one says so and names the old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inbox_ingest.casebook.changes import NewReply, Reply
from inbox_ingest.casebook.reply_ways import ANEW, BY_A_PERSON
from inbox_ingest.replies.drafting import UNSENT, Group
from inbox_ingest.replies.etiquette import plain_address
from inbox_ingest.replies.told import still_true, told_from

HELD_BACK = "由程序自动批准，尚未发出；现在每封须人工批准"


def says_the_same(new: NewReply, old: Reply, group: Group) -> bool:
    """Whether the letter that waits may stay as it is instead of `new`, written for `group`."""
    return (
        new.state != "withheld"
        and old.state in UNSENT
        and old.kind == new.kind
        and plain_address(old.to) == plain_address(new.to)
        and (old.verdict == new.verdict or (touched(old) and _holds(new, old, group)))
    )


def kept_for_a_person(draft: Reply) -> str | None:
    """Why the program itself asks a person to look at this draft, or None.

    Not where the reason says only that it wants approval like any other, that a person took it up
    himself, or that the next pass writes it anew (nobody can approve it before).
    """
    reason = draft.reason
    if reason is None or reason == HELD_BACK or reason.startswith(BY_A_PERSON):
        return draft.held
    return None if ANEW in reason else reason


def touched(letter: Reply) -> bool:
    """Whether a person has edited or approved it."""
    return letter.edited_at is not None or letter.approved_by is not None


def set_aside(letters: Sequence[Reply]) -> tuple[str, ...]:
    """What a person should know of the letters that he had a hand in and that are written anew."""
    return tuple(
        f"人工{'修改' if letter.edited_at else '批准'}过的第 {letter.id} 号因情况有变重新拟写，"
        f"原文见 ingest replies show {letter.id}，请再看一遍"
        for letter in letters
        if letter.state in UNSENT and touched(letter)
    )


def in_place_of(new: NewReply, old: Sequence[Reply]) -> NewReply:
    """The new letter with what a person did with the old ones: he sees it before it goes out.

    That he wanted one sent in spite of an answer by hand holds for the new one too.
    """
    times = [letter.answered_at for letter in old if letter.answered_at is not None]
    new = replace(new, answered_at=max(times, default=None))
    notes = set_aside(old)
    if not notes or new.state not in UNSENT:
        return new
    reason = "；".join((*notes, *((new.reason,) if new.reason else ())))
    return replace(new, state="draft", reason=reason)


def _holds(new: NewReply, old: Reply, group: Group) -> bool:
    told = told_from([old.verdict])
    now = {judged.number: judged for judged in group.cases}
    return set(told) == set(dict(new.cases)) and all(
        number in now and still_true(now[number], entry) for number, entry in told.items()
    )
