"""Everything about one case on one screen, from `Glance.case`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from inbox_ingest.reports.history import history_lines
from inbox_ingest.reports.screen import Line, Tone, fit, fit_middle, harmless, pad, wrap
from inbox_ingest.reports.words import (
    AUDIENCE_WORDS,
    DISPOSITION_WORDS,
    ISSUE_WORDS,
    MAIL_NUMBER,
    NO_TYPE,
    REPLY_KIND_WORDS,
    REPLY_STATE_WORDS,
    ROLE_WORDS,
    STATUS_WORDS,
    moment,
    size_words,
)

Locate = Callable[[str], Path | None]
_LABEL = 14
_LONG_VALUE = 120  # characters of a field shown here; the whole of it is in the export


def case_lines(
    case: Mapping[str, Any],
    *,
    why: bool = False,
    history: bool = False,
    locate: Locate = lambda _sha256: None,
) -> list[Line]:
    """The screen. `locate` tells where a file with a hash lies, so that it can be opened."""
    lines = [*_head(case), *_values(case), *_text(case)]
    if not case.get("closed_at"):  # else nobody has to do anything, and what there was is elsewhere
        lines += [*_issues(case), *_documents(case, locate), *_opening(case), *_messages(case)]
    lines += _replies(case)
    if why and not case.get("closed_at"):
        lines += _reasons(case)
    if history:
        lines += _superseded(case, locate)
        lines += history_lines(case)
    return lines


def checked_lines(
    cases: Sequence[Mapping[str, Any]],
    values: Sequence[Mapping[str, Any]],
    unused: Sequence[tuple[str, str]],
    problem: str | None,
) -> list[Line]:
    """The verdict of `ingest check`: each case with its values, and the files of none, with reasons."""
    lines: list[Line] = []
    for case, read in zip(cases, values, strict=True):
        full = {**case, "values": read}
        lines += [Line("")] if lines else []
        lines += [*_head(full), *_values(full), *_text(full), *_issues(full)]
        lines += _documents(full, lambda _sha256: None)
    if problem:
        lines += [Line(text, "alarm") for text in wrap(f"邮件无法读取：{problem}")]
    elif not cases:
        lines.append(Line("这些文件里没有申报材料。"))
    if unused:
        lines += _heading("未归入案例的文件")
        for name, reason in unused:
            text = f"{name}：{reason}" if reason else name
            lines += [Line(piece) for piece in wrap(text, indent="  ", hanging="    ")]
    return lines


def _head(case: Mapping[str, Any]) -> Iterable[Line]:
    status = STATUS_WORDS.get(case["status"], case["status"])
    words = [
        case["case_no"] or "",
        "已并入别的案例" if case.get("merged_into") else "" if case.get("closed_at") else status,
        case["type"] or NO_TYPE,
        case.get("city") or "",
        f"第 {case['revision']} 版" if case["revision"] else "",
    ]
    tone: Tone = "heading"
    yield Line(fit("  ".join(word for word in words if word), 80), tone)
    for text in wrap(case["title"] or "（案例名称未知）"):
        yield Line(text, tone)
    if case.get("merged_into"):
        into = harmless(case["merged_into"])
        yield Line(f"已并入 {into}；材料和来信请看 ingest show {into}。", "alarm")
    elif case.get("closed_at"):
        yield Line("已没有材料，不再计入。", "alarm")
    if case["received_at"] is None:  # files on this machine, not mail
        return
    yield from _labelled(
        "首次收到", moment(case["received_at"]) + ("（截止后）" if case.get("late") else "")
    )
    yield from _labelled("最近更新", moment(case["updated_at"]))
    if case.get("completed_at"):
        yield from _labelled("材料齐全于", moment(case["completed_at"]))
    yield from _labelled("发件人", "、".join(case["senders"]))


def _labelled(label: str, value: str | None) -> Iterable[Line]:
    head = f"{pad(label, _LABEL)}"
    for text in wrap(value or "—", indent=head, hanging=" " * _LABEL):
        yield Line(text)


def _values(case: Mapping[str, Any]) -> Iterable[Line]:
    values: Mapping[str, Mapping[str, Any]] = case["values"]
    if not values:
        return
    yield from _heading("申报表")
    for name, field in values.items():
        label = name if len(name) <= 6 else name[:5] + "…"
        yield from _labelled(label, _value(field))


def _value(field: Mapping[str, Any]) -> str:
    text = str(field.get("value") or "、".join(field.get("ticked", ())) or "（空）")
    if len(text) > _LONG_VALUE:
        text = f"{text[:_LONG_VALUE]}……（共 {field.get('count', 0)} 字）"
    evidence = field.get("evidence") or {}
    notes = []
    if evidence.get("means") == "ocr":
        notes.append(f"文字识别，把握 {evidence.get('confidence', 1.0):.0%}")
    elif evidence.get("means") == "person":
        notes.append("人工填写")
    if not field.get("sure", True):
        notes.append("勾选不清")
    return f"{text}〔{'，'.join(notes)}〕" if notes else text


def _text(case: Mapping[str, Any]) -> Iterable[Line]:
    if case["body_count"] is None:
        return
    yield from _heading("案例正文")
    yield from _labelled("正文字数", str(case["body_count"]))
    yield from _labelled("各部分", "、".join(case["sections"]) or "（未找到小标题）")


def _issues(case: Mapping[str, Any]) -> Iterable[Line]:
    for audience, words in AUDIENCE_WORDS.items():
        found = [issue for issue in case["issues"] if issue["audience"] == audience]
        if found:
            yield from _heading(words)
        for issue in found:
            mark = "·" if issue["severity"] == "warning" else "！"
            for text in wrap(issue["text"], indent=f"  {mark} ", hanging="    "):
                yield Line(text)
    if not case["issues"]:
        yield from _heading("没有待解决的问题")
    if case.get("waived"):
        yield from _labelled("已豁免", "、".join(map(_waived, case["waived"])))
    told = " ".join(issue["text"] for issue in case["issues"])
    for doubt in case.get("unsure", ()):
        if doubt not in told:  # waived: it is known, and asks for nothing
            yield from _labelled("归属存疑", doubt)


def _documents(case: Mapping[str, Any], locate: Locate) -> Iterable[Line]:
    yield from _heading(f"材料  {len(case['documents'])} 件")
    for document in case["documents"]:
        role = ROLE_WORDS.get(document["role"], document["role"])
        name = fit_middle(document["filename"] or "（无名）", 50)
        yield Line(f"  {pad(role, 12)}{name}  {size_words(document['size'])}")
        if document["container"]:
            yield Line(fit(f"{' ' * 14}来自 {document['container']}", 80), "quiet")
        place = locate(document["sha256"])
        if place is not None:  # not cut: it is there to be copied
            yield Line(f"{' ' * 14}{harmless(str(place))}", "quiet")
    if case.get("superseded"):
        yield Line(f"  另有 {len(case['superseded'])} 件已被更新的材料替代", "quiet")
    for link in case.get("links", ()):
        name = link.get("filename") or "（无名）"
        yield Line(fit(f"  {pad('网盘链接', 12)}{name}", 80))


def _opening(case: Mapping[str, Any]) -> Iterable[Line]:
    """The archive names files by their bytes: no ending, no program that opens them."""
    if case["documents"]:
        text = f"  要打开这些文件：ingest pack 文件夹 --case {case['case_no']}"
        yield Line(fit(text, 80), "quiet")


def _messages(case: Mapping[str, Any]) -> Iterable[Line]:
    """Each mail that brought material, and under it the number that commands take."""
    messages = [message for message in case["messages"] if message["member"]]
    yield from _heading(f"来信  {len(messages)} 封")
    for message in messages:
        words = DISPOSITION_WORDS.get(message["disposition"] or "", "待处理")
        sender = fit_middle(message["from"] or "（发件人未知）", 24)
        head = f"  {moment(message['received_at'])[5:]}  {pad(words, 8)}  {pad(sender, 24)}  "
        yield Line(fit(head + harmless(message["subject"] or "（无主题）"), 80))
        yield Line(fit(f"{' ' * 15}{_found(message)}", 80), "quiet")
    mentions = len(case["messages"]) - len(messages)
    if mentions:
        yield Line(f"  另有 {mentions} 封邮件提到本案例", "quiet")


def _found(message: Mapping[str, Any]) -> str:
    """The mail's number, and the folder of the mailbox where it was found if not the usual one."""
    folder = message.get("folder") or "INBOX"
    usual = folder.upper() == "INBOX" or folder.startswith("/")  # a source on this machine
    place = "" if usual else f"，在“{harmless(folder)}”文件夹里找到"
    return f"邮件号 {message['raw_sha256'][:MAIL_NUMBER]}{place}"


