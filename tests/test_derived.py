"""Results of batch work: kept for good, but for failures that are not the file's fault."""

from __future__ import annotations

import os
import time
from pathlib import Path

from inbox_ingest.archive import Archive
from inbox_ingest.derived import MOST_TRIES, DerivedResults, Retry
from inbox_ingest.records import IssueCode, Problem

SOURCE = "a" * 64
DAMAGED = Problem(code=IssueCode.FILE_UNREADABLE, detail="文件已损坏")
BUSY = Problem(code=IssueCode.READER_MISSING, detail="超时")


def derived(
    folder: Path, converter: str = "libreoffice-7", since: float = 0.0, *, always: bool = False
) -> DerivedResults:
    return DerivedResults(
        Archive(folder),
        converter=converter,
        recogniser="rapidocr-3.10",
        retry=Retry(since, always),
    )


def test_results_are_kept_by_tool_version(tmp_path: Path) -> None:
    old = derived(tmp_path, "libreoffice 7.4")
    assert old.converted(SOURCE) is None
    old.keep_converted(SOURCE, b"PK a .docx")
    old.keep_recognised(SOURCE, b'{"lines": []}')
    found = old.converted(SOURCE)
    assert found is not None and not isinstance(found, Problem)
    assert found.read() == b"PK a .docx"
    assert old.recognised(SOURCE) == b'{"lines": []}'
    newer = derived(tmp_path, "libreoffice 24.2")
    assert newer.converted(SOURCE) is None
    assert newer.recognised(SOURCE) == b'{"lines": []}'


def test_the_name_of_a_tool_leads_nowhere_else(tmp_path: Path) -> None:
    derived(tmp_path, "../lo").keep_converted(SOURCE, b"PK")
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept and all(path.is_relative_to(tmp_path / "derived") for path in kept)


def test_that_a_file_is_damaged_holds_for_good(tmp_path: Path) -> None:
    derived(tmp_path).keep_converted(SOURCE, DAMAGED)
    later = derived(tmp_path, since=time.time() + 9, always=True)
    assert later.converted(SOURCE) == DAMAGED
    assert not later.passing


def a_pass(folder: Path, *, always: bool = False) -> str:
    """One pass that finds the machine busy: what it did about the file."""
    for kept in folder.rglob("*.failed*"):
        os.utime(kept, (1, 1))
    results = derived(folder, since=5, always=always)
    if results.recognised(SOURCE) is not None:
        return "left alone"
    results.keep_recognised(SOURCE, BUSY)
    assert results.recognised(SOURCE) == BUSY  # in the same pass it is not tried again
    return "to be tried again" if results.passing else "given up"


def test_a_failure_of_ours_is_tried_again_by_later_passes_but_not_for_ever(tmp_path: Path) -> None:
    outcomes = [a_pass(tmp_path) for _ in range(MOST_TRIES + 1)]
    assert outcomes == ["to be tried again"] * (MOST_TRIES - 1) + ["given up", "left alone"]


def test_a_person_can_have_it_tried_again(tmp_path: Path) -> None:
    for _ in range(MOST_TRIES + 1):
        a_pass(tmp_path)
    assert a_pass(tmp_path, always=True) == "to be tried again"
    assert a_pass(tmp_path) == "left alone"


def test_a_failure_that_was_overcome_is_forgotten(tmp_path: Path) -> None:
    a_pass(tmp_path)
    results = derived(tmp_path)
    results.keep_recognised(SOURCE, b"{}")
    assert results.recognised(SOURCE) == b"{}"
    assert not results.passing
