"""Which documents of a case answer for a role, and which unreadable ones may be standing in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

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
_ARCHIVES = frozenset(
    {"zip", "rar", "7z", "tar", "gz", "bz2", "xz", "tgz", "volume", "eml", "msg", "tnef"}
)
_AND = re.compile(r"[及和与＋+、，,&]")
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
    """Files not read, or not read whole, that are (first list) or may hold (second) what is missing.

    By what the sender called it where the name tells, else by what such a file can hold.
    """
    evident: list[str] = []
    possible: list[str] = []
    for closed in _closed_files(case):
        held = _roles_held(closed, campaign)
        if role in held.evident:
            evident.append(closed.name)
        elif role in held.possible:
            possible.append(closed.name)
    partly = (material.attachment for material in case.documents if material.attachment.lost)
    possible += [
        attachment.filename or "未命名文件"
        for attachment in partly
        if readable(attachment) and role in may_hold(attachment.kind)
    ]
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


class _Closed(NamedTuple):
    """A file that could not be opened; `inside` are the names of files that are listed in it."""

    name: str
    kind: str
    role: Role | None = None
    inside: tuple[str, ...] = ()


class _Held(NamedTuple):
    """The roles that a closed file evidently holds, and those that it may hold."""

    evident: frozenset[Role]
    possible: frozenset[Role]


def _closed_files(case: Case) -> Iterator[_Closed]:
    for material in case.documents:
        attachment = material.attachment
        if not readable(attachment):
            name = attachment.filename or "未命名文件"
            yield _Closed(name, attachment.kind, attachment.role, attachment.unopened)
    for link in case.links:
        yield _Closed(link_name(link), suffix_of(link.filename))


def _roles_held(closed: _Closed, campaign: Campaign) -> _Held:
    if closed.kind in _ARCHIVES or not closed.kind:  # a link may lead to a folder
        return _held_together(closed, campaign)
    named = closed.role if closed.role in _required(campaign) else role_named(closed.name, campaign)
    if named is not None:
        return _Held(frozenset({named}), frozenset())
    return _Held(frozenset(), may_hold(closed.kind))


def _held_together(closed: _Closed, campaign: Campaign) -> _Held:
    """An archive holds several documents: what its name says, and the names of those inside."""
    stem = PurePath(closed.name).stem
    named = {role for part in _AND.split(stem) for role in _roles_named(part, campaign)}
    if not closed.inside:
        return _Held(frozenset(named), may_hold(closed.kind))
    held = [_roles_held(_Closed(name, suffix_of(name)), campaign) for name in closed.inside]
    return _Held(
        frozenset(role for each in held for role in each.evident),
        frozenset({*named, *(role for each in held for role in each.possible)}),
    )


def _roles_named(name: str, campaign: Campaign) -> frozenset[Role]:
    """Every required role named in one part of a name; 申报表扫描件 is the scan alone."""
    roles = frozenset(
        document.role
        for document in campaign.documents
        if any(word in name for word in document.names)
    )
    return roles - {"form"} if "form_scan" in roles else roles


def link_name(link: CloudLink) -> str:
    """What to call a cloud link: its file name, else who carries it."""
    return link.filename or f"{link.provider}链接"


def suffix_of(filename: str | None) -> str:
    """The file name's ending in lower case without its dot, empty where there is none."""
    return PurePath(filename or "").suffix.lower().lstrip(".")


def may_hold(kind: str) -> frozenset[Role]:
    """The required roles that a file of this kind (or ending) may have, whatever it is called."""
    if kind in _NEVER:
        return frozenset()
    if kind in _WORD:
        return frozenset({"form", "case_text"})
    if kind in _PICTURE:
        return frozenset({"form_scan"})
    if kind in _PAGES:
        return frozenset({"form_scan", "form", "case_text"})
    return frozenset({"form", "form_scan", "case_text"})