def _replies(case: Mapping[str, Any]) -> Iterable[Line]:
    replies: Sequence[Mapping[str, Any]] = case["replies"]
    if not replies:
        return
    yield from _heading(f"答复  {len(replies)} 封")
    for reply in replies:
        kind = REPLY_KIND_WORDS.get(reply["kind"], reply["kind"])
        state = REPLY_STATE_WORDS.get(reply["state"], reply["state"])
        when = moment(reply["sent_at"] or reply["created_at"])[5:]
        reason = f"：{reply['reason']}" if reply["reason"] else ""
        head = f"{when}  {pad(kind, 8)}  {state}  {reply['to'] or '（没有收件人）'}"
        for text in wrap(f"{head}{reason}", indent="  ", hanging="    "):
            yield Line(text)


def _waived(entry: str) -> str:
    """A waiver (`code`, or `code:field`) in words."""
    code, _, name = entry.partition(":")
    return f"{ISSUE_WORDS.get(code, code)}{f'（{name}）' if name else ''}"


def _reasons(case: Mapping[str, Any]) -> Iterable[Line]:
    """For each mail, also for those that only speak of the case, why it has to do with it."""
    yield from _heading("为什么算作一件")
    joined: dict[str, list[str]] = {}
    for reason in case["reasons"]:
        joined.setdefault(reason["raw_sha256"], []).append(reason["text"])
    for message in case["messages"]:
        others = ["提到本案例，没有带来材料"] if not message["member"] else []
        texts = joined.get(message["raw_sha256"]) or others
        when = moment(message["received_at"])[5:]
        head = (
            f"{when}  “{message['subject'] or '（无主题）'}”（{message['from'] or '发件人未知'}，"
            f"邮件号 {message['raw_sha256'][:MAIL_NUMBER]}）"
        )
        for text in wrap(f"{head}：{'；'.join(dict.fromkeys(texts))}", indent="  ", hanging="    "):
            yield Line(text)
    if not case["messages"]:
        yield Line("  没有来信。")


def _superseded(case: Mapping[str, Any], locate: Locate) -> Iterable[Line]:
    """Older documents, still there to be read."""
    if not case.get("superseded"):
        return
    yield from _heading("已被替代的材料")
    for material in case["superseded"]:
        file = material["attachment"]
        role = ROLE_WORDS.get(file["role"], file["role"])
        when = moment(material["received_at"])[5:]
        name = fit_middle(file["filename"] or "（无名）", 44)
        yield Line(f"  {pad(role, 12)}{name}  {when} 收到")
        place = locate(file["sha256"])
        if place is not None:
            yield Line(f"{' ' * 14}{harmless(str(place))}", "quiet")


def _heading(text: str) -> Iterable[Line]:
    yield Line("")
    yield Line(text, "heading")
