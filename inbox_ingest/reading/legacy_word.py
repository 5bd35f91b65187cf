"""Older Word formats → `Document`: .doc and .wps by msdoc2docx, whatever it cannot by LibreOffice.

msdoc2docx keeps symbol tick boxes and needs 0.1 s, LibreOffice keeps text boxes and form check boxes
and needs a batch of its own (`Want`). Both give a .docx, which the one .docx reader reads.
"""

from __future__ import annotations

import io
import re
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from inbox_ingest.reading.content import Content, Derived, MemoryContent, Sink
from inbox_ingest.reading.document import Cell, Document, Paragraph, Unreadable
from inbox_ingest.reading.finding import Finding
from inbox_ingest.records import (
    EMPTY_BOX,
    TICKED,
    UNSURE_BOX,
    IssueCode,
    Problem,
    Want,
)

if TYPE_CHECKING:
    from doc2docx.cfb import CompoundFile  # type: ignore[import-untyped]

# Kinds (formats.py) that nothing but LibreOffice reads here.
CONVERTED_KINDS = frozenset({"wps", "rtf", "odt", "html", "mht", "wordxml", "uof"})
MOST_BYTES = 64 * 1024 * 1024  # msdoc2docx holds the file several times over

_LOCKED = Problem(code=IssueCode.FILE_UNREADABLE, detail="文件设有密码，请去掉密码后重新发来")
_BOXES = re.compile(f"[{TICKED}{EMPTY_BOX}{UNSURE_BOX}]")

# What msdoc2docx reports when text or a picture did not make it into the .docx.
_LOSSES = {
    "MAIN_TEXTBOX_TABLE_MALFORMED": "文本框",
    "OFFICEART_MALFORMED": "文本框",
    "TABLE_DEPTH_LIMITED": "嵌套表格",
    "PICTURES_DEFERRED": "图片",
    "INLINE_PICTURE_FORMAT_DEFERRED": "图片",
    "FLOATING_PICTURE_FORMAT_DEFERRED": "图片",
    "INLINE_PICTURE_MALFORMED": "图片",
}


def read_legacy_word(content: Content, kind: str, sink: Sink, derived: Derived) -> Finding:
    """Read a .doc, .wps, .rtf, .odt, web page or locked Word file (kinds of `formats.py`).

    Never raises on bad files: what is wrong is in `problems`. What needs LibreOffice and was not
    converted yet has a `Want`. Where LibreOffice is missing too, what could be read is in
    `document` with `lost` naming what could not, beside the problem that says why.
    """
    if content.size == 0:
        return _failed(Problem(code=IssueCode.FILE_UNREADABLE, detail="文件是空的（0 字节）"))
    if kind == "encrypted-ooxml":
        return _failed(_LOCKED)
    if kind in CONVERTED_KINDS:
        return _by_libreoffice(content, kind, sink, derived, None)
    return _read_doc(content, sink, derived)


def _failed(problem: Problem) -> Finding:
    return Finding(problems=(problem,))


class _Doc(NamedTuple):
    """What msdoc2docx made of a .doc, and what it left out."""

    document: Document
    lost: tuple[str, ...]


def _read_doc(content: Content, sink: Sink, derived: Derived) -> Finding:
    from doc2docx.errors import (  # type: ignore[import-untyped]
        Doc2DocxError,
        EncryptedDocumentError,
    )

    if content.size > MOST_BYTES:
        return _by_libreoffice(content, "doc", sink, derived, None)
    try:
        read = _by_msdoc2docx(content, sink)
    except EncryptedDocumentError:
        return _failed(_LOCKED)
    except Unreadable:
        read = None  # its .docx cannot be read: LibreOffice may make a better one
    except (Doc2DocxError, OSError, ValueError, LookupError, ArithmeticError, struct.error):
        # Refused with a typed error, or tripped over bytes it did not expect.
        read = None
    if read is not None and not read.lost:
        return Finding(document=read.document)
    return _by_libreoffice(content, "doc", sink, derived, read)


def _by_msdoc2docx(content: Content, sink: Sink) -> _Doc:
    import doc2docx  # type: ignore[import-untyped]
    from doc2docx.cfb import CompoundFile

    from inbox_ingest.reading.word import read_word

    data = content.read()
    compound = CompoundFile(data)
    main = compound.open_stream("WordDocument")
    with tempfile.TemporaryDirectory(prefix="ingest-doc-") as folder:
        source, target = Path(folder, "in.doc"), Path(folder, "out.docx")
        source.write_bytes(data)
        result = doc2docx.convert(source, target)
        converted = target.read_bytes()
    lost = {_LOSSES[item.code] for item in result.report.diagnostics if item.code in _LOSSES}
    if _has_form_check_boxes(main):
        lost.add("窗体复选框")
    if _text_box_characters(main) > _boxed_characters(converted) + 1:
        lost.add("文本框")
    document = read_word(MemoryContent(converted), sink)
    macros = document.macros or _has_macros(compound)
    return _Doc(document.model_copy(update={"macros": macros}), tuple(sorted(lost)))


