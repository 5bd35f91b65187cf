"""Files of other makers, broken ones among them: none may crash a reader, hang it, or fill memory.

Source packages of document libraries carry hundreds. They are fetched with pip when the check runs
(`make corpus`), into a folder that INGEST_CORPUS_FILES may name to keep them; none is committed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not os.environ.get("INGEST_CORPUS"), reason="minutes: make corpus"),
]
PACKAGES = ("pypdf", "pikepdf", "pypdfium2", "pillow", "python-docx", "olefile", "mammoth")
SUFFIXES = frozenset(
    re.findall(
        r"\w+", "pdf doc docx rtf odt wps html jpg jpeg png tif tiff bmp gif webp heic avif mpo ofd"
    )
)
SECONDS_A_FILE = 60.0
PEAK_MIB = 1200  # one picture of 120 million pixels is 360 MB as RGB, and is turned once


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    kept = os.environ.get("INGEST_CORPUS_FILES")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("fetched")
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not (folder / package).is_dir() and not _fetched(package, folder / package):
            pytest.skip(f"{package} cannot be fetched: no network, or no package index")
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix.lower().lstrip(".") in SUFFIXES
    )


def _fetched(package: str, into: Path) -> bool:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", ":all:", "--dest", str(into / "sdist"), package]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return False
    for archive in (into / "sdist").iterdir():
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as package_file:
                package_file.extractall(into / "files")
        else:
            with tarfile.open(archive) as package_tar:
                package_tar.extractall(into / "files", filter="data")
    return True


def _read(files: list[Path]) -> Iterator[dict[str, object]]:
    """What each file came to; a process that died is begun again behind the file that killed it."""
    left = list(files)
    while left:
        batch, left = left[:40], left[40:]
        process = subprocess.run(
            ["timeout", str(SECONDS_A_FILE * 4), sys.executable, "-m", "tests.corpus.read_files"],
            input="\n".join(map(str, batch)),
            capture_output=True,
            text=True,
            check=False,
        )
        said = [json.loads(line) for line in process.stdout.splitlines()]
        done = [line for line in said if line["state"] == "done"]
        yield from done
        if len(done) < len(batch):
            yield {
                "file": str(batch[len(done)]),
                "outcome": f"DIED {process.returncode}",
                "kind": "?",
            }
            left = batch[len(done) + 1 :] + left


def test_files_of_other_makers(files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    results = list(_read(files))
    counts = Counter((str(r["kind"]), str(r["outcome"]).split(":")[0]) for r in results)
    slow = [r for r in results if float(str(r.get("seconds", 0))) > SECONDS_A_FILE]
    bad = [r for r in results if str(r["outcome"]).startswith(("CRASH", "DIED"))]
    peak = max(int(str(r.get("peak", 0))) for r in results) / 1024
    with capsys.disabled():
        sys.stdout.write(f"\n{len(results)} files, most memory {peak:.0f} MiB\n")
        for (kind, outcome), count in sorted(counts.items()):
            sys.stdout.write(f"  {kind:16} {outcome:24} {count}\n")
        for result in bad:
            sys.stdout.write(f"  {result['outcome']}  {result['file']}\n")
    assert len(results) == len(files) > 500
    assert not bad
    assert not slow
    assert peak < PEAK_MIB
