"""What makes a revision, and which issues open and close with it: pure comparisons.

A revision is a change of content or verdict. Which mails belong to the case, the reasons, and the
time of the newest mail are kept up to date without one: a second copy of a mail revises nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from inbox_ingest.casebook.changes import CaseChange, EarlierVersion
from inbox_ingest.records import Case, Issue, IssueCode, status_of

NO_REVISION = {"case_no", "message_sha256s", "reasons", "updated_at", "revision"}

# Several of these may stand under one field: only their text tells them apart.
TOLD_APART_BY_TEXT = frozenset(
    {
        IssueCode.FILE_UNREADABLE,
        IssueCode.CLOUD_ATTACHMENT,
        IssueCode.TEMPLATE_BLANK,
        IssueCode.READER_MISSING,
        IssueCode.SUSPICIOUS_FILE,
        IssueCode.TITLE_MISMATCH,
        IssueCode.UNIT_MISMATCH,
        IssueCode.POSSIBLE_DUPLICATE,
        IssueCode.ASSEMBLY_UNSURE,
    }
)

Identity = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """An issue row that is open: its id and what it says."""

    id: int
    issue: Issue


@dataclass(frozen=True, slots=True)
class IssueChanges:
    """What to write: issues to open, ids to close, rows whose figures or words changed."""

    opened: tuple[Issue, ...]
    closed: tuple[int, ...]
    changed: tuple[OpenIssue, ...]


def identity(issue: Issue) -> Identity:
    """What makes an issue the same as one found before: code, field, for some codes the text."""
    told_apart = issue.text if issue.code in TOLD_APART_BY_TEXT else None
    return issue.code.value, issue.field, told_apart


def compare_issues(known: Iterable[OpenIssue], found: Sequence[Issue]) -> IssueChanges:
    """Match found issues with open ones, each with one at most."""
    waiting: dict[Identity, list[OpenIssue]] = defaultdict(list)
    for row in known:
        waiting[identity(row.issue)].append(row)
    opened, changed = [], []
    for issue in found:
        same = waiting[identity(issue)]
        if not same:
            opened.append(issue)
            continue
        row = next((row for row in same if row.issue == issue), same[0])
        same.remove(row)
        if row.issue != issue:
            changed.append(OpenIssue(row.id, issue))
    closed = sorted(row.id for rows in waiting.values() for row in rows)
    return IssueChanges(tuple(opened), tuple(closed), tuple(changed))


def fingerprint(case: Case, issues: Iterable[Issue]) -> str:
    """A hash over all that makes a revision: content of the case, and the verdict but its wording."""
    content = case.model_dump_json(exclude=NO_REVISION, exclude_defaults=True)
    verdict = sorted(
        repr((*identity(i), i.audience, i.severity, i.measured, i.limit, i.expires)) for i in issues
    )
    return hashlib.sha256("\n".join([content, *verdict]).encode()).hexdigest()


def completed_at(change: CaseChange, since: datetime | None) -> datetime | None:
    """When a case that is complete became so: by a mail's receipt or a person's word, not by a pass.

    `since` is when it did as it was filed before; None where it was not complete.
    """
    run = list(takewhile(_is_complete, reversed(change.earlier)))
    if since is not None and len(run) == len(change.earlier):
        return since
    if run:
        return run[-1].case.updated_at
    brought = (
        material.received_at
        for material in (*change.case.documents, *change.case.superseded)
        if material.raw_sha256 == change.cause
    )
    return next(brought, None) or change.case.updated_at


def _is_complete(version: EarlierVersion) -> bool:
    return status_of(version.issues) == "complete"


def body_mark(body: str) -> str:
    """The hash under which a body is known: `KnownCase.body_sha256` is that of its JSON."""
    return hashlib.sha256(body.encode()).hexdigest()
