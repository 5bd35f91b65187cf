"""Replies to senders on the screen: the outbox as a list, and one letter as it will be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from inbox_ingest.casebook.changes import NewReply, Reply, ReplyDue
from inbox_ingest.reports.screen import WIDTH, Line, fit, harmless, table, wrap
from inbox_ingest.reports.words import REPLY_KIND_WORDS, REPLY_STATE_WORDS


def reply_list_lines(
    replies: Sequence[Reply], held: Sequence[ReplyDue], zone: tzinfo, columns: int = WIDTH
) -> list[Line]:
    """The outbox, a line each, and under it what waits for a person's agreement."""
    if not replies and not held:
        return [Line("没有答复。")]
    lines: list[Line] = []
    if replies:
        rows = [
            [
                str(reply.id),
                REPLY_STATE_WORDS[reply.state],
                REPLY_KIND_WORDS[reply.kind],
                _moment(reply.sent_at or reply.changed_at, zone),
                fit("、".join(number for number, _ in reply.cases), 14),
                reply.to,
            ]
            for reply in replies
        ]
        headings = ["号", "状态", "种类", "时间", "案例", "收件人"]
        laid_out = table(headings, rows, numbers=(0,), flexible=5, columns=columns)
        lines += [Line(laid_out[0], "heading"), *(Line(text) for text in laid_out[1:])]
        lines += [
            Line(text, "alarm" if reply.state == "failed" else "plain")
            for reply in replies
            if reply.reason and reply.state != "sent"
            for text in wrap(
                f"{reply.id} 号：{_once(reply, zone)}{reply.reason}", columns, indent="  "
            )
        ]
        drafts = sum(reply.state == "draft" for reply in replies)
        if drafts:
            told = (
                f"{drafts} 封待批准：ingest replies show 号 查看，ingest replies approve 号 批准。"
            )
            lines.append(Line(told, "quiet"))
    if held:
        numbers = "、".join(dict.fromkeys(due.case_no for due in held))
        text = f"下列案例的结论因重读或规则改动而变，同意后才会拟写答复（ingest replies agree）：{numbers}"
        lines += [Line(part) for part in wrap(text, columns)]
    return lines


def reply_lines(reply: Reply, zone: tzinfo) -> list[Line]:
    """One letter with everything that is known of its way."""
    numbers = "、".join(number for number, _ in reply.cases)
    state = REPLY_STATE_WORDS[reply.state]
    lines = [
        Line(f"第 {reply.id} 号答复（{REPLY_KIND_WORDS[reply.kind]}，{state}）", "heading"),
        Line(f"案例：{numbers}"),
        Line(f"拟写：{_moment(reply.created_at, zone)}"),
    ]
    if reply.reason:
        lines += [Line(text, "alarm") for text in wrap(f"说明：{reply.reason}", hanging="      ")]
    if reply.approved_by:
        lines.append(Line(harmless(f"批准：{reply.approved_by}")))
    if reply.state == "approved" and reply.next_try_at:
        lines.append(Line(f"不早于 {_moment(reply.next_try_at, zone)} 发送"))
    if reply.smtp_reply:
        lines.append(Line(fit(f"服务器：{reply.smtp_reply}", WIDTH)))
    if reply.sent_at:
        lines.append(Line(f"发出：{_moment(reply.sent_at, zone)}"))
    return [*lines, Line(""), *_letter(reply.to, reply.subject, reply.body)]


def preview_lines(replies: Sequence[NewReply]) -> list[Line]:
    """Letters that would be drafted now."""
    if not replies:
        return [Line("现在没有要拟写的答复。")]
    lines: list[Line] = []
    for reply in replies:
        state = REPLY_STATE_WORDS[reply.state]
        lines.append(Line(f"{REPLY_KIND_WORDS[reply.kind]}（{state}）", "heading"))
        if reply.reason:
            lines.append(Line(harmless(f"说明：{reply.reason}"), "alarm"))
        lines += [*_letter(reply.to, reply.subject, reply.body), Line("")]
    return lines


def _letter(to: str, subject: str, body: str) -> list[Line]:
    return [
        Line(harmless(f"收件人：{to}")),
        Line(harmless(f"主　题：{subject}")),
        Line(""),
        *(Line(harmless(text)) for text in body.rstrip("\n").split("\n")),
    ]


def _once(reply: Reply, zone: tzinfo) -> str:
    """That a letter which is not with its recipient did go out."""
    return f"{_moment(reply.sent_at, zone)} 发出过，" if reply.sent_at else ""


def _moment(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M}"
