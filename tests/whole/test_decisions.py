"""The organiser's word through real mails: it outlives rereading and later mail, and can be undone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.mailboxes import received
from samples.making import documents
from samples.making.mails import File, Letter, written
from samples.making.texts import CaseStory, story
from tests.cli.conftest import Ingest, home, ingest  # noqa: F401 - fixtures

HARBOUR = story("青岚市港航事业发展中心", "航标灯下的先锋队", "卫青禾", "1390000211", place="青岚")
STATION = story("采石县公路站", "山路弯弯党旗引", "康乐山", "13900002117", place="采石")


@pytest.fixture
def box(tmp_path: Path, home: Path) -> Path:  # noqa: F811
    del home  # it changes into the folder of this test
    Path("ingest.toml").write_text('[executor]\nname = "serial"\n', encoding="utf-8")
    folder = tmp_path / "box"
    folder.mkdir()
    return folder


def deliver(box: Path, place: int, sender: str, told: CaseStory, *names: str) -> None:
    """A mail of a unit with its form and text, or those of them that are named."""
    files = {
        "申报表.docx": documents.form(told),
        "案例正文.docx": documents.case_text(told),
    }
    letter = Letter(
        sender,
        told.contact,
        f"{told.unit}报送 {place}",
        "请查收。\n",
        received(0) + timedelta(hours=place),
        tuple(File(name, data) for name, data in files.items() if not names or name in names),
    )
    (box / f"{place}.eml").write_bytes(written(letter, "foxmail"))


def run(ingest: Ingest, box: Path) -> None:  # noqa: F811
    called = ingest("run", "--source", f"eml:{box}", "--until", "file")
    assert called.code == 0, called.err


def cases(ingest: Ingest) -> dict[str, dict[str, Any]]:  # noqa: F811
    lines = map(json.loads, ingest("export", "cases").out.splitlines())
    return {line["case_no"]: line for line in lines}


def files(case: dict[str, Any]) -> list[str]:
    return [document["filename"] for document in case["documents"]]


def codes(case: dict[str, Any]) -> set[str]:
    return {issue["code"] for issue in case["issues"]}


def test_decisions_outlive_rereading_and_later_mail_and_can_be_undone(
    ingest: Ingest,  # noqa: F811
    box: Path,
) -> None:
    deliver(box, 1, "weiqh@example.com", HARBOUR)
    deliver(box, 2, "kangls@example.com", STATION)
    run(ingest, box)
    untouched = cases(ingest)
    for decision in (
        ["fix", "DJ001", "电话=13900002119", "--why", "电话核实"],
        ["split", "DJ002", "2.eml的没有"],
        ["waive", "DJ001", "scan-missing", "--why", "原件已当面交来"],
    ):
        ingest(*decision)
    decided = cases(ingest)
    assert decided["DJ001"]["phone"] == "13900002119"
    assert codes(decided["DJ001"]) == set()
    assert decided["DJ001"]["status"] == "complete"
    assert decided["DJ002"] == untouched["DJ002"]  # the file that was named is not there

    assert "0 件案例" in ingest("reread", "--dry-run").out
    assert ingest("reread").code == 0
    assert cases(ingest) == decided

    deliver(box, 30, "weiqh@example.com", replace(HARBOUR, phone="13900002222"), "申报表.docx")
    run(ingest, box)
    later = cases(ingest)["DJ001"]
    assert later["phone"] == "13900002119"
    assert codes(later) == {"assembly-unsure"}
    assert "13900002222" in later["issues"][0]["text"]

    for number in ("1", "2"):
        assert ingest("undo", number).code == 0
    former = cases(ingest)["DJ001"]
    assert former["phone"] == "13900002222"
    assert codes(former) == {"scan-missing"}


def test_files_stay_where_a_person_put_them(ingest: Ingest, box: Path) -> None:  # noqa: F811
    deliver(box, 1, "weiqh@example.com", HARBOUR)
    deliver(box, 2, "kangls@example.com", STATION)
    run(ingest, box)
    before = cases(ingest)
    text = next(
        document["sha256"]
        for document in before["DJ002"]["documents"]
        if document["role"] == "case_text"
    )
    assert ingest("assign", text[:12], "DJ001", "--role", "other").code == 0
    assert ingest("merge", "DJ002", "DJ001").code == 0
    merged = cases(ingest)
    assert list(merged) == ["DJ001"]
    assert len(files(merged["DJ001"])) >= 3
    assert ingest("reread").code == 0
    assert cases(ingest) == merged
    for number in ("2", "1"):
        assert ingest("undo", number).code == 0
    after = cases(ingest)
    assert {number: files(case) for number, case in after.items()} == {
        number: files(case) for number, case in before.items()
    }
    unnumbered = [
        {number: {**case, "revision": 0, "updated_at": None} for number, case in lines.items()}
        for lines in (before, after)
    ]
    assert unnumbered[0] == unnumbered[1]
    assert all(after[number]["revision"] > case["revision"] for number, case in before.items())
