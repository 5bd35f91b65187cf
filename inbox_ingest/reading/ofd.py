"""Looks into OFD files (GB/T 33190-2016): their text and whether a seal was put on; a person sees them.

No library on PyPI reads OFD well enough to rely on, so nothing is concluded from it to a sender's
harm: the text says which case and what role, the signature says there is a seal, and a
`reader-missing` asks the organiser to look.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from inbox_ingest.reading.document import Document, Paragraph, Unreadable
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.word_package import parse_xml
from inbox_ingest.records import IssueCode, Problem, ScanRecord

if TYPE_CHECKING:
    from lxml import etree

    from inbox_ingest.reading.content import Content

MOST_PAGES = 60
MOST_TEXTS = 20_000  # pieces of text in one page
_PART_LIMIT = 16 * 1024 * 1024
_LOOK = Problem(
    code=IssueCode.READER_MISSING, detail="OFD 版式文件只读出了文字，版面和印章需人工查看"
)


class _Piece(NamedTuple):
    top: float
    left: float
    height: float
    text: str


def read_ofd(content: Content) -> Finding:
    """Read an OFD file. Never raises on bad files: what is wrong is in `problems`."""
    try:
        with content.open() as stream, zipfile.ZipFile(stream) as package:
            return _read(_Parts(package))
    except Unreadable as unreadable:
        return Finding(problems=(Problem(code=unreadable.code, detail=unreadable.detail),))
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError):
        return Finding(
            problems=(Problem(code=IssueCode.FILE_UNREADABLE, detail="OFD 文件已损坏，打不开"),)
        )
    except (NotImplementedError, RuntimeError):  # what zipfile raises on passwords, odd methods
        return Finding(
            problems=(Problem(code=IssueCode.FILE_UNREADABLE, detail="OFD 文件设有密码，打不开"),)
        )


class _Parts:
    """The XML parts of the package, each read within a limit."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.names = {_plain(info.filename): info for info in package.infolist()[:5000]}

    def tree(self, name: str) -> etree._Element | None:
        info = self.names.get(_plain(name))
        if info is None:
            return None
        with self.package.open(info) as stream:
            data = stream.read(_PART_LIMIT + 1)
        if len(data) > _PART_LIMIT:
            raise Unreadable(IssueCode.SUSPICIOUS_FILE, "OFD 文件中有异常大的部分，未读取")
        return parse_xml(data)


def _plain(name: str) -> str:
    return posixpath.normpath("/" + name.replace("\\", "/").lstrip("/")).lower()


def _read(parts: _Parts) -> Finding:
    root = parts.tree("OFD.xml")
    if root is None:
        raise Unreadable(IssueCode.FILE_UNREADABLE, "OFD 文件不完整，打不开")
    paragraphs: list[Paragraph] = []
    pages = 0
    for place in _texts(root, "DocRoot"):
        for page in _pages(parts, place):
            if pages < MOST_PAGES:
                pages += 1
                paragraphs += _paragraphs(page, pages)
    return Finding(
        document=Document(blocks=tuple(paragraphs), lost=("版面",)) if paragraphs else None,
        scan=_seal(parts, root),
        problems=(_LOOK,),
        pages=pages,
    )


def _pages(parts: _Parts, document: str) -> Iterator[etree._Element]:
    tree = parts.tree(document)
    if tree is None:
        return
    for node in _named(tree, "Page"):
        place = node.get("BaseLoc")
        page = parts.tree(_beside(document, place)) if place else None
        if page is not None:
            yield page


def _paragraphs(page: etree._Element, number: int) -> list[Paragraph]:
    """The text of a page, row by row: what stands at one height is one paragraph."""
    pieces = sorted(piece for _, piece in zip(range(MOST_TEXTS), _pieces(page), strict=False))
    rows: list[list[_Piece]] = []
    for piece in pieces:
        if rows and piece.top - rows[-1][0].top <= 0.5 * max(rows[-1][0].height, 1.0):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    texts = (" ".join(p.text for p in sorted(row, key=lambda p: p.left)) for row in rows)
    return [Paragraph(text=text, where=f"第{number}页") for text in texts if text.strip()]


def _pieces(page: etree._Element) -> Iterator[_Piece]:
    for node in _named(page, "TextObject"):
        boundary = _numbers(node.get("Boundary"))
        if len(boundary) != 4:
            continue
        for code in _named(node, "TextCode"):
            text = "".join(code.itertext()).strip()
            at = _numbers(f"{code.get('X', '0')} {code.get('Y', '0')}")
            if text and len(at) == 2:
                yield _Piece(boundary[1] + at[1], boundary[0] + at[0], boundary[3], text)


# --- seals ------------------------------------------------------------------------------------


def _seal(parts: _Parts, root: etree._Element) -> ScanRecord | None:
    """A signature with a place for its stamp on a page (GB/T 33190 §18, StampAnnot) is a seal."""
    for listing in _texts(root, "Signatures"):
        tree = parts.tree(listing)
        if tree is None:
            continue
        for node in _named(tree, "Signature"):
            place = node.get("BaseLoc")
            signature = parts.tree(_beside(listing, place)) if place else None
            if signature is not None and any(True for _ in _named(signature, "StampAnnot")):
                return ScanRecord(seal="present", colour=True, electronic=True)
    return None


# --- XML --------------------------------------------------------------------------------------


def _named(tree: etree._Element, name: str) -> Iterator[etree._Element]:
    """Elements of this local name: makers write the namespace in several ways."""
    return (node for node in tree.iter("{*}" + name, name) if isinstance(node.tag, str))


def _texts(tree: etree._Element, name: str) -> list[str]:
    return [text for node in _named(tree, name) if (text := (node.text or "").strip())]


def _beside(part: str, place: str) -> str:
    """A location in the package: from its root where it begins with /, else beside the part."""
    return place if place.startswith("/") else posixpath.join(posixpath.dirname(part), place)


def _numbers(text: str | None) -> list[float]:
    try:
        return [float(number) for number in (text or "").split()]
    except ValueError:
        return []
