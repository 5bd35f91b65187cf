"""People's decisions, made ready for the fold: what a person said is never overwritten.

Decisions name cases by number and anchor, files by SHA-256, messages by raw SHA-256, so they hold
whatever else is read again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from inbox_ingest.casebook.bundles import Bundle
from inbox_ingest.casebook.changes import Decision, KnownCase
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.records import Disposition, Evidence, FieldValue, Role


@dataclass(slots=True)
class Verdicts:
    """Decisions in force, by what the fold asks for.

    `_targets` maps a file's SHA-256 or a bundle's anchor to the case (its number) it belongs to;
    the empty string stands for a case of its own.
    """

    disposed: dict[str, Disposition] = field(default_factory=dict)
    merge_targets: set[str] = field(default_factory=set)
    _targets: dict[str, str] = field(default_factory=dict)
    _merged: dict[str, str] = field(default_factory=dict)
    _roles: dict[str, Role] = field(default_factory=dict)
    _handled: set[str] = field(default_factory=set)
    _by_case: dict[str, list[Decision]] = field(default_factory=dict)

    @classmethod
    def of(cls, decisions: Sequence[Decision], known: Sequence[KnownCase]) -> Verdicts:
        """Sort the decisions in force, oldest first, so that a later one has the last word."""
        verdicts = cls()
        anchors = _anchors_by_number(known)
        for decision in sorted(decisions, key=lambda d: d.id):
            if decision.in_force:
                verdicts._take(decision, anchors)
        return verdicts

    def _take(self, decision: Decision, anchors: Mapping[str, list[str]]) -> None:
        payload = decision.payload
        if decision.kind == "dispose" and decision.raw_sha256:
            self.disposed[decision.raw_sha256] = cast(Disposition, payload["disposition"])
        elif decision.kind == "handle" and decision.raw_sha256:
            self._handled.add(decision.raw_sha256)
        elif decision.kind == "assign":
            sha256 = str(payload["sha256"])
            if decision.case_no:
                self._targets[sha256] = decision.case_no
            if payload.get("role"):
                self._roles[sha256] = cast(Role, payload["role"])
        elif decision.kind == "split":
            for sha256 in cast(Sequence[str], payload["sha256s"]):
                self._targets[sha256] = ""
        elif decision.kind == "merge" and decision.case_no:
            self.merge_targets.add(decision.case_no)
            self._merged[str(payload["from"])] = decision.case_no
            for anchor in anchors.get(str(payload["from"]), ()):
                self._targets[anchor] = decision.case_no
        if decision.case_no:
            self._by_case.setdefault(decision.case_no, []).append(decision)

    def handled(self, raw_sha256: str) -> bool:
        """Whether a person has dealt with this mail."""
        return raw_sha256 in self._handled

    def regroup(self, bundles: list[Bundle]) -> list[Bundle]:
        """Take files that a person assigned out of their bundles, each into one of its own."""
        if not (self._targets or self._roles):
            return bundles
        result: list[Bundle] = []
        for bundle in bundles:
            bundle.attachments = [
                a.model_copy(update={"role": self._roles[a.sha256], "role_reason": "工作人员指定"})
                if a.sha256 in self._roles
                else a
                for a in bundle.attachments
            ]
            apart: dict[str, Bundle] = {}
            for attachment in [a for a in bundle.attachments if a.sha256 in self._targets]:
                target = self._targets[attachment.sha256]
                apart.setdefault(target, Bundle(name=bundle.name)).attachments.append(attachment)
            moved = [a for other in apart.values() for a in other.attachments]
            bundle.attachments = [a for a in bundle.attachments if a not in moved]
            if bundle.attachments or bundle.links:
                result.append(bundle)
            result.extend(apart.values())
        return result

    def target(self, bundle: Bundle, anchor: str) -> str | None:
        """Number of the case a person put this bundle into; empty: one of its own; None: nobody did."""
        for key in (anchor, *(a.sha256 for a in bundle.attachments)):
            if key in self._targets:
                return self._after_merges(self._targets[key])
        return None

    def _after_merges(self, number: str) -> str:
        seen: set[str] = set()
        while number in self._merged and number not in seen:
            seen.add(number)
            number = self._merged[number]
        return number

    def fixed(self, numbers: Collection[str]) -> dict[str, FieldValue]:
        """Values that a person set, by field name."""
        values: dict[str, FieldValue] = {}
        for decision in self._about(numbers):
            if decision.kind == "fix":
                payload = decision.payload
                ticked = tuple(cast(Sequence[str], payload.get("ticked", ())))
                values[str(payload["field"])] = FieldValue(
                    value=cast(str | None, payload["value"]),
                    ticked=ticked,
                    count=int(payload.get("count", 0)),
                    evidence=Evidence(file=None, where=f"{decision.who}改正", means="person"),
                )
        return values

    def waived(self, numbers: Collection[str]) -> tuple[str, ...]:
        """Codes (or `code:field`) that a person waived."""
        codes = []
        for decision in self._about(numbers):
            if decision.kind == "waive":
                code, name = str(decision.payload["code"]), decision.payload.get("field")
                codes.append(f"{code}:{name}" if name else code)
        return tuple(dict.fromkeys(codes))

    def decided_at(self, numbers: Collection[str]) -> datetime | None:
        """When a person last decided anything about the case."""
        times = [decision.changed_at for decision in self._about(numbers)]
        return max(times, default=None)

    def contradictions(self, draft: DraftCase) -> list[str]:
        """Later forms that say something else than a person fixed: said, never obeyed."""
        doubts = []
        for decision in self._about(draft.numbers):
            if decision.kind != "fix":
                continue
            name, value = str(decision.payload["field"]), decision.payload["value"]
            for material in draft.materials:
                form = material.attachment.form
                read = form.fields.get(name) if form else None
                later = material.received_at and material.received_at > decision.made_at
                if later and read is not None and read.value and read.value != value:
                    doubts.append(
                        f"“{name}”已由{decision.who}定为“{value}”，后来的材料写作“{read.value[:60]}”"
                    )
        return doubts

    def _about(self, numbers: Collection[str]) -> list[Decision]:
        found = [d for number in numbers for d in self._by_case.get(number, ())]
        return sorted(found, key=lambda decision: decision.id)


def _anchors_by_number(known: Sequence[KnownCase]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for case in known:
        result.setdefault(case.case_no, []).append(case.anchor)
    return result
