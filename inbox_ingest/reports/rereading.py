"""Which cases a rereading changes, and whom it would make us tell something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inbox_ingest.reports.exports import issue_words
from inbox_ingest.reports.screen import Line, fit, wrap
from inbox_ingest.reports.words import STATUS_WORDS

CaseLine = Mapping[str, Any]
_VALUES = {
    "title": "案例名称",
    "unit": "申报单位",
    "type": "申报类型",
    "contact": "联系人",
    "phone": "电话",
    "summary_count": "概要字数",
    "body_count": "正文字数",
    "sections": "正文各部分",
}


def difference_lines(
    mails: int,
    differences: Sequence[tuple[str, CaseLine | None, CaseLine | None]],
    told: Sequence[str] | None,
    *,
    unsent: Sequence[str] = (),
    renewed: int = 0,
    dry_run: bool,
) -> list[Line]:
    """What changed (or would) case by case, then whom a letter would tell of it.

    `told` get another letter once a person agrees; None where that cannot be known: a letter template
    is wrong. `unsent` are those whose letter has not gone out and is written anew for its cases;
    `renewed` unsent letters are, because what they say of the campaign is no longer so.
    """
    lines: list[Line] = []
    for case_no, before, after in differences:
        lines += [Line(piece) for piece in wrap(_head(case_no, before, after), hanging="  ")]
        if before is not None and after is not None:
            for text in _changes(before, after):
                lines += [Line(piece) for piece in wrap(text, indent="    ", hanging="      ")]
    if told is None:
        lines += [Line(""), Line("答复模板有误，要改好之后才知道须另行告知哪些发件人。", "alarm")]
    elif told:
        lines += [Line(""), Line(f"需要另行告知的发件人 {len(told)} 位（须先经您同意）", "heading")]
        lines += [Line(fit(f"  {sender}", 80)) for sender in told]
        lines += [
            Line("重读之后用 ingest replies agree 同意；有哪些案例，见 ingest replies list 末尾。")
        ]
    if unsent:
        head = f"答复尚未发出、按新的结论重新拟写的发件人 {len(unsent)} 位"
        lines += [Line(""), Line(head, "heading")]
        lines += [Line(fit(f"  {sender}", 80)) for sender in unsent]
        lines += [Line("ingest run 拟写之后，用 ingest replies list 查看，由您批准。")]
    if renewed:
        done = "会重新拟写" if dry_run else "已重新拟写"
        why = f"截止时间、联系方式等有改动，未发出的答复 {renewed} 封{done}。"
        lines += [Line(""), Line(why), Line("人工批准、修改过的请再看一遍：ingest replies list")]
    words = "会有变化" if dry_run else "有变化"
    summary = f"重读 {mails} 封邮件，{len(differences)} 件案例{words}。"
    return [*lines, Line(summary + ("没有改动任何数据。" if dry_run else ""))]


def _head(case_no: str, before: CaseLine | None, after: CaseLine | None) -> str:
    if after is None:
        return f"{case_no}  不再是单独的案例"
    title = after["title"] or "（名称未知）"
    if before is None:
        return f"{case_no}  新案例，{STATUS_WORDS[after['status']]}  {title}"
    if before["status"] == after["status"]:
        return f"{case_no}  {STATUS_WORDS[after['status']]}  {title}"
    return f"{case_no}  {STATUS_WORDS[before['status']]} → {STATUS_WORDS[after['status']]}  {title}"


def _changes(before: CaseLine, after: CaseLine) -> Iterable[str]:
    for key, name in _VALUES.items():
        if before.get(key) != after.get(key):
            yield f"{name}：{_shown(before.get(key))} → {_shown(after.get(key))}"
    if (
        before.get("summary") != after.get("summary")
        and before["summary_count"] == after["summary_count"]
    ):
        yield "案例概要的文字有变化"
    if before["documents"] != after["documents"]:
        yield f"材料：{len(before['documents'])} 件 → {len(after['documents'])} 件（内容或归类有变）"
    old = [issue_words(issue) for issue in before["issues"]]
    new = [issue_words(issue) for issue in after["issues"]]
    yield from (f"新问题：{text}" for text in new if text not in old)
    yield from (f"不再有：{text}" for text in old if text not in new)


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "（空）"
    return "、".join(value) if isinstance(value, list) else str(value)
