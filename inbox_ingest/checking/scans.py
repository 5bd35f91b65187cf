"""Rules about the stamped copy: is there a seal, or must a person look?"""

from __future__ import annotations

from collections.abc import Iterator

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.findings import Finding
from inbox_ingest.checking.materials import may_hold, readable, with_role
from inbox_ingest.records import Attachment, Case, IssueCode


def seals(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """seal-missing only where pages on which the form was read surely have none; else seal-unverified.

    Nor where a picture beside them was not read, or bears what may be a seal: a form has two pages.
    """
    del campaign
    scans = [m.attachment for m in with_role(case, "form_scan") if readable(m.attachment)]
    if not scans:
        return
    verdicts = [attachment.scan.seal if attachment.scan else "unverified" for attachment in scans]
    if "present" in verdicts:
        return
    beside = _other_page(case)
    if all(verdict == "absent" for verdict in verdicts) and all(a.form for a in scans):
        if beside is None:
            yield Finding(IssueCode.SEAL_MISSING)
        else:
            name = beside.filename or "未命名文件"
            yield Finding(IssueCode.SEAL_UNVERIFIED, detail=f"公章可能在另一张图片“{name}”上")
        return
    notes = [a.scan.note for a in scans if a.scan is not None and a.scan.note]
    yield Finding(IssueCode.SEAL_UNVERIFIED, detail=notes[0] if notes else "请看扫描件")


def _other_page(case: Case) -> Attachment | None:
    """A document that is not the scan, and may be a page of it: not read whole, or perhaps sealed."""
    for material in case.documents:
        attachment = material.attachment
        if attachment.role == "form_scan" or "form_scan" not in may_hold(attachment.kind):
            continue
        sealed = attachment.scan is not None and attachment.scan.seal != "absent"
        if sealed or attachment.lost or not readable(attachment):
            return attachment
    return None
