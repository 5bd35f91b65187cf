"""What a letter says: only what its sender should hear, what is new, and in whose name it greets."""

from __future__ import annotations

from datetime import datetime

import pytest

from inbox_ingest.records import IssueCode, Message
from inbox_ingest.replies.compose import Draft, Occasion, compose
from inbox_ingest.replies.told import JudgedCase, Told, told_from
from tests.replies.values import (
    CAMPAIGN,
    FORM,
    SCAN,
    TEMPLATES,
    TEXT,
    at,
    issue,
    judged,
    material,
    message,
)

NO_SCAN = issue("scan-missing")
LONG = issue("body-too-long", "正文", measured=3214, limit=3000)
# Words that promise completeness: no letter about anything else may use them.
COMPLETE = ("齐全", "完整", "齐备")


def letter(
    *cases: JudgedCase,
    told: dict[str, Told] | None = None,
    last_told: datetime | None = None,
    received_at: datetime | None = None,
    answering: Message | None = None,
    reminder: bool = False,
    day: int = 3,
    month: int = 6,
) -> Draft | None:
    occasion = Occasion(
        recipient="shen@wangjiang.example.cn",
        cases=cases,
        answering=answering or message(),
        at=at(day, month=month),
        told=told or {},
        last_told=last_told,
        received_at=received_at or at(3),
        reminder=reminder,
    )
    return compose(occasion, CAMPAIGN, TEMPLATES)


def written(*cases: JudgedCase, **options: object) -> Draft:
    draft = letter(*cases, **options)  # type: ignore[arg-type]
    assert draft is not None
    return draft


def flat(text: str) -> str:
    return "".join(text.split())


def test_what_is_missing_is_said_with_figures_remedy_and_deadline() -> None:
    draft = written(judged(NO_SCAN, LONG, documents=(FORM, TEXT)))
    assert draft.kind == "missing"
    assert "望江市交通运输局\n沈知远同志：" in draft.body
    assert "附件1-申报表.docx" in draft.body
    assert "附件2-案例正文.docx" in draft.body
    assert "1. 未收到加盖公章的申报表扫描件。请将申报表打印" in draft.body
    assert "正文3214字，超过3000字上限（按 Word 字数统计口径" in draft.body
    assert "请于2025年6月30日24时前直接回复本邮件" in draft.body
    assert "DJ003" in draft.body
    assert CAMPAIGN.organiser in draft.body
    assert "18951608218" in draft.body
    assert not any(word in draft.body for word in COMPLETE)


def test_a_complete_case_gets_a_receipt_with_number_time_files_and_checksums() -> None:
    draft = written(judged())
    assert draft.kind == "receipt"
    assert "材料已齐全，案例编号 DJ003" in draft.body
    assert "2025年6月3日 09:00" in draft.body
    for document in (FORM, SCAN, TEXT):
        assert document.attachment.sha256[:8] in draft.body


def test_a_case_in_review_gets_a_receipt_that_names_what_came_and_never_says_complete() -> None:
    draft = written(judged(issue("seal-unverified", detail="扫描件为黑白")))
    assert draft.kind == "receipt"
    assert "申报表盖章.pdf" in draft.body
    assert not any(word in draft.body for word in COMPLETE)
    assert "公章" not in draft.body


@pytest.mark.parametrize(
    "code", [code for code in IssueCode if CAMPAIGN.issues[code].audience == "organiser"]
)
def test_organisers_issues_are_never_named(code: IssueCode) -> None:
    secret = issue(code.value, "秘密栏", detail="内部细节")
    for others in ((), (NO_SCAN,)):
        body = written(judged(secret, *others)).body
        assert "秘密栏" not in body
        assert "内部细节" not in body
        assert secret.text not in body


def test_complete_and_incomplete_cases_together_make_one_missing_letter() -> None:
    draft = written(judged(number="DJ002", title="甲案例"), judged(NO_SCAN, title="乙案例"))
    assert draft.kind == "missing"
    assert draft.case_nos == ("DJ002", "DJ003")
    assert "《甲案例》" in draft.body
    assert "《乙案例》" in draft.body
    assert draft.subject == "Re: 申报材料 [DJ002、DJ003]"


