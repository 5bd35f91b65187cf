"""The organiser's word at the command line: taken at once, filed at once, listed, taken back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from inbox_ingest.stages import lock
from inbox_ingest.stages.lock import only_pass
from tests.casebook.mails import CAMPAIGN, attachment, case_text, form, mail, scan
from tests.cli.casebooks import filed
from tests.cli.conftest import Called, Ingest

PICTURE = attachment("IMG_2.jpg", "photo", kind="jpeg")
FIRST = mail(form(phone="1390000"), case_text(), PICTURE, sender="a@example.cn", name="first")
SECOND = mail(
    form("水运党建联盟", "某某市航道管理处", ticked=(), filename="表2.docx"),
    case_text("水运党建联盟", filename="正文2.docx"),
    sender="b@example.cn",
    hours=3,
)
QUESTION = mail(sender="c@example.cn", hours=5, subject="请问截止时间", text="何时截止？")


@pytest.fixture(autouse=True)
def desk(home: Path) -> None:
    filed(home, [FIRST, SECOND, QUESTION])


def cases(ingest: Ingest) -> dict[str, dict[str, Any]]:
    lines = map(json.loads, ingest("export", "cases").out.splitlines())
    return {line["case_no"]: line for line in lines}


def done(called: Called) -> str:
    assert called.code == 0, called.err
    return called.out


def codes(case: dict[str, Any]) -> set[str]:
    return {issue["code"] for issue in case["issues"]}


def same(case: dict[str, Any]) -> dict[str, Any]:
    """A case without what every word about it changes."""
    return {**case, "revision": None, "updated_at": None}


def roles(case: dict[str, Any]) -> list[str]:
    return [document["role"] for document in case["documents"]]


# --- fix --------------------------------------------------------------------------------------


def test_fix_changes_the_value_and_closes_the_issue(ingest: Ingest) -> None:
    assert "phone-invalid" in codes(cases(ingest)["DJ001"])
    said = done(ingest("fix", "DJ001", "电话=139 0000 0009", "--why", "电话核实"))
    assert "已记下第 1 号：把 DJ001 的“电话”定为“139 0000 0009”。" in said
    case = cases(ingest)["DJ001"]
    assert case["phone"] == "139 0000 0009"
    assert "phone-invalid" not in codes(case)
    assert case["revision"] == 2


def test_fix_of_a_choice_ticks_its_box(ingest: Ingest) -> None:
    done(ingest("fix", "dj002", "申报类型 = 行业思政"))
    case = cases(ingest)["DJ002"]
    assert case["type"] == "行业思政"
    assert "field-missing" not in codes(case)
    assert "DJ002" in done(ingest("list", "--type", "行业思政"))


def test_fields_go_by_name_alias_or_key_and_several_at_once(ingest: Ingest) -> None:
    done(ingest("fix", "DJ001", "联系电话＝13900000009", "contact=王敏", "联 系 人=赵明"))
    case = cases(ingest)["DJ001"]
    assert (case["phone"], case["contact"]) == ("13900000009", "赵明")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["DJ001", "电话"], "须写成 栏目=内容"),
        (["DJ001", "传真=1"], "没有“传真”这一栏"),
        (["DJ001", "电话=转三"], "不像能拨通的电话"),
        (["DJ001", "电话= "], "内容是空的"),
        (["DJ001", "申报类型=行业文化"], "可选 行业党建、行业思政"),
        (["DJ009", "电话=13900000009"], "没有编号为 DJ009 的案例"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(
    ingest: Ingest, arguments: list[str], words: str
) -> None:
    called = ingest("fix", *arguments)
    assert called.code == 64
    assert words in called.err
    assert "还没有人工处理" in done(ingest("decisions"))


def test_undo_gives_the_former_value_back(ingest: Ingest) -> None:
    before = cases(ingest)["DJ001"]
    done(ingest("fix", "DJ001", "电话=13900000009"))
    assert "已撤销第 1 号" in done(ingest("undo", "1"))
    after = cases(ingest)["DJ001"]
    assert after["revision"] == 3
    assert after["updated_at"] > before["updated_at"]
    assert {**after, "revision": 1, "updated_at": before["updated_at"]} == before
    called = ingest("undo", "1")
    assert called.code == 64
    assert "已由" in called.err


# --- files and cases --------------------------------------------------------------------------


def test_assign_moves_a_file_and_gives_it_a_role(ingest: Ingest) -> None:
    said = done(ingest("assign", "IMG_2.jpg", "DJ002", "--role", "form_scan"))
    assert "（原在 DJ001）归入 DJ002，算作盖章扫描件" in said
    found = cases(ingest)
    assert roles(found["DJ001"]) == ["form", "case_text"]
    assert roles(found["DJ002"]) == ["form", "form_scan", "case_text"]
    done(ingest("undo", "1"))
    assert roles(cases(ingest)["DJ001"]) == ["form", "case_text", "photo"]


def test_assign_within_a_case_changes_the_role_alone(ingest: Ingest) -> None:
    done(ingest("assign", PICTURE.sha256[:8], "DJ001", "--role", "form_scan"))
    assert roles(cases(ingest)["DJ001"]) == ["form", "form_scan", "case_text"]
    called = ingest("assign", "IMG_2.jpg", "DJ001")
    assert called.code == 64
    assert "已在 DJ001 中" in called.err


def test_a_name_that_several_files_have_lists_them(ingest: Ingest, home: Path) -> None:
    (home / "casebook.sqlite3").unlink()
    filed(
        home,
        [
            FIRST,
            SECOND,
            QUESTION,
            mail(scan("扫描.jpg", version="1"), sender="a@example.cn", hours=6),
            mail(scan("扫描.jpg", version="2"), sender="b@example.cn", hours=7),
        ],
    )
    called = ingest("assign", "扫描.jpg", "DJ001")
    assert called.code == 64
    assert "不止一个文件" in called.err
    assert called.err.count("扫描.jpg") == 3
    assert "DJ001" in called.err
    assert "DJ002" in called.err


def test_assign_new_begins_a_case(ingest: Ingest) -> None:
    assert "新立 DJ003" in done(ingest("assign", "正文2.docx", "new"))
    assert roles(cases(ingest)["DJ003"]) == ["case_text"]
    assert roles(cases(ingest)["DJ002"]) == ["form"]


def test_merge_and_its_undoing(ingest: Ingest) -> None:
    before = cases(ingest)
    said = done(ingest("merge", "DJ001", "DJ002", "--who", "张成林"))
    assert "已并入 DJ002" in said
    assert list(cases(ingest)) == ["DJ002"]
    called = ingest("merge", "DJ002", "DJ001")
    assert called.code == 64
    assert "已并入 DJ002" in called.err
    done(ingest("undo", "1"))
    now = cases(ingest)
    assert {no: same(case) for no, case in now.items()} == {
        no: same(case) for no, case in before.items()
    }


def test_split_by_file_and_by_message(ingest: Ingest) -> None:
    assert "新立 DJ003" in done(ingest("split", "DJ001", "IMG_2.jpg"))
    assert roles(cases(ingest)["DJ003"]) == ["photo"]
    called = ingest("split", "DJ002", "--message", SECOND.reading.raw_sha256[:10])
    assert called.code == 64
    assert "一件不剩" in called.err


def test_waive_needs_a_reason_and_an_open_issue(ingest: Ingest) -> None:
    assert ingest("waive", "DJ001", "scan-missing").code == 64
    called = ingest("waive", "DJ001", "received-late", "--why", "领导同意")
    assert called.code == 64
    assert "scan-missing" in called.err
    done(ingest("waive", "DJ001", "scan-missing", "--why", "原件已当面交来"))
    assert "scan-missing" not in codes(cases(ingest)["DJ001"])


def test_roles_and_issues_may_be_named_in_chinese(ingest: Ingest) -> None:
    done(ingest("assign", "IMG_2.jpg", "DJ001", "--role", "盖章扫描件"))
    assert "form_scan" in roles(cases(ingest)["DJ001"])
    done(ingest("waive", "DJ002", "缺盖章扫描件", "--why", "原件已当面交来"))
    assert "scan-missing" not in codes(cases(ingest)["DJ002"])
    called = ingest("assign", "IMG_2.jpg", "DJ001", "--role", "封面")
    assert called.code == 64
    assert "form_scan（盖章扫描件）" in called.err


def test_a_decision_is_undone_by_its_number_alone(ingest: Ingest) -> None:
    called = ingest("undo", "第一号")
    assert called.code == 64
    assert "须是整数" in called.err


def test_waive_of_one_field_leaves_the_others(ingest: Ingest) -> None:
    done(ingest("waive", "DJ002", "field-missing", "--field", "类型", "--why", "电话确认"))
    assert "field-missing" not in codes(cases(ingest)["DJ002"])


# --- mails ------------------------------------------------------------------------------------


def waiting(ingest: Ingest) -> str:
    return done(ingest("list", "--waiting"))


def test_a_handled_question_leaves_the_list_by_the_number_shown_there(ingest: Ingest) -> None:
    shown = next(line for line in waiting(ingest).splitlines() if "请问截止时间" in line)
    reference = next(word for word in shown.split() if QUESTION.reading.raw_sha256.startswith(word))
    done(ingest("handle", reference))
    assert "请问截止时间" not in waiting(ingest)
    done(ingest("undo", "1"))
    assert "请问截止时间" in waiting(ingest)


def test_a_mail_can_be_read_by_its_number(ingest: Ingest) -> None:
    shown = done(ingest("show", QUESTION.reading.raw_sha256[:10]))
    assert "请问截止时间" in shown
    assert "c@example.cn" in shown
    assert "何时截止？" in shown
    shown = done(ingest("show", SECOND.reading.message.message_id or ""))
    assert "新投稿 DJ002" in shown
    assert "申报表      表2.docx" in shown


def test_dispose_takes_the_material_of_a_mail_away(ingest: Ingest) -> None:
    message_id = SECOND.reading.message.message_id or ""
    done(ingest("dispose", message_id, "as", "unrelated", "--why", "发错了"))
    assert list(cases(ingest)) == ["DJ001"]
    done(ingest("undo", "1"))
    assert list(cases(ingest)) == ["DJ001", "DJ002"]


def test_dispose_as_something_else_is_refused(ingest: Ingest) -> None:
    called = ingest("dispose", SECOND.reading.raw_sha256[:12], "as", "submission")
    assert called.code == 64
    assert "as unrelated" in called.err


def test_a_mail_nobody_knows_is_said_so(ingest: Ingest) -> None:
    called = ingest("handle", "0123456789ab")
    assert called.code == 64
    assert "没有邮件" in called.err


# --- as people type ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["merge", "DJ001", "DJ002", "--why", "不同单位", "各写各的"],
        ["assign", "苏北快运", "《ETC先锋》", "正文.docx", "DJ001"],
        ["fix", "DJ001", "联系人=张三", "李四"],
        ["split", "DJ002", "附件", "正文甲.docx"],
    ],
)
def test_words_that_lack_their_quotes_are_answered_with_how_to_quote(
    ingest: Ingest, arguments: list[str]
) -> None:
    called = ingest(*arguments)
    assert called.code == 64
    assert "引号" in called.err
    assert "还没有人工处理" in done(ingest("decisions"))


def test_a_remark_needs_no_quotes(ingest: Ingest) -> None:
    done(ingest("note", "DJ001", "已电话", "联系，", "下周补章"))
    assert "备注：已电话 联系， 下周补章" in done(ingest("decisions"))


@pytest.mark.parametrize("number", ["第1号", "1号", "１", "第 1 号"])
def test_a_decisions_number_is_understood_as_it_is_shown(ingest: Ingest, number: str) -> None:
    done(ingest("note", "DJ001", "看过"))
    assert "已撤销第 1 号" in done(ingest("undo", number))


@pytest.mark.parametrize(
    "arguments",
    [
        ["undo", "最后一次"],
        ["fix", "DJ001", "手机=1"],
        ["merge", "DJ001", "dj1"],
        ["split", "DJ002", "正文2.docx", "表2.docx"],
        ["split", "DJ002", "--message", FIRST.reading.raw_sha256[:10]],
        ["decisions", "DJ009"],
    ],
)
def test_every_refusal_says_what_to_do(ingest: Ingest, arguments: list[str]) -> None:
    called = ingest(*arguments)
    assert called.code == 64
    assert "办法：" in called.err


def test_what_is_said_twice_is_kept_once(ingest: Ingest) -> None:
    mail_number = SECOND.reading.raw_sha256[:10]
    for arguments in (
        ["handle", QUESTION.reading.raw_sha256[:10]],
        ["fix", "DJ001", "电话=13900000009"],
        ["assign", "IMG_2.jpg", "DJ001", "--role", "form_scan"],
        ["dispose", mail_number, "as", "unrelated"],
    ):
        done(ingest(*arguments))
        called = ingest(*arguments)
        assert called.code == 64
        assert "已是如此" in called.err
    assert done(ingest("decisions")).count("第 ") == 4


def test_another_word_in_between_makes_the_first_one_new_again(ingest: Ingest) -> None:
    for phone in ("13900000009", "13900000008", "13900000009"):
        done(ingest("fix", "DJ001", f"电话={phone}"))
    done(ingest("undo", "3"))
    done(ingest("fix", "DJ001", "电话=13900000009"))


def test_a_telephone_number_is_kept_in_digits_of_half_width(ingest: Ingest) -> None:
    done(ingest("fix", "DJ001", "电话＝１３９０００００００９"))
    assert '"phone": "13900000009"' in done(ingest("export", "cases", "--format", "jsonl"))


# --- on record --------------------------------------------------------------------------------


def test_decisions_are_listed_with_who_when_why_and_in_the_cases_history(ingest: Ingest) -> None:
    done(ingest("note", "DJ001", "已电话联系", "--who", "袁广如"))
    done(ingest("fix", "DJ001", "电话=13900000009", "--why", "电话核实", "--who", "张成林"))
    history = done(ingest("show", "DJ001", "--history"))
    assert "备注：已电话联系" in history
    assert "因人工处理（第 2 号）" in history
    assert "电话：“1390000” → “13900000009”" in history
    done(ingest("undo", "2", "--who", "袁广如"))
    listed = done(ingest("decisions"))
    assert "第 1 号  袁广如 DJ001 备注：已电话联系" in listed
    assert "第 2 号  张成林 把 DJ001 的“电话”定为“13900000009”（电话核实）" in listed.replace(
        "\n    ", ""
    )
    assert "由 袁广如 撤销" in listed.replace("\n    ", "")
    history = done(ingest("show", "DJ001", "--history"))
    assert "由 袁广如 撤销" in history.replace("\n    ", "")
    assert "因撤销人工处理（第 2 号）" in history
    assert history.index("电话：“1390000” → “1390") < history.index(
        "电话：“13900000009” → “1390000”"
    )


def test_what_history_showed_stays_as_it_was_whatever_is_decided(ingest: Ingest) -> None:
    def entries(number: str) -> list[str]:
        shown = done(ingest("show", number, "--history"))
        return shown.partition("历次变化")[2].splitlines()[1:]

    filed_first = entries("DJ002")
    assert filed_first[0].lstrip().startswith("2025-05-12 12:00  第 1 版，待补正，因来信")
    done(ingest("merge", "DJ001", "DJ002"))
    assert entries("DJ002")[: len(filed_first)] == filed_first
    done(ingest("undo", "1"))
    done(ingest("split", "DJ002", "表2.docx"))
    assert entries("DJ002")[: len(filed_first)] == filed_first


def test_a_merger_stands_in_the_history_of_both_cases(ingest: Ingest) -> None:
    done(ingest("merge", "DJ001", "DJ002"))
    for number in ("DJ001", "DJ002"):
        assert "把 DJ001 并入 DJ002" in done(ingest("show", number, "--history"))
        assert "把 DJ001 并入 DJ002" in done(ingest("decisions", number))


def test_the_name_in_the_configuration_signs(ingest: Ingest) -> None:
    Path("ingest.toml").write_text('[organiser]\nwho = "袁广如"\n', encoding="utf-8")
    done(ingest("note", "DJ001", "看过"))
    assert "袁广如 DJ001 备注" in done(ingest("decisions"))


def test_a_decision_takes_effect_at_once_beside_a_pass(ingest: Ingest, home: Path) -> None:
    with only_pass(home):
        assert "待补正" in done(ingest("fix", "DJ001", "电话=13900000009"))
        assert cases(ingest)["DJ001"]["phone"] == "13900000009"


def test_while_somebody_files_for_long_a_decision_is_kept_and_the_next_one_files_it(
    ingest: Ingest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "FILING_SECONDS", 0.0)
    done(ingest("waive", "DJ001", "scan-missing", "--why", "看过"))
    with lock.only_filing(home / "casebook.sqlite3"):
        assert "归档时生效" in done(ingest("undo", "1"))
        assert "下次归档时生效" in done(ingest("decisions")).replace("\n    ", "")
    assert "scan-missing" not in codes(cases(ingest)["DJ001"])
    done(ingest("waive", "DJ001", "scan-missing", "--why", "undone meanwhile, hence open again"))
    assert "scan-missing" not in codes(cases(ingest)["DJ001"])


def test_without_the_configuration_nothing_is_decided(ingest: Ingest, tmp_path: Path) -> None:
    from inbox_ingest.campaign_files import shipped_campaign
    from inbox_ingest.casebook.store import open_casebook

    rules = tmp_path / "here" / "campaign.toml"
    rules.parent.mkdir()
    rules.write_bytes(shipped_campaign().read_bytes())
    with open_casebook(Path(os.environ["INGEST_HOME"]) / "casebook.sqlite3") as book:
        book.runs.remember_campaign(CAMPAIGN, rules, FIRST.received_at)
    called = ingest("note", "DJ001", "看过")
    assert called.code == 78
    assert "没有指明活动文件" in called.err
    assert "INGEST_CONFIG" in called.err
    assert "还没有人工处理" in done(ingest("decisions"))
    (tmp_path / "ingest.toml").write_text(f'campaign = "{rules}"\n', encoding="utf-8")
    done(ingest("note", "DJ001", "看过"))


def test_nobody_is_written_to_because_of_a_decision(ingest: Ingest, home: Path) -> None:
    from inbox_ingest.casebook.store import open_casebook

    with open_casebook(home / "casebook.sqlite3") as book:
        book.dues.settle([due.id for due in book.dues.waiting()], FIRST.received_at)
    done(ingest("split", "DJ001", "IMG_2.jpg"))
    done(ingest("merge", "DJ003", "DJ002"))
    with open_casebook(home / "casebook.sqlite3") as book:
        assert book.dues.waiting() == []


def test_without_data_there_is_nothing_to_decide(ingest: Ingest, home: Path) -> None:
    (home / "casebook.sqlite3").unlink()
    called = ingest("note", "DJ001", "看过")
    assert called.code == 64
    assert "先运行 ingest run" in called.err


# --- the hand-over ----------------------------------------------------------------------------


def test_pack_says_which_files_the_archive_lacks(ingest: Ingest, tmp_path: Path) -> None:
    called = ingest("pack", str(tmp_path / "移交"))
    assert called.code == 65  # the mails were never in this test's archive
    assert "2 件案例，0 个文件" in called.out
    assert "其中有 2 件待补正的案例，尚不齐全" in called.err
    assert "DJ001 的申报表“申报表.docx”不在数据目录中" in called.err
    assert (tmp_path / "移交" / "汇总表.xlsx").is_file()
    assert ingest("pack", str(tmp_path / "移交")).code == 64


def test_pack_of_one_case_and_of_none(ingest: Ingest, tmp_path: Path) -> None:
    assert "1 件案例" in ingest("pack", str(tmp_path / "a"), "--case", "dj002").out
    for word in ("complete", "齐全"):
        called = ingest("pack", str(tmp_path / word), "--status", word)
        assert called.code == 0
        assert "0 件案例" in called.out
        assert f"现在没有“{word}”的案例" in called.err
    assert ingest("pack", str(tmp_path / "c"), "--status", "done").code == 64
    called = ingest("pack", str(tmp_path / "c"), "--case", "DJ009")
    assert called.code == 64
    assert not (tmp_path / "c").exists()


def test_a_blind_pack_warns(ingest: Ingest, tmp_path: Path) -> None:
    called = ingest("pack", str(tmp_path / "a"), "--blind", "--status", "complete")
    assert "仍可能写有单位名称" in called.err
