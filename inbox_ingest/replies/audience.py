"""Whom changed verdicts would be told to, and whether a person has to agree first: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import NewReply
from inbox_ingest.replies.drafting import UNSENT, Outbox
from inbox_ingest.replies.planning import plan_answers
from inbox_ingest.replies.templates import LetterTemplates


@dataclass(frozen=True, slots=True)
class Audience:
    """Addresses, each once in the order of their letters; one may stand in both.

    `agreed` get a letter only after a person has agreed (`replies agree`). `unsent` have not been
    answered about the case: their letter is written (anew) by the next pass, and approving it is
    agreeing.
    """

    agreed: tuple[str, ...] = ()
    unsent: tuple[str, ...] = ()


def audience(
    case_nos: Collection[str], outbox: Outbox, campaign: Campaign, templates: LetterTemplates
) -> Audience:
    """Who would get a letter about one of these cases: without anybody's word, and with it."""
    wanted = set(case_nos)
    by_itself = plan_answers(outbox, campaign, templates).add
    unsent = _about(wanted, by_itself)
    spoken_of = {number for reply in by_itself for number, _ in reply.cases}
    held = {due.case_no for due in outbox.dues if due.held}
    released = replace(outbox, dues=[replace(due, held=None) for due in outbox.dues])
    with_agreement = plan_answers(released, campaign, templates).add
    return Audience(_about((wanted & held) - spoken_of, with_agreement), unsent)


def _about(numbers: set[str], letters: Iterable[NewReply]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            letter.to
            for letter in letters
            if letter.state in UNSENT and not numbers.isdisjoint(dict(letter.cases))
        )
    )
