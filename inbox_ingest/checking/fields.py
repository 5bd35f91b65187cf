"""Rules about the cells of the form: empty, ambiguous, too long, not dialable, not surely read."""

from __future__ import annotations

from collections.abc import Iterator

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.findings import Finding
from inbox_ingest.checking.materials import with_role
from inbox_ingest.checking.phones import dialable
from inbox_ingest.records import Case, FieldValue, FormRecord, IssueCode


def editable_form(case: Case) -> FormRecord | None:
    """The form that the sender can be asked to mend: read from text, never from a scan.

    None while nobody can tell which of several counts: the assembly has asked for that already.
    """
    if "form" in case.undecided:
        return None
    for material in with_role(case, "form"):
        if material.attachment.form is not None:
            return material.attachment.form
    return None


def empty_fields(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """field-missing: the cell is there and empty. A cell that was not found is asked of a person."""
    form = editable_form(case)
    if form is None:
        return
    whole = _read_whole(case, form)
    for field in campaign.form.fields:
        if not field.required or field.kind == "stamped":
            continue
        value = form.fields.get(field.name)
        decided = case.values.get(field.name)
        if decided is not None and decided.evidence.means == "person":
            continue
        if value is None:
            yield Finding(
                IssueCode.LOW_CONFIDENCE, field=field.name, detail="（申报表中未找到这一栏）"
            )
        elif _is_empty(value, choice=field.kind == "choice"):
            if value.sure and whole:
                lacks = "未勾选" if field.kind == "choice" else "未填写"
                yield Finding(IssueCode.FIELD_MISSING, field=field.name, detail=lacks)
            else:
                yield Finding(
                    IssueCode.LOW_CONFIDENCE, field=field.name, detail="（不能确定是否填写）"
                )


def _read_whole(case: Case, form: FormRecord) -> bool:
    """Whether nothing of the file was beyond the readers here: what they lost may be the answer."""
    return not any(
        problem.code == IssueCode.READER_MISSING
        for material in with_role(case, "form")
        if material.attachment.form is form
        for problem in material.attachment.problems
    )


def _is_empty(value: FieldValue, *, choice: bool) -> bool:
    return not value.ticked if choice else value.value is None


def ambiguous_choices(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """type-ambiguous: more than one box is ticked where exactly one is asked for."""
    form = editable_form(case)
    for field in campaign.form.fields:
        value = form.fields.get(field.name) if form else None
        decided = case.values.get(field.name)
        if decided is not None and decided.evidence.means == "person":
            continue
        if field.kind == "choice" and value is not None and len(value.ticked) > 1:
            code = IssueCode.TYPE_AMBIGUOUS if value.sure else IssueCode.LOW_CONFIDENCE
            yield Finding(code, field=field.name, detail="" if value.sure else "（勾选不清）")


def undialable_phones(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """phone-invalid: nothing in the field that people here dial. An OCR reading accuses nobody."""
    for field in campaign.form.fields:
        value = case.values.get(field.name)
        if (
            field.kind == "phone"
            and value is not None
            and value.value is not None
            and _is_held_to(value, case)
            and not dialable(value.value)
        ):
            yield Finding(IssueCode.PHONE_INVALID, field=field.name, detail=value.value)


def overlong_fields(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """summary-too-long for a form cell with a limit, counted as contract §2 says."""
    for field in campaign.form.fields:
        value = case.values.get(field.name)
        if (
            field.limit is not None
            and value is not None
            and _is_held_to(value, case)
            and value.count > field.limit
        ):
            yield Finding(
                IssueCode.SUMMARY_TOO_LONG,
                field=field.name,
                measured=value.count,
                limit=field.limit,
            )


def _is_held_to(value: FieldValue, case: Case) -> bool:
    """Whether the sender surely wrote this: in a file of text, and in the version that counts."""
    return value.evidence.means == "text" and "form" not in case.undecided


def doubtful_values(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """low-confidence: a value in use was read by OCR below the campaign's threshold."""
    for field in campaign.form.fields:
        value = case.values.get(field.name)
        if field.kind == "stamped" or value is None or value.evidence.means == "person":
            continue
        low = value.evidence.confidence < campaign.confidence_threshold
        unsure_choice = field.kind == "choice" and not value.sure and len(value.ticked) == 1
        if (value.value is not None and low) or unsure_choice:
            shown = "" if value.value is None else f"（读作“{value.value[:40]}”）"
            yield Finding(IssueCode.LOW_CONFIDENCE, field=field.name, detail=shown)
