"""What every document reader returns: paragraphs, tables, pictures in the order people read them.

A reader (Word, PDF, OCR) fills this model; the form and case text readers know nothing but it.
Texts are plain: a tick box that no character shows (a symbol font, a form control) is
`records.TICKED`, `EMPTY_BOX` or `UNSURE_BOX`, a line break inside a paragraph is a newline, a tab a
tab. Deleted and hidden text is left out, automatic numbers are only noted (`numbered`), headers and
footers are nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from inbox_ingest.records import Frozen, IssueCode

Origin = Literal["body", "table", "text_box", "footnote"]
Means = Literal["text", "ocr"]


class Paragraph(Frozen):
    """One paragraph.

    `style` is the style's name as the maker shows it, `outline_level` 0 for a heading of the first
    level (None for text), `numbered` that a number stands before it which is in no text. `bold`
    says that all of its text is bold, `struck` holds the stretches that are struck through, `marked`
    those made to stand out from the rest (highlighted, underlined, coloured, framed), `drawn` that a
    shape is drawn over or beside it. `where` is a place a person can find (`第3段`, `表1 第2行第2列`).
    """

    text: str
    style: str | None = None
    outline_level: int | None = None
    numbered: bool = False
    bold: bool = False
    struck: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    drawn: bool = False
    where: str
    origin: Origin = "body"


class Cell(Frozen):
    """One cell of a table, a merged one once; `row` and `column` count from 0."""

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    paragraphs: tuple[Paragraph, ...] = ()

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


class Table(Frozen):
    """A table: its cells row by row, left to right.

    A table inside a cell is a block of its own, right after the table that holds it; `inside` is
    then the `where` of the holding cell. A table of a single cell is only a frame: readers give its
    paragraphs and tables as blocks, with the origin `table`.
    """

    cells: tuple[Cell, ...]
    where: str
    inside: str | None = None
    origin: Origin = "table"


class Picture(Frozen):
    """A picture inside the document; its bytes lie in the sink under `sha256`.

    `kind` is the format by first bytes; `after` the number of blocks that stand before it.
    """

    sha256: str
    size: int
    kind: str
    where: str
    after: int = 0


class Document(Frozen):
    """A document as read.

    `lost` names (in Chinese) what the reader saw and could not read; `confidence` is the lowest of
    what an uncertain reader (OCR) reported; `macros` that it carries programs, which nothing ran.
    """

    blocks: tuple[Paragraph | Table, ...]
    footnotes: tuple[Paragraph, ...] = ()
    pictures: tuple[Picture, ...] = ()
    macros: bool = False
    lost: tuple[str, ...] = ()
    confidence: float = 1.0
    means: Means = "text"

    def paragraphs(self) -> Iterator[Paragraph]:
        """Every paragraph in reading order, those in tables included, footnotes not."""
        for block in self.blocks:
            if isinstance(block, Paragraph):
                yield block
            else:
                for cell in block.cells:
                    yield from cell.paragraphs

    @property
    def text(self) -> str:
        """All text in reading order, a line for each paragraph."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs())


class Unreadable(Exception):
    """A file that cannot be read, as a value's worth of words: a code and a Chinese sentence.

    `code` is FILE_UNREADABLE (the file is at fault), READER_MISSING (this installation is) or
    SUSPICIOUS_FILE (it is built to do harm).
    """

    def __init__(self, code: IssueCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
