"""Each rule of contract §6, on cases as assembling makes them: (mails, issues expected)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from inbox_ingest.casebook.assemble import assemble
from inbox_ingest.checking.engine import RULES, check
from inbox_ingest.records import (
    Attachment,
    Case,
    CloudLink,
    IssueCode,
    Problem,
    Received,
    Role,
    ScanRecord,
    SectionRecord,
    status_of,
)
from tests.casebook.mails import (
    CAMPAIGN,
    MONDAY,
    SECTIONS,
    attachment,
    case_text,
    form,
    mail,
    scan,
    text_record,
)

LATE = (CAMPAIGN.window.ends_at() - MONDAY).total_seconds() / 3600 + 1


class Example(NamedTuple):
    name: str
    mails: list[Received]
    issues: set[tuple[str, str | None]]


def unreadable(
    filename: str, role: Role = "other", kind: str = "ole", code: str = "file-unreadable"
) -> Attachment:
    problem = Problem(code=IssueCode(code), detail="打不开")
    return attachment(filename, role, kind=kind, problems=[problem])


def locked(filename: str, *inside: str) -> Attachment:
    file = unreadable(filename, "archive", filename.rpartition(".")[2])
    return file.model_copy(update={"unopened": inside})


def with_field(file: Attachment, name: str, **update: object) -> Attachment:
    assert file.form is not None
    value = file.form.fields[name].model_copy(update=update)
    fields = {**file.form.fields, name: value}
    return file.model_copy(update={"form": file.form.model_copy(update={"fields": fields})})


def by_ocr(file: Attachment, confidence: float = 0.95) -> Attachment:
    assert file.form is not None
    fields = {
        name: value.model_copy(
            update={
                "evidence": value.evidence.model_copy(
                    update={"means": "ocr", "confidence": confidence}
                )
            }
        )
        for name, value in file.form.fields.items()
    }
    return file.model_copy(
        update={
            "form": file.form.model_copy(update={"fields": fields}),
            "scan": ScanRecord(seal="present", colour=True),
            "kind": "jpeg",
        }
    )


def emptied(file: Attachment, name: str) -> Attachment:
    assert file.case_text is not None
    sections = tuple(
        SectionRecord(name=s.name, count=0, empty=True, where="") if s.name == name else s
        for s in file.case_text.sections
    )
    text = file.case_text.model_copy(update={"sections": sections})
    return file.model_copy(update={"case_text": text})


def read_as(**update: object) -> Attachment:
    file = case_text()
    assert file.case_text is not None
    return file.model_copy(update={"case_text": file.case_text.model_copy(update=update)})


def without(section: str, **update: object) -> Attachment:
    file = case_text()
    assert file.case_text is not None
    left = tuple(record for record in file.case_text.sections if record.name != section)
    return read_as(sections=left, **update)


def doubted(file: Attachment, doubt: str) -> Attachment:
    assert file.form is not None
    return file.model_copy(update={"form": file.form.model_copy(update={"doubts": (doubt,)})})


def unsealed_scan() -> Attachment:
    file = form(filename="申报表盖章.jpg", means="ocr", role="form_scan")
    return file.model_copy(update={"scan": ScanRecord(seal="absent", colour=True)})


def cut_short(file: Attachment) -> Attachment:
    return file.model_copy(update={"kind": "pdf", "lost": ("第61页以后",)})


def unread_pages(filename: str = "材料.pdf", role: Role = "other", kind: str = "pdf") -> Attachment:
    seen = ScanRecord(seal="unverified", colour=True)
    return attachment(filename, role, kind=kind, scan=seen, lost=("第9、10页未识别",))


def sealed_picture(filename: str) -> Attachment:
    seen = ScanRecord(seal="present", colour=True)
    return attachment(filename, "photo", kind="jpeg", scan=seen)


WHOLE = (form(), scan(), case_text())
LINK = CloudLink(filename="申报表.docx", url="https://example.invalid", provider="163")

EXAMPLES = [
    Example("complete", [mail(*WHOLE)], set()),
    Example("form missing", [mail(scan(), case_text())], {("form-missing", None)}),
    Example("scan missing", [mail(form(), case_text())], {("scan-missing", None)}),
    Example("text missing", [mail(form(), scan())], {("case-text-missing", None)}),
    Example("form and text in one file", [mail(form(text=text_record()), scan())], set()),
    # Asked once: what hides in the file that cannot be opened.
    Example(
        "locked form by its name",
        [mail(unreadable("申报表.docx", "form"), scan(), case_text())],
        {("file-unreadable", "申报表.docx")},
    ),
    Example(
        "locked file without a telling name",
        [mail(unreadable("新建文档.docx", kind="docx"), scan(), case_text())],
        {("file-unreadable", "新建文档.docx"), ("assembly-unsure", None)},
    ),
    # A closed archive stands in for all that its name or its list of files tells of.
    Example(
        "locked archive whose list can be read",
        [mail(locked("申报表.zip", "申报表.docx", "案例正文.docx", "申报表扫描件.pdf"))],
        {("file-unreadable", "申报表.zip")},
    ),
    Example(
        "locked archive whose list says that the scan is not there",
        [mail(form(), locked("材料.zip", "案例正文.docx", "活动.mp4"))],
        {("file-unreadable", "材料.zip"), ("scan-missing", None)},
    ),
    Example(
        "locked archive with a file that may be the scan",
        [mail(form(), locked("材料.zip", "案例正文.docx", "IMG_001.jpg"))],
        {("file-unreadable", "材料.zip"), ("assembly-unsure", None)},
    ),
    Example(
        "locked archive named after two documents",
        [mail(locked("申报表及案例正文（盖章）.zip"), form())],
        {("file-unreadable", "申报表及案例正文（盖章）.zip")},
    ),
    Example(
        "locked archive named after one document, which may hold more",
        [mail(form(), locked("案例正文.rar"))],
        {("file-unreadable", "案例正文.rar"), ("assembly-unsure", None)},
    ),
    Example(
        "archive with a bomb in it that hides nothing",
        [mail(*WHOLE, locked("材料.zip", "视频.mp4"))],
        {("file-unreadable", "材料.zip")},
    ),
    Example(
        "cloud link to an archive of two documents",
        [mail(case_text(), links=[LINK.model_copy(update={"filename": "申报表和扫描件.zip"})])],
        {("cloud-attachment", "申报表和扫描件.zip")},
    ),
    Example(
        "no reader for the scan",
        [mail(form(), case_text(), unreadable("盖章件.ofd", "form_scan", "ofd", "reader-missing"))],
        {("reader-missing", "盖章件.ofd")},
    ),
    Example(
        "form behind a cloud link",
        [mail(scan(), case_text(), links=[LINK])],
        {("cloud-attachment", "申报表.docx")},
    ),
    Example(
        "a broken photo asks for itself alone",
        [mail(*WHOLE, unreadable("现场.jpg", "photo", "empty"))],
        {("file-unreadable", "现场.jpg")},
    ),
    Example(
        "pages that nobody read may be what is missing",
        [mail(form(), unread_pages())],
        {("assembly-unsure", None)},
    ),
    Example(
        "a section may stand on pages that nobody read",
        [mail(form(), scan(), cut_short(case_text(sections=SECTIONS[:-1])))],
        {("low-confidence", SECTIONS[-1])},
    ),
    Example(
        "pages that nobody read of a complete case concern nobody",
        [mail(*WHOLE, unread_pages())],
        set(),
    ),
    Example(
        "a picture that could not be read may be the scan, and is no text",
        [mail(form(), unread_pages("IMG_1.jpg", "photo", "jpeg"))],
        {("assembly-unsure", None), ("case-text-missing", None)},
    ),
    Example(
        "a broken video hides no document",
        [mail(form(), scan(), unreadable("活动.mp4", "video", "mp4"))],
        {("file-unreadable", "活动.mp4"), ("case-text-missing", None)},
    ),
    Example(
        "blank template",
        [mail(attachment("附件1.doc", "template"), scan(), case_text())],
        {("template-blank", "附件1.doc"), ("form-missing", None)},
    ),
    Example(
        "template beside the filled form",
        [mail(attachment("附件1.doc", "template"), *WHOLE)],
        set(),
    ),
    Example(
        "macros are read and pointed out",
        [
            mail(
                form().model_copy(
                    update={"problems": (Problem(code=IssueCode.SUSPICIOUS_FILE, detail="含宏"),)}
                ),
                scan(),
                case_text(),
            )
        ],
        {("suspicious-file", "申报表.docx")},
    ),
    # Fields.
    Example(
        "empty phone and unit",
        [mail(form(unit=None, phone=None), scan(), case_text())],
        {("field-missing", "申报单位"), ("field-missing", "电话")},
    ),
    Example(
        "no box ticked",
        [mail(form(ticked=()), scan(), case_text())],
        {("field-missing", "申报类型")},
    ),
    Example(
        "both boxes ticked",
        [mail(form(ticked=("行业党建", "行业思政")), scan(), case_text())],
        {("type-ambiguous", "申报类型")},
    ),
    Example(
        "boxes that could not be told apart",
        [mail(with_field(form(ticked=()), "申报类型", sure=False), scan(), case_text())],
        {("low-confidence", "申报类型")},
    ),
    Example(
        "ten digits",
        [mail(form(phone="1390000000"), scan(), case_text())],
        {("phone-invalid", "电话")},
    ),
    Example(
        "summary of 501",
        [mail(with_field(form(), "案例概要和创新之处", count=501), scan(), case_text())],
        {("summary-too-long", "案例概要和创新之处")},
    ),
    Example(
        "summary of 500",
        [mail(with_field(form(), "案例概要和创新之处", count=500), scan(), case_text())],
        set(),
    ),
    # A form that exists only as a scan: OCR fills what it can and accuses nobody.
    Example(
        "only a scan, with an empty field",
        [mail(by_ocr(form(phone=None, role="form_scan", filename="扫描.jpg")), case_text())],
        {("form-missing", None)},
    ),
    Example(
        "only a scan, read with doubt",
        [
            mail(
                by_ocr(form(role="form_scan", filename="扫描.jpg"), 0.6),
                case_text(unit="金陵市港航事业发展中心"),
            )
        ],
        {
            ("form-missing", None),
            *(
                ("low-confidence", name)
                for name in (
                    "案例名称",
                    "申报单位",
                    "申报类型",
                    "联系人",
                    "电话",
                    "案例概要和创新之处",
                )
            ),
        },
    ),
    Example(
        "an empty cell in a form of which something could not be read",
        [
            mail(
                form(phone=None).model_copy(
                    update={"problems": (Problem(code=IssueCode.READER_MISSING, detail="文本框"),)}
                ),
                scan(),
                case_text(),
            )
        ],
        {("reader-missing", "申报表.docx"), ("low-confidence", "电话")},
    ),
    # The text.
    Example("body of 3000", [mail(form(), scan(), case_text(body_count=3000))], set()),
    Example(
        "body of 3001",
        [mail(form(), scan(), case_text(body_count=3001))],
        {("body-too-long", "正文")},
    ),
    Example(
        "a text that begins nobody knows where",
        [mail(form(), scan(), read_as(doubts=("不能确定正文从哪里开始",)))],
        {("assembly-unsure", None)},
    ),
    Example(
        "摘要 of 501",
        [mail(form(), scan(), read_as(abstract_count=501))],
        {("summary-too-long", "摘要")},
    ),
    Example(
        "a section that may stand under a heading of the writer's own",
        [mail(form(), scan(), without("工作成效", possible={"工作成效": "“三、群众点赞”"}))],
        {("low-confidence", "工作成效")},
    ),
    Example(
        "another section missing than the one that may be there",
        [mail(form(), scan(), without("主要做法", possible={"工作成效": "“三、群众点赞”"}))],
        {("section-missing", "主要做法")},
    ),
    Example(
        "a section missing",
        [mail(form(), scan(), case_text(sections=SECTIONS[:3] + SECTIONS[4:]))],
        {("section-missing", "经验总结")},
    ),
    Example(
        "a section empty",
        [mail(form(), scan(), emptied(case_text(), "工作成效"))],
        {("section-empty", "工作成效")},
    ),
    Example(
        "results before methods",
        [
            mail(
                form(),
                scan(),
                case_text(sections=("背景介绍", "工作成效", "主要做法", "经验总结", "附录")),
            )
        ],
        {("section-order", "工作成效")},
    ),
    Example(
        "appendix as a file of its own",
        [mail(form(), scan(), case_text(sections=SECTIONS[:4]), attachment("附录.docx", "other"))],
        set(),
    ),
    Example(
        "no appendix at all",
        [mail(form(), scan(), case_text(sections=SECTIONS[:4]))],
        {("section-missing", "附录")},
    ),
    Example(
        "a text without any section beside its form",
        [mail(form(), scan(), case_text(sections=()))],
        {("section-missing", name) for name in SECTIONS},
    ),
    Example(
        "a long file that may be anything",
        [mail(case_text(sections=(), filename="领导讲话.docx"))],
        {("form-missing", None), ("scan-missing", None), ("assembly-unsure", None)},
    ),
    # Seals.
    Example(
        "no seal in colour",
        [mail(form(), unsealed_scan(), case_text())],
        {("seal-missing", None)},
    ),
    Example(
        "no seal on the scan, and a picture beside it that nobody read",
        [mail(form(), unsealed_scan(), case_text(), unread_pages("2.jpg", "photo", "jpeg"))],
        {("seal-unverified", None)},
    ),
    Example(
        "no seal on the scan, and one on a picture beside it",
        [mail(form(), unsealed_scan(), case_text(), sealed_picture("2.jpg"))],
        {("seal-unverified", None)},
    ),
    Example(
        "no seal on the scan, and a photo beside it on which no page is",
        [mail(form(), unsealed_scan(), case_text(), attachment("现场.jpg", "photo", kind="jpeg"))],
        {("seal-missing", None)},
    ),
    Example(
        "no seal on a page that may not be the form",
        [mail(form(), scan(seal="absent"), case_text())],
        {("seal-unverified", None)},
    ),
    Example(
        "grey scan",
        [mail(form(), scan(seal="unverified"), case_text())],
        {("seal-unverified", None)},
    ),
    Example(
        "one page with a seal is enough",
        [mail(form(), scan("1.jpg", seal="absent"), scan("2.jpg"), case_text())],
        set(),
    ),
    # Agreement.
    Example(
        "text under another title",
        [mail(form(), scan(), case_text("智慧航道党员先锋岗"))],
        {("title-mismatch", None)},
    ),
    Example(
        "text of another unit",
        [mail(form(), scan(), case_text(unit="云水县交通运输局"))],
        {("unit-mismatch", None)},
    ),
    Example(
        "a scan under another title",
        [
            mail(
                form(),
                by_ocr(form("智慧航道先锋岗建设", role="form_scan", filename="扫描.jpg")),
                case_text(),
            )
        ],
        {("title-mismatch", None)},
    ),
    Example(
        "a scan of which OCR read another title badly",
        [
            mail(
                form(),
                by_ocr(form("智慧航道先锋岗建设", role="form_scan", filename="扫描.jpg"), 0.6),
                case_text(),
            )
        ],
        set(),
    ),
    Example(
        "a scan of which OCR read a scrap",
        [
            mail(
                form(),
                by_ocr(form(unit="意贝", role="form_scan", filename="扫描.jpg")),
                case_text(),
            )
        ],
        set(),
    ),
    Example("abbreviated unit", [mail(form(), scan(), case_text(unit="市港航中心"))], set()),
    # Time.
    Example("late", [mail(*WHOLE, hours=LATE)], {("received-late", None)}),
    Example(
        "corrected late",
        [mail(*WHOLE), mail(form(version="2"), hours=LATE)],
        {("correction-late", None)},
    ),
]


def only_case(example: Example) -> Case:
    cases = assemble(example.mails, CAMPAIGN).cases
    assert len(cases) == 1, example.name
    return cases[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_rules_find_exactly_this(example: Example) -> None:
    found = {(issue.code.value, issue.field) for issue in check(only_case(example), CAMPAIGN)}
    assert found == example.issues


def test_every_code_but_those_of_several_cases_has_an_example() -> None:
    shown = {code for example in EXAMPLES for code, _ in example.issues}
    assert {code.value for code in IssueCode} - shown == {"possible-duplicate"}


def test_the_engine_stamps_audience_severity_measure_and_words() -> None:
    example = next(e for e in EXAMPLES if e.name == "body of 3001")
    issue = check(only_case(example), CAMPAIGN)[0]
    assert (issue.audience, issue.severity, issue.measured, issue.limit) == (
        "sender",
        "error",
        3001,
        3000,
    )
    assert issue.text.startswith("正文3001字，超过3000字上限")


def test_audience_and_severity_are_those_of_the_contract() -> None:
    table = {code.value: (rule.audience, rule.severity) for code, rule in CAMPAIGN.issues.items()}
    sender_warnings = {"phone-invalid", "section-order"}
    organiser_errors = {"received-late", "reader-missing", "suspicious-file"}
    organiser = organiser_errors | {
        "seal-unverified",
        "correction-late",
        "title-mismatch",
        "unit-mismatch",
        "possible-duplicate",
        "assembly-unsure",
        "low-confidence",
    }
    for code, (audience, severity) in table.items():
        assert audience == ("organiser" if code in organiser else "sender"), code
        warning = code in sender_warnings or code in organiser - organiser_errors
        assert severity == ("warning" if warning else "error"), code


def test_a_waived_code_is_not_raised_again() -> None:
    case = only_case(next(e for e in EXAMPLES if e.name == "empty phone and unit"))
    waived = case.model_copy(update={"waived": ("field-missing:电话",)})
    assert [issue.field for issue in check(waived, CAMPAIGN)] == ["申报单位"]
    assert check(case.model_copy(update={"waived": ("field-missing",)}), CAMPAIGN) == ()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("complete", "complete"),
        ("scan missing", "incomplete"),
        ("grey scan", "review"),
        ("ten digits", "complete"),
    ],
)
def test_status_follows_from_the_open_issues(name: str, status: str) -> None:
    example = next(e for e in EXAMPLES if e.name == name)
    assert status_of(check(only_case(example), CAMPAIGN)) == status


def test_an_unsure_orphan_accuses_neither_side_of_what_it_may_be() -> None:
    mails = [
        mail(form(), case_text()),
        mail(form("智慧航道党员先锋岗"), case_text("智慧航道党员先锋岗"), hours=1),
        mail(scan("IMG_0012.jpg"), hours=2),
    ]
    for case in assemble(mails, CAMPAIGN).cases:
        codes = {issue.code.value for issue in check(case, CAMPAIGN)}
        assert codes == {"assembly-unsure"}


def test_two_units_with_one_title_are_possible_duplicates_of_each_other() -> None:
    mails = [
        mail(*WHOLE),
        mail(form(unit="云水县交通运输局"), scan(version="2"), sender="b@example.cn", hours=1),
    ]
    for case in assemble(mails, CAMPAIGN, next_sequence=1).cases:
        assert "possible-duplicate" in {issue.code.value for issue in check(case, CAMPAIGN)}


def test_the_table_names_every_rule_once() -> None:
    assert len({rule.__name__ for rule in RULES}) == len(RULES)
