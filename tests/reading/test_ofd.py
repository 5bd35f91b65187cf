"""OFD files: text and seal are seen, and a person is always asked to look."""

from __future__ import annotations

import io
import zipfile

import pytest

from inbox_ingest.reading.content import MemoryContent
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.reading.ofd import read_ofd
from inbox_ingest.records import IssueCode

NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
Text = tuple[float, float, str]


def page(*texts: Text) -> str:
    objects = "".join(
        f'<ofd:TextObject ID="{n}" Boundary="{x} {y} 80 5" Font="1" Size="4">'
        f'<ofd:TextCode X="0" Y="4" DeltaX="g {len(text)} 4">{text}</ofd:TextCode></ofd:TextObject>'
        for n, (x, y, text) in enumerate(texts)
    )
    return f"<ofd:Page {NS}><ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>"


def ofd(*pages: str, sealed: bool = False, absolute: bool = False, **more: bytes) -> bytes:
    root = "/Doc_0/" if absolute else ""
    listed = "".join(
        f'<ofd:Page ID="{n}" BaseLoc="{root}Pages/Page_{n}/Content.xml"/>'
        for n in range(len(pages))
    )
    signatures = "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>" if sealed else ""
    parts = {
        "OFD.xml": f'<ofd:OFD {NS} Version="1.0"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml'
        f"</ofd:DocRoot>{signatures}</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {NS}><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for number, content in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = content
    if sealed:
        parts["Doc_0/Signs/Signatures.xml"] = (
            f'<ofd:Signatures {NS}><ofd:Signature ID="1" BaseLoc="Sign_0/Signature.xml"/>'
            "</ofd:Signatures>"
        )
        parts["Doc_0/Signs/Sign_0/Signature.xml"] = (
            f'<ofd:Signature {NS}><ofd:SignedInfo><ofd:StampAnnot ID="1" PageRef="1" '
            'Boundary="120 200 40 40"/></ofd:SignedInfo></ofd:Signature>'
        )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, text in parts.items():
            package.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
        for name, data in more.items():
            package.writestr(name, data)
    return stream.getvalue()


def read(data: bytes) -> Finding:
    return read_ofd(MemoryContent(data))


FORM = page(
    (30, 20, "征集活动申报表"), (80, 40, "红色驿站"), (30, 40.5, "案例名称"), (30, 55, "申报单位")
)


@pytest.mark.parametrize("absolute", [False, True])
def test_text_comes_row_by_row_from_left_to_right(absolute: bool) -> None:
    data = ofd(FORM, page((30, 20, "第二页")), absolute=absolute)
    assert kind_of(MemoryContent(data)) == "ofd"
    finding = read(data)
    assert finding.document is not None and finding.pages == 2
    assert finding.document.text.split("\n") == [
        "征集活动申报表",
        "案例名称 红色驿站",
        "申报单位",
        "第二页",
    ]


def test_a_stamp_put_on_by_signature_is_an_electronic_seal() -> None:
    scan = read(ofd(FORM, sealed=True)).scan
    assert scan is not None and (scan.seal, scan.electronic) == ("present", True)
    assert read(ofd(FORM)).scan is None


def test_the_organiser_is_asked_to_look_and_the_sender_is_not_blamed() -> None:
    for data in (ofd(FORM), ofd(FORM, sealed=True), ofd(page())):
        assert [problem.code for problem in read(data).problems] == [IssueCode.READER_MISSING]


def test_a_damaged_file_is_unreadable() -> None:
    whole = ofd(FORM)
    for data in (b"", b"PK\x03\x04" + b"\0" * 50, whole[: len(whole) // 2]):
        assert [problem.code for problem in read(data).problems] == [IssueCode.FILE_UNREADABLE]


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "党党党">]><ofd:Page ' + NS + ">&a;</ofd:Page>"
    assert [problem.code for problem in read(ofd(bomb)).problems] == [IssueCode.SUSPICIOUS_FILE]


def test_a_part_of_absurd_size_is_not_read() -> None:
    huge = page((30, 20, "党")) + " " * (17 * 1024 * 1024)
    assert [problem.code for problem in read(ofd(huge)).problems] == [IssueCode.SUSPICIOUS_FILE]
