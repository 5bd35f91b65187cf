"""Readings made by hand, as the readers would make them of mails that people send."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.casebook.assemble import Assembled
from inbox_ingest.casebook.changes import KnownCase
from inbox_ingest.records import (
    Address,
    Attachment,
    AutomaticSigns,
    CaseText,
    CloudLink,
    Evidence,
    FieldValue,
    FormRecord,
    Message,
    Problem,
    Reading,
    Received,
    Role,
    ScanRecord,
    SectionRecord,
)

CAMPAIGN = load_campaign(shipped_campaign())
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2025, 5, 12, 9, 0, tzinfo=SHANGHAI)
SECTIONS = ("背景介绍", "主要做法", "工作成效", "经验总结", "附录")


def sha(text: str) -> str:
    """A hash that stands for some bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def form(
    title: str | None = "党建引领货车司机之家建设",
    unit: str | None = "金陵市港航事业发展中心",
    *,
    filename: str = "申报表.docx",
    version: str = "",
    ticked: Sequence[str] = ("行业党建",),
    phone: str | None = "13900000001",
    contact: str | None = "李文",
    means: str = "text",
    role: Role = "form",
    summary: str | None = None,
    text: CaseText | None = None,
    **more: Any,
) -> Attachment:
    """An application form with its fields read; `version` makes it another file.

    Its summary tells what this unit's case of this title is about, unless another is given.
    """
    evidence = Evidence(file=filename, where="表1", means=means)  # type: ignore[arg-type]
    values: dict[str, tuple[str | None, Sequence[str]]] = {
        "案例名称": (title, ()),
        "申报单位": (unit, ()),
        "申报类型": (ticked[0] if len(ticked) == 1 else None, ticked),
        "联系人": (contact, ()),
        "电话": (phone, ()),
        "案例概要和创新之处": (summary or f"{story_of(f'{unit} {title}')}{version}", ()),
    }
    fields = {
        name: FieldValue(value=value, ticked=tuple(boxes), count=10, evidence=evidence)
        for name, (value, boxes) in values.items()
    }
    return attachment(
        filename,
        role,
        f"form {title} {unit} {version} {filename} {ticked} {phone} {contact} {role} {summary}",
        form=FormRecord(fields=fields),
        case_text=text,
        **more,
    )


def story_of(what: str) -> str:
    """Eighty characters of prose that no other `what` shares."""
    digits = "".join(sha(f"{what} {place}") for place in range(5))
    return "".join(chr(0x4E00 + int(digits[at : at + 3], 16)) for at in range(0, 240, 3))


def text_record(
    title: str | None = "党建引领货车司机之家建设",
    unit: str | None = None,
    *,
    version: str = "",
    sections: Sequence[str] = SECTIONS,
    body_count: int = 2400,
    signature: tuple[int, ...] = (),
) -> CaseText:
    """A case text as read; without a `signature` nobody can tell how alike it is to another."""
    return CaseText(
        title=title,
        unit=unit,
        abstract_count=200,
        body_count=body_count,
        sections=tuple(
            SectionRecord(name=name, count=400, empty=False, where="正文") for name in sections
        ),
        text_sha256=sha(f"text {title} {version} {sections}"),
        signature=signature,
        evidence=Evidence(file="案例正文.docx", where="正文"),
    )


def case_text(
    title: str | None = "党建引领货车司机之家建设",
    unit: str | None = None,
    *,
    filename: str = "案例正文.docx",
    version: str = "",
    resaved: str = "",
    more: dict[str, Any] | None = None,
    **record: Any,
) -> Attachment:
    """A case text document; `resaved` gives other bytes with the same text."""
    read = text_record(title, unit, version=version, **record)
    return attachment(
        filename, "case_text", f"{read.text_sha256}{resaved}", case_text=read, **(more or {})
    )


def scan(
    filename: str = "申报表盖章.jpg", *, version: str = "", seal: str = "present", **more: Any
) -> Attachment:
    """A stamped copy whose text nobody read."""
    record = ScanRecord(seal=seal, colour=True)  # type: ignore[arg-type]
    return attachment(
        filename, "form_scan", f"scan {filename} {version}", kind="jpeg", scan=record, **more
    )


def attachment(
    filename: str,
    role: Role,
    content: str = "",
    *,
    kind: str = "docx",
    problems: Sequence[Problem] = (),
    **more: Any,
) -> Attachment:
    """Any file."""
    return Attachment(
        filename=filename,
        size=1000,
        sha256=sha(content or filename),
        declared_type="application/octet-stream",
        kind=kind,
        part=more.pop("part", ""),
        role=role,
        problems=tuple(problems),
        **more,
    )


def mail(
    *attachments: Attachment,
    sender: str = "liwen@example.cn",
    hours: float = 0,
    name: str = "",
    subject: str = "案例申报",
    text: str = "请查收。",
    answers: Received | str | None = None,
    links: Sequence[CloudLink] = (),
    signs: AutomaticSigns | None = None,
    problem: str | None = None,
) -> Received:
    """A mail received `hours` after Monday 9:00; `answers` makes it a reply to another mail."""
    parent = answers.reading.message.message_id if isinstance(answers, Received) else answers
    files = tuple(
        a if a.part else a.model_copy(update={"part": str(place)})
        for place, a in enumerate(attachments, start=2)
    )
    key = f"{sender} {hours} {name} {subject} {[a.sha256 for a in files]} {parent} {text}"
    return Received(
        received_at=MONDAY + timedelta(hours=hours),
        folder="INBOX",
        reading=Reading(
            raw_sha256=sha(key),
            reader_version="1",
            campaign_sha256=CAMPAIGN.sha256,
            message=Message(
                message_id=f"<{sha(key)[:16]}@example.cn>",
                subject=subject,
                sender=Address(address=sender),
                in_reply_to=(parent,) if parent else (),
                signs=signs or AutomaticSigns(),
            ),
            text=text,
            attachments=files,
            links=tuple(links),
            problem=problem,
        ),
    )


def as_known(assembled: Assembled) -> list[KnownCase]:
    """The cases of a fold as the casebook holds them after filing."""
    return [
        KnownCase(
            case_no=case.case_no or "",
            sequence=place,
            anchor=case.anchor,
            revision=1,
            status="incomplete",
            message_sha256s=frozenset(case.message_sha256s),
            closed=False,
            merged_into=None,
            body=case.model_dump_json(),
        )
        for place, case in enumerate(assembled.cases, start=1)
    ]
