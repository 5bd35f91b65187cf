"""Which documents of a case answer for a role, and which unreadable ones may be standing in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from inbox_ingest.campaigns import Campaign
from inbox_ingest.records import (
    Attachment,
    Case,
    CloudLink,
    IssueCode,
    Material,
    Role,
)

HIDING = frozenset({IssueCode.FILE_UNREADABLE, IssueCode.READER_MISSING, IssueCode.SUSPICIOUS_FILE})
_WORD = frozenset({"doc", "docx", "docm", "dot", "dotx", "wps", "wpt", "rtf", "odt", "html", "txt"})
_PICTURE = frozenset({"jpeg", "jpg", "png", "tiff", "tif", "bmp", "heic", "heif", "webp", "gif"})
_PAGES = frozenset({"pdf", "ofd"})
_NEVER = frozenset(
    {"mp4", "mov", "avi", "mkv", "wmv", "flv", "mp3", "wav", "m4a", "exe", "elf", "script"}
)


def with_role(case: Case, role: Role) -> Iterator[Material]:
    """The current documents of one role, best first."""
    return (material for material in case.documents if material.attachment.role == role)


def readable(attachment: Attachment) -> bool:
    """Whether nothing hides what is in the file. A Word file with macros was read, and is readable."""
    read = attachment.form or attachment.case_text or attachment.scan
    return bool(read) or not any(problem.code in HIDING for problem in attachment.problems)


def fills(case: Case, role: Role) -> bool:
    """Whether the case has what a role asks for, in a file that could be opened (contract §3, §9)."""
    if any(readable(material.attachment) for material in with_role(case, role)):
        return True
    if role == "form":
        # A sealed PDF with real text is listed as the scan, and is the form besides.
        return any(
            material.attachment.kind == "pdf"
            and material.attachment.form is not None
            and all(
                value.evidence.means == "text" for value in material.attachment.form.fields.values()
            )
            for material in with_role(case, "form_scan")
        )
    if role == "case_text":
        return any(material.attachment.case_text is not None for material in case.documents)
    return False


def stand_ins(case: Case, role: Role, campaign: Campaign) -> tuple[list[str], list[str]]:
    """Files that could not be opened and are (first list) or may be (second) the document of `role`.

    By what the sender called it where the name tells, else by what such a file can hold.
    """
    evident: list[str] = []
    possible: list[str] = []
    for name, kind, known_role in _closed_files(case):
        named = known_role if known_role in _required(campaign) else role_named(name, campaign)
        if named == role:
            evident.append(name)
        elif named is None and role in _may_hold(kind):
            possible.append(name)
    return evident, possible


def role_named(filename: str, campaign: Campaign) -> Role | None:
    """The required role whose words stand in a file name; the longest word decides."""
    hits = [
        (len(word), document.role)
        for document in campaign.documents
        for word in document.names
        if word in filename
    ]
    # 申报表（盖章）: words for the scan say more than words for the form.
    scans = [role for _, role in hits if role == "form_scan"]
    return scans[0] if scans else max(hits, default=(0, None), key=lambda hit: hit[0])[1]


def _required(campaign: Campaign) -> frozenset[Role]:
    return frozenset(document.role for document in campaign.documents)


def _closed_files(case: Case) -> Iterator[tuple[str, str, Role | None]]:
    for material in case.documents:
        attachment = material.attachment
        if not readable(attachment):
            yield attachment.filename or "未命名文件", attachment.kind, attachment.role
    for link in case.links:
        yield link_name(link), suffix_of(link.filename), None


def link_name(link: CloudLink) -> str:
    """What to call a cloud link: its file name, else who carries it."""
    return link.filename or f"{link.provider}链接"


def suffix_of(filename: str | None) -> str:
    """The file name's ending in lower case without its dot, empty where there is none."""
    return PurePath(filename or "").suffix.lower().lstrip(".")


def _may_hold(kind: str) -> frozenset[Role]:
    if kind in _NEVER:
        return frozenset()
    if kind in _WORD:
        return frozenset({"form", "case_text"})
    if kind in _PICTURE:
        return frozenset({"form_scan"})
    if kind in _PAGES:
        return frozenset({"form_scan", "form", "case_text"})
    return frozenset({"form", "form_scan", "case_text"})
