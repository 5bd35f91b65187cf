"""Write mail headers as bytes that can be read in one way only (RFC 5322 §2.2, RFC 2047).

`email` decodes encoded words in what it is given: a stranger's subject that is an encoded word in
an encoded word would be decoded twice, behind every check, line ends and all. So the lines are
written here. Text is either plain ASCII or one row of encoded words, never something in between.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from typing import Final

LONGEST_LINE: Final = 76  # RFC 2047 §2
_PLAIN: Final = re.compile(r"[ -~]*")
_PHRASE: Final = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_BEFORE, _AFTER = "=?utf-8?b?", "?="


def text_header(name: str, text: str) -> str:
    """Return a header of free text (Subject), folded; `text` is one printable line."""
    line = f"{name}: {text}"
    if _PLAIN.fullmatch(text) and "=?" not in text and len(line) <= LONGEST_LINE:
        return line + "\r\n"
    return _folded(f"{name}:", _encoded_words(text, LONGEST_LINE - len(name) - 2))


def address_header(name: str, address: str, display_name: str = "") -> str:
    """Return a header of one address, after the name that mail programs show, if any."""
    if not display_name:
        return f"{name}: {address}\r\n"
    if _PHRASE.fullmatch(display_name) and len(name) + len(display_name) < LONGEST_LINE - 2:
        words: Iterable[str] = [display_name]
    else:
        words = _encoded_words(display_name, LONGEST_LINE - len(name) - 2)
    return _folded(f"{name}:", [*words, f"<{address}>"])


def token_header(name: str, tokens: Iterable[str]) -> str:
    """Return a header of tokens that must stay whole (identifiers), folded at the blanks alone."""
    return _folded(f"{name}:", tokens)


def _folded(begun: str, words: Iterable[str]) -> str:
    lines = [begun]
    for place, word in enumerate(words):
        if place and len(lines[-1]) + 1 + len(word) > LONGEST_LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def _encoded_words(text: str, longest_first: int) -> Iterator[str]:
    """The text in encoded words of whole characters; the first stands behind the header's name."""
    longest, piece = longest_first, ""
    for character in text:
        if len(_encoded(piece + character)) > longest:
            yield _encoded(piece)
            longest, piece = LONGEST_LINE - 1, ""
        piece += character
    yield _encoded(piece)


def _encoded(text: str) -> str:
    return f"{_BEFORE}{base64.b64encode(text.encode()).decode('ascii')}{_AFTER}"
