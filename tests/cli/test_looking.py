"""status, list, show, export: what the casebook holds, on the screen and as data."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from pathlib import Path

import openpyxl
import pytest
from rich.cells import cell_len

from tests.cli.conftest import Ingest


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_status_shows_where_the_call_stands(casebook: Path, ingest: Ingest) -> None:
    called = ingest("status")
    assert called.code == 0
    assert "案例  共 2 件" in called.out
    assert "齐全 1   待补正 1" in called.out
    assert "行业党建 1   行业思政 1" in called.out
    assert "缺案例正文 1" in called.out
    assert "请问截止时间（zhao@example.cn）" in called.out
    assert "坏邮件：嵌套过深" in called.out


def test_status_as_json_has_the_contracts_keys(casebook: Path, ingest: Ingest) -> None:
    status = json.loads(ingest("status", "--json").out)
    contract = {
        "campaign",
        "window",
        "last_fetch",
        "balance",
        "cases",
        "messages",
        "issues",
        "for_a_person",
        "replies",
    }
    assert contract <= set(status)
    assert status["cases"]["total"] == 2
    assert status["messages"]["submission"] == 2
    assert status["messages"]["quarantined"] == 1
    assert status["for_a_person"] == 2
    (folder,) = status["balance"]
    assert (folder["on_server"], folder["filed"], folder["quarantined"]) == (5, 4, 1)


def test_status_before_the_first_pass_is_no_error(ingest: Ingest) -> None:
    Path("ingest.toml").touch()
    called = ingest("status")
    assert (called.code, called.err) == (0, "")
    assert "还没有成功收过信" in called.out
    assert json.loads(ingest("status", "--json").out)["last_fetch"] is None


def test_list_shows_every_case_on_a_line(casebook: Path, ingest: Ingest) -> None:
    called = ingest("list")
    lines = called.out.splitlines()
    assert called.code == 0
    assert lines[1].split()[:3] == ["DJ001", "齐全", "行业党建"]
    assert lines[2].split()[:3] == ["DJ002", "待补正", "行业思政"]
    assert "共 2 件" in lines[3]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (["--status", "complete"], ["DJ001"]),
        (["--type", "行业思政"], ["DJ002"]),
        (["--unit", "航道"], ["DJ002"]),
        (["--code", "case-text-missing"], ["DJ002"]),
        (["--since", "2025-05-13"], ["DJ002"]),
        (["--since", "2025-05-14"], []),
        (["--city", "火星"], []),
        (["--type", "行业党建", "--unit", "港航"], ["DJ001"]),
    ],
)
def test_list_filters(
    casebook: Path, ingest: Ingest, filters: list[str], numbers: list[str]
) -> None:
    found = json_lines(ingest("list", *filters, "--json").out)
    assert [case["case_no"] for case in found] == numbers


@pytest.mark.parametrize(
    ("chinese", "plain"),
    [
        (("--status", "待补正"), ("--status", "incomplete")),
        (("--status", "齐全"), ("--status", "complete")),
        (("--since", "20250501"), ("--since", "2025-05-01")),
        (("--since", "2025年5月13日"), ("--since", "2025-05-13")),
        (("--since", "２０２５－０５－１３"), ("--since", "2025-05-13")),
        (("--since", "2025/5/13"), ("--since", "2025-05-13")),
        (("--unit", "　航 道 "), ("--unit", "航道")),
        (("--type", "思政"), ("--type", "行业思政")),
        (("--type", "行业"), ("--since", "2025-05-01")),
        (("--type", "类型未定"), ("--type", "unknown")),
        (("--city", "未知"), ("--city", "unknown")),
        (("--code", "缺案例正文"), ("--code", "case-text-missing")),
    ],
)
def test_filters_are_understood_as_people_write_them(
    casebook: Path, ingest: Ingest, chinese: tuple[str, str], plain: tuple[str, str]
) -> None:
    assert ingest("list", *chinese) == ingest("list", *plain)


@pytest.mark.parametrize("command", ["status", "list", "export cases"])
def test_without_data_and_configuration_the_way_leads_to_init(ingest: Ingest, command: str) -> None:
    assert "ingest init" in ingest(*command.split()).err
    Path("ingest.toml").touch()
    assert "ingest init" not in ingest(*command.split()).err


def test_an_empty_list_says_what_there_is_to_ask_for(casebook: Path, ingest: Ingest) -> None:
    out = ingest("list", "--type", "行业文化").out
    assert "没有符合条件的案例" in out
    assert "现有的类型：行业党建、行业思政" in out
    assert "DJ001" in ingest("list", "--city", "未知").out


@pytest.mark.parametrize(
    "written", ["ＤＪ００１", " dj001 ", "DJ 001", "DJ1", "1", "０１", "第1号"]
)
def test_a_case_number_is_understood_as_people_write_it(
    casebook: Path, ingest: Ingest, written: str
) -> None:
    assert ingest("show", written) == ingest("show", "DJ001")
    assert ingest("decisions", written).code == 0
    assert ingest("note", written, "看过").code == 0
    assert ingest("show", "DJ003").code == 64


def test_a_narrow_terminal_gets_fewer_columns(
    casebook: Path, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    for arguments in (["list"], ["list", "--waiting"]):
        lines = ingest(*arguments).out.splitlines()
        assert [line for line in lines if cell_len(line) > 60] == []
    listed = ingest("list").out.splitlines()
    assert listed[0].split() == ["编号", "状态", "案例名称"]
    assert listed[2].split() == ["DJ002", "待补正", "水运党建联盟"]


def test_a_long_list_is_cut_and_says_so_but_data_is_whole(
    casebook: Path, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox_ingest.cli.cases.LISTED", 1)
    cut = ingest("list").out
    assert "DJ001" in cut
    assert "DJ002" not in cut
    assert "--all" in cut
    whole = ingest("list", "--all").out
    assert "DJ002" in whole
    assert "共 2 件" in whole
    assert len(json_lines(ingest("list", "--json").out)) == 2


def test_list_waiting_names_mails_too(casebook: Path, ingest: Ingest) -> None:
    out = ingest("list", "--waiting").out
    assert "请问截止时间" in out
    assert "坏邮件" in out
    kinds = [entry.get("kind") for entry in json_lines(ingest("list", "--waiting", "--json").out)]
    assert kinds == ["question", "quarantined"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--code", "scan-mising"], "没有问题代码"),
        (["--since", "昨天"], "2025-05-01"),
        (["--since", "2025-13-01"], "2025-05-01"),
        (["--status", "done"], "complete"),
    ],
)
def test_a_filter_that_does_not_exist_is_a_usage_error(
    ingest: Ingest, arguments: list[str], said: str
) -> None:
    called = ingest("list", *arguments)
    assert called.code == 64
    assert said in called.err


def test_show_tells_everything_about_a_case(casebook: Path, ingest: Ingest) -> None:
    called = ingest("show", "dj001")
    assert called.code == 0
    for expected in (
        "DJ001  齐全  行业党建",
        "党建引领货车司机之家建设",
        "金陵市港航事业发展中心",
        "没有待解决的问题",
        "盖章扫描件",
        "申报表盖章.jpg",
        "来信  2 封",
    ):
        assert expected in called.out


def test_show_names_what_is_missing(casebook: Path, ingest: Ingest) -> None:
    out = ingest("show", "DJ002").out
    assert "请投稿单位补正" in out
    assert "未收到案例正文电子版" in out


def test_show_lets_no_escape_sequence_through(casebook: Path, ingest: Ingest) -> None:
    assert "\x1b" not in ingest("show", "DJ002").out


def test_show_why_and_history(casebook: Path, ingest: Ingest) -> None:
    plain = ingest("show", "DJ001").out
    why = ingest("show", "DJ001", "--why").out
    history = ingest("show", "DJ001", "--history").out
    assert "为什么算作一件" in why
    assert "为什么算作一件" not in plain
    assert "第 1 版" in history
    assert "新材料：申报表 申报表.docx" in history


def test_show_as_json_keeps_the_contracts_keys(casebook: Path, ingest: Ingest) -> None:
    case = json.loads(ingest("show", "DJ001", "--json").out)
    assert case["case_no"] == "DJ001"
    assert {"documents", "issues", "revisions", "messages"} <= set(case)


def test_showing_a_case_that_is_not_there_is_a_usage_error(casebook: Path, ingest: Ingest) -> None:
    called = ingest("show", "DJ999")
    assert called.code == 64
    assert "ingest list" in called.err
    assert called.out == ""


def test_export_prints_json_lines(casebook: Path, ingest: Ingest) -> None:
    called = ingest("export", "cases")
    first, second = json_lines(called.out)
    assert (first["case_no"], second["case_no"]) == ("DJ001", "DJ002")
    assert len(json_lines(ingest("export", "messages").out)) == 5
    assert json_lines(ingest("export", "replies").out) == []


def test_export_as_csv_and_workbook(casebook: Path, ingest: Ingest, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(ingest("export", "cases", "--format", "csv").out)))
    assert [row["case_no"] for row in rows] == ["DJ001", "DJ002"]
    target = tmp_path / "汇总表.xlsx"
    called = ingest("export", "cases", "--format", "xlsx", "--output", str(target))
    assert called.code == 0
    assert openpyxl.load_workbook(target).active.max_row == 3
    assert called.out == ""


def test_a_workbook_is_not_poured_onto_the_screen(casebook: Path, ingest: Ingest) -> None:
    called = ingest("export", "cases", "--format", "xlsx")
    assert called.code == 64
    assert "--output" in called.err


def test_exporting_before_the_first_pass_gives_no_lines(ingest: Ingest) -> None:
    Path("ingest.toml").touch()
    called = ingest("export", "cases")
    assert (called.code, called.out) == (0, "")
    assert "ingest run" in called.err


def test_an_export_that_cannot_be_written_is_told(casebook: Path, ingest: Ingest) -> None:
    called = ingest("export", "cases", "--output", "/no/such/folder/x.jsonl")
    assert called.code == 65
    assert "无法写入" in called.err


@pytest.mark.parametrize("place", ["", "reports", "nofolder/x.csv"])
def test_an_export_to_no_file_is_told_with_what_to_do(
    casebook: Path, ingest: Ingest, tmp_path: Path, place: str
) -> None:
    (tmp_path / "reports").mkdir()
    before = sorted(tmp_path.glob("*"))
    called = ingest("export", "cases", "--output", place)
    assert called.code == 65
    assert "办法：" in called.err
    assert not re.search(r"[A-Z][a-z]+ [a-z]+|Traceback", called.err)
    assert [*sorted(tmp_path.glob("*")), *tmp_path.glob("reports/*")] == before


def test_an_export_through_a_link_writes_the_file_it_leads_to(
    casebook: Path, ingest: Ingest, tmp_path: Path
) -> None:
    (tmp_path / "real.jsonl").write_text("old")
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    assert ingest("export", "cases", "--output", "link.jsonl").code == 0
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").read_text() == ingest("export", "cases").out


def test_an_export_into_a_pipe_is_what_comes_out_of_it(
    casebook: Path, ingest: Ingest, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        assert ingest("export", "cases", "--output", str(pipe)).code == 0
        assert reader.communicate(timeout=30)[0] == ingest("export", "cases").out
    assert pipe.is_fifo()
