"""Exports: the contract's lines untouched as JSON, harmless and readable as CSV and workbook."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.errors import InputError
from inbox_ingest.reports.exports import (
    COLUMNS,
    export,
    formula_free,
    write_csv,
    write_jsonl,
    written_whole,
)
from inbox_ingest.reports.ledger import by_type_and_number, write_xlsx

ISSUE = {
    "code": "body-too-long",
    "field": "正文",
    "audience": "sender",
    "severity": "error",
    "measured": 3214,
    "limit": 3000,
    "text": "正文3214字，超过3000字上限",
}
CASE: dict[str, Any] = {
    "case_no": "DJ001",
    "status": "incomplete",
    "title": "党建引领货运",
    "unit": "某某市港航中心",
    "type": "行业党建",
    "contact": "李文",
    "phone": "025-86660001",
    "summary": "概要",
    "summary_count": 432,
    "body_count": 3214,
    "sections": ["背景介绍", "主要做法"],
    "received_at": "2025-05-12T09:00:00+08:00",
    "updated_at": "2025-05-13T09:00:00+08:00",
    "senders": ["a@example.cn", "b@example.cn"],
    "revision": 2,
    "documents": [
        {
            "role": "form",
            "filename": "申报表.docx",
            "size": 9,
            "sha256": "00",
            "message_id": "<1@x>",
            "container": None,
        }
    ],
    "issues": [ISSUE, ISSUE | {"code": "seal-unverified", "audience": "organiser", "text": "看章"}],
}
FORMULAS = [
    "=1+1",
    "+86 13900000001",
    "-1",
    "@SUM(A1)",
    "\t=1",
    " =1",
    "＝1+1",
    '=HYPERLINK("http://x","点")',
]


def csv_rows(kind: Any, lines: list[dict[str, Any]]) -> list[list[str]]:
    stream = io.BytesIO()
    write_csv(kind, lines, stream)
    raw = stream.getvalue()
    assert raw.startswith(b"\xef\xbb\xbf")  # without it Excel takes UTF-8 for GBK
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def sheet_of(kind: Any, lines: list[dict[str, Any]]) -> Any:
    stream = io.BytesIO()
    assert write_xlsx(kind, lines, stream) == len(lines)
    stream.seek(0)
    return openpyxl.load_workbook(stream).active


def column(sheet: Any, heading: str) -> list[Any]:
    names = [cell.value for cell in sheet[1]]
    return [row[names.index(heading)].value for row in sheet.iter_rows(min_row=2)]


def test_json_lines_are_the_lines_as_they_are() -> None:
    stream = io.BytesIO()
    assert write_jsonl([CASE, CASE | {"title": None}], stream) == 2
    first, second = stream.getvalue().decode().splitlines()
    assert json.loads(first) == CASE
    assert list(json.loads(first)) == list(CASE)
    assert json.loads(second)["title"] is None
    assert "党建引领" in first


def test_a_lone_surrogate_out_of_a_broken_header_still_gives_valid_json() -> None:
    stream = io.BytesIO()
    write_jsonl([{"subject": "坏\udc80"}], stream)
    assert json.loads(stream.getvalue()) == {"subject": "坏\udc80"}


def test_a_text_with_line_separators_stays_one_line() -> None:
    stream = io.BytesIO()
    write_jsonl([{"summary": "一\n二\u2028三"}], stream)
    assert stream.getvalue().count(b"\n") == 1


def test_csv_has_the_contracts_keys_and_a_row_a_case() -> None:
    heading, row = csv_rows("cases", [CASE])
    assert tuple(heading) == COLUMNS["cases"]
    values = dict(zip(heading, row, strict=True))
    assert values["case_no"] == "DJ001"
    assert values["sections"] == "背景介绍；主要做法"
    assert values["documents"] == "form 申报表.docx"
    assert values["issues"] == "正文3214字，超过3000字上限；看章"
    assert values["fields"] == ""


def test_null_is_an_empty_cell_in_csv() -> None:
    heading, row = csv_rows("cases", [CASE | {"title": None, "body_count": None}])
    values = dict(zip(heading, row, strict=True))
    assert values["title"] == values["body_count"] == ""


@pytest.mark.parametrize("text", FORMULAS)
def test_no_csv_cell_is_calculated_by_a_spreadsheet(text: str) -> None:
    heading, row = csv_rows("cases", [CASE | {"title": text}])
    assert row[heading.index("title")] == f"'{text}"


@pytest.mark.parametrize("text", ["党建", "025-8666", "a=b", "", "1+1"])
def test_harmless_csv_cells_are_left_alone(text: str) -> None:
    assert formula_free(text) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_hostile_cells_of_the_workbook_stay_text(text: str) -> None:
    sheet = sheet_of("cases", [CASE | {"title": text}])
    (cell,) = (c for c in sheet[2] if c.value is not None and str(c.value).strip() == text.strip())
    assert cell.data_type == "s"
    assert cell.quotePrefix


@given(st.text(max_size=60))
def test_any_title_can_be_written_into_the_workbook(title: str) -> None:
    sheet = sheet_of("cases", [CASE | {"title": title}])
    assert all(cell.data_type in ("s", "n") for row in sheet.iter_rows() for cell in row)


def test_the_workbook_is_the_jurys_table() -> None:
    lines = [
        CASE | {"case_no": "DJ010"},
        CASE | {"case_no": "DJ003", "type": None},
        CASE | {"case_no": "DJ009"},
        CASE | {"case_no": "DJ1000"},
        CASE | {"case_no": "DJ002", "type": "行业思政"},
    ]
    sheet = sheet_of("cases", lines)
    assert sheet.title == "汇总表"
    assert column(sheet, "编号") == ["DJ009", "DJ010", "DJ1000", "DJ002", "DJ003"]
    assert column(sheet, "申报类型")[-1] == "类型未定"
    assert sheet.freeze_panes == "B2"
    assert sheet.column_dimensions["C"].width > 30
    assert set(column(sheet, "需投稿单位补正")) == {"正文3214字，超过3000字上限"}
    assert set(column(sheet, "需主办方核对")) == {"看章"}
    assert set(column(sheet, "状态")) == {"待补正"}
    assert set(column(sheet, "正文字数")) == {3214}  # a number, to be summed and sorted
    assert set(column(sheet, "首次收到")) == {"2025-05-12 09:00"}


def test_fields_of_another_campaign_get_columns_of_their_own() -> None:
    sheet = sheet_of("cases", [CASE | {"fields": {"作品形式": "视频", "时长": None}}, CASE])
    assert column(sheet, "作品形式") == ["视频", None]
    assert column(sheet, "时长") == [None, None]


def test_an_overlong_cell_is_cut_to_what_excel_takes() -> None:
    sheet = sheet_of("cases", [CASE | {"summary": "长" * 40000}])
    (summary,) = column(sheet, "案例概要和创新之处")
    assert len(summary) == 32767


def test_messages_and_replies_have_tables_too() -> None:
    message = {
        "message_id": "<1@x>",
        "from": "a@b.cn",
        "subject": "=投稿",
        "received_at": "2025-05-12T09:00:00+08:00",
        "disposition": "submission",
        "case_nos": ["DJ001", "DJ002"],
        "raw_sha256": "ab",
        "attachments": [
            {"filename": None, "role": "other", "size": 1, "sha256": "", "container": None}
        ],
        "problem": None,
    }
    reply = {
        "to": "a@b.cn",
        "subject": "回复",
        "body": "您好",
        "kind": "missing",
        "state": "draft",
        "reason": None,
        "in_reply_to": None,
        "case_nos": ["DJ001"],
    }
    assert column(sheet_of("messages", [message]), "处理结果") == ["新投稿"]
    assert column(sheet_of("messages", [message]), "附件") == ["其他：（无名）"]
    assert column(sheet_of("replies", [reply]), "类别") == ["补正通知"]
    assert csv_rows("messages", [message])[1][2] == "'=投稿"
    assert csv_rows("replies", [reply])[1][-1] == "DJ001"


def test_an_empty_export_still_has_its_heading() -> None:
    assert sheet_of("cases", []).max_row == 1
    assert len(csv_rows("cases", [])) == 1


def test_numbers_sort_as_numbers() -> None:
    keys = [by_type_and_number({"type": "x", "case_no": number}) for number in ("A9", "A10", "B1")]
    assert keys == sorted(keys)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "汇总表.csv"
    target.write_text("旧")

    def broken() -> Any:
        yield CASE
        raise RuntimeError("halfway")

    with pytest.raises(RuntimeError), written_whole(target) as stream:
        export("cases", "csv", broken(), stream)
    assert target.read_text() == "旧"
    assert list(tmp_path.iterdir()) == [target]
    with written_whole(target) as stream:
        assert export("cases", "jsonl", [CASE], stream) == 1
    assert json.loads(target.read_text("utf-8")) == CASE


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="无法写入"), written_whole(tmp_path / "no" / "x.csv"):
        pass
