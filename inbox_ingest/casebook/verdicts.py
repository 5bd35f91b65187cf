"""People's decisions, made ready for the fold: what a person said is never overwritten.

Decisions name cases by number, files by SHA-256, messages by raw SHA-256, so they hold whatever
else is read again. Payloads, by kind:

    fix      field, value, ticked, count; seen: the files that the person knew
    assign   sha256, role; from: the case it was in; keeps, elsewhere: as below
             without a case: a case of its own; `stays`: it is there already, only its role is said
    split    sha256s; keeps: the files that stay; elsewhere: places where they are not meant, with
             the case that has them there
    merge    from; seen: the files of both cases
    waive    code, field; seen: the files that the person knew; twins: the cases that were alike
    dispose  disposition

A place is `raw SHA-256:part`, as in the anchor of a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, cast

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import Bundle, bundle_of
from inbox_ingest.casebook.changes import Decision
from inbox_ingest.casebook.contradicting import (
    against_brought_fix,
    against_fix,
    against_merger,
    another_word,
    unseen_documents,
)
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.naming import Name, named
from inbox_ingest.records import (
    Attachment,
    Disposition,
    Evidence,
    FieldValue,
    Reading,
    Role,
)

_BY_PERSON = "工作人员指定"
_ONCE_FOR_ALL = ("form-missing", "scan-missing", "case-text-missing", "received-late")


class _Move(NamedTuple):
    """Where a file belongs: a case number, or `own:<decision>` for a case of its own."""

    key: str
    decision: int
    elsewhere: frozenset[str]


@dataclass(slots=True)
class Verdicts:
    """Decisions in force, by what the fold asks for."""

    _disposed: dict[str, tuple[Disposition, int]] = field(default_factory=dict)
    _merged: dict[str, str] = field(default_factory=dict)
    _moves: dict[str, _Move] = field(default_factory=dict)
    _kept: set[str] = field(default_factory=set)
    _placed: set[str] = field(default_factory=set)
    _taken: dict[str, list[str]] = field(default_factory=dict)
    _roles: dict[str, Role] = field(default_factory=dict)
    _handled: set[str] = field(default_factory=set)
    _by_case: dict[str, list[Decision]] = field(default_factory=dict)
    _undone: dict[str, list[Decision]] = field(default_factory=dict)

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> Verdicts:
        """Sort the decisions in force, oldest first, so that a later one has the last word."""
        verdicts = cls()
        for decision in sorted(decisions, key=lambda d: d.id):
            if decision.in_force:
                verdicts._take(decision)
            for concerned in _concerned(decision):
                about = verdicts._by_case if decision.in_force else verdicts._undone
                about.setdefault(concerned, []).append(decision)
        return verdicts

    def _take(self, decision: Decision) -> None:
        payload = decision.payload
        number, source = decision.case_no, cast(str | None, payload.get("from"))
        own = f"own:{decision.id}"
        if decision.kind == "dispose" and decision.raw_sha256:
            disposition = cast(Disposition, payload["disposition"])
            self._disposed[decision.raw_sha256] = (disposition, decision.id)
        elif decision.kind == "handle" and decision.raw_sha256:
            self._handled.add(decision.raw_sha256)
        elif decision.kind == "assign":
            sha256 = str(payload["sha256"])
            self._placed.add(sha256)
            if payload.get("role"):
                self._roles[sha256] = cast(Role, payload["role"])
            if not payload.get("stays"):
                self._move(decision, [sha256], number or own, source)
        elif decision.kind == "split":
            files = cast(Sequence[str], payload["sha256s"])
            self._move(decision, files, own, number)
        elif decision.kind == "merge" and number and source:
            self._merged[source] = number

    def _move(self, decision: Decision, files: Iterable[str], key: str, source: str | None) -> None:
        elsewhere = frozenset(cast(Sequence[str], decision.payload.get("elsewhere", ())))
        for sha256 in files:
            self._moves[sha256] = _Move(key, decision.id, elsewhere)
        self._kept.update(cast(Sequence[str], decision.payload.get("keeps", ())))
        self._kept.update(elsewhere)
        if source:
            self._taken.setdefault(source, []).append(key)

    # --- mails --------------------------------------------------------------------------------

    def disposition(self, raw_sha256: str) -> Disposition | None:
        """What a person called this mail; None where nobody did."""
        said = self._disposed.get(raw_sha256)
        return said[0] if said else None

    def handled(self, raw_sha256: str) -> bool:
        """Whether a person has dealt with this mail."""
        return raw_sha256 in self._handled

    # --- files --------------------------------------------------------------------------------

    @property
    def overrule(self) -> bool:
        """Whether anything is to be elsewhere, or something else, than the clues alone would say."""
        return bool(self._moves or self._roles or self._merged or self._disposed or self._placed)

    def moved(self, reading: Reading, campaign: Campaign) -> list[Bundle]:
        """The files of a mail that a person moved, a bundle for each destination."""
        files: dict[str, list[Attachment]] = {}
        for attachment in reading.attachments:
            move = self._move_of(attachment, reading.raw_sha256)
            if move is not None:
                files.setdefault(move.key, []).append(attachment)
        bundles = []
        for key, found in files.items():
            kept = self._with_roles(found)
            if kept:
                bundles.append(bundle_of(kept, campaign, key=key))
        return bundles

    def left(self, files: Iterable[Attachment], raw_sha256: str) -> list[Attachment]:
        """The files that nobody moved away, in the roles that a person gave them."""
        return self._with_roles(file for file in files if self._move_of(file, raw_sha256) is None)

    def _move_of(self, file: Attachment, raw_sha256: str) -> _Move | None:
        move = self._moves.get(file.sha256)
        if move is None or f"{raw_sha256}:{file.part}" in move.elsewhere:
            return None
        disposed = self._disposed.get(raw_sha256)
        return None if disposed and disposed[1] > move.decision else move

    def _with_roles(self, files: Iterable[Attachment]) -> list[Attachment]:
        """What a person called a logo is no material."""
        given = [
            file.model_copy(update={"role": self._roles[file.sha256], "role_reason": _BY_PERSON})
            if file.sha256 in self._roles
            else file
            for file in files
        ]
        return [file for file in given if file.role != "inline"]

    def placed(self, sha256: str | None) -> bool:
        """Whether a person said to which case this file belongs."""
        return sha256 in self._placed or sha256 in self._moves

    def knew(self, files: Iterable[Attachment], raw_sha256: str) -> bool:
        """Whether a person had these files before him and left them, when he took others away."""
        return any(
            file.sha256 in self._kept or f"{raw_sha256}:{file.part}" in self._kept for file in files
        )

    def taken_from(self, numbers: Iterable[str]) -> list[str]:
        """Where a person moved files of these cases to: numbers, or `own:…`."""
        return [key for number in sorted(numbers) for key in self._taken.get(number, ())]

    def sets_apart(self, key: str) -> bool:
        """Whether `own:…` stands for a decision in force."""
        return any(move.key == key for move in self._moves.values())

    # --- cases --------------------------------------------------------------------------------

    def after_merges(self, number: str) -> str:
        """The number that a case goes by once all mergers are done."""
        seen: set[str] = set()
        while number in self._merged and number not in seen:
            seen.add(number)
            number = self._merged[number]
        return number

    def fixed(self, draft: DraftCase) -> dict[str, FieldValue]:
        """Values that a person set, by field name.

        What was fixed for a case that was merged into this one belongs to its files: it holds where
        no other file says anything.
        """
        fixes = self._fixes(draft)
        for name, decision in self._brought(draft).items():
            if name not in fixes and not another_word(name, decision, draft):
                fixes[name] = decision
        values: dict[str, FieldValue] = {}
        for name, decision in fixes.items():
            payload = decision.payload
            values[name] = FieldValue(
                value=cast(str | None, payload["value"]),
                ticked=tuple(cast(Sequence[str], payload.get("ticked", ()))),
                count=int(payload.get("count", 0)),
                evidence=Evidence(file=None, where=f"{decision.who}改正", means="person"),
            )
        return values

    def fixed_name(self, draft: DraftCase, campaign: Campaign) -> Name | None:
        """The title and the unit that a person gave the case: by these, too, it is known."""
        if not self._by_case:
            return None
        said = {}
        for key in ("title", "unit"):
            field = campaign.form.by_key(key)
            value = self._fixes(draft).get(field.name) if field else None
            said[key] = str(value.payload["value"] or "") if value else ""
        return named(said["title"], said["unit"], campaign) if any(said.values()) else None

    def _fixes(self, draft: DraftCase) -> dict[str, Decision]:
        """The last word on each field of the case itself."""
        return {
            str(d.payload["field"]): d
            for d in self._about(draft)
            if d.kind == "fix" and d.case_no not in self._merged
        }

    def _brought(self, draft: DraftCase) -> dict[str, Decision]:
        """The last word on each field of the cases that a person merged into it."""
        return {
            str(d.payload["field"]): d
            for d in self._about(draft)
            if d.kind == "fix" and d.case_no in self._merged
        }

    def waived(self, draft: DraftCase) -> tuple[str, ...]:
        """Codes (or `code:field`, or `code:number of the other case`) that a person waived."""
        return tuple(self._waivers(draft))

    def waived_before(self, draft: DraftCase) -> tuple[str, ...]:
        """Waivers since which documents came that the person had not before him.

        What he looked at was the old seal, the old text; whether something never came, or came
        late, does not hang on a document.
        """
        return tuple(
            entry
            for entry, decision in self._waivers(draft).items()
            if "seen" in decision.payload
            and str(decision.payload["code"]) not in _ONCE_FOR_ALL
            and unseen_documents(draft, decision)
        )

    def _waivers(self, draft: DraftCase) -> dict[str, Decision]:
        """The last word on each issue, by entry of `waived`.

        Likeness was looked at in these two cases, as they were then: with other documents, or with
        another case, it is a new question.
        """
        waivers: dict[str, Decision] = {}
        for decision in self._about(draft):
            if decision.kind != "waive":
                continue
            code, name = str(decision.payload["code"]), decision.payload.get("field")
            twins = decision.payload.get("twins")
            if twins is None:
                waivers[f"{code}:{name}" if name else code] = decision
            elif not unseen_documents(draft, decision):
                entries = (f"{code}:{self.after_merges(other)}" for other in twins)
                waivers.update(dict.fromkeys(entries, decision))
        return waivers

    def decided_at(self, draft: DraftCase) -> datetime | None:
        """When a person last decided anything about the case, or took a decision back."""
        said = [*self._about(draft), *_said(self._undone, draft)]
        return max((decision.changed_at for decision in said), default=None)

    def spoken(self, draft: DraftCase) -> int:
        """How often people decided about the case; what was taken back is two words, not none."""
        return len(self._about(draft)) + 2 * len(_said(self._undone, draft))

    def contradictions(self, draft: DraftCase, campaign: Campaign) -> list[str]:
        """What material that the person did not know says against his word, as sentences."""
        own = self._fixes(draft)
        doubts = [text for name, d in own.items() for text in against_fix(name, d, draft)]
        for name, decision in self._brought(draft).items():
            if name not in own:
                doubts += against_brought_fix(name, decision, draft)
        for decision in self._about(draft):
            if decision.kind == "merge":
                doubts += against_merger(decision, draft, campaign)
        return doubts

    def _about(self, draft: DraftCase) -> list[Decision]:
        return _said(self._by_case, draft)


def _said(by_case: dict[str, list[Decision]], draft: DraftCase) -> list[Decision]:
    names = [*draft.numbers, *filter(None, (draft.key,))]
    found = {d.id: d for name in names for d in by_case.get(name, ())}
    return [found[number] for number in sorted(found)]


def _concerned(decision: Decision) -> list[str]:
    """The cases that a decision is about: by number, or as set apart by it."""
    source = cast(str | None, decision.payload.get("from"))
    names = (decision.case_no, source, f"own:{decision.id}")
    return [name for name in dict.fromkeys(names) if name]
