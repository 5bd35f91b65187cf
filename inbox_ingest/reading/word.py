"""A .docx (.docm, .dotx …) → `Document`, by one walk over its XML.

The XML is python-docx's (its parser, its names). The walk is our own because `paragraph.text` loses
symbols, check boxes, tracked insertions, text boxes and content controls, and opening a whole
`docx.Document` takes several times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from inbox_ingest.reading.content import Content, Sink
from inbox_ingest.reading.document import Document, Paragraph, Unreadable
from inbox_ingest.reading.word_blocks import Block, BlockReader
from inbox_ingest.reading.word_chunks import read_chunk
from inbox_ingest.reading.word_package import MAIN_LIMIT, Package, Relation, parse_xml
from inbox_ingest.reading.word_pictures import take_pictures
from inbox_ingest.reading.word_styles import Styles, W
from inbox_ingest.records import IssueCode

_MOST_PARAGRAPHS = 100_000  # in cells too; some 0.1 ms each, and a form and its text have hundreds
_OLE = b"\xd0\xcf\x11\xe0"
# A whole file put in as an object (插入→对象→由文件创建); formulas and charts are objects too.
_OBJECT = re.compile(rb"ProgID=\"(?:Package|Word\.|K?WPS\.|AcroExch|Foxit|PDF)", re.IGNORECASE)
_ANOTHER_FILE = "嵌入的另一份文件"
_NOTES = (("footnote", "脚注"), ("endnote", "尾注"))


def read_word(content: Content, sink: Sink) -> Document:
    """Read a Word file of the zip family; its pictures go to the sink.

    Raises:
        Unreadable: FILE_UNREADABLE where it is damaged, locked or no Word file, SUSPICIOUS_FILE
            where it is built to exhaust who opens it.
    """
    if content.size == 0:
        raise Unreadable(IssueCode.FILE_UNREADABLE, "文件是空的（0 字节）")
    if content.head.startswith(_OLE):
        raise Unreadable(IssueCode.FILE_UNREADABLE, "文件设有密码，或不是 .docx 格式")
    with content.open() as stream:
        return _read(Package(stream, content.size), sink)


def _read(package: Package, sink: Sink) -> Document:
    data = package.read(package.main, MAIN_LIMIT)
    root = parse_xml(data or b"")
    body = root.find(W + "body")
    if root.tag != W + "document" or body is None:
        raise Unreadable(IssueCode.FILE_UNREADABLE, "文件不是 Word 文档")
    if next(islice(body.iter(W + "p"), _MOST_PARAGRAPHS, None), None) is not None:
        raise Unreadable(IssueCode.SUSPICIOUS_FILE, "文件内含异常多的段落或单元格，未读取")
    relations = package.relations(package.main)
    styles = Styles(lambda: _part(package, relations, "styles"))
    reader = BlockReader(styles)
    reader.read(body)
    pictures, lost = take_pictures(package, relations, reader.places, sink)
    blocks = _with_chunks(package, relations, reader, lost)
    if _OBJECT.search(data or b""):
        lost.append(_ANOTHER_FILE)
    return Document(
        blocks=tuple(blocks),
        footnotes=tuple(_notes(package, relations, styles, data or b"")),
        pictures=tuple(pictures),
        macros=package.macros,
        lost=tuple(lost),
    )


def _part(package: Package, relations: dict[str, Relation], kind: str) -> etree._Element | None:
    for relation in relations.values():
        if relation.kind == kind and not relation.external:
            return package.tree(relation.target)
    return None


def _notes(
    package: Package, relations: dict[str, Relation], styles: Styles, main: bytes
) -> Iterator[Paragraph]:
    for kind, name in _NOTES:
        if f"{kind}Reference".encode() not in main:
            continue
        root = _part(package, relations, f"{kind}s")
        notes = [] if root is None else root.findall(W + kind)
        written = [note for note in notes if note.get(W + "type") in (None, "normal")]
        for number, note in enumerate(written, start=1):
            reader = BlockReader(styles)
            reader.read(note, label=f"{name}{number}")
            for block in reader.blocks:
                if isinstance(block, Paragraph):
                    yield block


def _with_chunks(
    package: Package, relations: dict[str, Relation], reader: BlockReader, lost: list[str]
) -> list[Block]:
    """The blocks with embedded documents (w:altChunk) put in where they stand."""
    blocks = list(reader.blocks)
    for place, identity in reversed(reader.chunks):
        relation = relations.get(identity)
        data = None if relation is None else package.read(relation.target)
        inserted = None if data is None else read_chunk(data)
        if inserted is None:
            lost.append(_ANOTHER_FILE)
        else:
            blocks[place:place] = inserted
    return blocks
