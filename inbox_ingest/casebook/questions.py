"""Questions that placing a bundle leaves open, and which of them later mail has answered.

Whether a text is of one unit or of another is a question while either lacks one. Once each has its
own form and text under its own name, and nothing in them is alike, they are two, whatever was asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.likeness import likeness
from inbox_ingest.casebook.naming import name_of, units_agree
from inbox_ingest.casebook.proof import same_person
from inbox_ingest.records import Attachment, Role


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence for the organiser about a case and `others` that its documents may belong to.

    What of the roles `here` and `there` the case and the others lack is nobody's fault meanwhile.
    """

    sentence: str
    case: DraftCase
    here: frozenset[Role]
    others: tuple[DraftCase, ...] = ()
    there: frozenset[Role] = frozenset()

    def ask(self, campaign: Campaign) -> None:
        """Write it down at every case that it still concerns."""
        left = [other for other in self.others if not _are_two(self.case, other, campaign)]
        if self.others and not left:
            return
        for case, roles in ((self.case, self.here), *((other, self.there) for other in left)):
            if self.sentence not in case.doubts:
                case.doubts.append(self.sentence)
            case.doubtful_roles.update(roles)


def _are_two(first: DraftCase, second: DraftCase, campaign: Campaign) -> bool:
    """Whether both are whole under two units' names, and tell two stories of two people."""
    if first is second or not (_whole(first, campaign) and _whole(second, campaign)):
        return False
    units = [name for name in second.current_names(campaign) if name.unit]
    here = first.current_names(campaign)
    if any(units_agree(here, name, campaign) is not False for name in units):
        return False
    mine, theirs = _current(first), _current(second)
    return likeness(mine, theirs, campaign).other and not same_person(mine, theirs, campaign)


def _whole(case: DraftCase, campaign: Campaign) -> bool:
    """Whether it has form and text, both under a name of their own or from one mail."""
    forms = {
        m.raw_sha256 for m in case.materials if m.attachment.form and m.attachment.role == "form"
    }
    return bool(forms) and any(
        name_of(material.attachment, campaign).known or material.raw_sha256 in forms
        for material in case.materials
        if material.attachment.case_text is not None
    )


def _current(case: DraftCase) -> list[Attachment]:
    return [material.attachment for material in case.materials]
