"""Word files that LibreOffice wrote say the same as those they were made from.

Several files go through one call; as .doc and back too, since that is how old forms reach us.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.reading.case_text import parse_case_text
from inbox_ingest.reading.form import parse_form
from tests.reading.test_case_text import FIVE, written
from tests.reading.test_form import CAMPAIGN, FILLED, SUMMARY, TITLE, values
from tests.reading.test_word import checkbox_control, form_checkbox, symbol
from tests.word_files import Block, Styled, docx, paragraph, read, run, text_box

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]

TICKS = {
    "characters": (run("☑"), run("□")),
    "wingdings": (symbol("Wingdings", "F0FE"), symbol("Wingdings", "F0A8")),
    "wingdings 2": (symbol("Wingdings 2", "F052"), symbol("Wingdings 2", "F0A3")),
    "control": (checkbox_control("1"), checkbox_control("0")),
    "form field": (form_checkbox("<w:checked/>"), form_checkbox("")),
}


def form_blocks(ticks: tuple[str, str]) -> list[Block]:
    box, empty = ticks
    types = paragraph(box, "行业党建      ", empty, "行业思政")
    return [
        TITLE,
        [
            ["案例名称", "红色引擎", "<<", "<<"],
            ["申报单位", "某某市公路中心", "<<", "<<"],
            ["申报类型", types, "<<", "<<"],
            ["联 系 人", "张三", "电 话", "13900000001"],
            [f"案例概要和创新之处（500字以内）\n{SUMMARY}", "<<", "<<", "<<"],
        ],
    ]


TEXT: list[Block] = [
    *written(*(Styled(name, "Heading 1") for name in FIVE)),
    paragraph("末段", text_box("框内四字")),
]


def through(folder: Path, files: dict[str, bytes], *steps: str) -> dict[str, bytes]:
    """The files after LibreOffice wrote them in each of these formats in turn."""
    for number, step in enumerate(steps):
        source, target = folder / f"{number}", folder / f"{number}-{step}"
        source.mkdir()
        suffix = "docx" if number == 0 else steps[number - 1]
        for name, data in files.items():
            (source / f"{name}.{suffix}").write_bytes(data)
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{folder}/profile",
                *("--headless", "--convert-to", step, "--outdir", str(target)),
                *(str(path) for path in sorted(source.iterdir())),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=180,
            check=True,
        )
        files = {name: (target / f"{name}.{step}").read_bytes() for name in files}
    return files


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    files = {name: docx(*form_blocks(ticks)) for name, ticks in TICKS.items()}
    files["text"] = docx(*TEXT)
    return {
        "docx": through(tmp_path_factory.mktemp("docx"), files, "docx"),
        "doc": through(tmp_path_factory.mktemp("doc"), files, "doc", "docx"),
    }


@pytest.mark.parametrize("by_way_of", ["docx", "doc"])
@pytest.mark.parametrize("ticks", TICKS)
def test_every_way_of_ticking_survives(
    rewritten: dict[str, dict[str, bytes]], ticks: str, by_way_of: str
) -> None:
    record = parse_form(read(rewritten[by_way_of][ticks]), CAMPAIGN, "表.docx")
    assert values(record) == FILLED
    assert record is not None
    assert record.fields["申报类型"].sure


@pytest.mark.parametrize("by_way_of", ["docx", "doc"])
def test_a_case_text_counts_the_same(
    rewritten: dict[str, dict[str, bytes]], by_way_of: str
) -> None:
    campaign = load_campaign(shipped_campaign())
    before = parse_case_text(read(docx(*TEXT)), campaign, None)
    after = parse_case_text(read(rewritten[by_way_of]["text"]), campaign, None)
    assert before is not None
    assert after is not None
    assert [x.name for x in after.sections] == FIVE
    assert (after.body_count, after.title) == (before.body_count, before.title)
    assert after.text_sha256 == before.text_sha256
