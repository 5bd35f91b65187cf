"""Turns files of older formats into .docx with LibreOffice: one process for a batch, kept on a lead.

soffice leaves with 0 whatever happens (facts §5), so its exit code is not looked at: what counts is
the file it left, which is checked. It runs in a fresh profile with macros and link updates off, without
network where the system lets us take it away, within limits of time, memory and output. A batch
that dies is halved until the file which kills it is alone.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from inbox_ingest.reading.charsets import decode
from inbox_ingest.records import IssueCode, Problem

INSTALL_HINT = "apt-get install libreoffice-writer-nogui"
SECONDS_TO_START = 60.0
SECONDS_A_FILE = 20.0
MEMORY_MIB = 1536  # of data: a hostile file then ends soffice, not the machine
OUTPUT_MIB = 256  # for one file

_SUFFIXES = {"mht": "mht", "wordxml": "xml", "uof": "uot", "html": "html"}
_STARTS = {
    "doc": (b"\xd0\xcf\x11\xe0",),
    "wps": (b"\xd0\xcf\x11\xe0",),
    "odt": (b"PK",),
}
# Registry values (LibreOffice's officecfg schema) that keep a document from acting or reaching out.
_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Misc", "CrashReport", "false"),
    ("Writer/Content/Update", "Link", "2"),
)


class Job(NamedTuple):
    """One file to convert: its SHA-256, where it lies, its kind (`formats.py`)."""

    sha256: str
    path: Path
    kind: str


def find_libreoffice() -> str | None:
    """The soffice program of this system, or None."""
    places = ("/usr/lib/libreoffice/program/soffice", "/opt/libreoffice/program/soffice")
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in places if os.access(place, os.X_OK)), None)


def convert(jobs: Sequence[Job], into: Path) -> dict[str, Path | Problem]:
    """Convert every job to a .docx named after its hash in the folder `into`.

    Returns one entry for each job: the path, or why there is none. READER_MISSING means that we are
    at fault (no LibreOffice, a crash, a time-out), FILE_UNREADABLE that the file is.
    """
    program = find_libreoffice()
    if program is None:
        detail = f"本机未安装 LibreOffice（{INSTALL_HINT}）"
        missing = Problem(code=IssueCode.READER_MISSING, detail=detail)
        return {job.sha256: missing for job in jobs}
    results: dict[str, Path | Problem] = {}
    groups: dict[str, list[Job]] = {}
    for job in {job.sha256: job for job in jobs}.values():
        refused = _refused_before(job)
        if refused is not None:
            results[job.sha256] = refused
        else:
            groups.setdefault(_filter_of(job.kind), []).append(job)
    with tempfile.TemporaryDirectory(prefix="ingest-soffice-") as folder:
        for input_filter, group in groups.items():
            results.update(_Batch(program, Path(folder), input_filter, into).run(group))
    return results


def _filter_of(kind: str) -> str:
    # Named .doc or not, HTML is otherwise opened by Writer/Web, which cannot save a .docx.
    return "HTML (StarWriter)" if kind == "html" else ""


def _refused_before(job: Job) -> Problem | None:
    """What soffice would turn into a blank or garbled .docx without a word."""
    with job.path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        return Problem(code=IssueCode.FILE_UNREADABLE, detail="文件是空的（0 字节）")
    starts = _STARTS.get(job.kind)
    if starts is not None and not head.startswith(starts):
        return Problem(code=IssueCode.FILE_UNREADABLE, detail="文件已损坏，打不开")
    if job.kind == "odt" and _is_locked_odt(job.path):
        detail = "文件设有密码，请去掉密码后重新发来"
        return Problem(code=IssueCode.FILE_UNREADABLE, detail=detail)
    return None


def _is_locked_odt(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as package, package.open("META-INF/manifest.xml") as stream:
            return b"encryption-data" in stream.read(1 << 20)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError):
        return False


# --- running soffice --------------------------------------------------------------------------


class _Batch:
    """Files that one soffice call converts, and the calls it takes when some of them kill it."""

    def __init__(self, program: str, folder: Path, input_filter: str, into: Path) -> None:
        self.program = program
        self.folder = folder
        self.input_filter = input_filter
        self.into = into
        self.calls = 0

    def run(self, jobs: Sequence[Job]) -> dict[str, Path | Problem]:
        made, survived = self._call(jobs)
        results: dict[str, Path | Problem] = {}
        left: list[Job] = []
        for job in jobs:
            output = made.get(job.sha256)
            if output is not None:
                results[job.sha256] = self._kept(job, output)
            elif survived:
                results[job.sha256] = _refusal(job)
            else:
                left.append(job)
        if len(jobs) == 1 and left:
            detail = "LibreOffice 转换此文件时中断或超时，需人工查看"
            return {left[0].sha256: Problem(code=IssueCode.READER_MISSING, detail=detail)}
        if left:
            # The first one without output is most likely to blame: alone first, then the others.
            for part in (left[:1], left[1 : 1 + len(left) // 2], left[1 + len(left) // 2 :]):
                results.update(self.run(part) if part else {})
        return results

    def _call(self, jobs: Sequence[Job]) -> tuple[dict[str, Path], bool]:
        """Run soffice once. Returns what it made, and whether it ended by itself and in time."""
        self.calls += 1
        place = Path(tempfile.mkdtemp(prefix="call-", dir=self.folder))
        source, target = place / "in", place / "out"
        source.mkdir()
        target.mkdir()
        names = []
        for job in jobs:
            staged = source / f"{job.sha256}.{_SUFFIXES.get(job.kind, job.kind)}"
            if job.kind == "html":
                staged.write_bytes(_as_utf8(job.path.read_bytes()))
            else:
                shutil.copyfile(job.path, staged)
            names.append(str(staged))
        arguments = [*_sandboxed(self.program, _profile(place)), "--convert-to"]
        arguments += ["docx:Office Open XML Text", "--outdir", str(target)]
        if self.input_filter:
            arguments.append(f"--infilter={self.input_filter}")
        seconds = SECONDS_TO_START + SECONDS_A_FILE * len(jobs)
        survived = _run(arguments + names, place, seconds)
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


def _profile(place: Path) -> str:
    user = place / "profile" / "user"
    user.mkdir(parents=True)
    items = "".join(
        f'<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        encoding="utf-8",
    )
    return (place / "profile").as_uri()


def _sandboxed(program: str, profile: str) -> list[str]:
    limits = f"ulimit -c 0; ulimit -d {MEMORY_MIB * 1024}; ulimit -f {OUTPUT_MIB * 2048}; "
    shell = ["/bin/sh", "-c", limits + 'exec "$@"', "sh"]
    switches = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"]
    return [*_without_network(), *shell, program, f"-env:UserInstallation={profile}", *switches]


@functools.cache
def _without_network() -> tuple[str, ...]:
    """A prefix that takes the network away, empty where the system does not let us."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    prefix = (unshare, "--net", "--map-root-user")
    done = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if done.returncode == 0 else ()


