"""What the readers could not tell in a form or a text: a person looks, no sender is accused of it."""

from __future__ import annotations

from collections.abc import Iterator

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.findings import Finding
from inbox_ingest.records import Case, IssueCode


def doubtful_readings(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """assembly-unsure: which part of a file is what could not be told."""
    del campaign
    doubts = [] if case.case_text is None else list(case.case_text.doubts)
    for material in case.documents:
        form = material.attachment.form
        if form is not None:
            name = material.attachment.filename or "未命名文件"
            doubts += [f"文件“{name}”：{doubt}" for doubt in form.doubts]
    for detail in dict.fromkeys(doubts):
        yield Finding(IssueCode.ASSEMBLY_UNSURE, detail=detail)
