"""Archives give their members under the names the sender saw, and nothing they do does harm."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest
import rarfile
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.content import MemoryContent, MemorySink
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.reading.unpack import (
    BOMB,
    LINKS,
    LOCKED,
    MOST_MEMBERS,
    OPENERS,
    TRICKS,
    Budget,
    Opened,
    folder_of,
    unpack,
)
from inbox_ingest.records import IssueCode
from tests.reading.archives import (
    locked_zip,
    rar_of,
    tar_of,
    zip_bomb,
    zip_of,
    zip_with_link,
)


def opened(data: bytes, kind: str | None = None) -> Opened:
    content = MemoryContent(data)
    return unpack(content, kind or kind_of(content), MemorySink(), Budget())


def held(data: bytes) -> list[tuple[str, bytes]]:
    return [(member.path, member.content.read()) for member in opened(data).members]


def seven_zip(files: list[tuple[str, bytes]], password: str | None = None) -> bytes:
    target = io.BytesIO()
    with py7zr.SevenZipFile(target, "w", password=password) as archive:
        for name, data in files:
            archive.writestr(data, name)
    return target.getvalue()


FILES = [
    ("某单位/附件1：申报表.docx", b"form"),
    ("某单位/正文.docx", os.urandom(500)),
    ("空.txt", b""),
]


WHOLE = {
    "zip": zip_of(FILES),
    "gz": tar_of(FILES, "w:gz"),
    "rar": rar_of(FILES),
    "7z": seven_zip(FILES),
}


@pytest.mark.parametrize(
    "archive",
    [
        zip_of([(name.encode("gbk"), data) for name, data in FILES]),
        zip_of([(name.encode(), data) for name, data in FILES]),
        zip_of(FILES, utf8=True),
        zip_of([(name.replace("/", "\\").encode("gbk"), data) for name, data in FILES]),
        tar_of(FILES),
        tar_of(FILES, "w:gz"),
        tar_of(FILES, "w:bz2"),
        tar_of(FILES, "w:xz"),
        rar_of(FILES),
    ],
    ids=["zip-gbk", "zip-utf8", "zip-flag", "zip-windows", "tar", "tgz", "tbz", "txz", "rar"],
)
def test_members_have_the_names_that_the_sender_saw(archive: bytes) -> None:
    assert held(archive) == FILES
    assert opened(archive).problems == []


def test_7z() -> None:
    assert sorted(held(seven_zip(FILES))) == sorted(FILES)
    assert sorted(m.number for m in opened(seven_zip(FILES)).members) == [1, 2, 3]


def test_a_single_compressed_file() -> None:
    assert held(gzip.compress(b"text")) == [("", b"text")]


def test_an_info_zip_unicode_name_wins() -> None:
    name = "申报表.doc".encode()
    extra = b"\x75\x70" + bytes([5 + len(name), 0, 1]) + bytes(4) + name
    whole = zip_of([("?.doc", b"x")])
    at = whole.index(b"PK\x01\x02")
    entry = whole[at:].replace(b"?.doc", b"?.doc" + extra, 1)
    entry = entry[:30] + len(extra).to_bytes(2, "little") + entry[32:]
    size = int.from_bytes(entry[-10:-6], "little") + len(extra)
    fixed = whole[:at] + entry[:-10] + size.to_bytes(4, "little") + entry[-6:]
    assert [path for path, _ in held(fixed)] == ["申报表.doc"]


@pytest.mark.parametrize(
    "rubbish",
    ["__MACOSX/._a.doc", "a/.DS_Store", "Thumbs.db", "~$申报表.docx", "a/desktop.ini", "._b.doc"],
)
def test_what_systems_leave_behind_is_ignored(rubbish: str) -> None:
    assert held(zip_of([(rubbish, b"x"), ("a.doc", b"y")])) == [("a.doc", b"y")]


@pytest.mark.parametrize(
    "path", ["../../evil.doc", "/etc/evil.doc", "C:\\evil.doc", "a/../../b.doc"]
)
@pytest.mark.parametrize("make", [zip_of, tar_of], ids=["zip", "tar"])
def test_paths_that_lead_elsewhere_are_harmless_and_told(
    make: Callable[..., bytes], path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = opened(make([(path, b"x")]))
    assert result.problems == [TRICKS]
    assert [member.content.read() for member in result.members] == [b"x"]
    assert list(tmp_path.parent.glob("**/*evil*")) == []


@pytest.mark.parametrize("archive", [zip_with_link(), tar_of([("a.txt", b"text")], link=True)])
def test_links_and_devices_are_not_followed_but_told(archive: bytes) -> None:
    result = opened(archive)
    assert result.problems == [LINKS]
    assert [member.content.read() for member in result.members] == [b"text"]


@pytest.mark.parametrize(
    "archive", [locked_zip(), seven_zip([("a.doc", b"x")], "pw"), rar_of(FILES, locked=True)]
)
def test_passwords_are_told(archive: bytes) -> None:
    result = opened(archive)
    assert LOCKED in result.problems
    assert result.members == []


@pytest.mark.parametrize(
    "archive",
    [zip_of(FILES), tar_of(FILES, "w:gz"), seven_zip([("a", os.urandom(2000))])],
    ids=["zip", "tgz", "7z"],
)
def test_archives_cut_off_are_damaged(archive: bytes) -> None:
    result = opened(archive[: len(archive) * 2 // 3])
    assert {problem.code for problem in result.problems} == {IssueCode.FILE_UNREADABLE}


def test_one_damaged_member_does_not_hide_the_others() -> None:
    whole = bytearray(zip_of([("bad.doc", b"A" * 50), ("good.doc", b"B" * 50)]))
    whole[whole.index(b"A" * 50)] ^= 1
    result = opened(bytes(whole))
    assert [member.path for member in result.members] == ["good.doc"]
    assert [problem.detail for problem in result.problems] == ["压缩包中的“bad.doc”已损坏"]


def test_bombs_stop_early_and_are_told() -> None:
    result = opened(zip_bomb())
    assert result.problems == [BOMB]
    assert result.members == []
    many = zip_of([(f"{number}.txt", b"") for number in range(5000)])
    assert opened(many).problems == [BOMB]
    packed = gzip.compress(gzip.compress(bytes(1 << 20)))
    assert opened(packed).problems == []  # nesting is bounded by whoever opens what came out


ZEROS = bytes(32 << 20)


def deflated(files: list[tuple[str, bytes]]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return held.getvalue()


@pytest.mark.parametrize(
    "archive",
    [
        deflated([("视频.mp4", ZEROS), *FILES]),
        tar_of([("视频.mp4", ZEROS), *FILES], "w:gz"),
        seven_zip([("视频.mp4", ZEROS), *FILES]),
    ],
    ids=["zip", "tgz", "7z"],
)
def test_one_member_beyond_the_bounds_costs_no_other(archive: bytes) -> None:
    result = opened(archive)
    assert sorted(member.path for member in result.members) == sorted(name for name, _ in FILES)
    assert result.problems == [BOMB]
    assert result.names == ["视频.mp4"]


def test_of_too_many_members_the_documents_come_out() -> None:
    many = [(f"照片/{number}.txt", b"x") for number in range(MOST_MEMBERS + 500)]
    result = opened(zip_of([*many, ("申报表.docx", b"form")]))
    assert "申报表.docx" in {member.path for member in result.members}
    assert len(result.members) == MOST_MEMBERS
    assert result.problems == [BOMB]


def test_what_a_locked_archive_lists_is_told() -> None:
    assert opened(locked_zip()).names == ["a.doc"]
    assert opened(seven_zip(FILES, "secret")).names == [name for name, _ in FILES]


def test_a_rar_that_was_cut_off_may_hold_more_than_it_lists() -> None:
    whole = rar_of([("申报表.docx", os.urandom(500)), ("扫描件.pdf", os.urandom(500))])
    assert not opened(whole[:300]).listed
    assert opened(whole).listed and opened(locked_zip()).listed


def test_a_full_disk_is_not_the_senders_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", full)
    assert [problem.code for problem in opened(WHOLE["7z"]).problems] == [IssueCode.READER_MISSING]


def test_bounds_hold_for_a_mail_and_not_for_an_archive() -> None:
    budget = Budget(size=1500)
    content = MemoryContent(zip_of([("a", b"x" * 1000)]))
    assert unpack(content, "zip", MemorySink(), budget).problems == []
    assert unpack(content, "zip", MemorySink(), budget).problems == [BOMB]


def test_a_method_this_machine_lacks_is_not_the_senders_fault() -> None:
    whole = bytearray(zip_of([("a.doc", b"x" * 20)]))
    whole[8] = 99
    whole[whole.index(b"PK\x01\x02") + 10] = 99
    result = opened(bytes(whole))
    assert {problem.code for problem in result.problems} == {IssueCode.READER_MISSING}


def test_a_packed_rar_without_an_unpacker_is_not_the_senders_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = bytearray(rar_of([("a.doc", b"x" * 20)]))
    method = whole.index(bytes([29, 0x30])) + 1
    whole[method] = 0x33
    start = 7 + 13
    size = struct.unpack_from("<H", whole, start + 5)[0]
    crc = zlib.crc32(bytes(whole[start + 2 : start + size])) & 0xFFFF
    whole[start : start + 2] = struct.pack("<H", crc)

    def missing(*_: object, **__: object) -> None:
        raise rarfile.RarCannotExec("none")

    monkeypatch.setattr(rarfile, "tool_setup", missing)
    result = opened(bytes(whole))
    assert [problem.code for problem in result.problems] == [IssueCode.READER_MISSING]


@pytest.mark.parametrize(
    ("path", "folder"),
    [("a.doc", None), ("一/二/a.doc", "一/二"), ("../../x/a.doc", "x"), ("/a.doc", None)],
)
def test_folders(path: str, folder: str | None) -> None:
    assert folder_of(path) == folder


@pytest.mark.parametrize("kind", sorted(OPENERS))
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_of_any_kind_never_raise(kind: str, data: bytes, whole: bool) -> None:
    heads = {"zip": b"PK\x03\x04", "7z": b"7z\xbc\xaf\x27\x1c", "rar": b"Rar!\x1a\x07\x00"}
    heads |= {"gz": b"\x1f\x8b\x08", "bz2": b"BZh91AY&SY", "xz": b"\xfd7zXZ\0"}
    opened((heads.get(kind, b"") if whole else b"") + data, kind)


@given(st.data())
def test_archives_with_flipped_bytes_never_raise(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(WHOLE)))
    archive = bytearray(WHOLE[kind])
    for place in data.draw(st.lists(st.integers(0, len(archive) - 1), max_size=6)):
        archive[place] ^= data.draw(st.integers(1, 255))
    opened(bytes(archive), kind)