def test_a_warning_leaves_the_receipt_a_receipt_and_is_mentioned() -> None:
    draft = written(judged(issue("phone-invalid", "电话", detail="123")))
    assert draft.kind == "receipt"
    assert "材料已齐全" in draft.body
    assert "不影响受理" in draft.body
    assert "电话号码“123”似乎有误" in draft.body


def test_a_blank_template_and_the_missing_form_are_one_point() -> None:
    blank = material("附件1.doc", "template")
    draft = written(
        judged(issue("form-missing"), issue("template-blank", "附件1.doc"), documents=(blank, TEXT))
    )
    assert "1. 文件“附件1.doc”是空白的申报表模板" in draft.body
    assert "2." not in draft.body
    assert "未收到申报表电子版" not in draft.body


def test_a_missing_section_is_asked_for_in_the_text_and_an_appendix_may_be_a_file_of_its_own() -> (
    None
):
    """Contract §9: an 附录 sent as a file of its own satisfies the section."""
    draft = written(judged(issue("section-missing", "经验总结")))
    assert "以“经验总结”作小标题，重新发来案例正文。" in draft.body
    assert "单独作为一个文件" not in draft.body
    both = written(judged(issue("section-missing", "经验总结"), issue("section-missing", "附录")))
    assert "重新发来案例正文。附录也可单独作为一个文件发来。" in both.body


def test_alike_findings_are_one_sentence() -> None:
    empty = [issue("field-missing", name, detail="未填写") for name in ("联系人", "电话")]
    unticked = issue("field-missing", "申报类型", detail="未勾选")
    draft = written(judged(*empty, unticked))
    assert "申报表中“联系人”、“电话”未填写。" in draft.body
    assert "申报表中“申报类型”未勾选。" in draft.body


@pytest.mark.parametrize(
    ("contact", "greeted"),
    [
        ("沈知远（党委办公室副主任，负责材料报送）", "沈知远同志："),
        ("沈知远（办公室", "沈知远同志："),
        ("沈知远 13900000001", "沈知远同志："),
        ("沈知远，电话：025-83000000", "沈知远同志："),
        ("沈知远、周临海", "沈知远、周临海："),
        ("沈知远 周临海 袁广如 张成林 李文", None),
        ("欧阳娜娜老师", "欧阳娜娜老师："),
        ("无", None),
        ("暂无", None),
        ("同上", None),
        ("—", None),
        ("/", None),
        ("见附件", None),
        ("张", None),
        ("办公室", None),
        ("党委办公室 025-83000000", None),
        ("综合科", None),
    ],
)
def test_a_contact_is_greeted_by_the_name_or_not_at_all(contact: str, greeted: str | None) -> None:
    opening = written(judged(NO_SCAN, contact=contact)).body.split("您好！")[0]
    unit = "望江市交通运输局"
    assert opening.split() == ([unit, greeted] if greeted else [f"{unit}："])


def test_a_unit_keeps_the_brackets_of_its_name() -> None:
    draft = written(judged(NO_SCAN, unit="望江交通控股（集团）有限公司"))
    assert draft.body.startswith("望江交通控股（集团）有限公司\n")


def test_a_letter_about_fifty_cases_says_how_to_mend_a_thing_once_and_lists_no_fifty_numbers() -> (
    None
):
    cases = [judged(NO_SCAN, number=f"DJ{number:03d}") for number in range(1, 51)]
    body = written(*cases).body
    assert body.count("未收到加盖公章的申报表扫描件") == 50
    assert body.count("盖章后扫描或拍照") == 1
    assert "补正办法只在第一处写明" in body
    assert "请在主题中写明所涉案例的编号（如 DJ001）" in body
    assert "DJ003、DJ004" not in body
    few = written(*cases[:3]).body
    assert few.count("盖章后扫描或拍照") == 3
    assert "主题请保留编号 DJ001、DJ002、DJ003" in few


def test_a_reminder_closes_with_the_deadline() -> None:
    draft = letter(judged(NO_SCAN), reminder=True, day=28)
    assert draft is not None
    assert "请于2025年6月30日24时前直接回复本邮件" in draft.body


def test_a_file_that_a_point_names_is_not_listed_as_arrived() -> None:
    locked = material("正文加密.docx", "other")
    draft = written(
        judged(
            issue("file-unreadable", "正文加密.docx", detail="设有打开密码"), documents=(locked,)
        )
    )
    assert draft.body.count("正文加密.docx") == 1


