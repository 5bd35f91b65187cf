"""What happened to a case: each revision as it was filed, with what changed, and people's word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from inbox_ingest.reports.decisions import decision_entry
from inbox_ingest.reports.screen import Line, wrap
from inbox_ingest.reports.words import ISSUE_WORDS, MAIL_NUMBER, ROLE_WORDS, STATUS_WORDS

Revision = Mapping[str, Any]
_SHORT = 30


def history_lines(case: Mapping[str, Any]) -> list[Line]:
    """Revisions and decisions in the order in which they were made, a decision before what it did.

    What a mail brought stands under the time at which it was received; where something older
    stands above it already, it says when it was filed. What changed the verdict alone (another
    case, a rereading) has no number of its own.
    """
    undone = {d["id"]: d["undone_at"] for d in case["decisions"] if d["undone_at"]}
    before: Revision | None = None
    last = 0
    entries: list[_Entry] = []
    for revision in case["revisions"]:
        number = int(revision["case"].get("revision", 0))
        named = f"第 {number} 版，" if number > last else ""
        told = _told(revision, before, named, undone)
        at = revision.get("received_at") or revision["made_at"]
        entries.append(_Entry(_time(revision["made_at"]), 1, _time(at), told))
        before, last = revision, max(last, number)
    for decision in case["decisions"]:
        at = _time(decision["made_at"])
        entries.append(_Entry(at, 0, at, [decision_entry(decision)]))
    lines = [Line(""), Line("历次变化", "heading")]
    shown: datetime | None = None
    for entry in sorted(entries, key=lambda entry: entry[:2]):
        late = f"（{entry.made_at:%m-%d %H:%M} 归档）" if shown and entry.at < shown else ""
        shown = max(shown or entry.at, entry.at)
        head, *rest = entry.texts
        lines += _indented(f"{entry.at:%Y-%m-%d %H:%M}  {head}{late}", "  ")
        for text in rest:
            lines += _indented(text, "      ")
    return lines


class _Entry(NamedTuple):
    made_at: datetime
    rank: int
    at: datetime
    texts: list[str]


def _indented(text: str, indent: str) -> list[Line]:
    return [Line(piece) for piece in wrap(text, indent=indent, hanging=indent + "  ")]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _told(
    revision: Revision, before: Revision | None, named: str, undone: Mapping[int, str]
) -> list[str]:
    """A version: its number, the status, what caused it; then what changed."""
    status = STATUS_WORDS.get(revision["status"], revision["status"])
    became = revision["status"] == "complete" and (before or {}).get("status") != "complete"
    since = "，材料自此齐全" if became else ""
    return [f"{named}{status}，{_cause(revision, undone)}{since}", *changes(before, revision)]


def changes(before: Revision | None, after: Revision) -> list[str]:
    """What differs between two revisions, a Chinese phrase each; everything is new to the first."""
    return [
        *_field_changes(before["case"] if before else {}, after["case"]),
        *_document_changes(before["case"] if before else {}, after["case"]),
        *_issue_changes(before["issues"] if before else [], after["issues"]),
    ]


def _field_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    if not before:
        return
    old, new = _texts(before), _texts(after)
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield f"{name}：{_shown(old.get(name))} → {_shown(new.get(name))}"


def _texts(case: Mapping[str, Any]) -> dict[str, str | None]:
    texts = {
        name: field.get("value") or "、".join(field.get("ticked", ())) or None
        for name, field in case.get("values", {}).items()
    }
    text = case.get("case_text")
    return texts | ({"正文字数": str(text["body_count"])} if text else {})


def _shown(text: str | None) -> str:
    if text is None:
        return "（空）"
    return f"“{text}”" if len(text) <= _SHORT else f"“{text[:_SHORT]}……”"


def _document_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    old = {material["attachment"]["sha256"]: material for material in before.get("documents", ())}
    new = {material["attachment"]["sha256"]: material for material in after.get("documents", ())}
    for sha256, material in new.items():
        if sha256 not in old:
            yield f"新材料：{_document(material)}"
    for sha256, material in old.items():
        if sha256 not in new:
            yield f"不再使用：{_document(material)}"


def _document(material: Mapping[str, Any]) -> str:
    attachment = material["attachment"]
    role = ROLE_WORDS.get(attachment["role"], attachment["role"])
    return f"{role} {attachment['filename'] or '（无名）'}"


def _issue_changes(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterable[str]:
    old = [(_issue_key(issue), _issue(issue)) for issue in before]
    new = [(_issue_key(issue), _issue(issue)) for issue in after]
    gone = [entry for entry in old if entry not in new]
    for key, text in (entry for entry in new if entry not in old):
        same = next((entry for entry in gone if entry[0] == key), None)
        if same is None:
            yield f"新问题：{text}"
        else:
            gone.remove(same)
            yield f"问题有变：{same[1]} → {text}"
    yield from (f"已解决：{text}" for _, text in gone)


def _issue_key(issue: Mapping[str, Any]) -> tuple[str, str]:
    return issue["code"], str(issue.get("field"))


def _issue(issue: Mapping[str, Any]) -> str:
    return str(issue.get("text") or ISSUE_WORDS.get(issue["code"], issue["code"]))


def _cause(revision: Revision, undone: Mapping[int, str]) -> str:
    cause = revision["cause"]
    if cause == "reread":
        return "因重新读取"
    if cause == "others":
        return "因其他案例的来信"
    if cause.startswith("decision:"):
        number = int(cause.partition(":")[2])
        taken_back = undone.get(number)
        if taken_back and _time(taken_back) <= _time(revision["made_at"]):
            return f"因撤销人工处理（第 {number} 号）"
        return f"因人工处理（第 {number} 号）"
    if not revision.get("received_at"):
        return "因来信"
    return f"因来信“{revision['subject'] or '（无主题）'}”（邮件号 {cause[:MAIL_NUMBER]}）"
