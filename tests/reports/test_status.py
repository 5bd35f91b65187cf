"""The status screen says what matters, in 80 columns, whatever the folders and units are called."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.casebook.glance_letters import LettersWaiting
from inbox_ingest.records import DISPOSITIONS, ROLES, STATUSES, IssueCode
from inbox_ingest.reports import words
from inbox_ingest.reports.status import empty_status, remainder, status_lines

LETTERS = LettersWaiting(drafts=6, held=2)
NOW = datetime(2025, 6, 18, 9, 37, tzinfo=ZoneInfo("Asia/Shanghai"))
FOLDER = {
    "account": "imaps://a@b",
    "folder": "INBOX",
    "on_server": 210,
    "filed": 200,
    "waiting": 3,
    "quarantined": 2,
    "out_of_scope": 5,
    "gone": 7,
}
STATUS: dict[str, Any] = {
    "campaign": "“交通先行·党建赋能”党建创新典型案例征集活动",
    "window": {
        "opens": "2025-04-11T00:00:00+08:00",
        "closes": "2025-06-30T23:59:59+08:00",
        "days_left": 12,
    },
    "last_fetch": "2025-06-18T09:32:00+08:00",
    "balance": [FOLDER, FOLDER | {"folder": "垃圾邮件", "on_server": 10, "filed": 0}],
    "cases": {
        "total": 34,
        "by_status": {"incomplete": 10, "review": 4, "complete": 20},
        "by_type": {"行业党建": 20, "行业思政": 12, "unknown": 2},
    },
    "messages": {"submission": 34, "supplement": 20, "duplicate": 1, "automatic": 0},
    "issues": {"scan-missing": 8, "body-too-long": 3, "field-missing": 9},
    "for_a_person": 3,
    "replies": {"draft": 6, "sent": 12},
    "failed_runs": [],
}
WAITING = [
    {"kind": "case", "reference": "DJ003", "since": None, "subject": "货运党建", "reason": None},
    {"kind": "question", "reference": "ab", "since": None, "subject": "请问", "reason": "a@b.cn"},
    {
        "kind": "quarantined",
        "reference": "cd",
        "since": None,
        "subject": None,
        "reason": "嵌套过深",
    },
]


def screen(status: dict[str, Any], waiting: list[dict[str, Any]] | None = None) -> list[str]:
    return [
        line.text for line in status_lines(status, NOW, WAITING if waiting is None else waiting)
    ]


def alarms(status: dict[str, Any]) -> list[str]:
    return [line.text for line in status_lines(status, NOW) if line.tone == "alarm"]


def changed(**changes: Any) -> dict[str, Any]:
    return deepcopy(STATUS) | changes


def test_the_whole_screen_reads_as_an_organiser_expects() -> None:
    assert screen(STATUS) == [
        "“交通先行·党建赋能”党建创新典型案例征集活动",
        "征集 2025-04-11 至 2025-06-30，还有 12 天截止",
        "最近收信 2025-06-18 09:32（5 分钟前）",
        "",
        "邮件去向  服务器上  已归档  待处理  读不了  不在范围  已移走",
        "INBOX          210     200       3       2         5       7",
        "垃圾邮件        10       0       3       2         5       7",
        "合计           220     200       6       4        10      14",
        "",
        "案例  共 34 件",
        "  齐全 20   待补正 10   待核对 4",
        "  行业党建 20   行业思政 12   类型未定 2",
        "",
        "邮件",
        "  新投稿 34   补充材料 20   重复邮件 1",
        "",
        "答复",
        "  待批准 6   已发送 12",
        "",
        "最常见的问题",
        "  申报表有空项 9   缺盖章扫描件 8   正文超字数 3",
        "",
        "等待人工处理  3 项",
        "  案例 DJ003 请您核对  货运党建",
        "  来信待答复  请问（a@b.cn）",
        "  邮件读不了  （无主题）：嵌套过深",
    ]


def test_a_balanced_call_raises_no_alarm() -> None:
    assert alarms(STATUS) == []


@pytest.mark.parametrize(
    ("on_server", "said"), [(211, "有 1 封邮件去向不明"), (208, "多记了 2 封")]
)
def test_a_remainder_in_a_folder_is_an_alarm(on_server: int, said: str) -> None:
    folder = FOLDER | {"on_server": on_server}
    assert remainder(folder) == on_server - 210
    (alarm, *rest) = alarms(changed(balance=[folder]))
    assert said in alarm + "".join(rest)
    assert "INBOX" in alarm


def test_mail_that_people_moved_away_is_no_alarm() -> None:
    assert alarms(changed(balance=[FOLDER | {"gone": 900}])) == []


def test_a_fetch_long_ago_is_an_alarm_and_a_recent_one_is_not() -> None:
    old = (NOW - timedelta(hours=5)).isoformat()
    assert "5 小时前" in alarms(changed(last_fetch=old))[0]
    assert alarms(changed(last_fetch=(NOW - timedelta(hours=2)).isoformat())) == []


def test_no_fetch_yet_says_how_to_begin() -> None:
    assert "ingest run" in alarms(changed(last_fetch=None))[0]


def test_failed_runs_are_shown_with_their_reason() -> None:
    run = {
        "started_at": "2025-06-18T09:00:00+08:00",
        "ended_at": None,
        "outcome": "failed",
        "exit_code": 77,
        "error": "授权码不对",
    }
    assert any(
        "06-18 09:00" in text and "授权码不对" in text
        for text in alarms(changed(failed_runs=[run]))
    )


@pytest.mark.parametrize(
    ("days", "said"), [(1, "还有 1 天"), (0, "今天截止"), (-3, "已于 3 天前截止")]
)
def test_days_left_are_said_before_on_and_after_the_last_day(days: int, said: str) -> None:
    assert said in screen(changed(window=STATUS["window"] | {"days_left": days}))[1]


def test_before_the_first_pass_there_is_a_screen_too() -> None:
    campaign = load_campaign(shipped_campaign())
    status = empty_status(campaign, NOW)
    assert status["window"]["opens"] == "2025-04-11T00:00:00+08:00"
    assert status["window"]["days_left"] == 12
    texts = [line.text for line in status_lines(status, NOW)]
    assert "没有等待人工处理的事项。" in texts
    assert "案例  共 0 件" in texts


def test_a_casebook_without_a_campaign_yet_is_shown() -> None:
    window = {"opens": None, "closes": None, "days_left": None}
    assert screen(changed(campaign=None, window=window))


def test_escape_sequences_in_mails_and_folders_do_not_reach_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\r\n假的一行"
    status = changed(
        campaign=hostile,
        balance=[FOLDER | {"folder": hostile, "on_server": 999}],
        cases=STATUS["cases"] | {"by_type": {hostile: 3}},
    )
    texts = screen(status, [WAITING[1] | {"subject": hostile, "reason": hostile}])
    assert not any(sign in text for text in texts for sign in "\x1b\x07\r\n")


NAMES = st.text(alphabet=st.characters(), max_size=120)
COUNTS = st.integers(0, 10**7)


@given(NAMES, NAMES, st.dictionaries(NAMES, COUNTS, max_size=5), COUNTS)
def test_no_line_is_wider_than_eighty_columns(
    folder: str, subject: str, types: dict[str, int], count: int
) -> None:
    status = changed(
        campaign=subject,
        balance=[FOLDER | {"folder": folder, "on_server": count}, FOLDER],
        cases=STATUS["cases"] | {"by_type": types},
        issues={code.value: count for code in IssueCode},
        for_a_person=count + 1,
    )
    waiting = [entry | {"subject": subject, "reason": folder} for entry in WAITING]
    assert [text for text in screen(status, waiting) if cell_len(text) > 80] == []


def test_every_word_of_the_contract_has_a_chinese_name() -> None:
    assert set(words.ISSUE_WORDS) == {code.value for code in IssueCode}
    assert set(words.STATUS_WORDS) == set(STATUSES)
    assert set(words.DISPOSITION_WORDS) == set(DISPOSITIONS)
    assert set(words.ROLE_WORDS) == set(ROLES)


def test_letters_that_wait_are_told_beside_what_is_unclear() -> None:
    nothing = STATUS | {"for_a_person": 0}
    shown = "\n".join(line.text for line in status_lines(nothing, NOW, [], LETTERS))
    assert "6 封答复等待批准：ingest replies list --state draft" in shown
    assert "2 件案例的结论有变" in shown
    assert "没有等待人工处理的事项" not in shown
    quiet = "\n".join(line.text for line in status_lines(nothing, NOW, [], LettersWaiting()))
    assert "没有等待人工处理的事项" in quiet
    both = "\n".join(line.text for line in status_lines(STATUS, NOW, WAITING, LETTERS))
    assert both.index("6 封答复等待批准") < both.index("等待人工处理  3 项")
