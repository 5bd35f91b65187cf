"""One case on one screen, its history told as differences, and what a rereading changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.cells import cell_len

from inbox_ingest.reports.case import case_lines
from inbox_ingest.reports.history import changes, history_lines
from inbox_ingest.reports.passes import pass_words
from inbox_ingest.reports.rereading import difference_lines

HOSTILE = "\x1b[2J很" * 40


def evidence(means: str = "text", confidence: float = 1.0) -> dict[str, Any]:
    return {"file": "a.docx", "where": "表1", "means": means, "confidence": confidence}


def document(name: str, role: str = "form", sha256: str = "00") -> dict[str, Any]:
    return {
        "role": role,
        "filename": name,
        "size": 2048,
        "sha256": sha256,
        "message_id": None,
        "container": None,
    }


def issue(code: str, text: str, audience: str = "sender", **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "field": None,
        "audience": audience,
        "severity": "error",
        "measured": None,
        "limit": None,
        "text": text,
        **more,
    }


def case(**more: Any) -> dict[str, Any]:
    line: dict[str, Any] = {
        "case_no": "DJ001",
        "status": "incomplete",
        "title": "党建引领货运",
        "unit": "某某市港航中心",
        "type": "行业党建",
        "contact": "李文",
        "phone": "025-1",
        "summary": None,
        "summary_count": None,
        "body_count": None,
        "sections": [],
        "received_at": "2025-05-12T09:00:00+08:00",
        "updated_at": "2025-05-13T09:00:00+08:00",
        "senders": ["a@example.cn"],
        "revision": 2,
        "documents": [document("申报表.docx")],
        "issues": [issue("scan-missing", "未收到加盖公章的申报表扫描件")],
        "city": "南京",
        "completed_at": None,
        "closed_at": None,
        "merged_into": None,
        "values": {"案例名称": {"value": "党建引领货运", "evidence": evidence()}},
        "links": [],
        "superseded": [],
        "late": False,
        "unsure": [],
        "waived": [],
        "reasons": [],
        "messages": [],
        "revisions": [],
        "decisions": [],
        "replies": [],
    }
    return line | more


def texts(shown: dict[str, Any], **more: Any) -> str:
    return "\n".join(line.text for line in case_lines(shown, **more))


def test_issues_stand_under_whose_turn_it_is() -> None:
    shown = texts(
        case(
            issues=[
                issue("scan-missing", "缺扫描件"),
                issue("phone-invalid", "电话有误", severity="warning"),
                issue("seal-unverified", "请看公章", audience="organiser"),
            ]
        )
    )
    sender, organiser = shown.split("请主办方核对")
    assert "！ 缺扫描件" in sender
    assert "· 电话有误" in sender
    assert "请看公章" in organiser


def test_a_late_case_says_so() -> None:
    assert "（截止后）" in texts(case(late=True))
    assert "（截止后）" not in texts(case())


def test_values_that_are_not_sure_say_how_they_were_read() -> None:
    values = {
        "联系人": {"value": "李文", "evidence": evidence("ocr", 0.62)},
        "电话": {"value": "1", "evidence": evidence("person")},
        "申报类型": {"ticked": ["行业党建"], "sure": False, "evidence": evidence()},
        "申报单位": {"value": None, "evidence": evidence()},
    }
    shown = texts(case(values=values))
    assert "李文〔文字识别，把握 62%〕" in shown
    assert "1〔人工填写〕" in shown
    assert "行业党建〔勾选不清〕" in shown
    assert "申报单位      （空）" in shown


def test_a_merged_case_points_to_the_one_that_took_it_over() -> None:
    assert "已并入 DJ002" in texts(case(merged_into="DJ002", closed_at="2025-05-14T09:00:00+08:00"))


def test_files_can_be_found_on_the_disk() -> None:
    shown = texts(case(), locate=lambda sha256: Path("/archive/files") / sha256)
    assert "/archive/files/00" in shown


def test_a_letter_that_has_nowhere_to_go_says_so_and_why_to_the_end() -> None:
    reason = (
        "来信没有可以回复的地址，请改用电话联系投稿人，并在处理之后用 ingest note 记下结果（收）"
    )
    reply = {
        "kind": "missing",
        "state": "withheld",
        "to": None,
        "reason": reason,
        "created_at": "2025-05-12T09:00:00+08:00",
        "sent_at": None,
    }
    shown = texts(case(replies=[reply]))
    assert "不发送  （没有收件人）：来信没有可以回复的地址" in shown
    assert reason in "".join(line.strip() for line in shown.splitlines())


def test_the_screen_is_eighty_wide_and_harmless_whatever_mails_say() -> None:
    message = {
        "from": HOSTILE,
        "subject": HOSTILE,
        "received_at": "2025-05-12T09:00:00+08:00",
        "disposition": "submission",
        "raw_sha256": "ab",
        "member": True,
    }
    reply = {
        "kind": "missing",
        "state": "failed",
        "to": HOSTILE,
        "reason": HOSTILE,
        "created_at": "2025-05-12T09:00:00+08:00",
        "sent_at": None,
    }
    shown = case_lines(
        case(
            title=HOSTILE,
            senders=[HOSTILE],
            documents=[document(HOSTILE) | {"container": HOSTILE}],
            values={HOSTILE: {"value": HOSTILE, "evidence": evidence()}},
            issues=[issue("scan-missing", HOSTILE)],
            messages=[message],
            replies=[reply],
            reasons=[{"raw_sha256": "ab", "code": "x", "text": HOSTILE}],
            links=[{"filename": HOSTILE}],
            unsure=[HOSTILE],
        ),
        why=True,
        history=True,
    )
    assert [line.text for line in shown if cell_len(line.text) > 80] == []
    assert [line.text for line in shown if not line.text.isprintable()] == []


def received(**more: Any) -> dict[str, Any]:
    return {
        "from": "a@example.cn",
        "subject": "报送",
        "received_at": "2025-05-12T09:00:00+08:00",
        "disposition": "submission",
        "raw_sha256": "0123456789abcdef",
        "folder": "INBOX",
        "member": True,
        **more,
    }


def test_each_mail_of_a_case_bears_the_number_that_commands_take() -> None:
    shown = case(messages=[received()], reasons=[])
    assert "邮件号 0123456789" in texts(shown)
    assert texts(shown, why=True).count("邮件号 0123456789") == 2
    assert "文件夹里找到" not in texts(shown)


def test_a_mail_found_elsewhere_than_in_the_inbox_says_where() -> None:
    assert "在“垃圾邮件”文件夹里找到" in texts(case(messages=[received(folder="垃圾邮件")]))


def test_a_doubt_that_is_an_issue_is_said_once_and_a_waived_one_apart() -> None:
    raised = issue("assembly-unsure", "需人工判断：两件相似", audience="organiser")
    assert texts(case(issues=[raised], unsure=["两件相似"])).count("两件相似") == 1
    assert "归属存疑      两件相似" in texts(case(issues=[], unsure=["两件相似"]))


def test_a_case_merged_away_asks_nobody_for_anything() -> None:
    shown = texts(
        case(merged_into="DJ002", closed_at="2025-05-14T09:00:00+08:00"), why=True, history=True
    )
    assert "请投稿单位补正" not in shown
    assert "来信" not in shown.replace("材料和来信请看 ingest show DJ002", "")
    assert "历次变化" in shown


def test_a_mail_filed_after_what_is_younger_says_when_it_was_filed() -> None:
    older = {"received_at": "2025-05-08T08:00:00+08:00", "subject": "迟到的邮件"}
    first = {"received_at": "2025-05-09T08:00:00+08:00", "subject": "申报"}
    lines = history_lines(case(revisions=[revision(1, **first), revision(2, **older)]))
    shown = "".join(line.text.strip() for line in lines)
    assert shown.count("归档") == 1
    assert "“迟到的邮件”（邮件号 ab）（05-12 09:00 归档）" in shown


# --- history ----------------------------------------------------------------------------------


def revision(number: int, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "made_at": f"2025-05-1{number}T09:00:00+08:00",
        "cause": "ab",
        "status": "incomplete",
        "issues": [],
        "case": {"values": {}, "documents": [], "revision": number},
        **more,
    }


def held(name: str, sha256: str, role: str = "form") -> dict[str, Any]:
    return {"attachment": {"filename": name, "sha256": sha256, "role": role}}


def test_a_revision_tells_which_fields_documents_and_issues_changed() -> None:
    before = revision(
        1,
        issues=[
            issue("field-missing", "电话未填", field="电话"),
            issue("scan-missing", "缺扫描件"),
        ],
        case={
            "values": {"电话": {"value": None}, "联系人": {"value": "李文"}},
            "documents": [held("旧.docx", "1"), held("正文.docx", "2", "case_text")],
            "case_text": {"body_count": 2000},
        },
    )
    after = revision(
        2,
        issues=[issue("scan-missing", "缺扫描件"), issue("body-too-long", "超字数")],
        case={
            "values": {"电话": {"value": "025-1"}, "联系人": {"value": "李文"}},
            "documents": [held("新.docx", "3"), held("正文.docx", "2", "case_text")],
            "case_text": {"body_count": 3200},
        },
    )
    assert changes(before, after) == [
        "电话：（空） → “025-1”",
        "正文字数：“2000” → “3200”",
        "新材料：申报表 新.docx",
        "不再使用：申报表 旧.docx",
        "新问题：超字数",
        "已解决：电话未填",
    ]


def test_a_revision_that_only_measures_differently_is_told() -> None:
    before = revision(1, issues=[issue("body-too-long", "正文3214字", field="正文", measured=3214)])
    after = revision(2, issues=[issue("body-too-long", "正文3100字", field="正文", measured=3100)])
    assert changes(before, after) == ["问题有变：正文3214字 → 正文3100字"]


def test_history_mixes_revisions_and_peoples_word_in_order_of_time() -> None:
    decision = {
        "id": 7,
        "made_at": "2025-05-11T12:00:00+08:00",
        "who": "王一",
        "why": "电话确认",
        "kind": "fix",
        "case_no": "DJ001",
        "payload": {"field": "电话", "value": "025-1"},
        "undone_at": "2025-05-12T12:00:00+08:00",
        "undone_by": "李二",
    }
    lines = history_lines(
        case(
            revisions=[
                revision(1, subject="申报", received_at="2025-05-09T08:00:00+08:00"),
                revision(2, cause="decision:7"),
                revision(3, cause="reread"),
            ],
            decisions=[decision],
        )
    )
    shown = [line.text.strip() for line in lines]
    order = [
        next(place for place, text in enumerate(shown) if word in text)
        for word in ("因来信“申报”", "王一 把 DJ001", "因人工处理（第 7 号）", "因重新读取")
    ]
    assert order == sorted(order)
    joined = "".join(shown)
    assert "“电话”定为“025-1”（电话确认）" in joined
    assert "由 李二 撤销" in joined


# --- a rereading ------------------------------------------------------------------------------


def test_a_rereading_names_the_senders_who_would_be_told_something_else() -> None:
    before, after = case(), case(issues=[], status="complete")
    other = case(case_no="DJ002", senders=["b@example.cn"], phone="1")
    lines = difference_lines(
        30,
        [
            ("DJ001", before, after),
            ("DJ002", other, other | {"phone": "2"}),
            ("DJ003", before, None),
        ],
        ["a@example.cn"],
        unsent=["c@example.cn"],
        dry_run=True,
    )
    shown = [line.text for line in lines]
    assert shown[0] == "DJ001  待补正 → 齐全  党建引领货运"
    assert "    不再有：未收到加盖公章的申报表扫描件" in shown
    assert "    电话：1 → 2" in shown
    assert "DJ003  不再是单独的案例" in shown
    told = shown.index("需要另行告知的发件人 1 位（须先经您同意）")
    assert shown[told + 1] == "  a@example.cn"
    anew = shown.index("答复尚未发出、按新的结论重新拟写的发件人 1 位")
    assert shown[anew + 1] == "  c@example.cn"
    assert "  b@example.cn" not in shown
    assert shown[-1] == "重读 30 封邮件，3 件案例会有变化。没有改动任何数据。"


def test_a_rereading_that_changes_nothing_says_so() -> None:
    (line,) = difference_lines(3, [], [], dry_run=False)
    assert line.text == "重读 3 封邮件，0 件案例有变化。"


def test_a_pass_is_told_in_one_line_and_nothing_in_none() -> None:
    counts = {"new": 3, "archived": 3, "new_cases": 1, "revised_cases": 0, "read": 3}
    assert pass_words(counts) == "收到 3 封新邮件，新增案例 1 件。"
    assert pass_words({"archived": 0, "read": 0}) == ""
