"""The archive keeps bytes once, whole, private and durable, or says clearly that it could not."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_ingest.archive import Archive
from inbox_ingest.errors import ConfigurationError, TryLater


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def files_under(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_put_comes_back_with_its_hash_size_and_head(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    data = bytes(range(256)) * 100
    content = archive.put([data[:1000], data[1000:]])
    assert (content.sha256, content.size, content.head) == (sha(data), 25_600, data[:8192])
    again = archive.get(sha(data))
    assert again.read() == data
    assert again.head == data[:8192]
    with again.open() as stream:
        stream.seek(5)
        assert stream.read(2) == b"\x05\x06"


def test_a_file_larger_than_memory_buffers_is_kept_whole(tmp_path: Path) -> None:
    block = os.urandom(700_000)
    content = Archive(tmp_path).put(block for _ in range(5))
    assert content.size == 3_500_000
    assert content.read() == block * 5


def test_equal_bytes_are_kept_once_and_never_written_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = archive.put([b"same"])
    before = first.path.stat()
    assert archive.put([b"sa", b"me"]).path == first.path
    assert first.path.stat().st_ino == before.st_ino
    assert len(files_under(tmp_path)) == 1


def test_an_unknown_hash_is_a_key_error_and_so_is_a_path(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert not archive.has("0" * 64)
    for name in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(KeyError):
            archive.get(name)


def test_folders_and_files_are_private(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home" / "archive")
    archive.put([b"a"])
    with archive.batch() as batch:
        batch.put([b"b"])
    for path in (tmp_path / "home").rglob("*"):
        wanted = 0o600 if path.is_file() else 0o700
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_a_batch_syncs_every_file_and_every_folder_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[tuple[int, int]] = set()
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        fsync(descriptor)
        found = os.fstat(descriptor)
        synced.add((found.st_dev, found.st_ino))

    monkeypatch.setattr(os, "fsync", watched)
    archive = Archive(tmp_path / "archive")
    mails = [f"mail {number}".encode() for number in range(100)]
    with archive.batch() as batch:
        for mail in mails:
            batch.put([mail])
    for mail in mails:
        path = archive.get(sha(mail)).path
        for place in (path, path.parent, path.parent.parent, path.parent.parent.parent):
            found = place.stat()
            assert (found.st_dev, found.st_ino) in synced, place


def test_the_folder_of_a_known_mail_is_synced_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path)
    with archive.batch() as batch:
        batch.put([b"mail"])
    folders: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        folders.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    with archive.batch() as batch:
        batch.put([b"mail"])
    assert str(archive.get(sha(b"mail")).path.parent) in folders


def test_a_batch_left_by_an_exception_keeps_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with pytest.raises(ZeroDivisionError), archive.batch() as batch:
        batch.put([b"mail"])
        raise ZeroDivisionError
    assert not archive.has(sha(b"mail"))
    assert files_under(tmp_path) == []


def cut_off() -> Iterator[bytes]:
    yield b"half a mail"
    raise ConnectionResetError("peer went away")


def test_a_mail_whose_bytes_stop_coming_leaves_the_rest_of_the_batch_alone(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.batch() as batch:
        batch.put([b"first"])
        with pytest.raises(ConnectionResetError):  # the network's error, not said to be the disk's
            batch.put(cut_off())
        batch.put([b"last"])
    assert archive.has(sha(b"first"))
    assert archive.has(sha(b"last"))
    assert len(files_under(tmp_path)) == 2


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_a_full_disk_is_try_later_with_words_and_without_remains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    archive = Archive(tmp_path)
    monkeypatch.setattr(os, failing, full)
    with pytest.raises(TryLater, match="磁盘已满") as caught, archive.batch() as batch:
        batch.put([b"mail"])
    assert caught.value.remedy
    monkeypatch.undo()
    assert files_under(tmp_path) == []
    with archive.batch() as batch:
        batch.put([b"mail"])
    assert archive.get(sha(b"mail")).read() == b"mail"


def test_a_full_disk_while_an_attachment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(TryLater, match="磁盘已满"):
        Archive(tmp_path).put([b"attachment"])
    assert files_under(tmp_path) == []


def test_a_folder_that_may_not_be_written_is_a_configuration_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(ConfigurationError, match="没有权限"):
        Archive(tmp_path / "archive").put([b"x"])


def test_a_torn_unsynced_file_is_written_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    content = archive.put([b"whole file"])
    content.path.write_bytes(b"")  # what a power cut may leave under a name that was not synced
    assert archive.put([b"whole file"]).read() == b"whole file"


def test_damage_on_disk_is_noticed_when_asked(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    content = archive.put([b"whole file"])
    assert archive.intact(content.sha256)
    content.path.write_bytes(b"whole fiLe")
    assert not archive.intact(content.sha256)


def test_sweep_removes_only_what_was_left_long_ago(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert archive.sweep() == 0
    archive.put([b"kept"])
    left, fresh = tmp_path / "tmp" / "1-0-1", tmp_path / "tmp" / "2-0-2"
    left.write_bytes(b"killed")
    fresh.write_bytes(b"being written")
    os.utime(left, (0, 0))
    assert archive.sweep() == 1
    assert not left.exists()
    assert fresh.exists()
    assert archive.has(sha(b"kept"))
