"""Does what readings wait for, in batches: LibreOffice conversions, then OCR. Results are kept by hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from inbox_ingest import conversion
from inbox_ingest.archive import Archive
from inbox_ingest.executor import Executor, Failure
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.records import IssueCode, Problem, Want
from inbox_ingest.stages.reading_job import derived_results
from inbox_ingest.stages.recognising_job import RecognisingTask, recognise_one
from inbox_ingest.stages.tools import Tools

# A converted file may hold a picture that wants OCR, and where that is not the scan, photos do.
ROUNDS = 4
_CONVERTED_AT_ONCE = 20


def fulfil(wants: Iterable[Want], archive: Archive, tools: Tools, recognisers: Executor) -> None:
    """Convert and recognise what is wanted; what fails is kept as a problem (`derived.py`)."""
    results = derived_results(archive, tools)
    wanted = list(dict.fromkeys(wants))
    converts = [want.sha256 for want in wanted if want.kind == "convert"]
    for start in range(0, len(converts), _CONVERTED_AT_ONCE):
        for sha256, made in _convert(archive, converts[start : start + _CONVERTED_AT_ONCE]):
            results.keep_converted(sha256, made)
    tasks = [RecognisingTask(archive.root, w.sha256) for w in wanted if w.kind == "ocr"]
    for done in recognisers.map(recognise_one, tasks):
        result = done.result
        if isinstance(result, Failure):
            # Ours to answer for: the organiser looks at the scan.
            detail = "文字识别未能完成，请看原件"
            result = Problem(code=IssueCode.READER_MISSING, detail=detail)
        results.keep_recognised(done.item.sha256, result)


def _convert(archive: Archive, sha256s: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
    jobs = []
    for sha256 in sha256s:
        content = archive.get(sha256)
        jobs.append(conversion.Job(sha256, content.path, kind_of(content)))
    with TemporaryDirectory(prefix="ingest-converted-") as folder:
        for sha256, made in conversion.convert(jobs, Path(folder)).items():
            yield sha256, made.read_bytes() if isinstance(made, Path) else made
