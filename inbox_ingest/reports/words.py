"""What the contract's English words are called in Chinese, for screens and tables.

Whole sentences about an issue come from the campaign; these are the short names for lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

STATUS_WORDS = {"complete": "齐全", "incomplete": "待补正", "review": "待核对"}

DISPOSITION_WORDS = {
    "submission": "新投稿",
    "supplement": "补充材料",
    "duplicate": "重复邮件",
    "unrelated": "无关邮件",
    "automatic": "自动邮件",
    "quarantined": "无法读取",
}

ROLE_WORDS = {
    "form": "申报表",
    "form_scan": "盖章扫描件",
    "case_text": "案例正文",
    "template": "空白模板",
    "photo": "图片",
    "video": "视频",
    "media_report": "媒体报道",
    "archive": "压缩包",
    "inline": "正文插图",
    "other": "其他",
}

REPLY_STATE_WORDS = {
    "draft": "待批准",
    "approved": "待发送",
    "sending": "发送中",
    "sent": "已发送",
    "failed": "发送失败",
    "withheld": "不发送",
}

REPLY_KIND_WORDS = {"receipt": "回执", "missing": "补正通知", "reminder": "提醒"}

AUDIENCE_WORDS = {"sender": "请投稿单位补正", "organiser": "请主办方核对"}

ISSUE_WORDS = {
    "form-missing": "缺申报表电子版",
    "scan-missing": "缺盖章扫描件",
    "case-text-missing": "缺案例正文",
    "field-missing": "申报表有空项",
    "type-ambiguous": "类型勾选不止一项",
    "phone-invalid": "电话似有误",
    "summary-too-long": "概要或摘要超字数",
    "body-too-long": "正文超字数",
    "section-missing": "正文缺部分",
    "section-empty": "正文有空部分",
    "section-order": "正文顺序不同",
    "seal-missing": "扫描件未见公章",
    "file-unreadable": "文件无法打开",
    "cloud-attachment": "以网盘链接发来",
    "template-blank": "发回了空白模板",
    "seal-unverified": "公章待核对",
    "received-late": "截止后收到",
    "correction-late": "截止后补正",
    "title-mismatch": "案例名称不一致",
    "unit-mismatch": "申报单位不一致",
    "possible-duplicate": "可能重复",
    "assembly-unsure": "材料归属待定",
    "reader-missing": "本机缺读取程序",
    "low-confidence": "识别结果待核对",
    "suspicious-file": "可疑文件",
}

NO_TYPE = "类型未定"
MAIL_NUMBER = 10  # digits of a mail's SHA-256 that tell mails apart in any mailbox


def age(since: datetime, now: datetime) -> str:
    """How long ago `since` was, in the largest fitting unit: `5 分钟前`."""
    gone = now - since
    if gone < timedelta(minutes=1):
        return "刚刚"
    if gone < timedelta(hours=1):
        return f"{int(gone.total_seconds() // 60)} 分钟前"
    if gone < timedelta(days=1):
        return f"{int(gone.total_seconds() // 3600)} 小时前"
    return f"{gone.days} 天前"


def days_left_words(days: int | None) -> str:
    """How long the window is still open, for people."""
    if days is None:
        return ""
    if days > 0:
        return f"还有 {days} 天截止"
    if days == 0:
        return "今天截止"
    return f"已于 {-days} 天前截止"


def size_words(size: int | None) -> str:
    """A number of bytes as people say it."""
    if size is None:
        return "大小未知"
    if size < 1024:
        return f"{size} 字节"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def moment(text: str | None) -> str:
    """An ISO time as people read it, to the minute; its own offset is kept."""
    if not text:
        return "—"
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M")


def waiting_words(entry: Mapping[str, Any]) -> str:
    """One entry of the organiser's list (`Glance.for_a_person`) as a phrase."""
    reference, subject = entry["reference"], entry["subject"] or "（无主题）"
    reason = entry["reason"] or "原因未知"
    kind = entry["kind"]
    if kind == "case":
        return f"案例 {reference} 请您核对  {entry['subject'] or '（名称未知）'}"
    if kind == "question":
        return f"来信待答复  {subject}（{entry['reason'] or '发件人未知'}）"
    if kind == "quarantined":
        return f"邮件读不了  {subject}：{reason}"
    if kind in ("reply", "refused"):
        what = "未送达" if kind == "reply" else "不宜自动发出"
        to = f"  {entry['address']}" if entry.get("address") else ""
        return f"第 {reference} 号答复{what}{to}  {reason}  {subject}"
    if kind == "fetch":
        return f"多次收取失败  {reference}：{reason}"
    return f"{kind} {reference} {subject}"
