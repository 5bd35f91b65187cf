"""Archives made byte by byte or by their own libraries, for tests of opening them."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable


def zip_of(files: Iterable[tuple[bytes | str, bytes]], *, utf8: bool = False) -> bytes:
    """A stored zip whose names are these very bytes, the UTF-8 flag as told."""
    body, directory, count = b"", b"", 0
    for name, data in files:
        raw = name if isinstance(name, bytes) else name.encode()
        fields = struct.pack(
            "<HHHHHIIIHH", 20, 0x800 if utf8 else 0, 0, 0, 0x21, zlib.crc32(data), len(data),
            len(data), len(raw), 0,
        )  # fmt: skip
        offset = len(body)
        body += b"PK\x03\x04" + fields + raw + data
        directory += (
            b"PK\x01\x02\x14\x00" + fields + struct.pack("<HHHII", 0, 0, 0, 0, offset) + raw
        )
        count += 1
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def zip_with_link(target: str = "/etc/passwd") -> bytes:
    """A zip as Unix makes it, with a symbolic link in it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        link = zipfile.ZipInfo("link.doc")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, target)
        archive.writestr("a.txt", "text")
    return held.getvalue()


def zip_bomb(size: int = 64 << 20) -> bytes:
    """A small zip that holds `size` bytes of zeros."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.bin", bytes(size))
    return held.getvalue()


def locked_zip() -> bytes:
    """A zip whose member says that it is encrypted."""
    whole = bytearray(zip_of([("a.doc", b"x" * 20)]))
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def tar_of(files: Iterable[tuple[str, bytes]], mode: str = "w", *, link: bool = False) -> bytes:
    """A tar (`w:gz` and the like compress it), with a symbolic link and a device where asked."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        if link:
            for name, kind in (("link", tarfile.SYMTYPE), ("device", tarfile.CHRTYPE)):
                info = tarfile.TarInfo(name)
                info.type = kind
                info.linkname = "/etc/passwd"
                archive.addfile(info)
    return held.getvalue()


def rar_of(files: Iterable[tuple[str, bytes]], *, locked: bool = False) -> bytes:
    """A RAR 4 archive with stored members (the format's own technical note, rar 4.x)."""
    out = b"Rar!\x1a\x07\x00" + _rar_block(0x73, 0, b"\0" * 6)
    for name, data in files:
        raw = name.encode("gbk")
        head = struct.pack(
            "<IIBIIBBHI", len(data), len(data), 2, zlib.crc32(data), 0x5AA5_5A21, 29, 0x30,
            len(raw), 0x20,
        )  # fmt: skip
        out += _rar_block(0x74, 0x8000 | (4 if locked else 0), head + raw) + data
    return out + _rar_block(0x7B, 0x4000, b"")


def _rar_block(kind: int, flags: int, rest: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head
