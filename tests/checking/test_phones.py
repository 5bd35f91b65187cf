"""What people here dial, and what nobody can."""

from __future__ import annotations

import pytest

from inbox_ingest.checking.phones import dialable

DIALABLE = [
    "13900000001",
    "139 0000 0001",
    "139-0000-0001",
    "１３９００００００００１"[:11],
    "+86 139 0000 0001",
    "+8613900000001",
    "008613900000001",
    "86-13900000001",
    "（025）84200001",
    "025-84200001",
    "0512-68600001",
    "0512 6860 0001",
    "84200001",
    "8420001",
    "025-84200001-8012",
    "025-84200001转8012",
    "0512-68600001 分机 12",
    "(0512)68600001",
    "13900000001/84200001",
    "13900000001、13900000002",
    "13900000001 13900000002",
    "139 0000 0001 139 0000 0002",
    "李文 13900000001",
    "手机：13900000001（微信同号）",
    "661234",
    "66123",
    "6612",
    "短号661234",
    "400-800-0001",
    "8008000001",
    "+86-25-84200001",
    "86 25 84200001",
    "13900000001（办）",
    "办公：025－84200001",
]
NOT_DIALABLE = [
    "",
    "无",
    "同上",
    "见附件",
    "1390000000",
    "139000000",
    "12900000001",
    "139000000012345",
    "1390000",
    "——",
    "ab",
    "12",
    "liwen@example.cn",
]


@pytest.mark.parametrize("text", DIALABLE)
def test_a_number_that_people_dial_is_never_accused(text: str) -> None:
    assert dialable(text)


@pytest.mark.parametrize("text", NOT_DIALABLE)
def test_what_nobody_can_dial_is_said(text: str) -> None:
    assert not dialable(text)
