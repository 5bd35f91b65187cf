"""Every file is claimed by exactly one kind, by what it holds and not by what it is called."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from inbox_ingest.reading.content import MemoryContent
from inbox_ingest.reading.formats import SIGNATURES, claims, kind_of


def zipped(*names: str, first: tuple[str, str] | None = None) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        if first is not None:
            package.writestr(*first)
        for name in names:
            package.writestr(name, "x")
    return target.getvalue()


def docx() -> bytes:
    target = io.BytesIO()
    document = Document()
    document.add_paragraph("案例")
    document.save(target)
    return target.getvalue()


def xlsx() -> bytes:
    target = io.BytesIO()
    Workbook().save(target)
    return target.getvalue()


def picture(form: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, form)
    return target.getvalue()


def ole(*names: str) -> bytes:
    """The smallest compound file with these empty streams in its root (MS-CFB)."""
    free, end, fat_sector = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    fat = struct.pack("<II", fat_sector, end) + struct.pack("<I", free) * 126

    def entry(name: str, sort: int, right: int, child: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\0\0"
        return struct.pack(
            "<64sHBBIII16xI8x8xIQ", raw, len(raw), sort, 1, free, right, child, 0, end, 0
        )

    entries = [entry("Root Entry", 5, free, 1 if names else free)]
    for number, name in enumerate(names, 1):
        entries.append(entry(name, 2, number + 1 if number < len(names) else free, free))
    directory = b"".join(entries).ljust(512, b"\0")
    return header + fat + directory[:512]


SAMPLES = [
    ("docx", docx()),
    ("docm", zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
    ("docx", zipped("[Content_Types].xml", "word\\document.xml")),
    ("xlsx", xlsx()),
    ("pptx", zipped("[Content_Types].xml", "ppt/presentation.xml")),
    ("odt", zipped("content.xml", first=("mimetype", "application/vnd.oasis.opendocument.text"))),
    ("epub", zipped("OEBPS/a.html", first=("mimetype", "application/epub+zip"))),
    ("iwork", zipped("Index/Document.iwa", "Metadata/Properties.plist", "preview.jpg")),
    ("iwork", zipped("Index.zip", "Metadata/Properties.plist", "preview.jpg")),
    ("ofd", zipped("OFD.xml", "Doc_0/Document.xml")),
    ("jar", zipped("META-INF/MANIFEST.MF", "a/B.class")),
    ("zip", zipped("附件/申报表.docx")),
    ("zip", zipped()),
    ("doc", ole("WordDocument", "1Table")),
    ("xls", ole("Workbook")),
    ("ppt", ole("PowerPoint Document")),
    ("msg", ole("__properties_version1.0")),
    ("encrypted-ooxml", ole("EncryptionInfo", "EncryptedPackage")),
    ("ole", ole("Something")),
    ("jpeg", picture("JPEG")),
    ("png", picture("PNG")),
    ("gif", picture("GIF")),
    ("bmp", picture("BMP")),
    ("tiff", picture("TIFF")),
    ("webp", picture("WEBP")),
    ("heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
    ("mp4", b"\0\0\0\x18ftypisom\0\0\2\0isom"),
    ("mp4", b"\0\0\0\x18ftyp3gp4\0\0\0\0"),
    ("mov", b"\0\0\0\x14ftypqt  \0\0\0\0"),
    ("mov", b"\0\0\0\x08wide\0\0\0\0mdat"),
    ("avi", b"RIFF\x10\0\0\0AVI LIST"),
    ("wav", b"RIFF\x10\0\0\0WAVEfmt "),
    ("mkv", b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska"),
    ("wmv", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9"),
    ("flv", b"FLV\x01\x05\0\0\0\x09"),
    ("mp3", b"ID3\x03\0\0\0\0\0\0"),
    ("mp3", b"\xff\xfb\x90\x64\0\0"),
    ("7z", b"7z\xbc\xaf\x27\x1c\0\4"),
    ("rar", b"Rar!\x1a\x07\x00\xcf"),
    ("rar", b"Rar!\x1a\x07\x01\x00"),
    ("gz", b"\x1f\x8b\x08\0\0\0\0\0"),
    ("tar", b"a.txt".ljust(257, b"\0") + b"ustar\x0000"),
    ("tnef", b"\x78\x9f\x3e\x22\1\0"),
    ("exe", b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0"),
    ("elf", b"\x7fELF\2\1\1\0"),
    ("lnk", b"L\0\0\0\x01\x14\x02\0\0\0\0\0"),
    ("script", b"#!/bin/sh\nrm -rf ~\n"),
    ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    ("pdf", b"\xef\xbb\xbf\n%PDF-1.4\n"),
    ("pdf", b"rubbish of a proxy\n%PDF-1.4\n"),
    ("rtf", rb"{\rtf1\ansi\ansicpg936 }"),
    ("html", b'<html xmlns:v="urn:schemas-microsoft-com:vml"><head>'),
    ("html", "\ufeff<!DOCTYPE html><title>申报表</title>".encode()),
    ("html", "<html><body>申报表".encode("utf-16")),
    ("html", b"<!-- saved from url -->\r\n<HTML>"),
    ("wordxml", b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>'),
    ("svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
    (
        "eml",
        b"Received: from a by b; Mon, 5 May 2025\r\n\tid 3\r\nFrom: a@b.cn\r\nSubject: x\r\n\r\n",
    ),
    ("mht", b"MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary=x\r\n\r\n"),
    ("text", "关于征集活动的说明：请查收".encode()),
    ("text", "关于征集活动的说明：请查收".encode("gb18030")),
    ("text", "说明".encode("utf-16")),
    ("text", "注意: 时间: 六月\n".encode()),
    ("text", b"MZ is how this sentence begins, and it is no program at all\n"),
    ("text", b"BM is how this sentence begins, and it is no picture at all\n"),
    ("unknown", b"\0\1\2\3\4\5"),
    ("unknown", b"\x80\x81\xff\xfe\xfd" * 4),
    ("empty", b""),
]


@pytest.mark.parametrize(("kind", "data"), SAMPLES)
def test_kind_is_told_by_content(kind: str, data: bytes) -> None:
    assert kind_of(MemoryContent(data)) == kind


@pytest.mark.parametrize("data", [data for _, data in SAMPLES])
def test_no_two_signatures_claim_one_file(data: bytes) -> None:
    assert len(claims(data[:8192])) <= 1


def test_every_signature_has_a_kind_of_its_own() -> None:
    kinds = [kind for kind, _ in SIGNATURES]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("whole", [docx(), xlsx()])
def test_a_package_cut_off_in_the_middle_is_still_no_plain_zip(whole: bytes) -> None:
    assert kind_of(MemoryContent(whole[: len(whole) // 2])) in {"docx", "xlsx"}


def test_a_doc_cut_off_before_its_directory_is_told_where_the_name_still_stands() -> None:
    whole = ole("WordDocument")
    assert kind_of(MemoryContent(whole[:1300])) == "doc"


@given(st.binary(max_size=300))
def test_any_bytes_have_exactly_one_kind(data: bytes) -> None:
    assert isinstance(kind_of(MemoryContent(data)), str)
    assert len(claims(data)) <= 1


@given(st.sampled_from([data[:64] for _, data in SAMPLES]), st.binary(max_size=64))
def test_a_known_beginning_with_any_end_never_raises(begin: bytes, end: bytes) -> None:
    assert kind_of(MemoryContent(begin + end))
    assert len(claims(begin + end)) <= 1
