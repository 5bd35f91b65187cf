"""What happened to a case: each revision with what changed against the one before, and people's word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inbox_ingest.reports.decisions import decision_entry
from inbox_ingest.reports.screen import Line, wrap
from inbox_ingest.reports.words import ISSUE_WORDS, ROLE_WORDS, STATUS_WORDS, moment

Revision = Mapping[str, Any]
_SHORT = 30


def history_lines(case: Mapping[str, Any]) -> list[Line]:
    """Versions and decisions in the order in which they happened, a decision before what it did.

    A version without a number is a rereading: it is compared with its own `before`.
    """
    messages = {message["raw_sha256"]: message for message in case["messages"]}
    before: Revision | None = None
    entries: list[tuple[str, int, list[str]]] = []
    for revision in case["revisions"]:
        told = _told(revision, revision.get("before", before), messages)
        entries.append((revision["made_at"], 1, told))
        before = before if revision["number"] is None else revision
    entries += [
        (decision["made_at"], 0, [f"{moment(decision['made_at'])}  {decision_entry(decision)}"])
        for decision in case["decisions"]
    ]
    lines = [Line(""), Line("历次变化", "heading")]
    for _, _, texts in sorted(entries, key=lambda entry: entry[:2]):
        for number, text in enumerate(texts):
            indent = "  " if number == 0 else "      "
            lines += [Line(piece) for piece in wrap(text, indent=indent, hanging=indent + "  ")]
    return lines


def _told(
    revision: Revision, before: Revision | None, messages: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """A version: when, its number, the status, what caused it; then what changed."""
    status = STATUS_WORDS.get(revision["status"], revision["status"])
    became = revision["status"] == "complete" and (before or {}).get("status") != "complete"
    number = "" if revision["number"] is None else f"第 {revision['number']} 版，"
    cause = _cause(revision["cause"], messages)
    since = "，材料自此齐全" if became else ""
    head = f"{moment(revision['made_at'])}  {number}{status}，{cause}{since}"
    return [head, *changes(before, revision)]


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


def _cause(cause: str, messages: Mapping[str, Mapping[str, Any]]) -> str:
    if cause == "reread":
        return "因重新读取"
    if cause.startswith("decision:"):
        return f"因人工处理（第 {cause.partition(':')[2]} 号）"
    message = messages.get(cause)
    return f"因来信“{message['subject'] or '（无主题）'}”" if message else "因来信"
