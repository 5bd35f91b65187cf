"""Issues open and close by identity, each once; a revision is a change of content or verdict."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.casebook.revising import (
    TOLD_APART_BY_TEXT,
    OpenIssue,
    compare_issues,
    fingerprint,
    identity,
)
from inbox_ingest.records import Issue, IssueCode, Reason
from tests.casebook.mails import MONDAY, sha
from tests.casebook.making import case_of, issue

issues = st.lists(
    st.builds(
        issue,
        st.sampled_from(
            [
                IssueCode.SCAN_MISSING,
                IssueCode.FIELD_MISSING,
                IssueCode.BODY_TOO_LONG,
                IssueCode.FILE_UNREADABLE,
                IssueCode.POSSIBLE_DUPLICATE,
            ]
        ),
        field=st.sampled_from([None, "电话", "正文", "扫描.pdf"]),
        measured=st.sampled_from([None, 3001, 3214]),
        text=st.sampled_from(["一", "二"]),
    ),
    max_size=8,
)


def as_open(found: list[Issue]) -> list[OpenIssue]:
    return [OpenIssue(number, item) for number, item in enumerate(found, 1)]


@given(before=issues, after=issues)
def test_what_is_open_afterwards_is_exactly_what_was_found(
    before: list[Issue], after: list[Issue]
) -> None:
    rows = as_open(before)
    difference = compare_issues(rows, after)
    changed = {row.id: row.issue for row in difference.changed}
    kept = [changed.get(row.id, row.issue) for row in rows if row.id not in difference.closed]
    assert Counter(map(repr, [*kept, *difference.opened])) == Counter(map(repr, after))


@given(before=issues, after=issues)
def test_no_more_issues_open_or_close_than_must(before: list[Issue], after: list[Issue]) -> None:
    difference = compare_issues(as_open(before), after)
    was, now = Counter(map(identity, before)), Counter(map(identity, after))
    assert Counter(map(identity, difference.opened)) == now - was
    assert len(difference.closed) == (was - now).total()


@given(found=issues)
def test_finding_the_same_again_changes_nothing(found: list[Issue]) -> None:
    difference = compare_issues(as_open(found), list(reversed(found)))
    assert (difference.opened, difference.closed, difference.changed) == ((), (), ())


def test_a_text_that_grew_longer_is_the_same_issue_with_other_figures() -> None:
    before = issue(IssueCode.BODY_TOO_LONG, field="正文", measured=3100, text="3100字")
    after = issue(IssueCode.BODY_TOO_LONG, field="正文", measured=3214, text="3214字")
    difference = compare_issues([OpenIssue(7, before)], [after])
    assert difference.changed == (OpenIssue(7, after),)
    assert not difference.opened and not difference.closed


def test_another_suspected_twin_is_another_issue() -> None:
    before = issue(IssueCode.POSSIBLE_DUPLICATE, text="可能与 DJ003 重复")
    after = issue(IssueCode.POSSIBLE_DUPLICATE, text="可能与 DJ009 重复")
    difference = compare_issues([OpenIssue(7, before)], [after])
    assert difference.opened == (after,)
    assert difference.closed == (7,)


def test_every_code_whose_field_is_a_file_is_told_apart_by_its_text() -> None:
    about_files = {
        IssueCode.FILE_UNREADABLE,
        IssueCode.CLOUD_ATTACHMENT,
        IssueCode.TEMPLATE_BLANK,
        IssueCode.READER_MISSING,
        IssueCode.SUSPICIOUS_FILE,
    }
    assert about_files <= TOLD_APART_BY_TEXT


@pytest.mark.parametrize(
    "update",
    [
        {"case_no": "DJ001"},
        {"message_sha256s": (sha("a"), sha("b"))},
        {"reasons": (Reason(raw_sha256=sha("a"), code="thread", text="同一邮件往来"),)},
        {"updated_at": MONDAY + timedelta(days=3)},
    ],
)
def test_a_second_copy_of_a_mail_revises_nothing(update: dict[str, Any]) -> None:
    case = case_of(1)
    assert fingerprint(case, ()) == fingerprint(case.model_copy(update=update), ())


@pytest.mark.parametrize(
    "update",
    [
        {"documents": ()},
        {"values": {}},
        {"late": True},
        {"waived": ("scan-missing",)},
        {"duplicates_of": ("DJ007",)},
        {"senders": ("other@126.com",)},
    ],
)
def test_other_content_is_a_revision(update: dict[str, Any]) -> None:
    case = case_of(1)
    assert fingerprint(case, ()) != fingerprint(case.model_copy(update=update), ())


def test_the_verdict_revises_but_its_wording_and_order_do_not() -> None:
    case = case_of(1)
    one, two = issue(), issue(IssueCode.BODY_TOO_LONG, field="正文", measured=3100)
    mark = fingerprint(case, (one, two))
    reworded = issue(text="还没有收到扫描件")
    assert fingerprint(case, (two, reworded)) == mark
    assert fingerprint(case, (one,)) != mark
    assert fingerprint(case, (one, two.model_copy(update={"measured": 3101}))) != mark
    assert fingerprint(case, (one, two.model_copy(update={"severity": "warning"}))) != mark
