"""The table of readers: a kind of file → the function that reads it.

A new format is one reader in a file of its own, one row here, one sample. Readers are imported when
the first file of their kind comes, so that a mail without scans does not load what reads scans.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inbox_ingest.reading.charsets import clean, decode
from inbox_ingest.reading.content import Content, Derived, Sink
from inbox_ingest.reading.document import Document, Paragraph
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.formats import PICTURES

_LARGEST_TEXT = 512 << 10  # a case text has some 10,000 bytes


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a reader may use: the file, its kind, where pictures go, results of batch work."""

    content: Content
    kind: str
    sink: Sink
    derived: Derived


def _word(inputs: Inputs) -> Finding:
    from inbox_ingest.reading.word import read_word

    return Finding(document=read_word(inputs.content, inputs.sink))


def _legacy_word(inputs: Inputs) -> Finding:
    from inbox_ingest.reading.legacy_word import read_legacy_word

    return read_legacy_word(inputs.content, inputs.kind, inputs.sink, inputs.derived)


def _pdf(inputs: Inputs) -> Finding:
    from inbox_ingest.reading.pdf import read_pdf

    return read_pdf(inputs.content, inputs.derived)


def _ofd(inputs: Inputs) -> Finding:
    from inbox_ingest.reading.ofd import read_ofd

    return read_ofd(inputs.content)


def _picture(inputs: Inputs) -> Finding:
    from inbox_ingest.reading.scan import read_picture

    return read_picture(inputs.content, inputs.kind, inputs.derived)


def _text(inputs: Inputs) -> Finding:
    if inputs.content.size > _LARGEST_TEXT:
        return Finding()
    lines = clean(decode(inputs.content.read())).split("\n")
    blocks = (
        Paragraph(text=line, where=f"第{number}行")
        for number, line in enumerate(lines, 1)
        if line.strip()
    )
    return Finding(document=Document(blocks=tuple(blocks)))


Reader = Callable[[Inputs], Finding]

READERS: dict[str, Reader] = {
    "docx": _word,
    "docm": _word,
    "doc": _legacy_word,
    "wps": _legacy_word,
    "rtf": _legacy_word,
    "odt": _legacy_word,
    "html": _legacy_word,
    "mht": _legacy_word,
    "wordxml": _legacy_word,
    "uof": _legacy_word,
    "encrypted-ooxml": _legacy_word,
    "pdf": _pdf,
    "ofd": _ofd,
    "text": _text,
    **dict.fromkeys(PICTURES, _picture),
}
