"""Whether the archive still holds the bytes that came: all are looked for, some are hashed."""

from __future__ import annotations

from pathlib import Path

import pytest

from inbox_ingest import integrity
from inbox_ingest.archive import Archive
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.store import open_casebook
from inbox_ingest.integrity import Integrity, look_through
from tests.casebook.making import case_of, change, file_cases, mail_sha, outcome, receive

MAILS = (1, 2, 3)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Three mails that were filed, their bytes in the archive; the first waits for a person."""
    archive = Archive(tmp_path / "archive")
    with archive.batch() as batch:
        for uid in MAILS:
            batch.put([f"mail {uid}".encode()])
    with open_casebook(tmp_path / "casebook.sqlite3") as book:
        receive(book, *MAILS)
        outcomes = (outcome(1, "unrelated", waits_for_person=True), outcome(2), outcome(3))
        file_cases(book, *(change(case_of(uid)) for uid in MAILS), outcomes=outcomes)
    return archive


def looked_through(archive: Archive) -> Integrity:
    glance = Glance.open(archive.root.parent / "casebook.sqlite3")
    assert glance is not None
    try:
        return look_through(glance, archive)
    finally:
        glance.close()


def test_an_archive_as_it_was_written_is_whole(archive: Archive) -> None:
    assert looked_through(archive) == Integrity(3, 3, (), ())
    assert "3 封信的原件都在" in looked_through(archive).text()


def test_missing_and_changed_mails_are_told_apart_and_named(archive: Archive) -> None:
    gone, changed = archive.get(mail_sha(1)).path, archive.get(mail_sha(3)).path
    gone.unlink()
    changed.write_bytes(b"mail 4")
    seen = looked_through(archive)
    assert seen == Integrity(3, 2, (gone,), (changed,))
    first, *names = seen.text().splitlines()
    assert first == "缺少 1 封信的原件，有 1 封信的原件已损坏："
    assert names == [str(gone), str(changed)]


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    paths = tuple(tmp_path / str(number) for number in range(9))
    lines = Integrity(9, 0, paths, ()).text().splitlines()
    assert lines[-1] == "……共 9 个文件"
    assert len(lines) == 7


def test_the_newest_are_hashed_and_those_that_wait(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "HASHED", 1)
    for uid in MAILS:
        archive.get(mail_sha(uid)).path.write_bytes(b"changed")
    seen = looked_through(archive)
    assert (seen.known, seen.hashed) == (3, 2)
    assert seen.damaged == tuple(archive.get(mail_sha(uid)).path for uid in (3, 1))
