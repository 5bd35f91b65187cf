"""Rules about whole documents: missing ones, unreadable ones, blank ones, links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.findings import Finding
from inbox_ingest.checking.materials import fills, link_name, stand_ins, with_role
from inbox_ingest.records import Case, IssueCode

_ROLE_NAMES = {"form": "申报表电子版", "form_scan": "盖章扫描件", "case_text": "案例正文"}


def missing_documents(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """form-missing, scan-missing, case-text-missing: asked once (contract §9).

    Where an unreadable file, a link or a suspicious file evidently is the missing document, that
    file's own issue says it; where it only may be, the organiser is asked. What may lie in another
    case (`doubtful_roles`) is missed by nobody.
    """
    doubtful: dict[str, list[str]] = {}
    for document in campaign.documents:
        if fills(case, document.role) or document.role in case.doubtful_roles:
            continue
        evident, possible = stand_ins(case, document.role, campaign)
        if evident:
            continue
        if possible:
            name = _ROLE_NAMES.get(document.role, document.role)
            for file in possible:
                doubtful.setdefault(file, []).append(name)
            continue
        yield Finding(document.issue)
    for file, names in doubtful.items():
        yield Finding(
            IssueCode.ASSEMBLY_UNSURE,
            detail=f"文件“{file}”未能读出或未能全部读出，可能含有尚缺的{'或'.join(names)}",
        )


def file_problems(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """file-unreadable, reader-missing, suspicious-file and whatever else a reader noted on a file."""
    del campaign
    seen: set[tuple[IssueCode, str]] = set()
    for material in case.documents:
        name = material.attachment.filename or "未命名文件"
        for problem in material.attachment.problems:
            if problem.code in (IssueCode.TEMPLATE_BLANK, IssueCode.LOW_CONFIDENCE):
                continue
            if (problem.code, name) not in seen:
                seen.add((problem.code, name))
                yield Finding(problem.code, field=name, detail=problem.detail)


def cloud_links(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """cloud-attachment: sent as a link that expires, so the file itself never arrived."""
    for link in case.links:
        expires = link.expires and link.expires.astimezone(campaign.window.zone)
        yield Finding(IssueCode.CLOUD_ATTACHMENT, field=link_name(link), expires=expires)


def blank_templates(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """template-blank: the official form came back empty, and no filled one is there."""
    del campaign
    if any(True for _ in with_role(case, "form")):
        return
    for material in with_role(case, "template"):
        yield Finding(IssueCode.TEMPLATE_BLANK, field=material.attachment.filename or "未命名文件")


def expiry_words(expires: datetime | None) -> str:
    """How an expiry reads inside a sentence; empty where the mail does not say."""
    if expires is None:
        return ""
    return f"（链接{expires.year}年{expires.month}月{expires.day}日{expires:%H:%M}到期）"
