"""What a file is, by its bytes and never by its name: one table, one kind a file.

`kind_of` gives the kind; `SIGNATURES` decides by first bytes and its rows exclude each other
(`claims` lists every row that would take a file; the tests see that it is never more than one).
Zip and OLE files say by their members what they are, text by how it begins.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from typing import BinaryIO

from inbox_ingest.reading.content import Content

PICTURES = frozenset({"jpeg", "png", "gif", "bmp", "tiff", "webp", "heic"})
VIDEOS = frozenset({"mp4", "mov", "avi", "mkv", "wmv", "flv", "mpeg", "rmvb"})
SOUNDS = frozenset({"mp3", "wav", "amr"})
CONTAINERS = frozenset(
    {"zip", "7z", "rar", "tar", "gz", "bz2", "xz", "tnef", "eml", "msg", "volume"}
)
PROGRAMS = frozenset({"exe", "elf", "macho", "jar", "apk", "lnk", "script"})

# Names of text that a double click would run: no first bytes tell them from other text.
PROGRAM_NAMES = frozenset(
    re.findall(
        r"\w+", "bat cmd com cpl hta jar js jse lnk msi msp pif ps1 reg scf scr vb vbe vbs wsf wsh"
    )
)

_Test = Callable[[bytes], bool]
_SPACE = b"\xef\xbb\xbf \t\r\n\x0b\x0c"

_BMP_HEADERS = tuple(struct.pack("<I", size) for size in (12, 40, 52, 56, 64, 108, 124))


def _at(offset: int, *magics: bytes) -> _Test:
    return lambda head: any(head.startswith(magic, offset) for magic in magics)


def _riff(form: bytes) -> _Test:
    return lambda head: head.startswith(b"RIFF") and head[8:12] == form


def _ftyp(*brands: bytes) -> _Test:
    return lambda head: head[4:8] == b"ftyp" and head[8:12] in brands


_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")


def _other_ftyp(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] not in (*_HEIC_BRANDS, b"qt  ")


def _mpeg_audio(head: bytes) -> bool:
    # A frame header of layer III: 11 bits set, no reserved version, bit rate or sampling rate.
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[1] & 0x18 != 0x08 and head[2] & 0xF0 not in (0x00, 0xF0) and head[2] & 0x0C != 0x0C


def _dos_program(head: bytes) -> bool:
    # Two letters alone would take any text that begins with MZ; a program has binary zeros.
    return head.startswith(b"MZ") and b"\0" in head[:64]


def _java_or_mach(head: bytes) -> bool:
    magics = (b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf")
    return head.startswith(magics)


SIGNATURES: tuple[tuple[str, _Test], ...] = (
    ("zip", _at(0, b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")),
    ("ole", _at(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    ("pdf", lambda head: head.lstrip(_SPACE).startswith(b"%PDF-")),
    ("rtf", lambda head: head.lstrip(_SPACE).startswith(b"{\\rt")),
    ("jpeg", _at(0, b"\xff\xd8\xff")),
    ("png", _at(0, b"\x89PNG\r\n\x1a\n")),
    ("gif", _at(0, b"GIF87a", b"GIF89a")),
    ("bmp", lambda head: head.startswith(b"BM") and head[14:18] in _BMP_HEADERS),
    ("tiff", _at(0, b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    ("webp", _riff(b"WEBP")),
    ("heic", _ftyp(*_HEIC_BRANDS)),
    ("wmf", _at(0, b"\xd7\xcd\xc6\x9a")),
    ("emf", lambda head: head.startswith(b"\x01\0\0\0") and head[40:44] == b" EMF"),
    ("psd", _at(0, b"8BPS")),
    ("mov", lambda head: _ftyp(b"qt  ")(head) or head[4:8] in (b"moov", b"wide", b"mdat")),
    ("mp4", _other_ftyp),
    ("avi", _riff(b"AVI ")),
    ("wav", _riff(b"WAVE")),
    ("mkv", _at(0, b"\x1a\x45\xdf\xa3")),
    ("wmv", _at(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11")),
    ("flv", _at(0, b"FLV\x01")),
    ("mpeg", _at(0, b"\0\0\x01\xba", b"\0\0\x01\xb3")),
    ("rmvb", _at(0, b".RMF")),
    ("mp3", lambda head: head.startswith(b"ID3") or _mpeg_audio(head)),
    ("amr", _at(0, b"#!AMR")),
    ("7z", _at(0, b"7z\xbc\xaf\x27\x1c")),
    ("rar", _at(0, b"Rar!\x1a\x07")),
    ("gz", _at(0, b"\x1f\x8b\x08")),
    ("bz2", lambda head: head.startswith(b"BZh") and head[4:10] == b"1AY&SY"),
    ("xz", _at(0, b"\xfd7zXZ\0")),
    ("tar", lambda head: head[257:262] == b"ustar"),
    ("cab", _at(0, b"MSCF\0\0\0\0")),
    ("tnef", _at(0, b"\x78\x9f\x3e\x22")),
    ("exe", _dos_program),
    ("elf", _at(0, b"\x7fELF")),
    ("macho", _java_or_mach),
    ("lnk", _at(0, b"L\0\0\0\x01\x14\x02\0")),
    ("script", lambda head: head.startswith(b"#!") and not head.startswith(b"#!AMR")),
)


def claims(head: bytes) -> tuple[str, ...]:
    """Every kind whose signature takes a file that begins so; more than one would be a mistake."""
    return tuple(kind for kind, test in SIGNATURES if test(head))


def kind_of(content: Content) -> str:
    """The kind of this file: a short name such as `docx`, `doc`, `pdf`, `jpeg`, `zip`, `text`.

    `empty` for zero bytes, `unknown` for what nothing claims. Never raises on any bytes.
    """
    if content.size == 0:
        return "empty"
    claimed = claims(content.head)
    if not claimed:
        return _kind_of_text(content.head)
    if claimed[0] == "zip":
        with content.open() as stream:
            return _kind_of_zip(stream, content.head)
    if claimed[0] == "ole":
        with content.open() as stream:
            return _kind_of_ole(stream)
    return claimed[0]


# --- zip ----------------------------------------------------------------------------------------

_MOST_DIRECTORY = 16 << 20  # bytes of member list that are worth reading to tell a kind
_DAMAGED_LOOK = 1 << 20  # bytes looked through for members where the list is lost
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.text-template": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}


_OFFICE = (
    ("word/", "document.xml", "docx"),
    ("xl/", "workbook.xml", "xlsx"),
    ("ppt/", "presentation.xml", "pptx"),
)


def _kind_of_zip(stream: BinaryIO, head: bytes) -> str:
    names: set[str] = set()
    if _directory_size(stream) <= _MOST_DIRECTORY:
        try:
            with zipfile.ZipFile(stream) as package:
                names = {info.filename.replace("\\", "/").lower() for info in package.infolist()}
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error):
            # Cut off: say what it began as, its reader will say the rest.
            stream.seek(0)
            names = _names_along(stream.read(_DAMAGED_LOOK))
    return _kind_by_members(names, head)


def _kind_by_members(names: set[str], head: bytes) -> str:
    listed = "[content_types].xml" in names
    for folder, main, kind in _OFFICE:
        inside = listed and any(name.startswith(folder) for name in names)
        if inside or folder + main in names:  # where the list of contents is lost
            macros = kind == "docx" and "word/vbaproject.bin" in names
            return "docm" if macros else kind
    if "ofd.xml" in names:
        return "ofd"
    if "index/document.iwa" in names or {"index.zip", "metadata/properties.plist"} <= names:
        return "iwork"  # Pages, Numbers, Keynote: the same package for all three
    if names & {"classes.dex", "androidmanifest.xml"}:
        return "apk"
    if "meta-inf/manifest.mf" in names and any(name.endswith(".class") for name in names):
        return "jar"
    return _open_document(names, head) or "zip"


def _open_document(names: set[str], head: bytes) -> str | None:
    if head[30:38] == b"mimetype":
        start = 38 + struct.unpack_from("<H", head, 28)[0]
        for mimetype, kind in _OPEN_DOCUMENT.items():
            if head.startswith(mimetype, start):
                return kind
    return "odt" if {"content.xml", "meta-inf/manifest.xml"} <= names else None


def _directory_size(stream: BinaryIO) -> int:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    stream.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return 0
    return int(struct.unpack_from("<I", tail, end + 12)[0])


def _names_along(data: bytes) -> set[str]:
    """Member names as they stand before each member, for packages without a directory."""
    names: set[str] = set()
    at = 0
    while (at := data.find(b"PK\x03\x04", at)) >= 0 and at + 30 <= len(data):
        length = struct.unpack_from("<H", data, at + 26)[0]
        names.add(data[at + 30 : at + 30 + length].decode("latin-1").lower())
        at += 30
    # Some makers write the list of contents last: what always stands beside it will do.
    if names & {"_rels/.rels", "docprops/app.xml", "docprops/core.xml"}:
        names.add("[content_types].xml")
    # Others write it first, and the folder that tells the kind may be lost.
    if names == {"[content_types].xml"}:
        names.add("word/")
    return names


# --- OLE ----------------------------------------------------------------------------------------

_OLE_STREAMS = (
    ("EncryptedPackage", "encrypted-ooxml"),
    ("WordDocument", "doc"),
    ("__properties_version1.0", "msg"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
    ("CONTENTS", "wps"),
    ("MatOST", "wps"),
)


def _kind_of_ole(stream: BinaryIO) -> str:
    names = _ole_names(stream)
    for name, kind in _OLE_STREAMS:
        if name.casefold() in names:
            return kind
    return "ole"


def _ole_names(stream: BinaryIO) -> set[str]:
    """Names in the root storage, folded; from the bare bytes where the file is damaged."""
    import olefile  # type: ignore[import-untyped]

    try:
        with olefile.OleFileIO(stream) as package:
            return {entry.name.casefold() for entry in package.root.kids}
    except (OSError, ValueError, IndexError, struct.error, AttributeError, RecursionError):
        pass
    names: set[str] = set()
    stream.seek(0)
    overlap = b""
    while block := stream.read(1 << 20):
        window = overlap + block
        for name, _ in _OLE_STREAMS:
            if len(name) > 8 and name.encode("utf-16-le") in window:
                names.add(name.casefold())
        overlap = block[-128:]
    return names


# --- text ---------------------------------------------------------------------------------------

_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|meta|title|style|table|div|p|span|font|center|br)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = (
    (re.compile(rb"<(?:\w+:)?wordDocument\b|<pkg:package\b"), "wordxml"),
    (re.compile(rb"<(?:\w+:)?UOF\b|<uof:"), "uof"),
    (re.compile(rb"<svg\b", re.IGNORECASE), "svg"),
    (re.compile(rb"<html\b", re.IGNORECASE), "html"),
)
_HEADER_LINE = re.compile(rb"([!-9;-~]{1,80}):[ \t]?[^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*\r?\n")
_MAIL_HEADERS = frozenset(
    b"received from to subject date message-id return-path mime-version content-type".split()
)
_ONLY_MAIL_HEADERS = frozenset((b"received", b"from", b"message-id", b"return-path"))


def _kind_of_text(head: bytes) -> str:
    if b"%PDF-" in head[:1024]:
        return "pdf"  # readers skip rubbish of up to 1,024 bytes (ISO 32000-1, Annex H.3.4.1)
    plain = _narrowed(head)
    if plain is None:
        return "unknown"
    plain = plain.lstrip(_SPACE)
    if _HTML.match(plain):
        return "html"
    if plain.startswith(b"<"):
        fallback = "xml" if plain.startswith(b"<?xml") else "text"
        return next((kind for pattern, kind in _XML if pattern.search(plain)), fallback)
    return "rtf" if plain.startswith(b"{\\rt") else _mail_or_text(plain)


def _narrowed(head: bytes) -> bytes | None:
    """The head as one byte a sign, None where it is no text; UTF-16 loses what is not ASCII."""
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(codec, "replace").encode("ascii", "replace")
    controls = sum(head.count(code) for code in b"\0\x01\x02\x03\x04\x05\x06\x07\x0e\x0f\x10\x7f")
    if controls:
        return None
    for codec in ("utf-8", "gb18030"):
        try:
            head.decode(codec)
        except UnicodeDecodeError as error:
            if len(head) > 8 and error.start >= len(head) - 4:  # cut inside a character
                return head
        else:
            return head
    return None


def _mail_or_text(plain: bytes) -> str:
    found: set[bytes] = set()
    at = 0
    while (line := _HEADER_LINE.match(plain, at)) is not None:
        found.add(line.group(1).lower())
        at = line.end()
    if len(found & _MAIL_HEADERS) >= 2:
        if found & _ONLY_MAIL_HEADERS:
            return "eml"
        if b"mime-version" in found:
            return "mht"
    return "text"
