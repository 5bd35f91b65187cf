"""Rules about the case text: length, 摘要, and the sections that the campaign asks for."""

from __future__ import annotations

from collections.abc import Iterator

from inbox_ingest.campaigns import Campaign, Section
from inbox_ingest.checking.findings import Finding
from inbox_ingest.checking.materials import role_named, with_role
from inbox_ingest.records import Case, CaseText, IssueCode


def judged_text(case: Case) -> CaseText | None:
    """The case text that the sender is held to; None while nobody can tell which of several counts."""
    return None if "case_text" in case.undecided else case.case_text


def overlong_text(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """body-too-long, and summary-too-long for a 摘要 within the text.

    What may belong to either of them counts against the sender in neither; the organiser is asked.
    """
    text, rules = judged_text(case), campaign.text
    if text is None or text.evidence.means != "text":
        return
    either = f"（摘要之后、第一个小标题之前有{text.either_count}字，不能确定属于摘要还是正文）"
    if rules.limit is not None and text.body_count > rules.limit:
        if text.body_count - text.either_count > rules.limit:
            yield Finding(
                IssueCode.BODY_TOO_LONG,
                field=rules.body_name,
                measured=text.body_count,
                limit=rules.limit,
            )
        else:
            yield Finding(IssueCode.LOW_CONFIDENCE, field=rules.body_name, detail=either)
    abstract = text.abstract_count or 0
    if rules.abstract_limit is not None and abstract > rules.abstract_limit:
        yield Finding(
            IssueCode.SUMMARY_TOO_LONG,
            field=rules.abstract_name,
            measured=abstract,
            limit=rules.abstract_limit,
        )
    elif text.either_count:
        yield Finding(IssueCode.LOW_CONFIDENCE, field=rules.abstract_name, detail=either)


def missing_sections(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """section-missing and section-empty, in the campaign's order."""
    text = judged_text(case)
    if text is None:
        return
    stray = _stray_text(case, campaign)
    if stray is not None:
        detail = f"文件“{stray}”篇幅像案例正文，但没有规定的小标题，也没有申报表相印证"
        yield Finding(IssueCode.ASSEMBLY_UNSURE, detail=detail)
        return
    for section in campaign.text.sections:
        if not section.required or (section.appendix and _sent_apart(case, section)):
            continue
        found = [record for record in text.sections if record.name == section.name]
        if not found and section.name in text.possible:
            detail = f"（可能写在小标题{text.possible[section.name]}之下）"
            yield Finding(IssueCode.LOW_CONFIDENCE, field=section.name, detail=detail)
        elif not found:
            yield _careful(case, text, IssueCode.SECTION_MISSING, section)
        elif all(record.empty for record in found):
            yield _careful(case, text, IssueCode.SECTION_EMPTY, section)


def _stray_text(case: Case, campaign: Campaign) -> str | None:
    """The name of a file that was taken for the case text by its length alone, without a form.

    It may be anything: nobody is told that sections are missing in it.
    """
    if case.case_text is None or case.case_text.sections or any(with_role(case, "form")):
        return None
    for material in with_role(case, "case_text"):
        name = material.attachment.filename or "未命名文件"
        return None if role_named(name, campaign) == "case_text" else name
    return None


def _careful(case: Case, text: CaseText, code: IssueCode, section: Section) -> Finding:
    """A text that OCR read, or that was not read whole, accuses nobody: the organiser looks instead."""
    whole = not any(m.attachment.lost for m in case.documents if m.attachment.case_text is not None)
    if text.evidence.means == "text" and whole:
        return Finding(code, field=section.name)
    detail = "（正文为扫描件）" if whole else "（正文未能全部读出）"
    return Finding(IssueCode.LOW_CONFIDENCE, field=section.name, detail=detail)


def _sent_apart(case: Case, section: Section) -> bool:
    """An appendix may be a file of its own (contract §9): called so, or beginning with its heading."""
    for material in case.documents:
        attachment = material.attachment
        if attachment.case_text is not None and attachment.case_text is not case.case_text:
            names = [record.name for record in attachment.case_text.sections if not record.empty]
            if section.name in names:
                return True
        if attachment.role not in ("form", "form_scan", "case_text", "template"):
            name = attachment.filename or ""
            if any(label in name for label in section.labels):
                return True
    return False


def misplaced_section(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """section-order: names the first section that stands before one which should precede it."""
    text = judged_text(case)
    if text is None or not campaign.text.ordered:
        return
    ranks = {section.name: rank for rank, section in enumerate(campaign.text.sections)}
    found = [name for name in section_names(text) if name in ranks]
    for place, name in enumerate(found):
        if any(ranks[later] < ranks[name] for later in found[place + 1 :]):
            yield Finding(IssueCode.SECTION_ORDER, field=name)
            return


def section_names(text: CaseText) -> list[str]:
    """Canonical names of the headings found, in order of first appearance, empty sections included."""
    return list(dict.fromkeys(record.name for record in text.sections))
