"""Bytes of Chinese mail to text: charset labels that lie, encoded words wherever they stand.

Closes what facts §4 found open in the libraries: the gb2312 family holds GB18030 in practice;
unlabelled 8-bit is UTF-8, else GB18030; words of RFC 2047 are split inside characters, stand inside
quotes and parameters; a replacement character in a result is a failure to act on.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

# Labels whose content is decoded with another, larger charset. Keys are squeezed (`_label`).
_ALIASES = {
    **dict.fromkeys(("gb2312", "gbk", "xgbk", "gb18030", "xgb18030", "gb", "chinese"), "gb18030"),
    **dict.fromkeys(("gb231280", "csgb2312", "csiso58gb231280", "iso58gb231280"), "gb18030"),
    **dict.fromkeys(("cp936", "ms936", "windows936", "euccn"), "gb18030"),
    **dict.fromkeys(("big5", "chinesebig5", "xbig5", "cp950", "big5hkscs", "csbig5"), "big5hkscs"),
    **dict.fromkeys(("hz", "hzgb2312", "hzgb", "xhz"), "hz"),
    **dict.fromkeys(("utf7", "unicode11utf7", "xunicode20utf7"), "utf-7"),
    **dict.fromkeys(("utf8", "xutf8", "utf8n", "unicode11utf8"), "utf-8"),
    **dict.fromkeys(("latin1", "iso88591", "windows1252", "cp1252", "ansi"), "cp1252"),
    **dict.fromkeys(("", "usascii", "ascii", "default", "unknown8bit", "unknown", "binary"), ""),
}
# Python codecs that are no charsets of mail, or would run for ever on hostile bytes.
_REFUSED = frozenset({"idna", "punycode", "unicodeescape", "rawunicodeescape", "undefined"})

_BIDI_AND_INVISIBLE = (
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
)
_UNWANTED = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI_AND_INVISIBLE}\ud800-\udfff]")
_NO_LINE = re.compile(rf"[\x00-\x1f\x7f-\x9f{_BIDI_AND_INVISIBLE}\ud800-\udfff]")


def decode(data: bytes, label: str | None = None) -> str:
    """Decode `data`, labelled as `label` by whoever sent it, as well as it can be.

    Never raises. A U+FFFD in the result stands only where no charset that was tried fits.
    """
    if data.isascii() and not _escaped(label):
        return data.decode("ascii")
    for mark, codec in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    name = _codec(label)
    if _is_surely_utf8(data):
        return _forgiving(data, "utf-8")
    if name == "cp1252":
        name = "gb18030" if _looks_chinese(data) else "cp1252"
    for codec in dict.fromkeys(filter(None, (name, "utf-8", "gb18030"))):
        text = _strict(data, codec)
        if text is not None:
            return text
    return min(
        (_forgiving(data, codec) for codec in dict.fromkeys((name or "utf-8", "utf-8", "gb18030"))),
        key=lambda text: text.count("\ufffd"),
    )


def clean(text: str) -> str:
    """`text` without control characters, invisible marks, bidi overrides and lone surrogates.

    Line feeds and tabs stay; CR LF and CR become LF.
    """
    return _UNWANTED.sub("", re.sub("\r\n?|\u2028|\u2029", "\n", text))


def clean_line(text: str) -> str:
    """`text` on one line, cleaned as by `clean`, outer white space removed."""
    return _NO_LINE.sub("", re.sub(r"[\t\r\n\v\f\x85\u2028\u2029]+", " ", text)).strip()


# --- headers --------------------------------------------------------------------------------------

_WORD = re.compile(rb"=\?([^?\s\"=]{1,60})\?([BbQq])\?([^?]*)\?=")
_GAP = re.compile(rb"[ \t\r\n]*\Z")


def raw_header(value: str) -> bytes:
    """The bytes of a header value that the standard library holds as text with surrogates."""
    return str(value).encode("utf-8", "surrogateescape")


def decode_header(value: bytes) -> str:
    """Decode a header value: encoded words anywhere in it, raw 8-bit bytes between them.

    Not cleaned: an address list still needs its quotes. Lines are unfolded.
    """
    return "".join(text for text, _ in header_pieces(value))


def header_pieces(value: bytes) -> Iterator[tuple[str, bool]]:
    """The decoded pieces of a header value, and whether each stood in an encoded word.

    Neighbouring words of one charset are joined before they are decoded, because many programs
    split a character between them; white space between words belongs to nobody (RFC 2047 §6.2).
    """
    value = re.sub(rb"\r\n|\r|\n", b"", value)
    at = 0
    label, pending = "", b""
    for word in _WORD.finditer(value):
        between = value[at : word.start()]
        own = word.group(1).split(b"*")[0].decode("ascii", "replace")
        joins = bool(_GAP.fullmatch(between)) and at > 0
        if pending and not (joins and own.lower() == label.lower()):
            yield decode(pending, label), True
            pending = b""
        if between and not joins:
            yield decode(between), False
        label, pending = own, pending + _word_bytes(word.group(2), word.group(3))
        at = word.end()
    if pending:
        yield decode(pending, label), True
    if at < len(value):
        yield decode(value[at:]), False


def base64_leniently(text: bytes) -> bytes:
    """Decode base64 whose padding is missing or wrong; what is no base64 is skipped."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _word_bytes(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"Bb":
        # Some programs end each piece with its own padding inside one word.
        return b"".join(base64_leniently(piece) for piece in re.split(rb"=+", text) if piece)
    return binascii.a2b_qp(text, header=True)


# --- which charset ----------------------------------------------------------------------------


def _label(label: str | None) -> str:
    return re.sub(r"[^a-z0-9]", "", (label or "").lower())


def _codec(label: str | None) -> str:
    """The Python codec for a label; empty where the label says nothing."""
    squeezed = _label(label)
    if squeezed in _ALIASES:
        return _ALIASES[squeezed]
    if squeezed in _REFUSED or len(squeezed) > 40:
        return ""
    try:
        b"".decode(name := (label or "").strip())
    except (LookupError, ValueError):
        return ""
    return name


def _escaped(label: str | None) -> bool:
    """Whether ASCII bytes mean other characters under this label (HZ, UTF-7, ISO-2022)."""
    return _codec(label) in ("hz", "utf-7") or _label(label).startswith("iso2022")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
        text.encode("utf-8")  # some codecs let lone surrogates pass
    except (UnicodeError, LookupError, ValueError):
        return None
    return text


def _forgiving(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")
    # A text cut inside its last character has lost nothing that could be read.
    return text[:-1] if text.endswith("\ufffd") and text.count("\ufffd") == 1 else text


_UTF8_WIDE = re.compile(rb"(?:[\xe2-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2})")


def _is_surely_utf8(data: bytes) -> bool:
    """Whether the label can be ignored: GBK bytes that are two wide UTF-8 characters are freaks."""
    if data.isascii():
        return False
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(data) - 3 or len(data) < 12:
            return False
        text = data[: error.start].decode("utf-8")
    wide = len(_UTF8_WIDE.findall(data))
    narrow = sum("\x7f" < sign < "\u0800" for sign in text[:4000])
    return wide >= 2 and narrow * 4 <= wide


def _looks_chinese(data: bytes) -> bool:
    """Whether bytes labelled as Western are GB text: all of them pairs of common characters."""
    text = _strict(data, "gb18030")
    if text is None:
        return False
    foreign = [sign for sign in text if sign > "\x7f"]
    common = sum(
        "\u4e00" <= sign <= "\u9fa5" or "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uffef"
        for sign in foreign
    )
    return len(foreign) >= 2 and common >= 0.9 * len(foreign)
