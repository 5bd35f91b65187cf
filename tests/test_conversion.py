"""LibreOffice in batches: what comes out is checked, and what goes wrong stays with its file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from inbox_ingest import conversion
from inbox_ingest.conversion import Job, convert
from inbox_ingest.reading.content import MemoryContent, MemorySink
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.reading.word import read_word
from inbox_ingest.records import IssueCode, Problem
from tests import libreoffice_files
from tests.word_files import docx

needs_libreoffice = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(not libreoffice_files.installed(), reason="LibreOffice is not installed"),
]


def job(folder: Path, data: bytes, kind: str | None = None) -> Job:
    sha256 = hashlib.sha256(data).hexdigest()
    path = folder / sha256
    path.write_bytes(data)
    return Job(sha256, path, kind or kind_of(MemoryContent(data)))


def text(result: Path | Problem) -> str:
    assert isinstance(result, Path), result
    return read_word(MemoryContent(result.read_bytes()), MemorySink()).text


def code(result: Path | Problem) -> IssueCode:
    assert isinstance(result, Problem)
    return result.code


class TestWithLibreOffice:
    pytestmark = needs_libreoffice

    def test_a_batch_of_mixed_formats(self, tmp_path: Path) -> None:
        source = docx("案例名称：红色驿站", [["申报单位", "清江市公路运输集团"]])
        page = "<html><body><p>网页里的<b>案例正文</b></p></body></html>".encode("gb18030")
        jobs = [
            job(tmp_path, libreoffice_files.made(source, kind)) for kind in ("rtf", "odt", "doc")
        ]
        jobs.append(job(tmp_path, page))
        damaged = job(tmp_path, b"{\\rtf1" + b"\0\xff" * 40, "odt")
        results = convert([*jobs, damaged], tmp_path / "out")
        assert set(results) == {entry.sha256 for entry in (*jobs, damaged)}
        for entry in jobs[:3]:
            assert "案例名称：红色驿站" in text(results[entry.sha256])
            assert "清江市公路运输集团" in text(results[entry.sha256])
        assert "网页里的案例正文" in text(results[jobs[3].sha256])
        assert code(results[damaged.sha256]) is IssueCode.FILE_UNREADABLE

    @pytest.mark.parametrize("kind", ["rtf", "odt", "doc"])
    def test_a_damaged_file_alone_is_the_senders_to_send_again(
        self, tmp_path: Path, kind: str
    ) -> None:
        sound = libreoffice_files.made(docx("案例名称：红色驿站"), kind)
        entry = job(tmp_path, sound[: len(sound) // 2], kind)
        assert code(convert([entry], tmp_path / "out")[entry.sha256]) is IssueCode.FILE_UNREADABLE

    def test_libreoffice_works_here(self) -> None:
        assert conversion.why_not_working() is None

    def test_nothing_is_left_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(scratch))
        convert([job(tmp_path, b"<html><body><p>x</p></body></html>")], tmp_path / "out")
        assert list(scratch.iterdir()) == []

    def test_a_web_page_cannot_bring_in_files_of_this_machine(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("hunter2-hunter2")
        page = (
            f'<html><body><p>text</p><iframe src="file://{secret}"></iframe>'
            f'<object data="file://{secret}"></object></body></html>'
        )
        entry = job(tmp_path, page.encode())
        result = convert([entry], tmp_path / "out")[entry.sha256]
        assert isinstance(result, Path)
        assert b"hunter2" not in result.read_bytes()
        assert "hunter2" not in text(result)


# --- with a stand-in for soffice --------------------------------------------------------------

STAND_IN = """#!/usr/bin/python3
import pathlib, sys, time, os, signal
words = sys.argv[1:]
out = pathlib.Path(words[words.index("--outdir") + 1])
log = pathlib.Path({log!r})
files = [pathlib.Path(w) for w in words[words.index("--outdir") + 2:] if not w.startswith("--")]
with log.open("a") as stream:
    stream.write(" ".join(sorted(f.read_text().strip() for f in files)) + "\\n")
