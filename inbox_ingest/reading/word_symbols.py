"""What a character means in a symbol font: (font, code) → Unicode, tick boxes first of all.

Wingdings and its like draw a ticked box where the plain text says `þ` or U+F0FE. The tables follow
the fonts' charts; only what people use for choices, bullets and numbers is in them. A pair that is
not in a table is `UNSURE_BOX`: better asked than guessed.
"""

from __future__ import annotations

from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX

_WINGDINGS = {
    0x20: " ",
    0x28: "☎",
    0x2A: "✉",
    0x46: "☞",
    0x6C: "●",
    0x6D: "❍",
    0x6E: "■",
    0x6F: EMPTY_BOX,
    0x70: EMPTY_BOX,
    0x71: EMPTY_BOX,
    0x72: EMPTY_BOX,
    0x73: "◆",
    0x74: "◆",
    0x75: "◆",
    0x76: "❖",
    0x77: "◆",
    0x78: TICKED,  # a box with a cross: Word's own ticked state
    0x9E: "·",
    0x9F: "•",
    0xA1: "○",
    0xA2: "○",
    0xA4: "◉",
    0xA5: "◎",
    0xA7: "▪",
    0xA8: EMPTY_BOX,
    0xAB: "★",
    0xB6: "☆",
    0xD8: "➢",
    0xDF: "←",
    0xE0: "→",
    0xE8: "➔",
    0xF0: "⇨",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: TICKED,
    0xFE: TICKED,
    **{0x81 + place: chr(0x2460 + place) for place in range(10)},
    **{0x8C + place: chr(0x2776 + place) for place in range(10)},
}
_WINGDINGS_2 = {
    0x20: " ",
    0x4F: "✗",
    0x50: "✓",
    0x51: TICKED,
    0x52: TICKED,
    0x53: TICKED,
    0x54: TICKED,
    0x96: "•",
    0x97: "●",
    0x98: "●",
    0x99: "○",
    0x9E: "◉",
    0xA1: "■",
    0xA2: "■",
    0xA3: EMPTY_BOX,
    **{0x6A + place: chr(0x2460 + place) for place in range(10)},
}
_WEBDINGS = {0x20: " ", 0x61: "✓", 0x63: EMPTY_BOX, 0x67: "■", 0x6E: "●", 0x72: "✗"}
_DINGBATS = {
    0x20: " ",
    0x33: "✓",
    0x34: "✔",
    0x37: "✗",
    0x38: "✘",
    0x6C: "●",
    0x6E: "■",
    0x6F: EMPTY_BOX,
    0x70: EMPTY_BOX,
    0x71: EMPTY_BOX,
    0x72: EMPTY_BOX,
}
_SYMBOL = {
    0x20: " ",
    0xA3: "≤",
    0xAE: "→",
    0xB0: "°",
    0xB1: "±",
    0xB3: "≥",
    0xB4: "×",
    0xB7: "•",
    0xB9: "≠",
    0xD6: "√",
    **{code: chr(code) for code in range(0x28, 0x40)},
}
_FONTS = {
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": {0x20: " "},
    "webdings": _WEBDINGS,
    "zapfdingbats": _DINGBATS,
    "zapf dingbats": _DINGBATS,
    "itc zapf dingbats": _DINGBATS,
    "symbol": _SYMBOL,
    "marlett": {0x20: " ", 0x61: "✓", 0x62: "✓"},
}


def symbol_font(*names: str | None) -> str | None:
    """The first of these font names that is a symbol font, lower-cased; None where none is."""
    for name in names:
        if name is not None and (plain := name.strip().lower().removesuffix("-regular")) in _FONTS:
            return plain
    return None


def symbol(font: str | None, code: int) -> str:
    """The character that `font` (from `symbol_font`) draws for `code`.

    Codes U+F020–F0FF are how symbol fonts hide their bytes in Unicode. Without a symbol font such a
    code means nothing we know: `UNSURE_BOX`.
    """
    hidden = 0xF000 <= code <= 0xF0FF
    if font is None:
        return UNSURE_BOX if 0xE000 <= code <= 0xF8FF else chr(code)
    return _FONTS[font].get(code & 0xFF if hidden else code, UNSURE_BOX)


def spelled(text: str, font: str | None, *, letters: bool) -> str:
    """`text` with every character of a symbol font put into Unicode.

    `font` is the symbol font of the run, if any; `letters` says that it also draws the Latin ones
    (an East Asian character never comes out of a symbol font).
    """
    return "".join(
        symbol(font, ord(character))
        if "\uf000" <= character <= "\uf0ff" or (letters and " " < character <= "\xff")
        else character
        for character in text
    )
