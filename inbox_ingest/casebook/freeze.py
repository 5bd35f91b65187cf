"""A draft case becomes a `Case`: current documents in order, values by contract §9, one case text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.records import (
    ROLES,
    Attachment,
    Case,
    CaseText,
    Evidence,
    FieldValue,
    Material,
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
    text, doubts = _one_text(documents, campaign)
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
        doubtful_roles=tuple(role for role in ROLES if role in draft.doubtful_roles),
        duplicates_of=tuple(duplicates_of),
        waived=tuple(waived),
        waived_before=tuple(waived_before),
        reasons=tuple(draft.reasons),
    )


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
    documents: Sequence[Material], campaign: Campaign
) -> tuple[CaseText | None, list[str]]:
    """The current case text. Files of one mail that continue each other are read as one."""
    with_text = [m for m in documents if m.attachment.case_text is not None]
    texts = [m for m in with_text if m.attachment.role == "case_text"] or [
        m for m in with_text if m.attachment.role == "form"
    ]
    if not texts:
        return None, []
    first = texts[0]
    rest = [m for m in texts[1:] if m.raw_sha256 == first.raw_sha256]
    distinct = _distinct([_text(first), *(_text(m) for m in rest)])
    if len(distinct) == 1:
        return distinct[0], []
    joined = _continued(distinct, campaign)
    if joined is not None:
        return joined, []
    names = "、".join(f"“{m.attachment.filename or '未命名文件'}”" for m in [first, *rest])
    return distinct[0], [f"有几份不同的正文：{names}，不能确定以哪份为准"]


def _text(material: Material) -> CaseText:
    if material.attachment.case_text is None:
        raise ValueError("a material without case text was taken for one with it")
    return material.attachment.case_text


def _distinct(texts: Sequence[CaseText]) -> list[CaseText]:
    return list({text.text_sha256: text for text in reversed(texts)}.values())[::-1]


def _continued(texts: Sequence[CaseText], campaign: Campaign) -> CaseText | None:
    """Texts whose sections do not overlap, as one, in the order that the campaign's sections give."""
    names = [[record.name for record in text.sections] for text in texts]
    every = [name for found in names for name in dict.fromkeys(found)]
    if not all(names) or len(every) != len(set(every)):
        return None
    ranks = {section.name: rank for rank, section in enumerate(campaign.text.sections)}
    ordered = sorted(texts, key=lambda text: ranks.get(text.sections[0].name, len(ranks)))
    head = next((text for text in ordered if text.title), ordered[0])
    abstracts = [text.abstract_count for text in ordered if text.abstract_count is not None]
    return head.model_copy(
        update={
            "abstract_count": sum(abstracts) if abstracts else None,
            "body_count": sum(text.body_count for text in ordered),
            "sections": tuple(record for text in ordered for record in text.sections),
        }
    )
