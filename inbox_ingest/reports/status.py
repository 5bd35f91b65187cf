"""How the call stands, on one screen: the data of `status --json` put into words.

Pure: takes what `casebook.glance` found and the time, gives lines of at most 80 columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from inbox_ingest.reports.listing import failed_run_lines, letter_lines
from inbox_ingest.reports.screen import WIDTH, Line, counted, fit, table, wrap
from inbox_ingest.reports.words import (
    DISPOSITION_WORDS,
    ISSUE_WORDS,
    NO_TYPE,
    REPLY_STATE_WORDS,
    STATUS_WORDS,
    age,
    days_left_words,
    waiting_words,
)

if TYPE_CHECKING:
    from inbox_ingest.campaigns import Campaign
    from inbox_ingest.casebook.glance_letters import LettersWaiting

# Cron is meant to run every few minutes; after this long without a fetch something has stopped.
STALE_AFTER = timedelta(hours=3)
COMMONEST = 6
SHOWN_FOR_A_PERSON = 8

_BALANCE = (
    ("on_server", "服务器上"),
    ("filed", "已归档"),
    ("waiting", "待处理"),
    ("quarantined", "读不了"),
    ("out_of_scope", "不在范围"),
    ("gone", "已移走"),
)


def remainder(folder: Mapping[str, Any]) -> int:
    """Mails of a folder that no column accounts for: anything but 0 is an alarm."""
    accounted = ("filed", "waiting", "quarantined", "out_of_scope")
    return int(folder["on_server"]) - sum(int(folder[key]) for key in accounted)


def status_lines(
    status: Mapping[str, Any],
    now: datetime,
    waiting: Sequence[Mapping[str, Any]] = (),
    letters: LettersWaiting | None = None,
) -> list[Line]:
    """The whole screen. `status` is the shape of contract §8, `waiting` the organiser's list,

    `letters` those that wait for his word.
    """
    lines = [
        *_campaign(status),
        *_fetch(status, now),
        *failed_run_lines(status.get("failed_runs", ())),
        Line(""),
        *_balance(status["balance"]),
        *_cases(status["cases"]),
        *_counts("邮件", status["messages"], DISPOSITION_WORDS),
        *_counts("答复", status["replies"], REPLY_STATE_WORDS),
        *_issues(status["issues"]),
        *_for_a_person(int(status["for_a_person"]), waiting, letters),
    ]
    while lines and not lines[-1].text:
        lines.pop()
    return lines


def _campaign(status: Mapping[str, Any]) -> Iterable[Line]:
    for text in wrap(status["campaign"] or "（尚未记录活动）"):
        yield Line(text, "heading")
    window = status["window"]
    opens, closes = (str(window[key] or "?")[:10] for key in ("opens", "closes"))
    left = days_left_words(window["days_left"])
    yield Line(fit(f"征集 {opens} 至 {closes}{'，' if left else ''}{left}", WIDTH))


def _fetch(status: Mapping[str, Any], now: datetime) -> Iterable[Line]:
    if not status["last_fetch"]:
        yield Line("还没有成功收过信。运行 ingest run 开始。", "alarm")
        return
    fetched = datetime.fromisoformat(status["last_fetch"])
    shown = fetched.strftime("%Y-%m-%d %H:%M")  # in the campaign's zone, whatever this machine's is
    stale = now - fetched > STALE_AFTER
    hint = "，请查看定时任务是否仍在运行" if stale else ""
    yield Line(f"最近收信 {shown}（{age(fetched, now)}）{hint}", "alarm" if stale else "plain")


def _balance(folders: Sequence[Mapping[str, Any]]) -> Iterable[Line]:
    if not folders:
        return
    rows = [[folder["folder"], *(str(folder[key]) for key, _ in _BALANCE)] for folder in folders]
    if len(folders) > 1:
        sums = [str(sum(int(folder[key]) for folder in folders)) for key, _ in _BALANCE]
        rows.append(["合计", *sums])
    headings = ["邮件去向", *(word for _, word in _BALANCE)]
    laid_out = table(headings, rows, numbers=range(1, len(headings)))
    yield Line(laid_out[0], "heading")
    for text in laid_out[1:]:
        yield Line(text)
    for folder in folders:
        left = remainder(folder)
        if left:
            words = (
                f"！“{folder['folder']}”收支不平：有 {left} 封邮件去向不明，请再运行 ingest run"
                if left > 0
                else f"！“{folder['folder']}”收支不平：多记了 {-left} 封邮件，请再运行 ingest run"
            )
            for text in wrap(f"{words}；仍不平时请联系维护者。", hanging="  "):
                yield Line(text, "alarm")
    yield Line("")


def _cases(cases: Mapping[str, Any]) -> Iterable[Line]:
    yield Line(f"案例  共 {cases['total']} 件", "heading")
    by_status, by_type = cases["by_status"], cases["by_type"]
    for text in counted((word, by_status.get(key, 0)) for key, word in STATUS_WORDS.items()):
        yield Line(text)
    types = sorted(by_type.items(), key=lambda item: (_is_unknown(item[0]), str(item[0])))
    for text in counted((NO_TYPE if _is_unknown(key) else key, count) for key, count in types):
        yield Line(text)
    yield Line("")


def _is_unknown(key: str | None) -> bool:
    return key in (None, "", "null", "unknown")


def _counts(heading: str, counts: Mapping[str, int], words: Mapping[str, str]) -> Iterable[Line]:
    shown = [(word, counts[key]) for key, word in words.items() if counts.get(key)]
    if not shown:
        return
    yield Line(heading, "heading")
    for text in counted(shown):
        yield Line(text)
    yield Line("")


def _issues(issues: Mapping[str, int]) -> Iterable[Line]:
    ranked = sorted(issues.items(), key=lambda item: (-item[1], item[0]))
    ranked = [(code, count) for code, count in ranked if count]
    if not ranked:
        return
    yield Line("最常见的问题", "heading")
    for text in counted((ISSUE_WORDS.get(code, code), count) for code, count in ranked[:COMMONEST]):
        yield Line(text)
    if len(ranked) > COMMONEST:
        rest = ranked[COMMONEST:]
        yield Line(f"  另有 {len(rest)} 类共 {sum(count for _, count in rest)} 处", "quiet")
    yield Line("")


def _for_a_person(
    count: int, waiting: Sequence[Mapping[str, Any]], letters: LettersWaiting | None
) -> Iterable[Line]:
    told = letter_lines(letters) if letters else []
    yield from told
    if not count:
        yield Line("没有别的事项等待人工处理。" if told else "没有等待人工处理的事项。")
        return
    yield Line(f"等待人工处理  {count} 项", "heading")
    for entry in waiting[:SHOWN_FOR_A_PERSON]:
        yield Line(fit(f"  {waiting_words(entry)}", WIDTH))
    shown = min(len(waiting), SHOWN_FOR_A_PERSON)
    if shown < count:
        yield Line(f"  {'其余' if shown else ''}用 ingest list --waiting 查看", "quiet")


def empty_status(campaign: Campaign, now: datetime) -> dict[str, Any]:
    """`status --json` before the first pass: the campaign, and nothing received."""
    window = campaign.window
    last_moment = window.ends_at() - timedelta(seconds=1)
    return {
        "campaign": campaign.title,
        "window": {
            "opens": datetime.combine(window.opens, time(), window.zone).isoformat(),
            "closes": last_moment.isoformat(),
            "days_left": window.days_left(now),
        },
        "last_fetch": None,
        "balance": [],
        "cases": {"total": 0, "by_status": {}, "by_type": {}},
        "messages": {},
        "issues": {},
        "for_a_person": 0,
        "replies": {},
    }
