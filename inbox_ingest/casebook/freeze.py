"""A draft case becomes a `Case`: current documents in order, values by contract §9, one case text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.continuing import joined
from inbox_ingest.casebook.draft import DraftCase
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

_WORD_FIRST = ("docx", "docm", "doc", "wps", "rtf", "odt")


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
    text, doubts = _one_text(documents, fragments, campaign)
    doubts = [*(how.doubt for how in pieces.values() if how.doubt is not None), *doubts]
    # Who waives the doubt says that the case is what it is: what it lacks then is missing.
    looked_at = IssueCode.ASSEMBLY_UNSURE in set(waived) - set(waived_before)
    return Case(
        anchor=draft.anchor,
        case_no=case_no,
        documents=documents,
        superseded=tuple(draft.superseded),
        links=tuple(draft.links),
        values={**_values(documents, text, campaign), **fixed},
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
    word = _WORD_FIRST.index(kind) if kind in _WORD_FIRST else len(_WORD_FIRST)
    return ROLES.index(attachment.role), _unread(attachment), when, word, attachment.part


def _unread(attachment: Attachment) -> int:
    return 0 if attachment.form or attachment.case_text or attachment.scan else 1


def _values(
    documents: Sequence[Material], text: CaseText | None, campaign: Campaign
) -> dict[str, FieldValue]:
    values: dict[str, FieldValue] = {}
    for field in campaign.form.fields:
        best = _first_filled(documents, field.name)
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


def _first_filled(documents: Sequence[Material], name: str) -> FieldValue | None:
    """The value of the form, else of the scan; an empty cell is kept where no better one is."""
    empty: FieldValue | None = None
    for role in ("form", "form_scan"):
        for material in documents:
            form = material.attachment.form
            if material.attachment.role != role or form is None or name not in form.fields:
                continue
            value = form.fields[name]
            if value.value is not None or value.ticked:
                return value
            empty = empty or value
    return empty


def _one_text(
    documents: Sequence[Material], fragments: Collection[str], campaign: Campaign
) -> tuple[CaseText | None, list[str]]:
    """The current case text. Files that continue each other are read as one (contract §9)."""
    with_text = [m for m in documents if m.attachment.case_text is not None]
    whole = [m for m in with_text if m.attachment.sha256 not in fragments] or with_text
    alone = [m for m in whole if m.attachment.role == "case_text"]
    texts = alone or whole
    if not texts:
        return None, []
    of_one_mail = [m for m in texts if m.raw_sha256 == texts[0].raw_sha256]
    distinct = _distinct(of_one_mail)
    for together in (_distinct(whole), _distinct(texts), distinct):
        text = together[0] if len(together) == 1 else joined(together, campaign)
        if text is not None:
            return text, []
    names = "、".join(f"“{m.attachment.filename or '未命名文件'}”" for m in of_one_mail)
    return distinct[0], [f"有几份不同的正文：{names}，不能确定以哪份为准"]


def _distinct(materials: Sequence[Material]) -> list[CaseText]:
    texts = [m.attachment.case_text for m in materials if m.attachment.case_text is not None]
    return list({text.text_sha256: text for text in reversed(texts)}.values())[::-1]
