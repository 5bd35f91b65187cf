"""Short ways to write the values that letters are made from. Units and people are invented."""

from __future__ import annotations

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.records import (
    Address,
    Attachment,
    AutomaticSigns,
    Case,
    Evidence,
    FieldValue,
    Issue,
    IssueCode,
    Material,
    Message,
    Reading,
    Received,
    Role,
)
from inbox_ingest.replies.templates import LetterTemplates, load_templates
from inbox_ingest.replies.told import JudgedCase, Told

BOX = "zhengji@example.cn"
ZONE = ZoneInfo("Asia/Shanghai")
CAMPAIGN: Campaign = load_campaign(shipped_campaign())
TEMPLATES: LetterTemplates = load_templates(shipped_campaign(), CAMPAIGN)


def at(day: int, hour: int = 9, minute: int = 0, month: int = 6) -> datetime:
    """A moment of June 2025 in the campaign's time zone."""
    return datetime(2025, month, day, hour, minute, tzinfo=ZONE)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def material(
    filename: str | None,
    role: Role,
    *,
    mail: str = "m1",
    sender: str = "shen@wangjiang.example.cn",
    received_at: datetime | None = None,
    content: str | None = None,
) -> Material:
    attachment = Attachment(
        filename=filename,
        size=38_400,
        sha256=sha(content or f"{filename}/{role}"),
        declared_type="application/octet-stream",
        kind="docx",
        part="2",
        role=role,
    )
    return Material(
        attachment=attachment,
        raw_sha256=sha(mail),
        message_id=f"<{mail}@wangjiang.example.cn>",
        sender=sender,
        received_at=received_at or at(3),
    )


FORM = material("附件1-申报表.docx", "form")
SCAN = material("申报表盖章.pdf", "form_scan")
TEXT = material("附件2-案例正文.docx", "case_text")


def value(text: str | None, means: str = "text") -> FieldValue:
    return FieldValue.model_validate(
        {"value": text, "evidence": Evidence(file="附件1-申报表.docx", where="表1", means=means)}
    )


def judged(
    *issues: Issue,
    number: str = "DJ003",
    documents: tuple[Material, ...] = (FORM, SCAN, TEXT),
    title: str | None = "红色驿站进服务区",
    unit: str | None = "望江市交通运输局",
    contact: str | None = "沈知远",
    revision: int = 1,
    updated_at: datetime | None = None,
    means: str = "text",
    waived: tuple[str, ...] = (),
) -> JudgedCase:
    case = Case(
        anchor=f"{sha(number)}:2",
        case_no=number,
        documents=documents,
        values={
            "案例名称": value(title, means),
            "申报单位": value(unit, means),
            "联系人": value(contact, means),
        },
        message_sha256s=tuple(dict.fromkeys(m.raw_sha256 for m in documents)),
        senders=("shen@wangjiang.example.cn",),
        received_at=at(3),
        updated_at=updated_at or at(3),
        waived=waived,
    )
    return JudgedCase(case=case, issues=issues, revision=revision)


def issue(
    code: str,
    field: str | None = None,
    *,
    measured: int | None = None,
    limit: int | None = None,
    detail: str = "",
) -> Issue:
    rule = CAMPAIGN.issues[IssueCode(code)]
    return Issue(
        code=IssueCode(code),
        field=field,
        audience=rule.audience,
        severity=rule.severity,
        measured=measured,
        limit=limit,
        text=rule.text.format(
            field=field or "", measured=measured, limit=limit, expires="", detail=detail
        ),
    )


def message(
    subject: str | None = "申报材料",
    sender: str | None = "shen@wangjiang.example.cn",
    *,
    name: str = "m1",
    to: tuple[str, ...] = (BOX,),
    cc: tuple[str, ...] = (),
    resent_to: tuple[str, ...] = (),
    reply_to: tuple[str, ...] = (),
    in_reply_to: tuple[str, ...] = (),
    references: tuple[str, ...] = (),
    **signs: object,
) -> Message:
    return Message(
        message_id=f"<{name}@wangjiang.example.cn>",
        subject=subject,
        sender=Address(address=sender) if sender else None,
        to=tuple(Address(address=a) for a in to),
        cc=tuple(Address(address=a) for a in cc),
        resent_to=tuple(Address(address=a) for a in resent_to),
        reply_to=tuple(Address(address=a) for a in reply_to),
        in_reply_to=in_reply_to,
        references=references,
        signs=AutomaticSigns.model_validate(signs),
    )


def received(
    mail: Message, name: str = "m1", when: datetime | None = None, text: str = "请查收"
) -> Received:
    reading = Reading(
        raw_sha256=sha(name),
        reader_version="1",
        campaign_sha256="0",
        message=mail,
        text=text,
    )
    return Received(received_at=when or at(3), folder="INBOX", reading=reading)


__all__ = ["Told"]
