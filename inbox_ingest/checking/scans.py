"""Rules about the stamped copy: is there a seal, or must a person look?"""

from __future__ import annotations

from collections.abc import Iterator

from inbox_ingest.campaigns import Campaign
from inbox_ingest.checking.findings import Finding
from inbox_ingest.checking.materials import readable, with_role
from inbox_ingest.records import Case, IssueCode


def seals(case: Case, campaign: Campaign) -> Iterator[Finding]:
    """seal-missing only where pages on which the form was read surely have none; else seal-unverified."""
    del campaign
    scans = [m.attachment for m in with_role(case, "form_scan") if readable(m.attachment)]
    if not scans:
        return
    verdicts = [attachment.scan.seal if attachment.scan else "unverified" for attachment in scans]
    if "present" in verdicts:
        return
    if all(verdict == "absent" for verdict in verdicts) and all(a.form for a in scans):
        yield Finding(IssueCode.SEAL_MISSING)
        return
    notes = [a.scan.note for a in scans if a.scan is not None and a.scan.note]
    yield Finding(IssueCode.SEAL_UNVERIFIED, detail=notes[0] if notes else "请看扫描件")
