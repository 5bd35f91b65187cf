"""Files in the formats that only LibreOffice writes here, made once for all tests that need them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

_FILTERS = {
    "doc": "doc:MS Word 97",
    "rtf": "rtf:Rich Text Format",
    "odt": "odt:writer8",
    "html": "html:HTML (StarWriter)",
    "pdf": "pdf:writer_pdf_Export",
}


def installed() -> bool:
    """Whether soffice is there."""
    return shutil.which("soffice") is not None


@cache
def made(data: bytes, kind: str) -> bytes:
    """This .docx in another format."""
    return made_all((data,), kind)[0]


@cache
def made_all(files: tuple[bytes, ...], kind: str) -> tuple[bytes, ...]:
    """These .docx files in another format, by one call of soffice."""
    with tempfile.TemporaryDirectory(prefix="made-by-soffice-") as name:
        folder = Path(name)
        sources = []
        for number, data in enumerate(files):
            sources.append(folder / f"file{number}.docx")
            sources[-1].write_bytes(data)
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                "--headless",
                "--convert-to",
                _FILTERS[kind],
                "--outdir",
                str(folder / "out"),
                *map(str, sources),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=180,
            check=True,
        )
        return tuple((folder / "out" / f"file{n}.{kind}").read_bytes() for n in range(len(files)))