def test_a_supplement_is_answered_with_what_came_now_and_what_is_still_missing() -> None:
    first = written(judged(NO_SCAN, LONG, documents=(FORM, TEXT)))
    told = told_from([first.verdict])
    second = written(judged(LONG, documents=(FORM, SCAN, TEXT), revision=2), told=told)
    assert second.kind == "missing"
    assert "申报表盖章.pdf" in second.body
    assert "附件1-申报表.docx" not in second.body
    assert "扫描件。请将" not in second.body
    assert "正文3214字" in second.body
    told |= told_from([second.verdict])
    shorter = material("正文改.docx", "case_text", content="shorter")
    third = written(judged(documents=(FORM, SCAN, shorter), revision=3), told=told)
    assert third.kind == "receipt"
    assert "材料已齐全" in third.body
    assert "附件1-申报表.docx" in third.body  # a receipt names everything


def test_the_day_of_receipt_is_the_mails_whatever_else_changed_the_case() -> None:
    decided = judged(NO_SCAN, updated_at=at(10))
    assert "您6月3日为" in written(decided, received_at=at(3), day=10).body
    assert "6月10日" not in written(decided, received_at=at(3), day=11).body


def test_nobody_is_thanked_for_a_supplement_that_did_not_come() -> None:
    told = told_from([written(judged(NO_SCAN)).verdict])
    changed = judged(NO_SCAN, LONG)
    body = written(changed, told=told, last_told=at(4), received_at=at(3), day=9).body
    assert "谢谢" not in body
    assert "经重新核对" in body
    assert "以本次为准" in body
    came = written(changed, told=told, last_told=at(4), received_at=at(8), day=9).body
    assert "您6月8日补充的材料已收到，谢谢。" in came


def test_an_accusation_that_does_not_stand_is_taken_back_in_words() -> None:
    told = told_from([written(judged(NO_SCAN, LONG)).verdict])
    draft = written(judged(NO_SCAN), told=told, last_told=at(4), day=9)
    assert draft.kind == "missing"
    said, remains = draft.body.split("还需补正：")
    assert (
        "不再成立，给您添了麻烦，谨致歉意，请以本次为准：\n  · 正文3214字，超过3000字上限" in said
    )
    assert "未收到加盖公章的申报表扫描件" in remains
    assert "3214" not in remains


def test_where_nothing_else_is_missing_the_apology_stands_in_the_receipt() -> None:
    told = told_from([written(judged(LONG)).verdict])
    draft = written(judged(), told=told, last_told=at(4), day=9)
    assert draft.kind == "receipt"
    assert "谨致歉意" in draft.body
    assert "材料已齐全" in draft.body


def test_a_new_point_about_untouched_material_asks_a_person_first() -> None:
    """Its sender sent another scan; that the text is too long came by an edited rule."""
    told = told_from([written(judged()).verdict])
    scan = material("扫描件2.pdf", "form_scan", content="second scan")
    draft = written(judged(LONG, documents=(FORM, scan, TEXT)), told=told, last_told=at(4))
    assert len(draft.doubts) == 1
    assert "DJ003" in draft.doubts[0]
    text = material("正文2.docx", "case_text", content="second text")
    assert not written(judged(LONG, documents=(FORM, SCAN, text)), told=told).doubts


def test_the_same_verdict_is_not_said_twice() -> None:
    case = judged(NO_SCAN, documents=(FORM, TEXT))
    told = told_from([written(case).verdict])
    assert letter(case, told=told) is None
    photo = material("活动照片.jpg", "photo")
    assert letter(judged(NO_SCAN, documents=(FORM, TEXT, photo)), told=told) is None


def test_another_try_at_a_required_document_is_answered_though_the_finding_is_the_same() -> None:
    told = told_from([written(judged(issue("section-missing", "附录"))).verdict])
    again = material("正文改.docx", "case_text", content="again")
    draft = written(
        judged(issue("section-missing", "附录"), documents=(FORM, SCAN, again)), told=told
    )
    assert "附录" in draft.body


