"""Every format × every way of ticking: read right, or asked of a person; never read wrong.

LibreOffice writes the files, as .doc, .rtf, .odt, .html, .pdf and (printed and scanned) as a picture.
A wrong answer is a sure one that differs from what was ticked: to say 未勾选 to somebody who ticked
is a false accusation. Run by `make corpus`; the table goes where INGEST_CORPUS_FORMATS says too.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.conversion import Job, convert
from inbox_ingest.reading import ocr
from inbox_ingest.reading.content import Content, MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.form import parse_form
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.reading.pdf_render import opened, render
from inbox_ingest.reading.readers import READERS, Inputs
from inbox_ingest.records import Problem
from tests import libreoffice_files, scans
from tests.word_files import docx, paragraph, run

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.libreoffice,
    pytest.mark.ocr,
    pytest.mark.skipif(not os.environ.get("INGEST_CORPUS"), reason="minutes: make corpus"),
    pytest.mark.skipif(not libreoffice_files.installed(), reason="LibreOffice is not installed"),
]
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def symbol(font: str, code: str) -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'


def letter(font: str, character: str) -> str:
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}"/>'
    return run(character, fonts)


def control(ticked: bool) -> str:
    state = f'<w14:checkbox {W14}><w14:checked w14:val="{int(ticked)}"/></w14:checkbox>'
    shown = run("☑" if ticked else "☐")
    return f"<w:sdt><w:sdtPr>{state}</w:sdtPr><w:sdtContent>{shown}</w:sdtContent></w:sdt>"


def field(instruction: str, extra: str = "") -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{extra}</w:fldChar></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def form_field(ticked: bool) -> str:
    box = f'<w:checkBox><w:sizeAuto/><w:default w:val="{int(ticked)}"/></w:checkBox>'
    return field("FORMCHECKBOX", f'<w:ffData><w:name w:val="b"/><w:enabled/>{box}</w:ffData>')


# Each way: what stands before a ticked option, and before the other one.
WAYS: dict[str, tuple[str, str]] = {
    "☑ □": (run("☑"), run("□")),
    "☑ ☐": (run("☑"), run("☐")),
    "☒ ☐": (run("☒"), run("☐")),
    "√ □": (run("√"), run("□")),
    "■ □": (run("■"), run("□")),
    "✔ □": (run("✔"), run("□")),
    "(√) ( )": (run("（√）"), run("（  ）")),
    "√ and nothing": (run("√"), run("")),
    "Wingdings FE A8": (symbol("Wingdings", "F0FE"), symbol("Wingdings", "F0A8")),
    "Wingdings FD A8": (symbol("Wingdings", "F0FD"), symbol("Wingdings", "F0A8")),
    "Wingdings FC 6F": (symbol("Wingdings", "F0FC"), symbol("Wingdings", "F06F")),
    "Wingdings 2 52 A3": (symbol("Wingdings 2", "F052"), symbol("Wingdings 2", "F0A3")),
    "Wingdings letters": (letter("Wingdings", "þ"), letter("Wingdings", "¨")),
    "Wingdings 2 letters": (letter("Wingdings 2", "R"), letter("Wingdings 2", "£")),
    "content control": (control(True), control(False)),
    "FORMCHECKBOX": (form_field(True), form_field(False)),
    "EQ overlay": (field("EQ \\o\\ac(□,√)"), run("□")),
}
ONLY_WORD_KEEPS = {"EQ overlay"}  # LibreOffice loses it when it writes any format
OPTIONS = scans.OPTIONS


def form(way: str, ticked: int) -> bytes:
    box, empty = WAYS[way]
    marks = (box, empty) if ticked == 0 else (empty, box)
    choice = paragraph(marks[0], run(f"{OPTIONS[0]}        "), marks[1], run(OPTIONS[1]))
    entry = scans.Entry()
    return docx(
        "“交通先行·党建赋能”党建创新典型案例征集活动申报表",
        [
            ["案例名称", entry.title, "<<", "<<"],
            ["申报单位", entry.unit, "<<", "<<"],
            ["申报类型", choice, "<<", "<<"],
            ["联 系 人", entry.contact, "电 话", entry.phone],
            ["案例概要和创新之处（500字以内）", entry.summary, "<<", "<<"],
            ["申报单位意见", "盖  章        年   月   日", "<<", "<<"],
        ],
    )


def as_scan(pdf: bytes) -> bytes:
    with opened(MemoryContent(pdf)) as document:
        page = scans.Page(Image.fromarray(render(document, 1, side=1750)), 150)
    return scans.encoded(scans.noisy(page))


class Ready(NothingDerived):
    """Batch work that has been done."""

    def __init__(self, converted: dict[str, Path | Problem]) -> None:
        self.done = converted
        self.read: dict[str, bytes | Problem] = {}

    def converted(self, sha256: str) -> Content | Problem | None:
        result = self.done.get(sha256)
        return MemoryContent(result.read_bytes()) if isinstance(result, Path) else result

    def recognised(self, sha256: str) -> bytes | Problem | None:
        return self.read.get(sha256)


def find(data: bytes, ready: Ready) -> Finding:
    content = MemoryContent(data)
    kind = kind_of(content)
    if kind == "jpeg":
        ready.read[content.sha256] = ocr.recognise(content, kind)
    reader = READERS.get(kind)  # none: nobody claims to have read it, and a person looks
    return reader(Inputs(content, kind, MemorySink(), ready)) if reader else Finding()


def verdict(finding: Finding, ticked: int) -> str:
    """`ok`, `asked` (a person looks) or `WRONG`."""
    if finding.document is None:
        return "asked"
    record = parse_form(finding.document, load_campaign(shipped_campaign()), "申报表")
    value = record.fields.get("申报类型") if record is not None else None
    if value is None or not value.sure or finding.problems:
        return "asked"
    if value.ticked == (OPTIONS[ticked],):
        return "ok"
    # On a scan that nothing was found is no claim: field-missing is not raised there.
    return "asked" if finding.document.means == "ocr" and not value.ticked else "WRONG"


def test_every_format_and_every_way_of_ticking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [(way, ticked) for way in WAYS for ticked in (0, 1)]
    originals = tuple(form(*case) for case in cases)
    files: dict[str, tuple[bytes, ...]] = {"docx": originals}
    for kind in ("doc", "rtf", "odt", "html", "pdf"):
        files[kind] = libreoffice_files.made_all(originals, kind)
    files["scan"] = tuple(as_scan(pdf) for pdf in files["pdf"])
    jobs = []
    for kind in ("doc", "rtf", "odt", "html"):
        for number, data in enumerate(files[kind]):
            path = tmp_path / f"{kind}{number}"
            path.write_bytes(data)
            jobs.append(Job(hashlib.sha256(data).hexdigest(), path, kind_of(MemoryContent(data))))
    ready = Ready(convert(jobs, tmp_path / "converted"))
    rows = ["| ticked by | " + " | ".join(files) + " |", "|---" * (len(files) + 1) + "|"]
    wrong = []
    for place, way in enumerate(WAYS):
        line = []
        for kind, made in files.items():
            if way in ONLY_WORD_KEEPS and kind != "docx":
                line.append("–")
                continue
            pair = [verdict(find(made[2 * place + ticked], ready), ticked) for ticked in (0, 1)]
            wrong += [(way, kind)] * ("WRONG" in pair)
            line.append(pair[0] if pair[0] == pair[1] else "/".join(pair))
        rows.append(f"| {way} | " + " | ".join(line) + " |")
        with capsys.disabled():
            sys.stdout.write(rows[-1] + "\n")
    place_of_table = os.environ.get("INGEST_CORPUS_FORMATS")
    if place_of_table:
        Path(place_of_table).write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert not wrong
    assert all("ok" in row for row in rows[2:])
