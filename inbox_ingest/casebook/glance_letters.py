"""Letters that wait for the organiser's word, counted with the bare sqlite3 module."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from inbox_ingest.casebook.glance import Glance


class LettersWaiting(NamedTuple):
    """Drafts to approve, and cases whose changed verdict is told only after somebody agreed.

    They are no matters of `for_a_person`: a script that counts those counts what is unclear, not
    the letters that are written as usual.
    """

    drafts: int = 0
    held: int = 0


def letters_waiting(glance: Glance) -> LettersWaiting:
    """How many of each there are now."""
    ((drafts,),) = glance.rows("SELECT count(*) FROM replies WHERE state = 'draft'")
    ((held,),) = glance.rows(
        "SELECT count(DISTINCT case_id) FROM reply_dues"
        " WHERE held IS NOT NULL AND reply_id IS NULL AND settled_at IS NULL"
    )
    return LettersWaiting(drafts, held)
