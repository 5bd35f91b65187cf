"""Which file is what (contract §3): by content first, by name only where the content does not say.

The rules stand in `role_rules`, one small function each; the first that answers decides.
"""

from __future__ import annotations

from inbox_ingest.campaigns import Campaign
from inbox_ingest.reading.document import Document
from inbox_ingest.reading.exhibit import Exhibit, named_roles
from inbox_ingest.reading.role_rules import RULES, Verdict
from inbox_ingest.records import CaseText, FormRecord, ScanRecord

__all__ = ["Verdict", "named_roles", "role_of"]


def role_of(
    kind: str,
    filename: str | None,
    campaign: Campaign,
    *,
    document: Document | None = None,
    form: FormRecord | None = None,
    case_text: CaseText | None = None,
    scan: ScanRecord | None = None,
    size: int = 0,
    pixels: tuple[int, int] | None = None,
    inline: bool = False,
) -> Verdict:
    """The role of one file, with the reason in Chinese.

    `kind` is the format by content (`formats.kind_of`); `form` and `case_text` are what was read in
    it, by OCR too; `scan` what was seen on its pages. Everything that is not known stays None.
    """
    exhibit = Exhibit(
        kind, filename, campaign, document, form, case_text, scan, size, pixels, inline
    )  # fmt: skip
    for rule in RULES:
        verdict = rule(exhibit)
        if verdict is not None:
            return verdict
    return Verdict("other", "内容和文件名都看不出是哪种材料")
