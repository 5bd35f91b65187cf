"""styles.xml: what a style says by itself and by the styles it is based on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from docx.oxml.ns import qn
from lxml import etree

from inbox_ingest.reading.word_symbols import symbol_font

W = qn("w:")  # what every name of WordprocessingML begins with
VAL = W + "val"
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])\b", re.IGNORECASE)
BODY_TEXT = 9
Value = TypeVar("Value")
_DEPTH = 12  # Word allows some ten styles on top of each other; a circle ends here too


@dataclass(frozen=True, slots=True)
class Style:
    """A style, resolved. None means that nothing in the chain says so.

    `outline_level` may be `BODY_TEXT`, which takes the level of a heading away again.
    `placeholder` marks the style Word gives to the prompt in an empty content control.
    """

    name: str | None = None
    outline_level: int | None = None
    numbered: bool | None = None
    bold: bool | None = None
    hidden: bool | None = None
    font: str | None = None
    placeholder: bool = False


PLAIN = Style()


class Styles:
    """The styles of one document: loaded when first asked for, each resolved once.

    `load` gives the root of styles.xml, None where there is none. Parsing it costs more than the
    whole text of a short form, and many forms name no style at all.
    """

    def __init__(self, load: Callable[[], etree._Element | None]) -> None:
        self._load = load
        self._nodes: dict[str | None, etree._Element] | None = None
        self._resolved: dict[str, Style] = {}

    def style(self, identity: str | None) -> Style:
        """The style of this id; a style without properties where there is none."""
        if identity is None:
            return PLAIN
        found = self._resolved.get(identity)
        if found is None:
            found = self._resolved[identity] = self._resolve(identity)
        return found

    def _resolve(self, identity: str) -> Style:
        if self._nodes is None:
            root = self._load()
            styles = () if root is None else root.iter(W + "style")
            self._nodes = {node.get(W + "styleId"): node for node in styles}
        chain: list[Style] = []
        node = self._nodes.get(identity)
        while node is not None and len(chain) < _DEPTH:
            chain.append(_own(node))
            node = self._nodes.get(child_value(node, "basedOn"))
        if not chain:
            return PLAIN
        return Style(
            name=chain[0].name,
            outline_level=_first(style.outline_level for style in chain),
            numbered=_first(style.numbered for style in chain),
            bold=_first(style.bold for style in chain),
            hidden=_first(style.hidden for style in chain),
            font=_first(style.font for style in chain),
            placeholder=any(style.placeholder for style in chain),
        )


def child_value(node: etree._Element, name: str) -> str | None:
    """The `w:val` of the child `name`."""
    child = node.find(W + name)
    return None if child is None else child.get(VAL)


def is_on(node: etree._Element | None) -> bool | None:
    """A toggle (ISO 29500 §17.17.4): on unless its value says no, None where it is not there."""
    if node is None:
        return None
    return node.get(VAL, "1").lower() not in ("0", "false", "off", "none")


def outline_of(properties: etree._Element) -> int | None:
    """The outline level that paragraph properties set themselves, `BODY_TEXT` for none."""
    value = child_value(properties, "outlineLvl")
    return int(value) if value is not None and re.fullmatch("[0-9]", value) else None


def numbered_of(properties: etree._Element) -> bool | None:
    """Whether paragraph properties put a number before the text (numId 0 takes it away)."""
    numbering = properties.find(W + "numPr")
    if numbering is None:
        return None
    identity = child_value(numbering, "numId")
    return None if identity is None else identity != "0"


def fonts_of(properties: etree._Element) -> str | None:
    """The symbol font that run properties name, if any."""
    fonts = properties.find(W + "rFonts")
    if fonts is None:
        return None
    return symbol_font(*(fonts.get(W + slot) for slot in ("ascii", "hAnsi", "cs", "eastAsia")))


def _own(node: etree._Element) -> Style:
    name = child_value(node, "name")
    paragraph, run = node.find(W + "pPr"), node.find(W + "rPr")
    heading = None if name is None else _HEADING.match(name.strip())
    outline = None if paragraph is None else outline_of(paragraph)
    if outline is None and heading is not None:
        outline = int(heading.group(1)) - 1
    return Style(
        name=name,
        outline_level=outline,
        numbered=None if paragraph is None else numbered_of(paragraph),
        bold=None if run is None else is_on(run.find(W + "b")),
        hidden=None if run is None else is_on(run.find(W + "vanish")),
        font=None if run is None else fonts_of(run),
        placeholder=name is not None and name.strip().lower() in ("placeholder text", "占位符文本"),
    )


def _first(values: Iterable[Value | None]) -> Value | None:
    return next((value for value in values if value is not None), None)
