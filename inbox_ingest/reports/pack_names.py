"""Names for the hand-over: what senders wrote becomes names that every file system takes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from inbox_ingest.reading.formats import PROGRAM_NAMES, PROGRAMS
from inbox_ingest.reports.words import ROLE_WORDS

LONGEST_UNIT = 20
LONGEST_TITLE = 30
_FORBIDDEN = frozenset('<>:"/\\|?*')  # Windows refuses these; / and \ lead elsewhere
_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "jpeg": ("jpg", "jpeg"),
    "tiff": ("tif", "tiff"),
    "heic": ("heic", "heif"),
    "doc": ("doc", "wps", "wpt", "dot"),
    "html": ("html", "htm", "doc", "wps"),
    "mht": ("mht", "mhtml", "doc"),
    "wordxml": ("xml", "doc"),
    "mpeg": ("mpg", "mpeg"),
}
_SAYS_NOTHING = frozenset({"unknown", "empty", "ole", "text", "xml", "ascii"})


def safe_name(text: str | None, longest: int) -> str:
    """`text` as part of a file name: no path, no control or invisible characters, not too long.

    Dots and blanks at its ends go, for Windows drops them and Unix hides what begins with a dot.
    """
    kept = []
    for character in unicodedata.normalize("NFC", text or ""):
        if character in _FORBIDDEN or character.isspace():
            kept.append(" ")
        elif unicodedata.category(character)[0] != "C":
            kept.append(character)
    words = " ".join("".join(kept).split())
    return words[:longest].strip(" .")


def folder_name(line: Mapping[str, Any], *, blind: bool) -> str:
    """`DJ001-单位-题目`; blind without the unit. The number makes it unlike any other."""
    unit = "" if blind else safe_name(line.get("unit"), LONGEST_UNIT) or "单位未知"
    title = safe_name(line.get("title"), LONGEST_TITLE) or "名称未知"
    number = safe_name(line.get("case_no"), LONGEST_UNIT) or "未编号"
    return "-".join(part for part in (number, unit, title) if part)


def file_names(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """A name by role for each document, numbered where several have it: `图片1.jpg`, `图片2.png`."""
    words = [ROLE_WORDS.get(document["role"], "其他") for document in documents]
    counted: dict[str, int] = {}
    names = []
    for document, word in zip(documents, words, strict=True):
        counted[word] = counted.get(word, 0) + 1
        number = str(counted[word]) if words.count(word) > 1 else ""
        names.append(f"{word}{number}.{suffix_for(document['kind'], document['filename'])}")
    return names


def suffix_for(kind: str, filename: str | None) -> str:
    """The ending that opens a file as what it is: the sender's where it fits, else the usual one."""
    _, dot, given = (filename or "").rpartition(".")
    given = given.lower() if dot else ""
    plain = given.isascii() and given.isalnum() and len(given) <= 5
    plain = plain and given not in PROGRAM_NAMES | PROGRAMS
    usual = () if kind in _SAYS_NOTHING else _SUFFIXES.get(kind, (kind,))
    if given in usual:
        return given
    if usual:
        return usual[0]
    return given if plain else "bin"
