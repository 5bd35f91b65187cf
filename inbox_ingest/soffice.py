"""Starts LibreOffice: one call for some files, kept on a lead.

It runs in a fresh profile with macros and link updates off, without network where the system lets us
take it away, within limits of time, memory and output. Its exit code says nothing (facts §5) but
whether it ended by itself: what counts is the files it left.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

INSTALL_HINT = "apt-get install libreoffice-writer-nogui"
DOCX = "docx:Office Open XML Text"
DOC = "doc:MS Word 97"
MEMORY_MIB = 1536  # of data: a hostile file then ends soffice, not the machine
OUTPUT_MIB = 256  # for one file

# Registry values (LibreOffice's officecfg schema) that keep a document from acting or reaching out.
_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Misc", "CrashReport", "false"),
    ("Writer/Content/Update", "Link", "2"),
)


def find_libreoffice() -> str | None:
    """The soffice program of this system, or None."""
    places = ("/usr/lib/libreoffice/program/soffice", "/opt/libreoffice/program/soffice")
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in places if os.access(place, os.X_OK)), None)


def installation(program: str) -> str:
    """A name for this installation that changes when it does, without starting it.

    Asking soffice for its version takes a second. A part that is added later (Writer beside Calc)
    leaves the program as it is and changes the folder that it lies in.
    """
    path = Path(program).resolve()
    times = [path.stat().st_mtime]
    if path.parent.name == "program":
        times.append(path.parent.stat().st_mtime)
    return f"libreoffice-{int(max(times))}"


def call(
    program: str,
    files: Sequence[Path],
    place: Path,
    seconds: float,
    *,
    to: str = DOCX,
    input_filter: str = "",
) -> tuple[Path, bool]:
    """Convert `files` into the folder that is returned; also whether it ended by itself and in time.

    `place` is an empty folder for this call alone. What is made is named after its source.

    Raises:
        OSError: the program cannot be started, or the folder cannot be written.
    """
    target = place / "out"
    target.mkdir()
    arguments = [*_sandboxed(program, _profile(place)), "--convert-to", to, "--outdir", str(target)]
    if input_filter:
        arguments.append(f"--infilter={input_filter}")
    return target, _run([*arguments, *map(str, files)], place, seconds)


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
