"""What material says against a person's word that he did not have before him: said, never obeyed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES
from inbox_ingest.casebook.changes import Decision
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.naming import Name, agree_with_any, name_of
from inbox_ingest.checking.sameness import normal_form
from inbox_ingest.records import FieldValue, Material

_NAMING_ROLES = ("form", "case_text")


def unseen(material: Material, decision: Decision) -> bool:
    """Whether the person did not know this file yet; by time where nobody wrote down what was known."""
    seen = decision.payload.get("seen")
    if seen is not None:
        return material.attachment.sha256 not in cast(Collection[str], seen)
    return material.received_at is not None and material.received_at > decision.made_at


def unseen_documents(draft: DraftCase, decision: Decision) -> bool:
    """Whether a current form, scan or text came into the case that the person had not before him."""
    return any(
        material.attachment.role in CORE_ROLES and unseen(material, decision)
        for material in draft.materials
    )


def against_fix(name: str, decision: Decision, draft: DraftCase) -> Iterable[str]:
    """Forms that say something else than a person fixed."""
    for material, read in _written(draft.materials, name, decision):
        if not _says(read, decision.payload):
            later = material.received_at is not None and material.received_at > decision.made_at
            source = "后来的材料" if later else f"归入的“{material.attachment.filename or '材料'}”"
            yield (
                f"“{name}”已由{decision.who}定为“{_shown(decision.payload['value'])}”，"
                f"{source}写作“{_shown(_word(read))}”"
            )


def against_brought_fix(name: str, decision: Decision, draft: DraftCase) -> Iterable[str]:
    """Forms of a case that say something else than was fixed for one that was merged into it."""
    everything = (*draft.materials, *draft.superseded)
    words = [
        _shown(_word(read))
        for _, read in _written(everything, name, decision)
        if not _says(read, decision.payload)
    ]
    if words:
        yield (
            f"“{name}”在并入前的 {decision.case_no} 上由{decision.who}定为"
            f"“{_shown(decision.payload['value'])}”，本案例的材料写作“{words[0]}”"
        )


def another_word(name: str, decision: Decision, draft: DraftCase) -> bool:
    """Whether a current form that the person did not know says anything in this field."""
    return any(_written(draft.materials, name, decision))


def against_merger(decision: Decision, draft: DraftCase, campaign: Campaign) -> Iterable[str]:
    """Documents that came after a merger and speak of another case than those that were merged."""
    known: dict[str, list[Name]] = {}
    later: list[Material] = []
    for material in (*draft.materials, *draft.superseded):
        role = material.attachment.role
        if role not in _NAMING_ROLES:
            continue
        if unseen(material, decision):
            later.append(material)
        else:
            known.setdefault(role, []).append(name_of(material.attachment, campaign))
    for material in later:
        name = name_of(material.attachment, campaign)
        before = known.get(material.attachment.role, [])
        if agree_with_any(before, name, campaign) is False:
            yield (
                f"{decision.payload['from']} 由{decision.who}并入后，又收到“"
                f"{material.attachment.filename or '（无名）'}”，写作{_called(name)}，与此前的"
                f"{_called(before[0])}不同，两个案例可能合到了一起"
            )


def _called(name: Name) -> str:
    title = f"《{_shown(name.whole_title)}》" if name.whole_title else ""
    return f"{_shown(name.whole_unit)}{title}"


def _written(
    materials: Sequence[Material], name: str, decision: Decision
) -> Iterable[tuple[Material, FieldValue]]:
    for material in materials:
        form = material.attachment.form
        read = form.fields.get(name) if form else None
        if read is not None and _word(read) and unseen(material, decision):
            yield material, read


def _word(read: FieldValue) -> str:
    return read.value or "、".join(read.ticked)


def _says(read: FieldValue, said: Mapping[str, object]) -> bool:
    if read.ticked or said.get("ticked"):
        return list(read.ticked) == list(cast(Sequence[str], said.get("ticked", ())))
    return normal_form(read.value) == normal_form(cast(str | None, said["value"]))


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}……"
