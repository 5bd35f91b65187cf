"""Makes .msg and winmail.dat files by hand (MS-CFB, MS-OXMSG, MS-OXTNEF), small ones only."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

Tree = dict[str, "bytes | Tree"]


@dataclass
class _Entry:
    name: str
    kind: int  # 1 storage, 2 stream, 5 root
    data: bytes = b""
    child: int = FREE
    right: int = FREE
    start: int = END


@dataclass
class _Writer:
    entries: list[_Entry] = field(default_factory=list)
    mini: bytes = b""
    mini_fat: list[int] = field(default_factory=list)

    def add(self, tree: Tree) -> int:
        """Add the members of a storage, linked to the right; the index of the first."""
        first, before = FREE, None
        for name, value in tree.items():
            index = len(self.entries)
            entry = _Entry(name, 2 if isinstance(value, bytes) else 1)
            self.entries.append(entry)
            if isinstance(value, bytes):
                entry.data = value
                self._store(entry)
            else:
                entry.child = self.add(value)
            if before is None:
                first = index
            else:
                before.right = index
            before = entry
        return first

    def _store(self, entry: _Entry) -> None:
        if not entry.data:
            return
        entry.start = len(self.mini_fat)
        count = -(-len(entry.data) // 64)
        self.mini += entry.data.ljust(count * 64, b"\0")
        self.mini_fat += [*range(entry.start + 1, entry.start + count), END]


def compound(tree: Tree) -> bytes:
    """A compound file with these storages and streams, each stream shorter than 4,096 bytes."""
    writer = _Writer([_Entry("Root Entry", 5)])
    writer.entries[0].child = writer.add(tree)
    root = writer.entries[0]
    mini = writer.mini.ljust(-(-len(writer.mini) // 512) * 512, b"\0")
    fat_bytes = struct.pack(f"<{len(writer.mini_fat)}I", *writer.mini_fat)
    mini_fat = fat_bytes.ljust(-(-len(fat_bytes) // 512) * 512, b"\xff")
    root.data = writer.mini
    directory_size = -(-len(writer.entries) // 4)
    sectors = [FAT]
    starts = []
    for count in (directory_size, len(mini_fat) // 512, len(mini) // 512):
        starts.append(len(sectors) if count else END)
        sectors += [*range(len(sectors) + 1, len(sectors) + count), END] if count else []
    root.start = starts[2]
    directory = b"".join(_packed(entry) for entry in writer.entries)
    directory = directory.ljust(directory_size * 512, b"\0")
    assert len(sectors) <= 128, "one sector of FAT holds 64 KB"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, starts[0], 0, 4096, starts[1],
        len(mini_fat) // 512, END, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + struct.pack("<I", FREE) * 108
    fat = struct.pack(f"<{len(sectors)}I", *sectors).ljust(512, b"\xff")
    return header + fat + directory + mini_fat + mini


def _packed(entry: _Entry) -> bytes:
    raw = entry.name.encode("utf-16-le") + b"\0\0"
    size = len(entry.data) if entry.kind != 1 else 0
    return struct.pack(
        "<64sHBBIII16xI8x8xIQ", raw, len(raw), entry.kind, 1, FREE, entry.right, entry.child, 0,
        entry.start, size,
    )  # fmt: skip


def msg(
    subject: str, files: list[tuple[str, bytes]], *, body: str = "", ansi: bool = False
) -> bytes:
    """A .msg with attachments; its strings in GBK where `ansi`."""
    return compound(_msg_tree(subject, files, body, ansi))


def _msg_tree(subject: str, files: list[tuple[str, bytes]], body: str, ansi: bool) -> Tree:
    def text(tag: int, value: str) -> tuple[str, bytes]:
        if ansi:
            return f"__substg1.0_{tag:04X}001E", value.encode("gbk")
        return f"__substg1.0_{tag:04X}001F", value.encode("utf-16-le")

    tree: Tree = {"__properties_version1.0": bytes(32)}
    tree.update([text(0x0037, subject), text(0x1000, body)])
    for number, (name, data) in enumerate(files):
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__properties_version1.0": bytes(8),
            **dict([text(0x3707, name)]),
            "__substg1.0_37010102": data,
        }
    return tree


def msg_in_msg(subject: str, inner: list[tuple[str, bytes]]) -> bytes:
    """A .msg whose only attachment is a mail with these files."""
    tree = _msg_tree(subject, [], "", ansi=False)
    tree["__attach_version1.0_#00000000"] = {
        "__properties_version1.0": bytes(8),
        "__substg1.0_3701000D": _msg_tree("inner", inner, "", ansi=False),
    }
    return compound(tree)


def winmail(files: list[tuple[bytes, bytes]]) -> bytes:
    """A winmail.dat with these (raw title, data) attachments."""
    out = struct.pack("<IH", 0x223E9F78, 1) + _object(1, 0x00089006, struct.pack("<I", 0x10000))
    for title, data in files:
        out += _object(2, 0x00069002, bytes(14))
        out += _object(2, 0x00018010, title + b"\0")
        out += _object(2, 0x0006800F, data)
    return out


def _object(level: int, attribute: int, data: bytes) -> bytes:
    head = struct.pack("<BII", level, attribute, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)
