"""A draft case becomes a `Case`: current documents in order, values by contract §9, one case text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.continuing import joined
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.versions import (
    WORD_KINDS,
    Versions,
    forms_among,
    texts_among,
    undecided,
)
from inbox_ingest.records import (
    ROLES,
    Attachment,
    Case,
    CaseText,
    Evidence,
    FieldValue,
    IssueCode,
    Material,
    Role,
)

_WHAT = {"form": "申报表", "case_text": "正文"}


def freeze(
    draft: DraftCase,
    campaign: Campaign,
    *,
    case_no: str | None,
    fixed: Mapping[str, FieldValue],
    waived: Sequence[str] = (),
    waived_before: Sequence[str] = (),
    duplicates_of: Sequence[str] = (),
    contradictions: Sequence[str] = (),
    decided_at: datetime | None = None,
    decisions: int = 0,
) -> Case:
    """The record of a case. `fixed` are a person's values, which outrank what was read."""
    documents = tuple(sorted(draft.materials, key=_place))
    pieces = draft.standing_pieces()
    fragments = {new for new, how in pieces.items() if how.fragment}
    text, texts = _one_text(documents, fragments, campaign)
    settled: dict[Role, Versions] = {"form": forms_among(documents), "case_text": texts}
    current, outdated = _current(documents, settled)
    doubts = [how.doubt for how in pieces.values() if how.doubt is not None]
    doubts += [found.doubt(_WHAT[role]) for role, found in settled.items() if found.rivals]
    open_roles = [role for role, found in settled.items() if undecided(role, found, documents)]
    # Who waives the doubt says that the case is what it is: what it lacks then is missing.
    looked_at = IssueCode.ASSEMBLY_UNSURE in set(waived) - set(waived_before)
    return Case(
        anchor=draft.anchor,
        case_no=case_no,
        documents=current,
        superseded=(*draft.superseded, *outdated),
        links=tuple(draft.links),
        values={**_values(settled["form"].counting, current, text, campaign), **fixed},
        case_text=text,
        message_sha256s=tuple(draft.messages),
        senders=tuple(draft.senders),
        received_at=draft.received_at,
        updated_at=max(filter(None, (draft.updated_at, decided_at)), default=None),
        revision=len(draft.changed_by) + decisions,
        late=draft.late,
        late_corrections=draft.late_corrections,
        unsure=tuple(dict.fromkeys([*draft.doubts, *doubts, *contradictions])),
        doubtful_roles=() if looked_at else _in_order(draft.doubtful_roles),
        undecided=() if looked_at else tuple(open_roles),
        duplicates_of=tuple(duplicates_of),
        waived=tuple(waived),
        waived_before=tuple(waived_before),
        reasons=tuple(draft.reasons),
    )


def _in_order(roles: Collection[Role]) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if role in roles)


def _place(material: Material) -> tuple[int, int, float, int, str]:
    """Order of documents: role, then the newest mail, then editable formats, then place in the mail."""
    attachment = material.attachment
    kind = attachment.kind
    when = -material.received_at.timestamp() if material.received_at else 0.0
    word = WORD_KINDS.index(kind) if kind in WORD_KINDS else len(WORD_KINDS)
    return ROLES.index(attachment.role), _unread(attachment), when, word, attachment.part


def _unread(attachment: Attachment) -> int:
    return 0 if attachment.form or attachment.case_text or attachment.scan else 1


def _current(
    documents: Sequence[Material], settled: Mapping[Role, Versions]
) -> tuple[tuple[Material, ...], list[Material]]:
    """The documents that stay, of each role the one that counts in front; and the versions outdated.

    What holds a text besides an outdated form stays while no other document has one, and the reverse.
    """
    first = {role: found.counting[0] for role, found in settled.items() if found.counting}
    old = [material for found in settled.values() for material in found.outdated]
    kept = [material for material in documents if material not in old]
    outdated = [
        material
        for material in documents
        if material in old
        and (material.attachment.form is None or any(map(_is_form, kept)))
        and (material.attachment.case_text is None or any(m.attachment.case_text for m in kept))
    ]
    current = [material for material in documents if material not in outdated]
    current.sort(key=lambda m: (ROLES.index(m.attachment.role), m != first.get(m.attachment.role)))
    return tuple(current), outdated


def _is_form(material: Material) -> bool:
    return material.attachment.role == "form" and material.attachment.form is not None


def _values(
    forms: Sequence[Material],
    documents: Sequence[Material],
    text: CaseText | None,
    campaign: Campaign,
) -> dict[str, FieldValue]:
    values: dict[str, FieldValue] = {}
    sources = [*forms, *(m for m in documents if m.attachment.role == "form_scan")]
    for field in campaign.form.fields:
        best = _first_filled(sources, field.name)
        if best is None and text is not None and field.key in ("title", "unit"):
            written = text.title if field.key == "title" else text.unit
            if written:
                best = FieldValue(
                    value=written, count=0, evidence=_in_text(text.evidence, "正文标题部分")
                )
        if best is not None:
            values[field.name] = best
    return values


def _in_text(evidence: Evidence, where: str) -> Evidence:
    return evidence.model_copy(update={"where": where})


def _first_filled(sources: Sequence[Material], name: str) -> FieldValue | None:
    """The first value that is there; an empty cell is kept where no better one is."""
    forms = [material.attachment.form for material in sources]
    read = [form.fields[name] for form in forms if form is not None and name in form.fields]
    filled = (value for value in read if value.value is not None or value.ticked)
    return next(filled, read[0] if read else None)


def _one_text(
    documents: Sequence[Material], fragments: Collection[str], campaign: Campaign
) -> tuple[CaseText | None, Versions]:
    """The current case text. Files that continue each other are read as one (contract §9)."""
    with_text = [m for m in documents if m.attachment.case_text is not None]
    whole = [m for m in with_text if m.attachment.sha256 not in fragments] or with_text
    alone = [m for m in whole if m.attachment.role == "case_text"]
    texts = alone or whole
    if not texts:
        return None, Versions(())
    of_one_mail = [m for m in texts if m.raw_sha256 == texts[0].raw_sha256]
    for group in (whole, texts, of_one_mail):
        together = _distinct(group)
        text = together[0] if len(together) == 1 else joined(together, campaign)
        if text is not None:
            return text, Versions(tuple(of_one_mail))
    found = texts_among(of_one_mail)
    spare = [*found.outdated, *found.counting[1:]]
    if spare and not found.rivals:  # without them, pieces may fit that came in other mails
        rest = [material for material in documents if material not in spare]
        return _one_text(rest, fragments, campaign)[0], found
    return found.counting[0].attachment.case_text, found


def _distinct(materials: Sequence[Material]) -> list[CaseText]:
    texts = [m.attachment.case_text for m in materials if m.attachment.case_text is not None]
    return list({text.text_sha256: text for text in reversed(texts)}.values())[::-1]
