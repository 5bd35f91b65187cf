"""Readers beside the bare library call that does the same work, in one process, in turn.

usage: python -m benchmarks.readers [--quick] [KIND ...]
"""

from __future__ import annotations

import argparse
import hashlib
import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring import HEADING, PYTHON, TREE, Row, at_most, run
from tests import libreoffice_files, scans
from tests.word_files import docx, paragraph
from tests.word_files import run as text_run

if TYPE_CHECKING:
    from PIL import Image

OCR_MEMORY = 900  # MiB, `inbox_ingest.reading.ocr.MEMORY_MIB`
READER_MEMORY = 400  # MiB, a worker that reads everything but OCR


def in_turn(
    ours: Callable[[], object],
    bare: Callable[[], object],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> tuple[float, float]:
    """Median seconds of both calls in alternation, after one unmeasured round.

    CPU seconds of this process, so that a busy machine does not decide; wall where others work.
    """
    ours()
    bare()
    one, other = [], []
    for turn in range(rounds):
        pair = [(ours, one), (bare, other)]
        for call, seconds in pair if turn % 2 == 0 else reversed(pair):
            started = clock()
            call()
            seconds.append(clock() - started)
    return statistics.median(one), statistics.median(other)


def case_text(number: int = 0) -> bytes:
    """A form with its symbols, and a case text of some 2,500 字."""
    box = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    blocks = [
        "征集活动申报表",
        [["案例名称", f"红色驿站第{number}号"], ["申报单位", "清江市公路运输集团有限公司"]],
        paragraph(box, text_run("行业党建")),
    ]
    for heading in ("一、背景介绍", "二、主要做法", "三、工作成效", "四、经验总结"):
        blocks += [heading, *["深入推进党建与业务融合，围绕中心服务大局，取得了实效。" * 8] * 3]
    return docx(*blocks)


def word(quick: bool) -> Iterator[Row]:
    """.docx beside python-docx opening it."""
    import docx as python_docx

    from inbox_ingest.reading.content import MemoryContent, MemorySink
    from inbox_ingest.reading.word import read_word

    data = case_text()
    one, other = in_turn(
        lambda: read_word(MemoryContent(data), MemorySink()),
        lambda: python_docx.Document(io.BytesIO(data)),
        rounds=10 if quick else 50,
    )
    yield at_most(".docx read : python-docx opening it", one, other, 1.3)


def doc(quick: bool) -> Iterator[Row]:
    """.doc beside msdoc2docx converting it."""
    import doc2docx

    from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
    from inbox_ingest.reading.legacy_word import read_legacy_word

    data = libreoffice_files.made(case_text(), "doc")
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "in.doc"), Path(name, "out.docx")
        source.write_bytes(data)

        def ours() -> None:
            found = read_legacy_word(MemoryContent(data), "doc", MemorySink(), NothingDerived())
            assert found.document is not None

        one, other = in_turn(
            ours, lambda: doc2docx.convert(source, target), rounds=5 if quick else 20
        )
    yield at_most(".doc read : msdoc2docx", one, other, 1.2)


def libreoffice(quick: bool) -> Iterator[Row]:
    """20 .doc through LibreOffice beside one bare call, each with a fresh profile."""
    from inbox_ingest.conversion import Job, convert

    files = libreoffice_files.made_all(tuple(case_text(n) for n in range(20)), "doc")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jobs = []
        for data in files:
            sha256 = hashlib.sha256(data).hexdigest()
            jobs.append(Job(sha256, folder / f"{sha256}.doc", "doc"))
            jobs[-1].path.write_bytes(data)

        def ours() -> None:
            made = convert(jobs, folder / "ours")
            assert all(isinstance(result, Path) for result in made.values())

        def bare() -> None:
            shutil.rmtree(folder / "profile", ignore_errors=True)
            command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
            command += ["--headless", "--convert-to", "docx", "--outdir", str(folder / "bare")]
            subprocess.run(
                [*command, *(str(job.path) for job in jobs)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
            )
            assert len(list((folder / "bare").glob("*.docx"))) == len(jobs)

        one, other = in_turn(ours, bare, rounds=1 if quick else 3, clock=time.perf_counter)
    yield at_most("20 .doc through LibreOffice : one bare call", one, other, 1.2)


def pdf(quick: bool) -> Iterator[Row]:
    """A PDF of a form and a case text beside pdfplumber taking out the same: characters and tables."""
    import pdfplumber

    from inbox_ingest.reading.content import MemoryContent, NothingDerived
    from inbox_ingest.reading.pdf import read_pdf

    data = libreoffice_files.made(case_text(), "pdf")

    def ours() -> None:
        assert read_pdf(MemoryContent(data), NothingDerived()).document is not None

    def bare() -> None:
        with pdfplumber.open(io.BytesIO(data)) as document:
            for page in document.pages:
                assert page.extract_text_lines() is not None and page.extract_tables() is not None

    one, other = in_turn(ours, bare, rounds=3 if quick else 10)
    yield at_most("PDF read : pdfplumber, lines and tables", one, other, 1.5)


def scan(quick: bool) -> Iterator[Row]:
    """A scanned page beside RapidOCR as it comes, on a picture of the same size and one thread too.

    Its parameters are its own but for the number of threads: `Global.max_side_len` 2000, direction
    classifier on, text detection at a shorter side of 736.
    """
    import numpy as np
    from PIL import Image
    from rapidocr import RapidOCR

    from inbox_ingest.reading import ocr
    from inbox_ingest.reading.content import MemoryContent
    from inbox_ingest.reading.scan_picture import WORKING_SIDE

    page = scans.noisy(scans.stamped(scans.form_page(dpi=200)))
    data = scans.encoded(page)
    threads = "EngineConfig.onnxruntime.{}_op_num_threads"
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            threads.format("intra"): 1,
            threads.format("inter"): 1,
        }
    )

    def bare() -> None:
        image = Image.open(io.BytesIO(data)).convert("RGB")
        image.thumbnail((WORKING_SIDE, WORKING_SIDE))
        assert getattr(engine(np.asarray(image)[:, :, ::-1]), "txts", None)

    one, other = in_turn(
        lambda: ocr.recognise(MemoryContent(data), "jpeg"), bare, rounds=3 if quick else 7
    )
    yield at_most("scan recognised : RapidOCR(), same size", one, other, 1.15)


