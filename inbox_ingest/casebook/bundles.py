"""Documents of one mail that belong to one case: the unit in which mail is joined to cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.naming import Name, name_of, richer
from inbox_ingest.records import Attachment, CloudLink, Role

CORE_ROLES: frozenset[Role] = frozenset({"form", "form_scan", "case_text"})


class Doubt(NamedTuple):
    """A file (None: a link) that may belong to a case, or may not: in words, and what it may be."""

    sentence: str
    roles: frozenset[Role]
    file: str | None


@dataclass(slots=True)
class Bundle:
    """Documents of one mail that belong to one case.

    `key` is a person's word on where they belong: a case number, or `own:…` for a case of its own.
    `lent` is what of the name its mail says, not its documents: the unit alone, or all of it.
    `grouping` says in words why they were taken together; empty for a single file.
    """

    attachments: list[Attachment] = field(default_factory=list)
    links: list[CloudLink] = field(default_factory=list)
    name: Name = field(default_factory=lambda: Name("", "", "", "", ""))
    doubts: list[Doubt] = field(default_factory=list)
    key: str | None = None
    paired: list[str] = field(default_factory=list)
    grouping: str = ""
    lent: Literal["", "unit", "name"] = ""

    def doubt(self, sentence: str, roles: Iterable[Role], file: Attachment | None = None) -> None:
        """Say that documents of these roles may belong here, or may not."""
        self.doubts.append(Doubt(sentence, frozenset(roles), file.sha256 if file else None))

    @property
    def roles(self) -> frozenset[Role]:
        """The core roles that the bundle brings."""
        found = {attachment.role for attachment in self.attachments} & CORE_ROLES
        if any(attachment.case_text is not None for attachment in self.attachments):
            found.add("case_text")
        return frozenset(found)

    @property
    def is_submission(self) -> bool:
        """Whether it holds a form, a scan, a case text, or a blank template."""
        return bool(self.roles) or any(a.role == "template" for a in self.attachments)

    @property
    def first_part(self) -> str:
        """The earliest part of the mail in it: with the raw SHA-256 this names the bundle."""
        return min((attachment.part for attachment in self.attachments), key=_order, default="")

    @property
    def order(self) -> tuple[tuple[int, ...], str]:
        """Sort key: the place of its earliest part in the mail."""
        return _order(self.first_part)


def bundle_of(
    attachments: Sequence[Attachment], campaign: Campaign, *, key: str | None = None
) -> Bundle:
    """Files that a person put or left together, under their own names, without a doubt."""
    bundle = Bundle(list(attachments), key=key)
    for attachment in attachments:
        bundle.name = richer(bundle.name, name_of(attachment, campaign))
    return bundle


def _order(part: str) -> tuple[tuple[int, ...], str]:
    numbers = part.replace("/", ".").split(".")
    return tuple(int(number) if number.isdigit() else 0 for number in numbers), part
