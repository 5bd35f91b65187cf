"""A mail from end to end: every file with its owner and role, links, words, and nothing raised."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from functools import cache
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.errors import TryLater
from inbox_ingest.reading import file_reader
from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.mail import read_files, read_mail
from inbox_ingest.records import Attachment, IssueCode, Reading, Want
from tests.reading.archives import zip_bomb, zip_of
from tests.reading.outlook_files import msg, winmail
from tests.reading.raw_mails import HEAD, attachment, mail, multipart, part, word


@cache
def campaign() -> Campaign:
    return load_campaign(shipped_campaign())


def read(raw: bytes) -> Reading:
    return read_mail(MemoryContent(raw), campaign(), MemorySink(), NothingDerived())


def only(reading: Reading) -> Attachment:
    (found,) = reading.attachments
    return found


def codes(found: Attachment) -> list[IssueCode]:
    return [problem.code for problem in found.problems]


@cache
def form(title: str = "红色驿站") -> bytes:
    document = docx.Document()
    document.add_paragraph("“交通先行·党建赋能”党建创新典型案例征集活动申报表")
    table = document.add_table(rows=5, cols=2)
    rows = [("案例名称", title), ("申报单位", "某某公司"), ("申报类型", "☑行业党建 □行业思政")]
    rows += [("联系人", "张三"), ("电话", "13800000000")]
    for row, (label, value) in enumerate(rows):
        table.cell(row, 0).text, table.cell(row, 1).text = label, value
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def word_of(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


@cache
def picture(width: int, height: int, form: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(target, form)
    return target.getvalue()


# --- owners, names, roles ---------------------------------------------------------------------


def test_a_form_is_read_whatever_it_is_called() -> None:
    found = only(read(mail(part(b"x"), attachment(form(), "材料.doc"))))
    assert (found.role, found.kind, found.filename) == ("form", "docx", "材料.doc")
    assert found.form is not None
    assert found.form.fields["案例名称"].value == "红色驿站"
    assert found.part == "2"


@pytest.mark.parametrize(
    "nested",
    [
        lambda inner: part(inner, "message/rfc822", encoding=None),
        lambda inner: part(inner, "message/rfc822"),
        lambda inner: attachment(inner, "转来.eml"),
        lambda inner: part(inner, b"message/rfc822; name=" + word("转来.eml"), encoding="8bit"),
    ],
    ids=["plain", "base64", "octet-stream", "named"],
)
def test_files_of_a_mail_inside_the_mail_name_it_as_their_owner(nested) -> None:  # type: ignore[no-untyped-def]
    inner = HEAD + multipart([part(b"old"), attachment(form(), "表.docx")], boundary="inner")
    found = only(read(mail(part(b"see"), nested(inner))))
    assert (found.filename, found.role, found.part) == ("表.docx", "form", "2/2")
    assert found.container in ("转来.eml", "案例报送")  # its name, else its subject


def test_a_nested_mail_without_files_is_listed_itself() -> None:
    inner = HEAD + part(b"only words")
    found = only(read(mail(part(b"see"), part(inner, "message/rfc822", encoding="8bit"))))
    assert (found.kind, found.role) == ("eml", "archive")


def test_members_of_archives_have_owner_folder_and_stable_part() -> None:
    inner = zip_of([("乙单位/表.docx".encode("gbk"), form("乙"))])
    outer = zip_of([("甲/表.docx".encode("gbk"), form("甲")), ("乙.zip".encode("gbk"), inner)])
    found = read(mail(part(b"x"), attachment(outer, "材料.zip"))).attachments
    assert [(a.filename, a.role, a.container, a.group, a.part) for a in found] == [
        ("材料.zip", "archive", None, None, "2"),
        ("表.docx", "form", "材料.zip", "甲", "2/1"),
        ("乙.zip", "archive", "材料.zip", None, "2/2"),
        ("表.docx", "form", "乙.zip", "乙单位", "2/2/1"),
    ]


def test_outlook_mails_give_their_files() -> None:
    raw = mail(part(b"x"), attachment(msg("转来", [("正文.docx", b"PK small")]), "a.msg"))
    assert [(a.filename, a.container) for a in read(raw).attachments] == [("正文.docx", "a.msg")]
    raw = mail(part(b"x"), attachment(winmail([("表.doc".encode("gbk"), b"x")]), "winmail.dat"))
    assert [(a.filename, a.container) for a in read(raw).attachments] == [("表.doc", "winmail.dat")]


def test_a_logo_is_inline_and_a_large_picture_in_the_letter_is_not() -> None:
    html = part(b'<img src="cid:1"><img src="cid:2">', "text/html")
    logo = part(picture(200, 80), "image/png; name=logo.png", b"Content-ID: <1>")
    page = part(picture(1240, 1754), "image/png; name=scan.png", b"Content-ID: <2>")
    found = read(HEAD + multipart([html, logo, page], "related")).attachments
    assert [a.role for a in found] == ["inline", found[1].role]
    assert found[1].role != "inline"


def test_a_document_with_a_content_id_is_an_attachment() -> None:
    raw = mail(
        part(b"x"),
        attachment(form(), "表.docx", b"Content-ID: <1>", b"Content-Disposition: inline"),
    )
    assert only(read(raw)).role == "form"


# --- problems -------------------------------------------------------------------------------------


def test_an_empty_file_is_unreadable() -> None:
    assert codes(only(read(mail(part(b"x"), attachment(b"", "申报表.docx"))))) == [
        IssueCode.FILE_UNREADABLE
    ]


@pytest.mark.parametrize("name", ["正文.docx", "申报表.docx", "申报表.pdf", "盖章扫描件.jpg"])
def test_a_few_letters_are_no_document_whatever_the_name(name: str) -> None:
    found = only(read(mail(part(b"x"), attachment(b"garbage", name))))
    assert (found.role, codes(found)) == ("other", [IssueCode.FILE_UNREADABLE])


def test_a_word_file_of_a_few_words_is_no_case_text() -> None:
    found = only(read(mail(part(b"x"), attachment(word_of("见附件"), "正文.docx"))))
    assert (found.role, codes(found)) == ("other", [])


def test_a_text_file_with_the_name_of_a_word_file_is_read() -> None:
    text = (
        "一、背景介绍\n"
        + "近年来，公司党委坚持党建引领。" * 5
        + "\n二、主要做法\n我们成立了先锋队。"
    )
    found = only(read(mail(part(b"x"), attachment(text.encode(), "正文.docx"))))
    assert (found.role, codes(found)) == ("case_text", [])


def test_another_file_put_into_a_word_file_may_be_what_is_missing() -> None:
    data = word_of("见附件")
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                word_object = (
                    b'<w:p><w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:'
                    b'office" Type="Embed" ProgID="Word.Document.12"/></w:object></w:r></w:p>'
                )
                body = body.replace(b"<w:sectPr", word_object + b"<w:sectPr", 1)
            new.writestr(name, body)
    found = only(read(mail(part(b"x"), attachment(held.getvalue(), "正文.docx"))))
    assert found.role == "case_text"
    assert found.lost == ("嵌入的另一份文件",)


def test_a_picture_that_claims_to_be_huge_is_no_logo() -> None:
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        checksum = struct.pack(">I", zlib.crc32(name + body))
        data += struct.pack(">I", len(body)) + name + body + checksum
    found = only(read(mail(part(b"x"), attachment(data, "图.png"))))
    assert found.role != "inline"
    assert codes(found) == [IssueCode.SUSPICIOUS_FILE]


def test_an_old_word_file_whose_list_of_parts_is_lost_is_tried_by_libreoffice() -> None:
    data = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    found = read(mail(part(b"x"), attachment(data, "申报表.doc")))
    assert found.wants == (Want(kind="convert", sha256=only(found).sha256),)
    assert codes(only(found)) == []


def test_programs_are_kept_and_told() -> None:
    for name, body in (
        ("看.exe", b"MZ\x90\0" + bytes(80)),
        ("run.bat", b"@echo off\r\nformat c:\r\n"),
    ):
        found = only(read(mail(part(b"x"), attachment(body, name))))
        assert codes(found) == [IssueCode.SUSPICIOUS_FILE]
        assert found.role == "other"


def test_a_bomb_is_told_on_the_archive_and_containers_are_not_opened_without_end() -> None:
    assert codes(only(read(mail(part(b"x"), attachment(zip_bomb(), "a.zip"))))) == [
        IssueCode.SUSPICIOUS_FILE
    ]
    nested = b"end"
    for level in range(12):
        nested = zip_of([(f"{level}.zip" if level else "a.txt", nested)])
    found = read(mail(part(b"x"), attachment(nested, "a.zip"))).attachments
    assert codes(found[-1]) == [IssueCode.SUSPICIOUS_FILE]
    assert len(found) == 6


@pytest.mark.parametrize("left", [b"\x05user" + b"\0" * 157, b""])
def test_what_an_open_word_left_beside_the_form_is_no_form_and_no_problem(left: bytes) -> None:
    found = only(read(mail(part(b"x"), attachment(left, "~$申报表.docx"))))
    assert (found.role, found.problems) == ("other", ())


def test_damage_on_the_way_is_the_files_problem_unless_the_file_proves_whole() -> None:
    whole = mail(part(b"x"), attachment(form(), "申报表.docx"))
    unpadded = whole.replace(b"=\r\n--", b"\r\n--").replace(b"==\r\n--", b"\r\n--")
    assert codes(only(read(unpadded))) == []
    lines = whole.split(b"\r\n")
    middle = len(lines) // 2
    cut = b"\r\n".join([*lines[:middle], lines[middle][:-3], *lines[-2:]])
    assert codes(only(read(cut))) == [IssueCode.FILE_UNREADABLE]


def test_a_reader_that_crashes_is_our_fault_and_costs_one_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(file_reader.READERS, "docx", crash)  # type: ignore[arg-type]
    raw = mail(part(b"x"), attachment(form(), "申报表.docx"), attachment(b"hello", "说明.txt"))
    first, second = read(raw).attachments
    assert codes(first) == [IssueCode.READER_MISSING]
    assert codes(second) == []


def test_a_full_disk_is_not_the_mails_problem() -> None:
    class Full(MemorySink):
        def put(self, chunks):  # type: ignore[no-untyped-def]
            raise TryLater("磁盘已满")

    raw = mail(part(b"x"), attachment(b"y", "a.doc"))
    with pytest.raises(TryLater):
        read_mail(MemoryContent(raw), campaign(), Full(), NothingDerived())


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        (zip_of([("OFD.xml", b"<x/>")]), "盖章件.ofd", [IssueCode.READER_MISSING]),
        (zip_of([("Index/Document.iwa", b"x")]), "材料.pages", [IssueCode.READER_MISSING]),
        (b"\0\1\2\3" * 9, "申报表.et", [IssueCode.READER_MISSING]),
        (b"\0\1\2\3" * 9, "数据.bin", []),
    ],
)
def test_what_nothing_reads_goes_to_the_organiser_where_it_may_matter(
    body: bytes, name: str, expected: list[IssueCode]
) -> None:
    assert codes(only(read(mail(part(b"x"), attachment(body, name))))) == expected


def test_a_mail_built_to_exhaust_is_quarantined_with_its_reason() -> None:
    reading = read(mail(*[part(b"x")] * 2000))
    assert reading.problem is not None
    assert "1000" in reading.problem
    assert reading.attachments == ()


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\0\1\2 no mail" * 50])
def test_what_is_no_mail_at_all_is_quarantined(raw: bytes) -> None:
    assert read(raw).problem is not None


def test_a_mail_without_subject_and_words_is_a_mail() -> None:
    assert read(b"From: a@example.cn\r\n\r\n").problem is None


# --- words and links --------------------------------------------------------------------------


def test_own_words_and_links() -> None:
    url = "https://mail.163.com/large-attachment-download/index.html?file=A"
    text = f"补发视频。\n视频.zip (80M, 2025年7月1日 10:00 到期) {url}\n\n-----原始邮件-----\n旧话 {url}2"
    reading = read(mail(part(text.encode())))
    assert "旧话" not in reading.text
    assert [(link.filename, link.url) for link in reading.links] == [("视频.zip", url)]


def test_links_in_a_mail_inside_the_mail_were_sent_on() -> None:
    url = "https://mail.163.com/large-attachment-download/index.html?file=A"
    inner = HEAD + part(f"a.zip (1M) {url}".encode())
    reading = read(mail(part(b"see"), part(inner, "message/rfc822", encoding="8bit")))
    assert [link.url for link in reading.links] == [url]


# --- files without a mail ---------------------------------------------------------------------


def test_local_files_are_read_as_if_sent_together() -> None:
    files = [("dir/申报表.docx", form()), ("b.zip", zip_of([("c.txt", b"text")]))]
    reading = read_files(
        [(name, MemoryContent(data)) for name, data in files],
        campaign(),
        MemorySink(),
        NothingDerived(),
    )
    assert [(a.filename, a.role, a.part, a.container) for a in reading.attachments] == [
        ("申报表.docx", "form", "1", None),
        ("b.zip", "archive", "2", None),
        ("c.txt", "other", "2/1", "b.zip"),
    ]


# --- anything -------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a.doc", "b.zip", "c.pdf", "申报表.docx"]), st.binary(max_size=120)
        )
    )
)
def test_any_attachments_are_read_without_raising(files: list[tuple[str, bytes]]) -> None:
    reading = read(mail(part(b"x"), *(attachment(body, name) for name, body in files)))
    assert reading == read(mail(part(b"x"), *(attachment(body, name) for name, body in files)))
    assert Reading.model_validate_json(reading.model_dump_json()) == reading


MEMORY = """
import sys
from pathlib import Path
from inbox_ingest.archive import Archive
from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.reading.content import NothingDerived
from inbox_ingest.reading.mail import read_mail
home = Path(sys.argv[1])
archive = Archive(home / "archive")
def blocks():
    with open(sys.argv[2], "rb") as stream:
        while block := stream.read(1 << 20):
            yield block
with archive.batch() as batch:
    sha256 = batch.put(blocks()).sha256
reading = read_mail(archive.get(sha256), load_campaign(shipped_campaign()), archive, NothingDerived())
assert [a.size for a in reading.attachments] == [40 << 20], reading
# Not ru_maxrss: a child's begins with its parent's.
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if "VmHWM" in line))
"""


def test_a_40_mib_attachment_is_never_in_memory_whole(tmp_path: Path) -> None:
    large = tmp_path / "large.eml"
    large.write_bytes(mail(part(b"x"), attachment(b"\0\1\2\3" * (10 << 20), "视频.bin")))
    ran = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path), str(large)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    assert int(ran.stdout) <= 90  # MiB; the half of them is Python and its libraries
