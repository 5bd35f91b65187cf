"""A campaign in a few lines, so that a person can compare it with the notice."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from inbox_ingest.campaigns import Campaign
from inbox_ingest.reports.screen import Line, harmless, wrap
from inbox_ingest.reports.words import ROLE_WORDS


def campaign_lines(campaign: Campaign, path: Path) -> list[Line]:
    """What the file says, one subject a line."""
    window = campaign.window
    texts = [
        f"征集时间  {window.opens} 至 {window.closes} 24:00（{window.timezone}）",
        f"收信范围  {window.collect_from} 起收到的邮件",
        f"必需材料  {_joined(ROLE_WORDS[document.role] for document in campaign.documents)}",
        f"表格栏目  {_joined(_fields(campaign))}",
        f"正文要求  {_joined(_text(campaign))}",
        f"案例编号  {campaign.numbers.number(1)}、{campaign.numbers.number(2)}……",
        f"答复方式  {_MODES[campaign.replies.mode]}",
    ]
    lines = [Line(text, "heading") for text in wrap(campaign.title)]
    lines += [Line(piece) for text in texts for piece in wrap(text, hanging=" " * 10)]
    return [*lines, Line(f"活动文件和答复模板没有错误：{harmless(str(path))}")]


_MODES = {"hold": "人工批准后发出", "auto": "自动发出", "off": "不答复"}


def _joined(parts: Iterable[str]) -> str:
    return "、".join(parts) or "（无）"


def _fields(campaign: Campaign) -> Iterable[str]:
    for field in campaign.form.fields:
        notes = []
        if field.options:
            notes.append(" / ".join(field.options))
        if field.limit:
            notes.append(f"{field.limit} 字以内")
        if not field.required:
            notes.append("不检查")
        yield f"{field.name}（{'，'.join(notes)}）" if notes else field.name


def _text(campaign: Campaign) -> Iterable[str]:
    text = campaign.text
    if text.limit:
        yield f"{text.body_name} {text.limit} 字以内"
    if text.abstract_limit:
        yield f"{text.abstract_name} {text.abstract_limit} 字以内"
    if text.sections:
        yield "含 " + "、".join(section.name for section in text.sections)
