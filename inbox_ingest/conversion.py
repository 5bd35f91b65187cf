"""Turns files of older formats into .docx with LibreOffice: one process for a batch (`soffice.py`).

What counts is the file that came out, which is checked. A batch that dies is halved until the file
which kills it is alone. That a file is at fault is said only where this very LibreOffice has shown
that it can do it: another file of the kind came out, or one made here that is known to be sound.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from inbox_ingest.reading.charsets import decode
from inbox_ingest.records import IssueCode, Problem
from inbox_ingest.soffice import DOC, INSTALL_HINT, OUTPUT_MIB, call, find_libreoffice

__all__ = ["INSTALL_HINT", "Job", "convert", "find_libreoffice", "why_not_working"]

SECONDS_TO_START = 60.0
SECONDS_A_FILE = 20.0
_MEBIBYTE = 1 << 20
MOST_BYTES = 64 * _MEBIBYTE
MOST_BYTES_OF_PAGE = 8 * _MEBIBYTE  # a web page is decoded here, in the process that must not die
_MOST_XML = 16 * _MEBIBYTE  # what the reader of .docx takes
_ROOM = 64 * _MEBIBYTE  # with less, that nothing came out says nothing about the file

_SUFFIXES = {"mht": "mht", "wordxml": "xml", "uof": "uot", "html": "html", "ole": "doc"}
_STARTS = {
    "doc": (b"\xd0\xcf\x11\xe0",),
    "ole": (b"\xd0\xcf\x11\xe0",),
    "wps": (b"\xd0\xcf\x11\xe0",),
    "odt": (b"PK",),
}
# Kinds that LibreOffice reads by one filter, and that a sound file can be made of here.
_PROOF_OF = {"doc": "doc", "ole": "doc", "odt": "odt", "rtf": "rtf"}


class Job(NamedTuple):
    """One file to convert: its SHA-256, where it lies, its kind (`formats.py`)."""

    sha256: str
    path: Path
    kind: str


def convert(jobs: Sequence[Job], into: Path) -> dict[str, Path | Problem]:
    """Convert every job to a .docx named after its hash in the folder `into`.

    Returns one entry for each job: the path, or why there is none. READER_MISSING means that we are
    at fault or cannot tell (no LibreOffice, a crash, a time-out, no room), FILE_UNREADABLE that the
    file is.
    """
    program = find_libreoffice()
    if program is None:
        return {job.sha256: _ours(f"本机未安装 LibreOffice（{INSTALL_HINT}）") for job in jobs}
    results: dict[str, Path | Problem] = {}
    groups: dict[str, list[Job]] = {}
    for job in {job.sha256: job for job in jobs}.values():
        refused = _refused_before(job)
        if refused is not None:
            results[job.sha256] = refused
        else:
            groups.setdefault(_filter_of(job.kind), []).append(job)
    for input_filter, group in groups.items():
        try:
            with tempfile.TemporaryDirectory(prefix="ingest-soffice-") as folder:
                batch = _Batch(program, Path(folder), input_filter, into)
                results.update(batch.run(group))
        except OSError as error:
            why = _ours(f"本机无法转换：{error.strerror or '无法写入临时文件夹'}")
            results.update({job.sha256: why for job in group if job.sha256 not in results})
    return results


def why_not_working() -> str | None:
    """None where LibreOffice converts a sound file, else in Chinese what is wrong with it."""
    with tempfile.TemporaryDirectory(prefix="ingest-soffice-") as folder:
        source = Path(folder, "probe")
        source.write_bytes(_RTF)
        made = convert([Job("probe", source, "rtf")], Path(folder, "out"))["probe"]
    return None if isinstance(made, Path) else made.detail


def _ours(detail: str) -> Problem:
    return Problem(code=IssueCode.READER_MISSING, detail=detail)


def _theirs(detail: str) -> Problem:
    return Problem(code=IssueCode.FILE_UNREADABLE, detail=detail)


def _filter_of(kind: str) -> str:
    # Named .doc or not, HTML is otherwise opened by Writer/Web, which cannot save a .docx.
    return "HTML (StarWriter)" if kind == "html" else ""


def _refused_before(job: Job) -> Problem | None:
    """What soffice would turn into a blank or garbled .docx without a word, or what is too large."""
    with job.path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        return _theirs("文件是空的（0 字节）")
    starts = _STARTS.get(job.kind)
    if starts is not None and not head.startswith(starts):
        return _theirs("文件已损坏，打不开")
    size = job.path.stat().st_size
    if size > (MOST_BYTES_OF_PAGE if job.kind == "html" else MOST_BYTES):
        return _ours(f"文件有 {size // _MEBIBYTE} MB，超出本机能转换的大小，需人工查看")
    if job.kind == "odt" and _is_locked_odt(job.path):
        return _theirs("文件设有密码，请去掉密码后重新发来")
    return None


def _is_locked_odt(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as package, package.open("META-INF/manifest.xml") as stream:
            return b"encryption-data" in stream.read(1 << 20)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError):
        return False


# --- one batch --------------------------------------------------------------------------------


class _Batch:
    """Files that one soffice call converts, and the calls it takes when some of them kill it."""

    def __init__(self, program: str, folder: Path, input_filter: str, into: Path) -> None:
        self.program = program
        self.folder = folder
        self.input_filter = input_filter
        self.into = into

    def run(self, jobs: Sequence[Job]) -> dict[str, Path | Problem]:
        made, survived = self._call(jobs)
        results = {
            job.sha256: self._kept(job, made[job.sha256]) for job in jobs if job.sha256 in made
        }
        left = [job for job in jobs if job.sha256 not in made]
        if survived:
            proven = {_PROOF_OF.get(job.kind) for job in jobs if job.sha256 in made}
            return {**results, **self._refused(left, proven)}
        if len(jobs) == 1 and left:
            return {left[0].sha256: _ours("LibreOffice 转换此文件时中断或超时，需人工查看")}
        if left:
            # The first one without output is most likely to blame: alone first, then the others.
            for part in (left[:1], left[1 : 1 + len(left) // 2], left[1 + len(left) // 2 :]):
                results.update(self.run(part) if part else {})
        return results

    def _refused(
        self, jobs: Sequence[Job], proven: Collection[str | None]
    ) -> dict[str, Path | Problem]:
        """Files that soffice wrote nothing for, living on: once more, beside sound ones."""
        results: dict[str, Path | Problem] = {}
        doubted = [job for job in jobs if _PROOF_OF.get(job.kind) not in {*proven, None}]
        sound: set[str | None] = set()
        if doubted:
            probes = list(self._probes({_PROOF_OF[job.kind] for job in doubted}))
            made, survived = self._call([*probes, *doubted])
            if survived:
                sound = {probe.kind for probe in probes if probe.sha256 in made}
            for job in doubted:
                if job.sha256 in made:
                    results[job.sha256] = self._kept(job, made[job.sha256])
        for job in jobs:
            can = _PROOF_OF.get(job.kind) in ({*proven, *sound} - {None})
            if job.sha256 not in results:
                results[job.sha256] = self._refusal(job, can)
        return results

    def _refusal(self, job: Job, can: bool) -> Problem:
        if shutil.disk_usage(self.folder).free < _ROOM:
            return _ours("本机临时文件夹空间不足，未能转换")
        if can:
            return _theirs("文件已损坏或设有密码，打不开")
        if job.kind in _PROOF_OF:
            return _ours(f"本机的 LibreOffice 不能转换文件，可能缺少 Writer 组件（{INSTALL_HINT}）")
        return _ours("LibreOffice 不能读取此文件（可能已损坏），需人工查看")

    def _probes(self, kinds: Collection[str]) -> Iterator[Job]:
        """A file of each of these kinds that is known to be sound, where one can be made."""
        place = Path(tempfile.mkdtemp(prefix="probe-", dir=self.folder))
        for kind in sorted(kinds):
            probe = place / kind
            if kind == "doc":
                source = place / "probe.rtf"
                source.write_bytes(_RTF)
                folder = Path(tempfile.mkdtemp(prefix="call-", dir=self.folder))
                out, _ = call(self.program, [source], folder, SECONDS_TO_START, to=DOC)
                if not (out / "probe.doc").is_file():
                    continue
                shutil.move(out / "probe.doc", probe)
            else:
                probe.write_bytes(_RTF if kind == "rtf" else _odt())
            yield Job(f"probe-{kind}", probe, kind)

    def _call(self, jobs: Sequence[Job]) -> tuple[dict[str, Path], bool]:
        """Run soffice once. Returns what it made, and whether it ended by itself and in time."""
        place = Path(tempfile.mkdtemp(prefix="call-", dir=self.folder))
        source = place / "in"
        source.mkdir()
        names = []
        for job in jobs:
            staged = source / f"{job.sha256}.{_SUFFIXES.get(job.kind, job.kind)}"
            if job.kind == "html":
                staged.write_bytes(_as_utf8(job.path.read_bytes()))
            else:
                shutil.copyfile(job.path, staged)
            names.append(staged)
        seconds = SECONDS_TO_START + SECONDS_A_FILE * len(jobs)
        target, survived = call(self.program, names, place, seconds, input_filter=self.input_filter)
        made = {job.sha256: target / f"{job.sha256}.docx" for job in jobs}
        return {key: path for key, path in made.items() if path.is_file()}, survived

    def _kept(self, job: Job, output: Path) -> Path | Problem:
        problem = _fault_of(job, output)
        if problem is not None:
            return problem
        self.into.mkdir(parents=True, exist_ok=True)
        final = self.into / f"{job.sha256}.docx"
        shutil.move(output, final)
        return final


_RTF = rb"{\rtf1\ansi A file that is known to be sound.\par}"


def _odt() -> bytes:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:text="{names}:text:1.0"'
        ' office:version="1.2"><office:body><office:text><text:p>A sound file.</text:p>'
        "</office:text></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.text"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mimetype}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        package.writestr("mimetype", mimetype)
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", manifest)
    return held.getvalue()


def _as_utf8(page: bytes) -> bytes:
    """A web page in UTF-8 that says so: without a label LibreOffice takes GBK for Latin letters."""
    label = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", page[:4096], re.IGNORECASE)
    text = decode(page, label.group(1).decode("ascii") if label else None)
    text = (
        re.sub(r"(?i)(<meta\b[^>]*?charset\s*=\s*[\"']?\s*)[\w-]+", r"\1utf-8", text[:4096])
        + text[4096:]
    )
    if label is None:
        text = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">' + text
    return b"\xef\xbb\xbf" + text.lstrip("\ufeff").encode("utf-8", "replace")


# --- looking at what came out -----------------------------------------------------------------


def _fault_of(job: Job, output: Path) -> Problem | None:
    try:
        with zipfile.ZipFile(output) as package:
            with package.open("word/document.xml") as stream:
                xml = stream.read(_MOST_XML + 1)
            pictures = any(name.startswith("word/media/") for name in package.namelist())
    except (zipfile.BadZipFile, KeyError, OSError):
        return _ours("LibreOffice 转换结果不完整，需人工查看")
    if len(xml) > _MOST_XML or output.stat().st_size > OUTPUT_MIB * _MEBIBYTE:
        return _ours("LibreOffice 转换结果过大，需人工查看")
    text = re.sub(rb"<[^>]+>", b"", xml).strip()
    if not text and not pictures and _has_text(job):
        return _ours("LibreOffice 转换结果为空白，需人工查看")
    if text.count("\ufffd".encode()) > len(text) / 30:
        return _ours("LibreOffice 转换结果为乱码，需人工查看")
    return None


def _has_text(job: Job) -> bool:
    """Whether a file that came out blank had something in it; when in doubt it had."""
    if job.kind in ("html", "mht"):
        with job.path.open("rb") as stream:
            data = stream.read(32 << 10)  # the pattern below takes the square of this
        body = re.sub(rb"(?is)<(script|style|head)\b.*?</\1>|<!--.*?-->|<[^>]+>", b"", data)
        return bool(body.replace(b"&nbsp;", b"").strip())
    return True
