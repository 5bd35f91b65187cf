"""Another call for papers, with other fields, sections and limits and no scan: a file, and no code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from inbox_ingest.cli.application import application
from inbox_ingest.records import EMPTY_BOX, TICKED
from tests.word_files import docx

CAMPAIGN = Path(__file__).resolve().parents[1] / "campaigns/2026-duanpian/campaign.toml"


@pytest.fixture(autouse=True)
def _configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "ingest.toml"
    configuration.write_text(f'campaign = "{CAMPAIGN}"\n', encoding="utf-8")
    monkeypatch.setenv("INGEST_CONFIG", str(configuration))
    monkeypatch.setenv("INGEST_HOME", str(tmp_path / "home"))


def registration(**changes: str) -> bytes:
    cells = {
        "片名": "凌晨四点的站台",
        "选送单位": "昆冈铁路车务段",
        "参评组别": f"{TICKED}纪实　{EMPTY_BOX}微电影　{EMPTY_BOX}动画",
        "主创人员": "阿依努尔、陈默",
        "电子邮箱": "crew@example.com",
        "创作说明": "记录调度员的一个夜班。",
        "作品时长": "4分20秒",
    }
    rows = [[label, value] for label, value in {**cells, **changes}.items()]
    return docx("作品登记表", rows)


def statement(characters: int = 200, *headings: str) -> bytes:
    blocks: list[str] = ["凌晨四点的站台"]
    for heading in headings or ("创意来源", "拍摄过程"):
        blocks += [heading, "站" * characters]
    return docx(*blocks)


def check(tmp_path: Path, **files: bytes) -> dict[str, Any]:
    paths = []
    for name, data in files.items():
        path = tmp_path / f"{name}.docx"
        path.write_bytes(data)
        paths.append(str(path))
    done = CliRunner().invoke(application("check"), ["check", "--json", *paths])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 1
    return dict(lines[0])


def issues(line: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(issue["code"], issue["field"]) for issue in line["issues"]]


def test_a_complete_entry_needs_no_scan_and_shows_the_campaigns_own_fields(tmp_path: Path) -> None:
    line = check(tmp_path, 登记表=registration(), 阐述=statement())
    assert issues(line) == []
    assert line["status"] == "complete"
    assert (line["title"], line["unit"], line["type"]) == (
        "凌晨四点的站台",
        "昆冈铁路车务段",
        "纪实",
    )
    assert line["fields"] == {"电子邮箱": "crew@example.com", "作品时长": "4分20秒"}
    assert line["phone"] is None
    assert line["sections"] == ["创意来源", "拍摄过程"]


def test_its_own_fields_limits_and_sections_are_checked(tmp_path: Path) -> None:
    line = check(
        tmp_path,
        登记表=registration(电子邮箱="", 作品时长="", 创作说明="片" * 301),
        阐述=statement(1600, "灵感"),
    )
    found = {(i["code"], i["field"], i["measured"], i["limit"]) for i in line["issues"]}
    # 灵感 is an alias of 创意来源; 1,600 under a heading of two characters.
    assert found == {
        ("field-missing", "电子邮箱", None, None),
        ("summary-too-long", "创作说明", 301, 300),
        ("body-too-long", "阐述", 1602, 1500),
        ("section-missing", "拍摄过程", None, None),
    }


def test_a_heading_of_the_writers_own_may_be_a_section_of_this_campaign(tmp_path: Path) -> None:
    for headings in (("灵感", "后期"), ("后期", "拍摄过程", "花絮")):  # in any order
        line = check(tmp_path, 登记表=registration(), 阐述=statement(100, *headings))
        assert [code for code, _ in issues(line)] == ["low-confidence"]


def test_sections_in_any_order_are_welcome_where_the_campaign_says_so(tmp_path: Path) -> None:
    line = check(tmp_path, 登记表=registration(), 阐述=statement(100, "拍摄过程", "灵感"))
    assert issues(line) == []


def test_three_boxes_and_two_ticks_are_ambiguous(tmp_path: Path) -> None:
    boxes = f"{TICKED}纪实　{TICKED}微电影　{EMPTY_BOX}动画"
    line = check(tmp_path, 登记表=registration(参评组别=boxes), 阐述=statement())
    assert issues(line) == [("type-ambiguous", "参评组别")]
    assert line["type"] is None


def test_its_words_for_a_missing_form_are_used(tmp_path: Path) -> None:
    line = check(tmp_path, 阐述=statement())
    assert [issue["text"] for issue in line["issues"]] == ["未收到作品登记表"]
