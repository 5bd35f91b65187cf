"""The zip around a Word document: its parts, read within bounds, and who refers to whom.

A part is read only when asked for, never past its limit whatever the zip's directory claims, so a
bomb costs what the limit allows. XML is parsed as python-docx parses it (no entities, no network,
libxml2's bounds on depth and size), which takes about a twentieth longer than a bare parser of lxml.
"""

from __future__ import annotations

import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO
from urllib.parse import unquote

from docx.oxml.parser import parse_xml as parse_part
from lxml import etree

from inbox_ingest.reading.document import Unreadable
from inbox_ingest.records import IssueCode

MEBIBYTE = 1 << 20
MAIN_LIMIT = 16 * MEBIBYTE  # of XML: a case text of 3,000 字 takes well under one
PART_LIMIT = 8 * MEBIBYTE
PICTURE_LIMIT = 64 * MEBIBYTE
TOTAL_LIMIT = 200 * MEBIBYTE
RATIO_LIMIT = 200
MEMBER_LIMIT = 10_000
COMMENT_LIMIT = (
    10_000  # of XML; Word writes none, and taking them out takes the square of their count
)

_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAMES = (
    (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
    (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
    (b"drawingml/main", b"drawingml/2006/main"),
    (b"drawingml/wordprocessingDrawing", b"drawingml/2006/wordprocessingDrawing"),
    (b"drawingml/picture", b"drawingml/2006/picture"),
    (b"officeDocument/math", b"officeDocument/2006/math"),
)
# All that zipfile was seen to raise on damaged, encrypted or exotic archives.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    OSError,
    ValueError,
)
_DAMAGED = "文件已损坏，无法打开"
# Entities that grow, thousands of levels: what libxml2 stops at was made so, not broken on the way.
_BOMBS = (etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_ENTITY_LOOP)


@dataclass(frozen=True, slots=True)
class Relation:
    """One line of a .rels part: the kind (last step of its type), the target, inside or outside."""

    kind: str
    target: str
    external: bool


class Package:
    """An open Word package.

    Raises (from every method that reads):
        Unreadable: FILE_UNREADABLE where it is damaged or locked, SUSPICIOUS_FILE where it is built
            to blow up.
    """

    def __init__(self, stream: BinaryIO, size: int) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
            members = self._zip.infolist()
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            struct.error,
            OSError,
            ValueError,
        ) as error:
            raise Unreadable(IssueCode.FILE_UNREADABLE, _DAMAGED) from error
        total = sum(member.file_size for member in members)
        if len(members) > MEMBER_LIMIT:
            raise Unreadable(IssueCode.SUSPICIOUS_FILE, f"内含 {len(members)} 个成员，疑似压缩炸弹")
        if total > TOTAL_LIMIT and total > RATIO_LIMIT * max(size, 1):
            raise Unreadable(
                IssueCode.SUSPICIOUS_FILE, f"解压后达 {total // MEBIBYTE} MB，疑似压缩炸弹"
            )
        self._members = {_normal(member.filename): member for member in members}
        self.main = self._main_part()

    @property
    def macros(self) -> bool:
        """Whether programs are in it."""
        return any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in self._members)

    def has(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return _normal(name) in self._members

    def read(self, name: str, limit: int = PART_LIMIT) -> bytes | None:
        """The bytes of a part, None where there is none."""
        return b"".join(self.chunks(name, limit)) if self.has(name) else None

    def chunks(self, name: str, limit: int) -> Iterator[bytes]:
        """The bytes of a part that is there, a mebibyte at a time, never more than `limit`."""
        member = self._members[_normal(name)]
        if member.flag_bits & 1:
            raise Unreadable(IssueCode.FILE_UNREADABLE, "文件设有密码，无法打开")
        left = limit
        try:
            with self._zip.open(member) as stream:
                while chunk := stream.read(MEBIBYTE):
                    left -= len(chunk)
                    if left < 0:
                        detail = f"其中 {name} 超过 {limit // MEBIBYTE} MB，未读取"
                        raise Unreadable(IssueCode.SUSPICIOUS_FILE, detail)
                    yield chunk
        except _ZIP_ERRORS as error:
            raise Unreadable(IssueCode.FILE_UNREADABLE, _DAMAGED) from error

    def tree(self, name: str, limit: int = PART_LIMIT) -> etree._Element | None:
        """The root element of an XML part, None where there is no such part."""
        data = self.read(name, limit)
        return None if data is None else parse_xml(data)

    def relations(self, part: str) -> dict[str, Relation]:
        """The relations of a part by id; internal targets as full part names."""
        folder, name = posixpath.split(part)
        root = self.tree(posixpath.join(folder, "_rels", name + ".rels"))
        return {} if root is None else dict(_relations(root, folder))

    def _main_part(self) -> str:
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and self.has(relation.target):
                return relation.target
        if self.has("word/document.xml"):
            return "word/document.xml"
        raise Unreadable(IssueCode.FILE_UNREADABLE, "文件不完整，缺少正文部分")


def parse_xml(data: bytes) -> etree._Element:
    """Parse one part; strict OOXML comes out with the ordinary namespaces.

    Raises:
        Unreadable: it is no XML, or has what no Word file has: a document type, masses of comments,
            depth or entities without end.
    """
    if _STRICT in data:
        for strict, usual in _STRICT_NAMES:
            data = data.replace(_STRICT + strict, b"http://schemas.openxmlformats.org/" + usual)
    try:
        root: etree._Element = parse_part(data)
    except (etree.XMLSyntaxError, ValueError) as error:
        if isinstance(error, etree.XMLSyntaxError) and error.code in _BOMBS:
            raise Unreadable(IssueCode.SUSPICIOUS_FILE, "文件内容异常庞杂，未读取") from error
        raise Unreadable(IssueCode.FILE_UNREADABLE, _DAMAGED) from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(IssueCode.SUSPICIOUS_FILE, "文件内含不应有的实体定义")
    _strip_comments(root)
    return root


def _strip_comments(root: etree._Element) -> None:
    """python-docx keeps comments, and a text with one inside would end there."""
    kinds = (etree.Comment, etree.ProcessingInstruction)
    if next(islice(root.iter(*kinds), COMMENT_LIMIT, None), None) is not None:
        raise Unreadable(IssueCode.SUSPICIOUS_FILE, "文件内含异常多的注释")
    etree.strip_tags(root, *kinds)


def _relations(root: etree._Element, folder: str) -> Iterator[tuple[str, Relation]]:
    for node in root:
        identity, target = node.get("Id"), node.get("Target")
        if identity is None or target is None:
            continue
        external = node.get("TargetMode") == "External"
        if not external:
            target = posixpath.normpath(posixpath.join("/" + folder, unquote(target))).lstrip("/")
        kind = node.get("Type", "").rpartition("/")[2]
        yield identity, Relation(kind, target, external)


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
