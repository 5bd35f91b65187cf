"""A document embedded as a whole (w:altChunk), as programs that print web pages to Word make them."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator
from email.message import EmailMessage

from lxml import etree, html

from inbox_ingest.reading.document import Cell, Paragraph, Table, Unreadable
from inbox_ingest.reading.word_blocks import Block, BlockReader
from inbox_ingest.reading.word_package import MAIN_LIMIT, Package
from inbox_ingest.reading.word_styles import Styles, W

_LIMIT = 4 << 20
_HEADINGS = {f"h{level}": level - 1 for level in range(1, 7)}
_BLOCK_TAGS = frozenset(
    ("p", "div", "li", "table", "ul", "ol", "body", "section", "article", "pre", *_HEADINGS)
)
_SKIPPED = frozenset(("script", "style", "head", "title"))
_WHERE = "嵌入文件"


def read_chunk(data: bytes) -> list[Block] | None:
    """The blocks of an embedded document (.docx, HTML, web archive, text); None where unknown."""
    if len(data) > _LIMIT:
        return None
    if data.startswith(b"PK"):
        return _word(data)
    if b"MIME-Version:" in data[:2000] or b"Content-Type: multipart" in data[:2000]:
        page = _page_of_archive(data)
        return None if page is None else _html(page)
    if b"<" in data[:1000]:
        return _html(data)
    text = data.decode("utf-8", "replace")
    return [Paragraph(text=line, where=_WHERE) for line in text.splitlines() if line.strip()]


def _word(data: bytes) -> list[Block] | None:
    try:
        package = Package(io.BytesIO(data), len(data))
        root = package.tree(package.main, MAIN_LIMIT)
        body = None if root is None else root.find(W + "body")
    except Unreadable:
        return None
    if body is None:
        return None
    reader = BlockReader(Styles(lambda: None))  # its own embedded documents are left where they are
    reader.read(body)
    return reader.blocks


def _page_of_archive(data: bytes) -> bytes | None:
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html" and isinstance(part, EmailMessage):
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else None
    return None


def _html(data: bytes) -> list[Block] | None:
    encoding = None if b"charset" in data[:2000].lower() else "utf-8"
    parser = html.HTMLParser(encoding=encoding, no_network=True, remove_comments=True)
    try:
        root = html.fromstring(data, parser=parser)
    except (etree.ParserError, ValueError):
        return None
    return list(_html_blocks(root))


def _html_blocks(node: etree._Element) -> Iterator[Block]:
    pieces: list[str] = []
    for item in _flow(node):
        if isinstance(item, str):
            pieces.append(item)
            continue
        yield from _spoken(pieces, node)
        if item.tag == "table":
            cells = tuple(_html_cells(item))
            if len(cells) == 1:
                yield from cells[0].paragraphs
            elif cells:
                yield Table(cells=cells, where=_WHERE)
        else:
            yield from _html_blocks(item)
    yield from _spoken(pieces, node)


def _flow(node: etree._Element) -> Iterator[str | etree._Element]:
    """Text and block elements inside `node`, inline elements looked through."""
    if node.text:
        yield " ".join(node.text.split()) if node.text.strip() else ""
    for child in node:
        if child.tag == "br":
            yield "\n"
        elif child.tag in _BLOCK_TAGS:
            yield child
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            yield from _flow(child)
        if child.tail and child.tail.strip():
            yield " ".join(child.tail.split())


def _spoken(pieces: list[str], node: etree._Element) -> Iterator[Paragraph]:
    text = "".join(pieces).strip()
    pieces.clear()
    if text:
        level = _HEADINGS.get(str(node.tag))
        yield Paragraph(text=text, outline_level=level, where=_WHERE)


def _html_cells(table: etree._Element) -> Iterator[Cell]:
    for row, line in enumerate(table.iter("tr")):
        column = 0
        for node in line:
            if node.tag not in ("td", "th"):
                continue
            span = node.get("colspan", "1")
            width = min(int(span), 64) if span.isascii() and span.isdecimal() else 1
            inside = [block for block in _html_blocks(node) if isinstance(block, Paragraph)]
            paragraphs = [block.model_copy(update={"origin": "table"}) for block in inside]
            yield Cell(row=row, column=column, column_span=width, paragraphs=tuple(paragraphs))
            column += width
