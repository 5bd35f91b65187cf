"""The body of a Word file → blocks in reading order: paragraphs, tables, the text of drawings.

Content controls, tracked insertions and alternatives are looked through wherever they stand; merged
cells are met once; a table of one cell is a frame around what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml import etree

from inbox_ingest.reading.document import Cell, Origin, Paragraph, Table
from inbox_ingest.reading.word_pictures import Place
from inbox_ingest.reading.word_styles import (
    BODY_TEXT,
    PLAIN,
    Style,
    Styles,
    W,
    child_value,
    numbered_of,
    outline_of,
)
from inbox_ingest.reading.word_tables import SEEN_THROUGH, grid
from inbox_ingest.reading.word_text import (
    MC,
    Line,
    TextReader,
    alternative,
    control_parts,
    control_text,
)

A, R = qn("a:"), qn("r:")
V = "{urn:schemas-microsoft-com:vml}"
Block = Paragraph | Table
_TELLING = frozenset((W + "txbxContent", V + "textpath", A + "blip", V + "imagedata"))


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where blocks are being read; without a label, paragraphs are counted."""

    origin: Origin = "body"
    label: str | None = None


@dataclass(slots=True)
class BlockReader:
    """Reads one story of a document; `blocks`, `places` (of pictures) and `lost` are what it found."""

    styles: Styles
    blocks: list[Block] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    chunks: list[tuple[int, str]] = field(default_factory=list)
    text: TextReader = field(init=False)
    _paragraphs: int = 0
    _tables: int = 0
    _boxes: int = 0
    _carried: str = ""  # text before a paragraph mark that was deleted
    _shown: str | None = None  # what a content control shows instead of its paragraphs

    def __post_init__(self) -> None:
        self.text = TextReader(self.styles)

    def read(self, story: etree._Element, *, label: str | None = None) -> None:
        """Read `w:body`, or one footnote under its label."""
        spot = _Spot() if label is None else _Spot("footnote", label)
        for block in self._blocks(story, spot):
            self.blocks.append(block)

    def _blocks(self, container: etree._Element, spot: _Spot) -> Iterator[Block]:
        for node in container:
            tag = node.tag
            if tag == W + "p":
                yield from self._paragraph(node, spot)
            elif tag == W + "tbl":
                yield from self._table(node, spot)
            elif tag == W + "sdt":
                yield from self._control(node, spot)
            elif tag in SEEN_THROUGH:
                yield from self._blocks(node, spot)
            elif tag == MC + "AlternateContent":
                branch = alternative(node)
                if branch is not None:
                    yield from self._blocks(branch, spot)
            elif tag == W + "altChunk":
                self.chunks.append((len(self.blocks), node.get(R + "id", "")))
        if self._carried.strip():
            carried, self._carried = self._carried, ""
            where = spot.label or f"第{self._paragraphs}段"
            yield Paragraph(text=carried, where=where, origin=spot.origin)

    def _control(self, node: etree._Element, spot: _Spot) -> Iterator[Block]:
        properties, content = control_parts(node)
        if content is None:
            return
        before = self._shown
        shown = control_text(properties, content, self.styles)
        self._shown = before if shown is None else shown
        yield from self._blocks(content, spot)
        self._shown = before

    # --- paragraphs -------------------------------------------------------------------------

    def _paragraph(self, node: etree._Element, spot: _Spot) -> Iterator[Block]:
        if spot.label is None:
            self._paragraphs += 1
        where = spot.label or f"第{self._paragraphs}段"
        properties = node.find(W + "pPr")
        identity = None if properties is None else child_value(properties, "pStyle")
        style = PLAIN if identity is None else self.styles.style(identity)
        line = self.text.read(node, style)
        text = self._carried + line.text
        if self._shown is not None and text.strip():
            text, self._shown = self._shown, ""
        self._carried = ""
        if properties is not None and _mark_deleted(properties):
            self._carried = text
        elif text.strip():
            yield _finished(line, text, style, properties, _Spot(spot.origin, where))
        for drawing in line.drawings:
            yield from self._drawing(drawing, spot, where)

    def _drawing(self, node: etree._Element, spot: _Spot, where: str) -> Iterator[Block]:
        for child in _inside(node):
            if child.tag == W + "txbxContent":
                self._boxes += 1
                label = f"{spot.label} 文本框" if spot.origin == "table" else f"文本框{self._boxes}"
                kept, self._carried = self._carried, ""
                yield from self._blocks(child, _Spot("text_box", label))
                self._carried = kept
            elif child.tag == V + "textpath":
                text = child.get("string", "")
                if text.strip():
                    yield Paragraph(text=text, where=where, origin="text_box")
            else:
                relation = child.get(R + "embed") or child.get(R + "id")
                if relation:
                    self.places.append(Place(relation, where, len(self.blocks)))

    # --- tables -----------------------------------------------------------------------------

    def _table(self, node: etree._Element, spot: _Spot) -> Iterator[Block]:
        self._tables += 1
        label = f"表{self._tables}"
        drafts = grid(node)
        cells: list[Cell] = []
        nested: list[Table] = []
        for draft in drafts:
            where = f"{label} 第{draft.row + 1}行第{draft.column + 1}列"
            before = self._shown
            if draft.control is not None:
                shown = control_text(*control_parts(draft.control), self.styles)
                self._shown = before if shown is None else shown
            if len(drafts) == 1:
                yield from self._blocks(draft.node, _Spot("table", where))
                self._shown = before
                return
            paragraphs: list[Paragraph] = []
            for block in self._blocks(draft.node, _Spot("table", where)):
                if isinstance(block, Paragraph):
                    paragraphs.append(block)
                else:
                    inside = block.inside or where
                    nested.append(block.model_copy(update={"inside": inside}))
            self._shown = before
            cells.append(
                Cell(
                    row=draft.row,
                    column=draft.column,
                    row_span=draft.row_span,
                    column_span=draft.column_span,
                    paragraphs=tuple(paragraphs),
                )
            )
        if cells:
            origin: Origin = "text_box" if spot.origin == "text_box" else "table"
            yield Table(cells=tuple(cells), where=label, origin=origin)
            yield from nested


def _finished(
    line: Line, text: str, style: Style, properties: etree._Element | None, spot: _Spot
) -> Paragraph:
    outline = None if properties is None else outline_of(properties)
    if outline is None:
        outline = style.outline_level
    numbered = None if properties is None else numbered_of(properties)
    if numbered is None:
        numbered = style.numbered
    return Paragraph(
        text=text,
        style=(style.name or "toc") if line.contents else style.name,
        outline_level=None if outline == BODY_TEXT else outline,
        numbered=bool(numbered),
        bold=line.bold and not line.plain,
        struck=tuple(line.struck),
        marked=tuple(line.marked),
        drawn=bool(line.drawings),
        where=spot.label or "",
        origin=spot.origin,
    )


def _mark_deleted(properties: etree._Element) -> bool:
    mark = properties.find(W + "rPr")
    return mark is not None and (
        mark.find(W + "del") is not None or mark.find(W + "moveFrom") is not None
    )


def _inside(node: etree._Element) -> Iterator[etree._Element]:
    """Text boxes, word art and picture references of a drawing, each once."""
    for child in node:
        if child.tag == MC + "AlternateContent":
            branch = alternative(child)
            if branch is not None:
                yield from _inside(branch)
        elif child.tag in _TELLING:
            yield child
        else:
            yield from _inside(child)
