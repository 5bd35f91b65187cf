"""How a run looks, as far as it matters for what it says: hidden, bold, struck, marked, its font."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from inbox_ingest.reading.word_styles import Style, Styles, W, child_value, fonts_of, is_on
from inbox_ingest.reading.word_symbols import symbol_font

_PLAIN_COLOURS = (None, "auto", "000000")


@dataclass(frozen=True, slots=True)
class Look:
    """`font` is the symbol font, if it is one; `letters` says that it draws the Latin ones too."""

    bold: bool = False
    struck: bool = False
    marked: bool = False
    font: str | None = None
    letters: bool = False


def plain_look(style: Style) -> Look:
    """The look of a run without properties in a paragraph of this style."""
    return Look(bold=bool(style.bold), font=style.font, letters=style.font is not None)


def look_of(properties: etree._Element, paragraph: Style, styles: Styles) -> Look | None:
    """The look of a run with these properties, None where it is hidden."""
    character = styles.style(child_value(properties, "rStyle"))
    hidden = _said(properties, "vanish", character.hidden, paragraph.hidden)
    if hidden:
        return None
    font = fonts_of(properties) or character.font
    letters = font is not None and _draws_letters(properties)
    if font is None and properties.find(W + "rFonts") is None:
        font, letters = paragraph.font, paragraph.font is not None
    return Look(
        bold=_said(properties, "b", character.bold, paragraph.bold),
        struck=_said(properties, "strike", None, None) or _said(properties, "dstrike", None, None),
        marked=_stands_out(properties),
        font=font,
        letters=letters,
    )


def _said(
    properties: etree._Element, name: str, by_character: bool | None, by_paragraph: bool | None
) -> bool:
    """A toggle, by the run itself, else by its style, else by its paragraph's style."""
    own = is_on(properties.find(W + name))
    if own is None:
        own = by_character
    return bool(by_paragraph if own is None else own)


def _stands_out(properties: etree._Element) -> bool:
    for name in ("highlight", "u", "bdr", "em"):
        value = child_value(properties, name)
        if value is not None and value not in ("none", "nil"):
            return True
    shading = properties.find(W + "shd")
    if shading is not None and shading.get(W + "fill", "auto").upper() not in ("AUTO", "FFFFFF"):
        return True
    return child_value(properties, "color") not in _PLAIN_COLOURS


def _draws_letters(properties: etree._Element) -> bool:
    fonts = properties.find(W + "rFonts")
    if fonts is None:
        return True
    return symbol_font(fonts.get(W + "ascii"), fonts.get(W + "hAnsi")) is not None
