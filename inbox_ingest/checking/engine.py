"""The table of rules, and the engine that stamps what they find with audience, severity and words."""

from __future__ import annotations

from inbox_ingest.campaign_wording import fill
from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking import agreement, documents, doubts, fields, filing, scans, text
from inbox_ingest.checking.findings import Finding, Rule
from inbox_ingest.records import Case, Issue, IssueCode

# In the order in which a person would want to hear of them.
RULES: tuple[Rule, ...] = (
    documents.missing_documents,
    documents.blank_templates,
    documents.file_problems,
    documents.cloud_links,
    fields.empty_fields,
    fields.ambiguous_choices,
    fields.undialable_phones,
    fields.overlong_fields,
    fields.doubtful_values,
    text.overlong_text,
    text.missing_sections,
    text.misplaced_section,
    doubts.doubtful_readings,
    scans.seals,
    filing.lateness,
    agreement.titles_agree,
    agreement.units_agree,
    filing.twins,
    filing.unsure_assembly,
)


def check(case: Case, campaign: Campaign) -> tuple[Issue, ...]:
    """Every open issue of a case, in the order of the table, each once; waived ones left out.

    `case.waived` holds codes, or `code:field` for a single field, that a person waived. What is
    found again in documents that came since is not held against the sender, but the person is asked.
    """
    issues: dict[tuple[str, str | None, str], Issue] = {}
    for rule in RULES:
        for finding in rule(case, campaign):
            waiver = _waiver_of(finding, case)
            if waiver is not None and waiver not in case.waived_before:
                continue
            issue = _stamp(finding, campaign)
            if waiver is not None:
                detail = f"“{issue.text}”曾由工作人员豁免，此后又收到了新材料"
                issue = _stamp(Finding(IssueCode.ASSEMBLY_UNSURE, detail=detail), campaign)
            issues.setdefault((issue.code, issue.field, issue.text), issue)
    return tuple(issues.values())


def _waiver_of(finding: Finding, case: Case) -> str | None:
    """The entry of `case.waived` that covers a finding; the one for its field first."""
    entries = (f"{finding.code}:{finding.field}", str(finding.code))
    return next((entry for entry in entries if entry in case.waived), None)


def _stamp(finding: Finding, campaign: Campaign) -> Issue:
    rule = campaign.issues[finding.code]
    wording = fill(
        rule.text,
        field=finding.field,
        measured=finding.measured,
        limit=finding.limit,
        expires=documents.expiry_words(finding.expires),
        detail=finding.detail,
    )
    return Issue(
        code=finding.code,
        field=finding.field,
        audience=rule.audience,
        severity=rule.severity,
        measured=finding.measured,
        limit=finding.limit,
        expires=finding.expires,
        text=wording,
    )
