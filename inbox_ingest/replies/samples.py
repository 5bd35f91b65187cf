"""Invented letters that reach every branch of a template: for the check at load and for the docs.

Units, people and files here exist nowhere. There is a finding for every issue code that this
campaign addresses to senders, so an issue text that cannot be filled fails here too.
"""

from __future__ import annotations

from collections.abc import Iterator

from inbox_ingest.campaign_wording import fill
from inbox_ingest.campaigns import Campaign
from inbox_ingest.records import Issue, IssueCode
from inbox_ingest.replies.letter import CaseBlock, FileLine, Letter
from inbox_ingest.replies.points import points_of

_FILES = (
    FileLine(role="申报表电子版", name="附件1-申报表.docx", size="38 KB", checksum="3f9a01c2"),
    FileLine(role="申报表扫描件", name="申报表（盖章）.pdf", size="1.2 MB", checksum="77b0e4d1"),
    FileLine(role="案例正文", name="附件2-案例正文.docx", size="52 KB", checksum="c05d88aa"),
)
_FIELDS = {
    IssueCode.FIELD_MISSING: "联系人",
    IssueCode.TYPE_AMBIGUOUS: "申报类型",
    IssueCode.PHONE_INVALID: "电话",
    IssueCode.SUMMARY_TOO_LONG: "案例概要和创新之处",
    IssueCode.BODY_TOO_LONG: "正文",
    IssueCode.SECTION_MISSING: "经验总结",
    IssueCode.SECTION_EMPTY: "附录",
    IssueCode.SECTION_ORDER: "工作成效",
    IssueCode.FILE_UNREADABLE: "申报表.docx",
    IssueCode.CLOUD_ATTACHMENT: "活动视频.mp4",
    IssueCode.TEMPLATE_BLANK: "附件1.doc",
    IssueCode.READER_MISSING: "正文.wps",
    IssueCode.LOW_CONFIDENCE: "联系人",
    IssueCode.SUSPICIOUS_FILE: "申报表.docm",
}
_DETAILS = {
    IssueCode.FIELD_MISSING: "未填写",
    IssueCode.PHONE_INVALID: "1895160",
    IssueCode.FILE_UNREADABLE: "设有打开密码",
    IssueCode.SEAL_UNVERIFIED: "扫描件为黑白",
    IssueCode.TITLE_MISMATCH: "申报表为“甲”，正文为“乙”",
    IssueCode.UNIT_MISMATCH: "申报表为“甲局”，扫描件为“乙局”",
    IssueCode.POSSIBLE_DUPLICATE: "DJ002",
    IssueCode.ASSEMBLY_UNSURE: "同一封信里有两份申报表",
    IssueCode.READER_MISSING: "未安装 LibreOffice",
    IssueCode.LOW_CONFIDENCE: "（读作“张伟”）",
    IssueCode.SUSPICIOUS_FILE: "含有宏",
}


def sample_issue(code: IssueCode, campaign: Campaign) -> Issue:
    """An invented finding of this code, worded by the campaign's own text."""
    rule = campaign.issues[code]
    measured, limit = {
        IssueCode.SUMMARY_TOO_LONG: (612, 500),
        IssueCode.BODY_TOO_LONG: (3214, 3000),
    }.get(code, (None, None))
    field = _FIELDS.get(code)
    expires = "（链接2025年6月20日18:00到期）" if code is IssueCode.CLOUD_ATTACHMENT else ""
    return Issue(
        code=code,
        field=field,
        audience=rule.audience,
        severity=rule.severity,
        measured=measured,
        limit=limit,
        text=fill(
            rule.text,
            field=field,
            measured=measured,
            limit=limit,
            expires=expires,
            detail=_DETAILS.get(code, ""),
        ),
    )


def sample_block(
    campaign: Campaign,
    *codes: IssueCode,
    files: tuple[int, ...] = (0, 1, 2),
    number: int = 3,
    supplement: bool = False,
    title: str | None = "“红色驿站”让货车司机有了家",
    withdrawn: tuple[IssueCode, ...] = (),
) -> CaseBlock:
    """A case block with invented findings of these codes; `files` picks from three invented files."""
    points = points_of([sample_issue(code, campaign) for code in codes], campaign)
    errors = tuple(point for point in points if not point.warning)
    organisers = any(campaign.issues[code].audience == "organiser" for code in codes)
    return CaseBlock(
        number=campaign.numbers.number(number),
        title=title,
        status="incomplete" if errors else "review" if organisers else "complete",
        received_at="2025年6月3日 14:05",
        supplement=supplement,
        files=tuple(_FILES[place] for place in files),
        points=errors,
        remarks=tuple(point for point in points if point.warning),
        withdrawn=tuple(sample_issue(code, campaign).text for code in withdrawn),
    )


def sample_letter(
    *cases: CaseBlock, bare: bool = False, still_open: bool = True, arrived: bool = True
) -> Letter:
    """A letter about these cases; a bare one knows neither unit nor person nor date."""
    return Letter(
        unit=None if bare else "望江市交通运输局",
        contact=None if bare else "沈知远",
        cases=cases,
        supplement=all(case.supplement for case in cases),
        arrived=arrived,
        received_on=None if bare else "6月3日",
        deadline="2025年6月30日24时",
        open=still_open,
        days_left=27 if still_open else 0,
        written_on="2025年6月3日",
    )


def sample_letters(campaign: Campaign) -> Iterator[Letter]:
    """Letters that between them reach every branch and every issue text."""
    everything = sample_block(campaign, *IssueCode)
    complete = sample_block(campaign, number=2)
    review = sample_block(campaign, IssueCode.SEAL_UNVERIFIED, number=4)
    remark = sample_block(campaign, IssueCode.PHONE_INVALID, number=5)
    nothing = sample_block(campaign, IssueCode.FORM_MISSING, files=(), title=None, number=6)
    again = sample_block(campaign, IssueCode.SCAN_MISSING, files=(1,), supplement=True)
    settled = sample_block(campaign, supplement=True)
    mistaken = (IssueCode.SUMMARY_TOO_LONG, IssueCode.FIELD_MISSING)
    corrected = sample_block(campaign, supplement=True, withdrawn=mistaken)
    for cases in (
        (everything,),
        (complete,),
        (review,),
        (remark,),
        (nothing,),
        (again,),
        (settled,),
        (corrected,),
        (everything, complete, review, nothing),
    ):
        yield sample_letter(*cases)
        yield sample_letter(*cases, bare=True)
        yield sample_letter(*cases, still_open=False)
        yield sample_letter(*cases, arrived=False)
