"""Older Word formats: what msdoc2docx reads, what waits for LibreOffice, and what happens without it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from inbox_ingest.conversion import Job, convert
from inbox_ingest.reading.content import Content, MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.reading.legacy_word import read_legacy_word
from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX, IssueCode, Problem
from tests import libreoffice_files
from tests.word_files import Xml, docx, paragraph, run, text_box

needs_libreoffice = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(not libreoffice_files.installed(), reason="LibreOffice is not installed"),
]


def symbol(code: str) -> str:
    return f'<w:r><w:sym w:font="Wingdings" w:char="{code}"/></w:r>'


def check_box(ticked: bool) -> str:
    value = int(ticked)
    return (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="c"/><w:enabled/>'
        f'<w:checkBox><w:sizeAuto/><w:default w:val="{value}"/></w:checkBox></w:ffData></w:fldChar>'
        '</w:r><w:r><w:instrText xml:space="preserve"> FORMCHECKBOX </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def choice(first: str, second: str) -> Xml:
    return paragraph(first, run("行业党建  "), second, run("行业思政"))


PLAIN = docx("案例名称：红色驿站", [["申报单位", "清江市公路运输集团有限公司"]])
SYMBOLS = docx(choice(symbol("F0FE"), symbol("F0A8")))
CHECKED = docx(choice(check_box(True), check_box(False)))
BOXED = docx(paragraph(run("正文"), text_box("文本框里的申报单位")))


class Converted(NothingDerived):
    """LibreOffice's results, made when asked for."""

    def __init__(self, folder: Path, kind: str, content: MemoryContent) -> None:
        source = folder / "source"
        source.write_bytes(content.read())
        job = Job(content.sha256, source, kind)
        self.result = convert([job], folder / "out")[content.sha256]

    def converted(self, sha256: str) -> Content | Problem:
        if isinstance(self.result, Problem):
            return self.result
        return MemoryContent(self.result.read_bytes())


class NoLibreOffice(NothingDerived):
    def converted(self, sha256: str) -> Problem:
        return Problem(code=IssueCode.READER_MISSING, detail="本机未安装 LibreOffice")


def read(content: MemoryContent, derived: NothingDerived | None = None) -> Finding:
    return read_legacy_word(content, kind_of(content), MemorySink(), derived or NothingDerived())


def made(data: bytes, kind: str) -> MemoryContent:
    return MemoryContent(libreoffice_files.made(data, kind))


def text_of(finding: Finding) -> str:
    assert finding.document is not None, finding.problems
    return finding.document.text


# --- .doc -------------------------------------------------------------------------------------


class TestDoc:
    pytestmark = needs_libreoffice

    def test_text_and_tables_are_read_without_libreoffice(self) -> None:
        finding = read(made(PLAIN, "doc"))
        assert finding.wants == () and finding.problems == ()
        assert text_of(finding).split("\n") == [
            "案例名称：红色驿站",
            "申报单位",
            "清江市公路运输集团有限公司",
        ]

    def test_symbol_tick_boxes_survive(self) -> None:
        text = text_of(read(made(SYMBOLS, "doc")))
        assert text.replace(" ", "") == f"{TICKED}行业党建{EMPTY_BOX}行业思政"

    def test_form_check_boxes_wait_for_libreoffice_and_come_back(self, tmp_path: Path) -> None:
        content = made(CHECKED, "doc")
        waiting = read(content)
        assert [want.kind for want in waiting.wants] == ["convert"] and waiting.document is None
        text = text_of(read(content, Converted(tmp_path, "doc", content)))
        assert text.replace(" ", "") == f"{TICKED}行业党建{EMPTY_BOX}行业思政"

    def test_without_libreoffice_the_loss_is_named_and_is_ours(self) -> None:
        finding = read(made(CHECKED, "doc"), NoLibreOffice())
        assert [problem.code for problem in finding.problems] == [IssueCode.READER_MISSING]
        assert "复选框" in finding.problems[0].detail
        assert "行业党建" in text_of(finding)
        assert finding.document is not None and finding.document.lost

    def test_text_boxes_reach_the_text_one_way_or_the_other(self, tmp_path: Path) -> None:
        content = made(BOXED, "doc")
        finding = read(content)
        if finding.wants:
            finding = read(content, Converted(tmp_path, "doc", content))
        assert "文本框里的申报单位" in text_of(finding)

    def test_a_password_is_told_from_the_flag_in_the_file(self) -> None:
        data = bytearray(made(PLAIN, "doc").read())
        start = data.index(struct.pack("<H", 0xA5EC))  # wIdent of the FIB ([MS-DOC] §2.5.2)
        data[start + 11] |= 0x01  # fEncrypted
        finding = read(MemoryContent(bytes(data)))
        assert [problem.code for problem in finding.problems] == [IssueCode.FILE_UNREADABLE]
        assert "密码" in finding.problems[0].detail

    def test_what_msdoc2docx_refuses_is_given_to_libreoffice(self) -> None:
        data = bytearray(made(PLAIN, "doc").read())
        start = data.index(struct.pack("<H", 0xA5EC))
        data[start : start + 2] = struct.pack("<H", 0xA5DC)  # as Word 6 and 95 wrote it
        assert [want.kind for want in read(MemoryContent(bytes(data))).wants] == ["convert"]

    @pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
    def test_a_cut_off_file_never_raises(self, share: float) -> None:
        whole = made(PLAIN, "doc").read()
        content = MemoryContent(whole[: int(len(whole) * share)])
        finding = read_legacy_word(content, "doc", MemorySink(), NothingDerived())
        assert finding.wants or finding.problems or finding.document


