"""What makes a revision, and which issues open and close with it: pure comparisons.

A revision is a change of content or verdict. Which mails belong to the case, the reasons, and the
time of the newest mail are kept up to date without one: a second copy of a mail revises nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inbox_ingest.records import Case, Issue, IssueCode

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


def body_mark(body: str) -> str:
    """The hash under which a body is known: `KnownCase.body_sha256` is that of its JSON."""
    return hashlib.sha256(body.encode()).hexdigest()