def _has_form_check_boxes(main: bytes) -> bool:
    """Whether the text holds a FORMCHECKBOX field, in either of the two encodings of [MS-DOC] §2.4.1."""
    return b"FORMCHECKBOX" in main or "FORMCHECKBOX".encode("utf-16-le") in main


def _text_box_characters(main: bytes) -> int:
    """Characters in text boxes: ccpTxbx of the file information block ([MS-DOC] §2.5.4)."""
    if len(main) < 104 or struct.unpack_from("<H", main, 62)[0] < 10:
        return 0
    return int(struct.unpack_from("<I", main, 100)[0])


def _boxed_characters(docx: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        xml = package.read("word/document.xml").decode("utf-8", "replace")
    boxes = re.findall(r"<w:txbxContent>(.*?)</w:txbxContent>", xml, re.DOTALL)
    # Each paragraph end counts in ccpTxbx, and each box ends with one more mark.
    return sum(len(re.sub(r"<[^>]+>", "", box)) + box.count("</w:p>") + 1 for box in boxes)


def _has_macros(compound: CompoundFile) -> bool:
    return any(
        part.casefold() in ("macros", "_vba_project", "vba")
        for entry in compound.entries
        for part in entry.path.split("/")
    )


# --- LibreOffice ------------------------------------------------------------------------------


def _by_libreoffice(
    content: Content, kind: str, sink: Sink, derived: Derived, fallback: _Doc | None
) -> Finding:
    converted = derived.converted(content.sha256)
    if converted is None:
        return Finding(wants=(Want(kind="convert", sha256=content.sha256),))
    if isinstance(converted, Problem):
        return _without_conversion(converted, fallback)
    from inbox_ingest.reading.word import read_word

    try:
        document = read_word(converted, sink)
    except Unreadable as unreadable:
        return _failed(Problem(code=unreadable.code, detail=unreadable.detail))
    if kind == "rtf":
        document = _with_rtf_boxes(document, content)
    if fallback is not None and fallback.document.macros:
        document = document.model_copy(update={"macros": True})
    return Finding(document=document)


def _without_conversion(problem: Problem, fallback: _Doc | None) -> Finding:
    if fallback is None:
        return _failed(problem)
    what = "、".join(fallback.lost)
    lost = tuple(dict.fromkeys((*fallback.document.lost, *fallback.lost)))
    return Finding(
        document=fallback.document.model_copy(update={"lost": lost}),
        problems=(
            Problem(code=IssueCode.READER_MISSING, detail=f"其中的{what}未能读出，需人工查看"),
        ),
    )


# --- check boxes of RTF -----------------------------------------------------------------------

_RTF_BOX = re.compile(
    rb"\\fftype1(?!\d)(.{0,2000}?)(?=\\fftype|\\fldrslt|FORMCHECKBOX|\Z)", re.DOTALL
)
_RTF_STATE = re.compile(rb"\\ff(res|defres)(\d+)")


def _with_rtf_boxes(document: Document, content: Content) -> Document:
    r"""Put right what LibreOffice gets wrong: it shows every form check box of an RTF as empty.

    `\ffres` is 0 or 1, and 25 for the default in `\ffdefres` (RTF 1.9.1, Form Fields). Where the
    boxes cannot be matched one to one, all of them are unsure.
    """
    data = content.read()
    if b"FORMCHECKBOX" not in data:
        return document
    states = []
    for field in _RTF_BOX.findall(data):
        state = dict(_RTF_STATE.findall(field))
        ticked = state.get(b"defres" if state.get(b"res", b"25") == b"25" else b"res", b"0")
        states.append(TICKED if int(ticked) == 1 else EMPTY_BOX)
    shown = sum(len(_BOXES.findall(paragraph.text)) for paragraph in document.paragraphs())
    if shown != len(states) or data.count(b"FORMCHECKBOX") != len(states):
        states = [UNSURE_BOX] * shown
    return _with_boxes(document, iter(states).__next__)


def _with_boxes(document: Document, state: Callable[[], str]) -> Document:
    def replaced(paragraph: Paragraph) -> Paragraph:
        text = _BOXES.sub(lambda _: state(), paragraph.text)
        return paragraph.model_copy(update={"text": text})

    def in_cell(cell: Cell) -> Cell:
        return cell.model_copy(update={"paragraphs": tuple(map(replaced, cell.paragraphs))})

    blocks = tuple(
        replaced(block)
        if isinstance(block, Paragraph)
        else block.model_copy(update={"cells": tuple(map(in_cell, block.cells))})
        for block in document.blocks
    )
    return document.model_copy(update={"blocks": blocks})