for file in files:
    what = file.read_text().strip().removeprefix("{{\\\\rtf ")
    if what == "kills": os.kill(os.getpid(), signal.SIGKILL)
    if what == "hangs": time.sleep(600)
    if what == "refused": continue
    if what == "refused once":
        if log.with_name("refused").exists(): pass
        else: log.with_name("refused").touch(); continue
    target = out / (file.stem + ".docx")
    if what == "rubbish": target.write_bytes(b"no zip"); continue
    target.write_bytes(pathlib.Path({blank!r} if what == "blanked" else {good!r}).read_bytes())
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A soffice of ours that obeys what stands in the file; returns the log of its calls."""
    good, blank, log = tmp_path / "good.docx", tmp_path / "blank.docx", tmp_path / "calls"
    good.write_bytes(docx("converted"))
    blank.write_bytes(docx(""))
    program = tmp_path / "soffice"
    program.write_text(STAND_IN.format(log=str(log), good=str(good), blank=str(blank)))
    program.chmod(0o755)
    monkeypatch.setattr(conversion, "find_libreoffice", lambda: str(program))
    monkeypatch.setattr(conversion, "SECONDS_TO_START", 4.0)
    monkeypatch.setattr(conversion, "SECONDS_A_FILE", 0.2)
    return log


def behaving(folder: Path, *behaviours: str) -> list[Job]:
    return [
        job(folder, f"{{\\rtf {name}{' ' * n}".encode(), "rtf") for n, name in enumerate(behaviours)
    ]


def outcome(folder: Path, *behaviours: str) -> list[str]:
    jobs = behaving(folder, *behaviours)
    results = convert(jobs, folder / "out")
    return [
        "made" if isinstance(result, Path) else result.code.value
        for result in (results[entry.sha256] for entry in jobs)
    ]


def test_one_call_for_a_batch(tmp_path: Path, stand_in: Path) -> None:
    assert outcome(tmp_path, "one", "two", "three") == ["made"] * 3
    assert len(stand_in.read_text().splitlines()) == 1


@pytest.mark.parametrize(("evil", "place"), [("kills", 0), ("kills", 3), ("hangs", 1)])
def test_a_file_that_kills_the_batch_is_alone_in_its_failure(
    tmp_path: Path, stand_in: Path, evil: str, place: int
) -> None:
    behaviours = ["fine"] * 5
    behaviours[place] = evil
    expected = ["made"] * 5
    expected[place] = "reader-missing"
    assert outcome(tmp_path, *behaviours) == expected


def test_two_killers_are_both_found(tmp_path: Path, stand_in: Path) -> None:
    assert outcome(tmp_path, "fine", "kills", "fine", "kills", "fine") == [
        "made",
        "reader-missing",
        "made",
        "reader-missing",
        "made",
    ]


def test_a_refused_file_is_damaged_and_the_batch_is_not_run_again(
    tmp_path: Path, stand_in: Path
) -> None:
    assert outcome(tmp_path, "fine", "refused") == ["made", "file-unreadable"]
    assert len(stand_in.read_text().splitlines()) == 1


def test_a_file_refused_alone_is_damaged_only_once_a_sound_one_was_converted(
    tmp_path: Path, stand_in: Path
) -> None:
    assert outcome(tmp_path, "refused") == ["file-unreadable"]
    assert [line.count("{") for line in stand_in.read_text().splitlines()] == [1, 2]


def test_what_is_converted_at_the_second_try_is_kept(tmp_path: Path, stand_in: Path) -> None:
    assert outcome(tmp_path, "refused once") == ["made"]


def silent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A soffice without Writer: it ends well and writes nothing."""
    program = folder / "soffice"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setattr(conversion, "find_libreoffice", lambda: str(program))


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"{\\rtf1 x}", "rtf"), (b"PK\3\4", "odt"), (b"\xd0\xcf\x11\xe0 x", "doc")],
)
def test_a_libreoffice_that_converts_nothing_accuses_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, kind: str
) -> None:
    silent(tmp_path, monkeypatch)
    entry = job(tmp_path, data, kind)
    result = convert([entry], tmp_path / "out")[entry.sha256]
    assert code(result) is IssueCode.READER_MISSING
    assert isinstance(result, Problem) and "Writer" in result.detail
    assert conversion.why_not_working() is not None


def test_without_room_a_refusal_says_nothing_about_the_file(
    tmp_path: Path, stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "_ROOM", 1 << 60)
    assert outcome(tmp_path, "fine", "refused") == ["made", "reader-missing"]


def test_a_folder_that_cannot_be_written_is_our_fault(
    tmp_path: Path, stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    assert outcome(tmp_path, "fine", "one") == ["reader-missing"] * 2


def test_a_page_too_large_to_be_decoded_here_is_not_begun(tmp_path: Path, stand_in: Path) -> None:
    entry = job(tmp_path, b"<html>" + b"x" * conversion.MOST_BYTES_OF_PAGE, "html")
    assert code(convert([entry], tmp_path / "out")[entry.sha256]) is IssueCode.READER_MISSING
    assert not stand_in.exists()


@pytest.mark.parametrize("behaviour", ["rubbish", "blanked"])
def test_output_that_cannot_be_right_is_not_believed(
    tmp_path: Path, stand_in: Path, behaviour: str
) -> None:
    assert outcome(tmp_path, behaviour) == ["reader-missing"]


def test_an_empty_file_is_not_given_to_soffice(tmp_path: Path, stand_in: Path) -> None:
    entry = job(tmp_path, b"", "rtf")
    assert code(convert([entry], tmp_path / "out")[entry.sha256]) is IssueCode.FILE_UNREADABLE
    assert not stand_in.exists()


def test_nothing_to_convert_starts_nothing(tmp_path: Path, stand_in: Path) -> None:
    assert convert([], tmp_path / "out") == {}
    assert not stand_in.exists()


def test_without_libreoffice_every_file_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "find_libreoffice", lambda: None)
    entry = job(tmp_path, b"{\\rtf1 x}", "rtf")
    result = convert([entry], tmp_path / "out")[entry.sha256]
    assert code(result) is IssueCode.READER_MISSING
    assert isinstance(result, Problem) and conversion.INSTALL_HINT in result.detail


def test_no_secret_of_ours_reaches_soffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, seen = tmp_path / "soffice", tmp_path / "environment"
    program.write_text(f"#!/bin/sh\nenv > {seen}\n")
    program.chmod(0o755)
    monkeypatch.setattr(conversion, "find_libreoffice", lambda: str(program))
    monkeypatch.setitem(os.environ, "INGEST_IMAP_PASSWORD", "hunter2")
    convert([job(tmp_path, b"{\\rtf1 x}", "rtf")], tmp_path / "out")
    assert "PATH=" in seen.read_text() and "hunter2" not in seen.read_text()
