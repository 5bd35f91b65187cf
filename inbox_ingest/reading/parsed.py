"""What a reader found → the form and the case text in it, and whether its scanned pages are the form's.

Where a file has pages of real text beside scanned ones, the form is taken from the text: it is the
electronic form, whatever else was scanned in (contract §3, §9). A case text may go on over both.
"""

from __future__ import annotations

from typing import NamedTuple

from inbox_ingest.campaigns import Campaign, squeeze
from inbox_ingest.reading.case_text import read_case_text
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.form import parse_form, read_form
from inbox_ingest.reading.form_region import find_form
from inbox_ingest.reading.form_traces import has_trace_of_form
from inbox_ingest.records import CaseText, FieldValue, FormRecord, ScanRecord


class Parsed(NamedTuple):
    """The records in one file; `scan` is None where its scanned pages are surely not of the form."""

    form: FormRecord | None
    case_text: CaseText | None
    scan: ScanRecord | None


def parsed(finding: Finding, campaign: Campaign, filename: str | None) -> Parsed:
    """The form and the case text of one file."""
    document = finding.document
    if document is None:
        return Parsed(None, None, finding.scan)
    region = find_form(document, campaign)
    case_text = read_case_text(document, region, campaign, filename)
    if finding.typed is not None:
        form = parse_form(finding.typed, campaign, filename)
        if form is not None and not form.blank:
            return Parsed(form, case_text, _scan_of_form(finding, campaign))
    form = None if region is None else read_form(document, region, campaign, filename)
    if form is not None and finding.line_scores:
        form = _with_confidence(form, finding, campaign)
    elif form is None and finding.picture == "photo":
        return Parsed(None, case_text, None)
    return Parsed(form, case_text, finding.scan)


def _scan_of_form(finding: Finding, campaign: Campaign) -> ScanRecord | None:
    """What was seen on scanned pages beside a typed form; None where they are of something else."""
    scan, pages = finding.scan, finding.recognised
    if scan is None or pages is None or scan.seal == "present" or scan.electronic:
        return scan
    if find_form(pages, campaign) is not None:
        return scan
    if pages.lost or has_trace_of_form(pages, campaign):
        note = scan.note or "扫描页上未认出申报表"
        return scan.model_copy(update={"seal": "unverified", "note": note})
    return None


def _with_confidence(form: FormRecord, finding: Finding, campaign: Campaign) -> FormRecord:
    """The fields with the confidence of their own lines, not of the worst line on the page.

    A value that is a piece of a printed label (意见 of 申报单位意见) shows that the cells of a poor
    photo were not told apart: what was written there is not known.
    """
    from inbox_ingest.reading.ocr_document import confidence_of

    printed = [squeeze(label) for field in campaign.form.fields for label in field.labels]
    fields: dict[str, FieldValue] = {}
    for name, value in form.fields.items():
        plain = squeeze(value.value or "")
        lost = bool(plain) and not value.ticked and any(plain in label for label in printed)
        own = 0.0 if lost else confidence_of(value.value or "", finding.line_scores)
        own = own if value.sure else min(own, value.evidence.confidence)
        evidence = value.evidence.model_copy(update={"confidence": own})
        unknown = {"value": None, "count": 0, "sure": False} if lost else {}
        fields[name] = value.model_copy(update={"evidence": evidence, **unknown})
    return form.model_copy(update={"fields": fields})
