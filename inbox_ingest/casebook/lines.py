"""Cases as the JSON lines of contract §8: pure, for the casebook, exports and `ingest check`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from inbox_ingest.campaigns import STANDARD_KEYS, Campaign, FormField
from inbox_ingest.checking.text import section_names
from inbox_ingest.records import Case, FieldValue, Issue, Material, status_of


def case_line(
    case: Case, issues: tuple[Issue, ...], campaign: Campaign, revision: int | None = None
) -> dict[str, Any]:
    """The line of a case with its open issues. Times are in the campaign's time zone.

    Fields of the form that no contract names stand under `fields`, by their Chinese name; a
    campaign that has none of them (the stamped copy's aside) has no such key.
    """
    zone = campaign.window.zone
    summary = _value(case, campaign, "summary")
    others = [
        field
        for field in campaign.form.fields
        if field.key not in STANDARD_KEYS and field.kind != "stamped"
    ]
    text = case.case_text
    line: dict[str, Any] = {
        "case_no": case.case_no,
        "status": status_of(issues),
        "title": _text(case, campaign, "title"),
        "unit": _text(case, campaign, "unit"),
        "type": _text(case, campaign, "type"),
        "contact": _text(case, campaign, "contact"),
        "phone": _text(case, campaign, "phone"),
        "summary": _text(case, campaign, "summary"),
        "summary_count": summary.count if summary is not None and summary.value else None,
        "body_count": None if text is None else text.body_count,
        "sections": [] if text is None else section_names(text),
        "received_at": _local(case.received_at, zone),
        "updated_at": _local(case.updated_at, zone),
        "senders": list(case.senders),
        "revision": revision,
        "documents": [_document(material) for material in case.documents],
        "issues": [_issue(issue, zone) for issue in issues],
    }
    if others:
        line["fields"] = {field.name: _read(case, field) for field in others}
    return line


def _value(case: Case, campaign: Campaign, key: str) -> FieldValue | None:
    field = campaign.form.by_key(key)
    return None if field is None else case.values.get(field.name)


def _text(case: Case, campaign: Campaign, key: str) -> str | None:
    field = campaign.form.by_key(key)
    return None if field is None else _read(case, field)


def _read(case: Case, field: FormField) -> str | None:
    """The value, null where unknown; of a choice the one option that is surely chosen."""
    value = case.values.get(field.name)
    if value is None:
        return None
    if field.kind != "choice":
        return value.value or None
    if len(value.ticked) == 1:
        return value.ticked[0]
    return value.value if not value.ticked and value.value in field.options else None


def _document(material: Material) -> dict[str, Any]:
    attachment = material.attachment
    return {
        "role": attachment.role,
        "filename": attachment.filename,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "message_id": material.message_id,
        "container": attachment.container,
    }


def _issue(issue: Issue, zone: ZoneInfo) -> dict[str, Any]:
    line: dict[str, Any] = {
        "code": issue.code.value,
        "field": issue.field,
        "audience": issue.audience,
        "severity": issue.severity,
        "measured": issue.measured,
        "limit": issue.limit,
        "text": issue.text,
    }
    if issue.expires is not None:  # a cloud link whose mail says so (contract §6)
        line["expires"] = _local(issue.expires, zone)
    return line


def _local(when: datetime | None, zone: ZoneInfo) -> str | None:
    return None if when is None else when.astimezone(zone).isoformat()