def _run(arguments: list[str], home: Path, seconds: float) -> bool:
    """Run to the end or the limit; everything that was started is gone afterwards."""
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
        # A second lock where the network could not be taken away: nothing listens there.
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=home,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # all of them have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# --- looking at what came out -----------------------------------------------------------------


def _refusal(job: Job) -> Problem:
    # soffice lived on and wrote nothing: it refused this one file.
    detail = "文件已损坏或设有密码，打不开"
    if job.kind in ("doc", "odt", "rtf"):
        return Problem(code=IssueCode.FILE_UNREADABLE, detail=detail)
    return Problem(code=IssueCode.READER_MISSING, detail="LibreOffice 不能读取此文件，需人工查看")


def _fault_of(job: Job, output: Path) -> Problem | None:
    try:
        with zipfile.ZipFile(output) as package:
            xml = package.read("word/document.xml")
            pictures = any(name.startswith("word/media/") for name in package.namelist())
    except (zipfile.BadZipFile, KeyError, OSError):
        return Problem(
            code=IssueCode.READER_MISSING, detail="LibreOffice 转换结果不完整，需人工查看"
        )
    text = re.sub(rb"<[^>]+>", b"", xml).strip()
    if not text and not pictures and _has_text(job):
        return Problem(
            code=IssueCode.READER_MISSING, detail="LibreOffice 转换结果为空白，需人工查看"
        )
    if text.count("\ufffd".encode()) > len(text) / 30:
        return Problem(
            code=IssueCode.READER_MISSING, detail="LibreOffice 转换结果为乱码，需人工查看"
        )
    return None


def _has_text(job: Job) -> bool:
    """Whether a file that came out blank had something in it; when in doubt it had."""
    if job.kind in ("html", "mht"):
        data = job.path.read_bytes()[: 1 << 20]
        body = re.sub(rb"(?is)<(script|style|head)\b.*?</\1>|<!--.*?-->|<[^>]+>", b"", data)
        return bool(body.replace(b"&nbsp;", b"").strip())
    return True