# --- formats for LibreOffice ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rtf", "odt", "html", "wps", "mht"])
def test_other_formats_wait_for_libreoffice(kind: str) -> None:
    content = MemoryContent(b"anything")
    finding = read_legacy_word(content, kind, MemorySink(), NothingDerived())
    assert [(want.kind, want.sha256) for want in finding.wants] == [("convert", content.sha256)]


@pytest.mark.parametrize("kind", ["rtf", "odt", "html", "wps"])
def test_without_libreoffice_the_organiser_is_told(kind: str) -> None:
    finding = read_legacy_word(MemoryContent(b"anything"), kind, MemorySink(), NoLibreOffice())
    assert [problem.code for problem in finding.problems] == [IssueCode.READER_MISSING]
    assert finding.wants == ()


def test_a_locked_docx_needs_its_password_removed() -> None:
    finding = read_legacy_word(
        MemoryContent(b"\xd0\xcf"), "encrypted-ooxml", MemorySink(), NothingDerived()
    )
    assert [problem.code for problem in finding.problems] == [IssueCode.FILE_UNREADABLE]
    assert "密码" in finding.problems[0].detail


def test_an_empty_file_is_the_sender_s() -> None:
    finding = read_legacy_word(MemoryContent(b""), "doc", MemorySink(), NothingDerived())
    assert [problem.code for problem in finding.problems] == [IssueCode.FILE_UNREADABLE]


RTF = (
    r"{\rtf1\ansi {\field{\*\fldinst{FORMCHECKBOX {\*\formfield{\fftype1\ffres%s\ffhps20"
    r"{\*\ffname A}\ffdefres%s}}}}{\fldrslt}} xingye dangjian }"
)


class Replaced(NothingDerived):
    """LibreOffice showed an empty box, as it does for every check box of an RTF."""

    def converted(self, sha256: str) -> Content:
        return MemoryContent(docx(f"{EMPTY_BOX}行业党建"))


@pytest.mark.parametrize(
    ("result", "default", "box"),
    [(1, 0, TICKED), (0, 1, EMPTY_BOX), (25, 1, TICKED), (25, 0, EMPTY_BOX)],
)
def test_check_boxes_of_rtf_are_taken_from_the_file_itself(
    result: int, default: int, box: str
) -> None:
    content = MemoryContent((RTF % (result, default)).encode())
    assert text_of(read(content, Replaced())) == f"{box}行业党建"


def test_check_boxes_of_rtf_that_cannot_be_matched_are_unsure() -> None:
    content = MemoryContent(rb"{\rtf1 {\field{\*\fldinst FORMCHECKBOX}{\fldrslt}} dangjian}")
    assert text_of(read(content, Replaced())) == f"{UNSURE_BOX}行业党建"
