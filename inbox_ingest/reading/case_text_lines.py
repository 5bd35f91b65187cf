"""The lines of a case text: paragraphs broken at their line breaks, with what tells a heading."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from inbox_ingest.campaigns import squeeze
from inbox_ingest.reading.document import Origin, Paragraph, Table

_CONTENTS_STYLE = re.compile(r"^(?:toc|目录)\s*\d*", re.IGNORECASE)
_CONTENTS_LINES = 60
_LEADER = re.compile(r"(?:\.{3,}|…+|·{3,}|。{3,}|\t| {4,}|-{4,}|_{4,})\s*[（(]?\d{1,3}[)）]?\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text, the block it stands in, and its paragraph's looks.

    `whole` says that the paragraph has no other line, so that bold and style are the line's own.
    """

    text: str
    block: int
    where: str
    origin: Origin
    style: str | None = None
    outline_level: int | None = None
    numbered: bool = False
    bold: bool = False
    whole: bool = True


def lines_of(blocks: Sequence[Paragraph | Table], skip: Container[int]) -> list[Line]:
    """The lines of all blocks but those in `skip`, the table of contents left out."""
    lines = [line for line in _all(blocks, skip) if not _of_contents(line)]
    return _without_listed_contents(lines)


def _all(blocks: Sequence[Paragraph | Table], skip: Container[int]) -> Iterator[Line]:
    for place, block in enumerate(blocks):
        if place in skip:
            continue
        if isinstance(block, Paragraph):
            yield from _lines(block, place)
        else:
            for cell in block.cells:
                for paragraph in cell.paragraphs:
                    yield from _lines(paragraph, place)


def _lines(paragraph: Paragraph, place: int) -> Iterator[Line]:
    texts = [text for text in paragraph.text.split("\n") if text.strip()]
    for number, text in enumerate(texts):
        yield Line(
            text=text,
            block=place,
            where=paragraph.where,
            origin=paragraph.origin,
            style=paragraph.style,
            outline_level=paragraph.outline_level if number == 0 else None,
            numbered=paragraph.numbered and number == 0,
            bold=paragraph.bold,
            whole=len(texts) == 1,
        )


def _of_contents(line: Line) -> bool:
    styled = line.style is not None and _CONTENTS_STYLE.match(line.style.strip())
    return bool(styled) or (len(line.text) < 80 and _LEADER.search(line.text) is not None)


def _without_listed_contents(lines: list[Line]) -> list[Line]:
    """A list under 目录 whose every line comes again below is no text, page numbers or not."""
    start = next((n for n, x in enumerate(lines[:12]) if squeeze(x.text) in ("目录", "目次")), None)
    if start is None:
        return lines
    end = start + 1
    later = [squeeze(line.text) for line in lines]
    while (
        end < min(len(lines), start + _CONTENTS_LINES)
        and squeeze(lines[end].text) in later[end + 1 :]
    ):
        end += 1
    return lines[:start] + lines[end:]