def test_a_doubt_of_ours_beside_an_accusation_asks_a_person_first() -> None:
    draft = written(judged(NO_SCAN, issue("assembly-unsure", detail="两份申报表")))
    assert len(draft.doubts) == 1
    assert "DJ003" in draft.doubts[0]
    assert not written(judged(NO_SCAN)).doubts


def test_a_reminder_names_incomplete_cases_only() -> None:
    draft = written(judged(number="DJ002"), judged(NO_SCAN), reminder=True, day=26)
    assert (draft.kind, draft.case_nos) == ("reminder", ("DJ003",))
    assert "将于2025年6月30日24时截止" in draft.body
    assert letter(judged(), reminder=True) is None


def test_after_the_window_no_deadline_is_promised() -> None:
    body = written(judged(NO_SCAN), day=2, month=7).body
    assert "前直接回复" not in body
    assert "已于2025年6月30日24时截止" in body


def test_people_are_greeted_by_what_all_cases_share() -> None:
    two = written(judged(NO_SCAN), judged(NO_SCAN, number="DJ004", contact="周启明")).body
    assert "望江市交通运输局：" in two
    assert "沈知远" not in two
    assert "周启明" not in two
    assert written(judged(NO_SCAN, unit=None, contact=None)).body.startswith("您好！")
    assert "沈知远、周启明：" in written(judged(NO_SCAN, contact="沈知远、周启明")).body
    assert "沈知远" not in written(judged(NO_SCAN, means="ocr")).body


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ 7*7 }}",
        "{% for x in range(9) %}A{% endfor %}",
        "甲\r\nBcc: victim@example.cn",
        "甲\u202e\u2066fdp.exe",
        "甲\x1b[31m\x00",
        "见 http://evil.example.cn/x",
        "甲" * 5000,
    ],
)
def test_strangers_words_stay_words(hostile: str) -> None:
    name = f"{hostile}.docx"
    draft = written(
        judged(
            issue("file-unreadable", name, detail="已损坏"),
            issue("phone-invalid", "电话", detail=hostile),
            title=hostile,
            unit=hostile,
            contact=hostile,
            documents=(material(name, "form"), material(name + "x", "photo")),
        ),
        answering=message(subject=hostile, references=(hostile, "<ok@example.cn>")),
    )
    whole = draft.subject + draft.body
    assert "49" not in whole
    assert "AAAA" not in whole
    assert "http://" not in whole
    assert not set(whole) & set("\r\x00\x1b\u202e\u2066")
    assert "\n" not in draft.subject
    assert not any(line.startswith("Bcc:") for line in draft.body.splitlines())
    assert all(len(line) < 500 for line in draft.body.splitlines())
    assert len(draft.subject) < 120
    assert draft.references == ("<ok@example.cn>", "<m1@wangjiang.example.cn>")


@pytest.mark.parametrize(
    ("original", "subject"),
    [
        ("申报材料", "Re: 申报材料 [DJ003]"),
        ("Re: 回复：申报材料", "Re: 申报材料 [DJ003]"),
        ("答复: 申报材料 [DJ003]", "Re: 申报材料 [DJ003]"),
        ("申报材料DJ003补正", "Re: 申报材料DJ003补正"),
        ("合同DJ0031的申报材料", "Re: 合同DJ0031的申报材料 [DJ003]"),
        (None, "Re: 案例申报材料 [DJ003]"),
        ("   ", "Re: 案例申报材料 [DJ003]"),
    ],
)
def test_the_subject_keeps_the_thread_and_carries_the_number_once(
    original: str | None, subject: str
) -> None:
    assert written(judged(), answering=message(subject=original)).subject == subject


def test_the_thread_is_kept_by_its_identifiers() -> None:
    draft = written(
        judged(), answering=message(references=("<a@x.cn>", "<b@x.cn>"), in_reply_to=("<b@x.cn>",))
    )
    assert draft.in_reply_to == "<m1@wangjiang.example.cn>"
    assert draft.references == ("<a@x.cn>", "<b@x.cn>", "<m1@wangjiang.example.cn>")


def test_every_issue_for_the_sender_has_words_of_its_own() -> None:
    for code in IssueCode:
        rule = CAMPAIGN.issues[code]
        if rule.audience == "sender":
            body = flat(written(judged(issue(code.value, "某栏", measured=9, limit=8))).body)
            assert flat(rule.advice.format(field="某栏", limit=8)) in body, code
