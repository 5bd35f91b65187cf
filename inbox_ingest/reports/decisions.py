"""People's decisions in words: one as a phrase, many as a list, and what a new one changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inbox_ingest.reports.screen import Line, wrap
from inbox_ingest.reports.words import DISPOSITION_WORDS, ISSUE_WORDS, ROLE_WORDS, moment

Decision = Mapping[str, Any]
_SHORT = 60


def decision_words(decision: Decision) -> str:
    """What was decided: `把 DJ001 的“电话”定为“13900000000”`."""
    words = _WORDS.get(decision["kind"])
    number, payload = decision["case_no"], decision["payload"]
    return (
        words(number, payload, decision) if words else f"{decision['kind']} {number or ''}".rstrip()
    )


def _fixed(number: str | None, payload: Mapping[str, Any], _: Decision) -> str:
    return f"把 {number} 的“{payload['field']}”定为“{_short(payload['value'])}”"


def _merged(number: str | None, payload: Mapping[str, Any], _: Decision) -> str:
    return f"把 {payload['from']} 并入 {number}"


def _split(number: str | None, payload: Mapping[str, Any], _: Decision) -> str:
    return f"从 {number} 拆出 {len(payload['sha256s'])} 个文件，另立一件"


def _waived(number: str | None, payload: Mapping[str, Any], _: Decision) -> str:
    named = ISSUE_WORDS.get(payload["code"], payload["code"])
    names = [payload["field"]] if payload.get("field") else payload.get("twins", ())
    which = f"（{'、'.join(names)}）" if names else ""
    return f"豁免 {number} 的问题：{named}{which}"


def _disposed(_: str | None, payload: Mapping[str, Any], decision: Decision) -> str:
    words = DISPOSITION_WORDS.get(payload["disposition"], payload["disposition"])
    return f"把邮件{_mail(decision)}定为{words}"


def _handled(_: str | None, __: Mapping[str, Any], decision: Decision) -> str:
    return f"处理了邮件{_mail(decision)}"


def _noted(number: str | None, payload: Mapping[str, Any], _: Decision) -> str:
    return f"{number + ' ' if number else ''}备注：{payload['text']}"


def _assigned(number: str | None, payload: Mapping[str, Any], _: Decision) -> str:
    file = f"“{payload.get('filename') or payload['sha256'][:12]}”"
    role = ROLE_WORDS.get(payload.get("role") or "")
    if payload.get("stays"):
        return f"{number} 的{file}算作{role}"
    source = f"（原在 {payload['from']}）" if payload.get("from") else ""
    goes = f"归入 {number}" if number else "另立一件"
    return f"把{file}{source}{goes}{'，算作' + role if role else ''}"


_WORDS = {
    "fix": _fixed,
    "assign": _assigned,
    "merge": _merged,
    "split": _split,
    "waive": _waived,
    "dispose": _disposed,
    "handle": _handled,
    "note": _noted,
}


def _mail(decision: Decision) -> str:
    subject = decision.get("subject")
    return f"“{_short(subject)}”" if subject else f" {str(decision['raw_sha256'])[:12]} "


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}……"


def decision_entry(decision: Decision) -> str:
    """One decision with number, who, why, and whether it was taken back."""
    why = f"（{decision['why']}）" if decision["why"] else ""
    undone = ""
    if decision["undone_at"]:
        undone = f"〔{moment(decision['undone_at'])} 由 {decision['undone_by']} 撤销〕"
    if not decision.get("applied", True):
        undone += "〔下次归档时生效〕"
    return f"第 {decision['id']} 号  {decision['who']} {decision_words(decision)}{why}{undone}"


def decision_list_lines(decisions: Sequence[Decision]) -> list[Line]:
    """All of them, newest last."""
    if not decisions:
        return [Line("还没有人工处理。")]
    lines = []
    for decision in decisions:
        text = f"{moment(decision['made_at'])}  {decision_entry(decision)}"
        undone = decision["undone_at"] is not None
        lines += [
            Line(piece, "quiet" if undone else "plain") for piece in wrap(text, hanging="    ")
        ]
    return [*lines, Line("撤销请用 ingest undo 号。", "quiet")]


def spoken_lines(
    decisions: Iterable[Decision],
    effects: Iterable[tuple[str, str | None, str]],
    *,
    filed: bool,
    undone: bool = False,
) -> list[Line]:
    """What was just decided, and what came of it.

    `effects` are case numbers with their state in words before (None: new) and now.
    """
    lines = []
    for decision in decisions:
        text = f"第 {decision['id']} 号：{decision_words(decision)}"
        lines += [Line(piece) for piece in wrap(f"{'已撤销' if undone else '已记下'}{text}。")]
    if not filed:
        return [*lines, Line("收到的邮件正在归档，这项处理下次归档时生效。", "quiet")]
    for number, before, now in effects:
        change = f"新立 {number}，{now}" if before is None else _change(number, before, now)
        lines.append(Line(f"  {change}"))
    return lines


def _change(number: str, before: str, now: str) -> str:
    return f"{number} 仍为{now}，内容有变" if before == now else f"{number} {before} → {now}"
