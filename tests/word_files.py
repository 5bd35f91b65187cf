"""Word files as people make them, for the tests: python-docx for the ordinary, raw XML for the rest.

`docx(...)` takes blocks: a string is a paragraph, `xml(...)` is put in as it is, a list of rows is a
table. Everything is bytes in the end, so that the tests go the way a mail goes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import docx as python_docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml

from inbox_ingest.reading.content import MemoryContent, MemorySink
from inbox_ingest.reading.document import Document
from inbox_ingest.reading.word import read_word

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


@dataclass(frozen=True)
class Xml:
    """A piece of WordprocessingML to be put in as it is."""

    text: str


@dataclass(frozen=True)
class Styled:
    """A paragraph with a style of python-docx's template (`Heading 1`, `Title` …) or all bold."""

    text: str
    style: str | None = None
    bold: bool = False


Block = str | Xml | Styled | Sequence[Sequence["str | Xml"]]


def xml(text: str) -> Xml:
    """`text` as WordprocessingML; the usual prefixes are declared."""
    return Xml(text)


def run(text: str, properties: str = "") -> str:
    """A `w:r` with one text and these run properties (inner XML)."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*inner: str, properties: str = "") -> Xml:
    """A `w:p` of runs that are already XML; a plain string without `<` becomes a run."""
    body = "".join(piece if piece.startswith("<") else run(piece) for piece in inner)
    return Xml(f"<w:p><w:pPr>{properties}</w:pPr>{body}</w:p>")


def text_box(*paragraphs: str) -> str:
    """A run with a text box as Word 2010+ writes it: DrawingML, and the same again for old readers."""
    content = "".join(f"<w:p>{run(text)}</w:p>" for text in paragraphs)
    box = f"<w:txbxContent>{content}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent>"
        '<mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData><wps:wsp>'
        f"<wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
        "</mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )


def docx(*blocks: Block, picture: bytes | None = None) -> bytes:
    """A .docx of these blocks; `picture`, if given, stands in a paragraph of its own at the end."""
    document = python_docx.Document()
    body = document.element.body
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
        elif isinstance(block, Styled):
            added = document.add_paragraph(style=block.style)
            added.add_run(block.text).bold = block.bold or None
        elif isinstance(block, Xml):
            for element in _elements(block):
                body.insert(len(body) - 1, element)
        else:
            _add_table(document, block)
    if blocks and not isinstance(blocks[-1], (str, Xml, Styled)):
        document.add_paragraph()  # as Word has it: a body never ends with a table
    if picture is not None:
        document.add_picture(io.BytesIO(picture))
    return saved(document)


def saved(document: object) -> bytes:
    """The bytes of a python-docx document."""
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def read(data: bytes, sink: MemorySink | None = None) -> Document:
    """Read the file the way the program does."""
    return read_word(MemoryContent(data), sink or MemorySink())


def lines(data: bytes) -> list[str]:
    """The text of every paragraph that reading the file gives."""
    return [found.text for found in read(data).paragraphs()]


def with_parts(data: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The same zip with parts replaced, added, or (None) taken out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return stream.getvalue()


def part(data: bytes, name: str) -> bytes:
    """One part of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.read(name)


def add_style(document: object, name: str, based_on: str) -> None:
    """A paragraph style of the sender's own making."""
    styles = document.styles  # type: ignore[attr-defined]
    styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles[based_on]


def _elements(block: Xml) -> list[object]:
    return list(parse_xml(f"<w:body {NAMESPACES}>{block.text}</w:body>"))


def _add_table(document: object, rows: Sequence[Sequence[str | Xml]]) -> None:
    """A table; `<<` means merged with the cell at the left, `^^` with the one above."""
    width = max(len(row) for row in rows)
    table = document.add_table(rows=len(rows), cols=width)  # type: ignore[attr-defined]
    table.style = "Table Grid"
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            cell = table.cell(y, x)
            if value == "<<":
                table.cell(y, x - 1).merge(cell)
            elif value == "^^":
                table.cell(y - 1, x).merge(cell)
            elif isinstance(value, Xml):
                cell._tc.remove(cell.paragraphs[0]._p)
                for element in _elements(value):
                    cell._tc.append(element)
            else:
                _fill(cell, value)


def _fill(cell: object, value: str) -> None:
    first, *others = value.split("\n")
    cell.text = first  # type: ignore[attr-defined]
    for line in others:
        cell.add_paragraph(line)  # type: ignore[attr-defined]