def no_ocr(quick: bool) -> Iterator[Row]:
    """How many OCR jobs files ask for that hold no text nobody has: none."""
    from PIL import Image

    from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
    from inbox_ingest.reading.formats import kind_of
    from inbox_ingest.reading.readers import READERS, Inputs

    del quick
    files = {
        "photo": scans.encoded(_photo()),
        "logo": scans.encoded(Image.new("RGB", (180, 60), "red"), "PNG"),
        "blank sheet": scans.encoded(scans.noisy(scans.blank_paper())),
        "text PDF": libreoffice_files.made(case_text(), "pdf"),
    }
    for name, data in files.items():
        content = MemoryContent(data)
        kind = kind_of(content)
        wants = READERS[kind](Inputs(content, kind, MemorySink(), NothingDerived())).wants
        yield Row(f"OCR jobs wanted for a {name}", f"{len(wants)}", "0", "", "= 0", not wants)


def _photo() -> Image.Image:
    """Something like a wood: shades of every size, the larger the stronger, as in photos of nature."""
    import numpy as np
    from PIL import Image

    generator = np.random.default_rng(5)
    shade = np.zeros((1200, 1600), dtype=np.float32)
    for octave in range(1, 8):
        noise = generator.random((3 * 2**octave, 4 * 2**octave)).astype(np.float32)
        layer = Image.fromarray(noise).resize((1600, 1200), Image.Resampling.BICUBIC)
        shade += np.asarray(layer) / 2**octave
    pixels = shade[:, :, None] * np.array([120, 170, 90], dtype=np.float32)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def picture(quick: bool) -> Iterator[Row]:
    """A photo, which needs no OCR, and a stamped page before OCR: CPU milliseconds."""
    from inbox_ingest.reading.content import MemoryContent, NothingDerived
    from inbox_ingest.reading.scan import read_picture

    page = scans.noisy(scans.stamped(scans.form_page(dpi=200)))
    for name, data in (
        ("photo judged", scans.encoded(_photo())),
        ("page judged, seal searched", scans.encoded(page)),
    ):
        content = MemoryContent(data)
        seconds = []
        for _ in range(5 if quick else 20):
            started = time.process_time()
            read_picture(content, "jpeg", NothingDerived())
            seconds.append(time.process_time() - started)
        yield at_most(f"{name}, CPU : 80 ms", statistics.median(seconds), 0.08, 1.0)


_ONE_PAGE = """
import sys
from pathlib import Path
from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
data = Path(sys.argv[2]).read_bytes()
if sys.argv[1] == "ocr":
    from inbox_ingest.reading.ocr import recognise
    assert isinstance(recognise(MemoryContent(data), "jpeg"), bytes)
else:
    from inbox_ingest.reading.scan import read_picture
    assert read_picture(MemoryContent(data), "jpeg", NothingDerived()).wants
# VmHWM begins anew with exec; getrusage would still show the process that started this one.
print(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1])
"""


def memory(quick: bool) -> Iterator[Row]:
    """The most that a worker holds while it reads one page of 300 dpi, with OCR and without."""
    page = scans.noisy(scans.stamped(scans.form_page(dpi=150 if quick else 300)))
    for name, limit in (("ocr", OCR_MEMORY), ("judge", READER_MEMORY)):
        with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
            file.write(scans.encoded(page))
            file.flush()
            command = [PYTHON, "-c", _ONE_PAGE, name, file.name]
            peak = int(run(command, PYTHONPATH=str(TREE)).output) / 1024
        ratio = peak / limit
        what = "worker with OCR" if name == "ocr" else "worker that judges pictures"
        yield Row(
            f"{what}, peak memory",
            f"{peak:.0f} MiB",
            f"{limit} MiB",
            f"{ratio:.2f}",
            "≤ 1.0",
            ratio <= 1,
        )


KINDS: dict[str, Callable[[bool], Iterator[Row]]] = {
    "docx": word,
    "doc": doc,
    "libreoffice": libreoffice,
    "pdf": pdf,
    "scan": scan,
    "no-ocr": no_ocr,
    "picture": picture,
    "memory": memory,
}


def main() -> int:
    """Measure the chosen kinds; leave with 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}")
    print(HEADING, flush=True)
    met = True
    for kind in options.kinds or KINDS:
        for row in KINDS[kind](options.quick):
            print(row, flush=True)
            met = met and row.met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
