"""Which batch tools this installation has: LibreOffice for old formats, OCR for scans.

Their versions are part of a reading's version, so that what could not be read for want of a tool is
read again once it is there.
"""

from __future__ import annotations

import importlib.util
import time
from dataclasses import dataclass, field
from importlib.metadata import version

from inbox_ingest.conversion import INSTALL_HINT, find_libreoffice
from inbox_ingest.derived import Retry
from inbox_ingest.reading.content import Content, Derived
from inbox_ingest.reading.ocr import OCR_VERSION
from inbox_ingest.reading.version import READER_VERSION
from inbox_ingest.records import IssueCode, Problem
from inbox_ingest.soffice import installation

_NO_CONVERTER = f"本机未安装 LibreOffice（{INSTALL_HINT}）"
_NO_RECOGNISER = "本机未安装文字识别组件（pip install rapidocr onnxruntime）"


@dataclass(frozen=True, slots=True)
class Tools:
    """Names with versions, None where a tool is missing; small enough to go to a worker.

    `retry` tells which failures of theirs are tried again.
    """

    converter: str | None
    recogniser: str | None
    retry: Retry = field(default_factory=Retry)

    @property
    def reader_version(self) -> str:
        """The version that a reading carries: readers and tools together."""
        return f"{READER_VERSION}/{self.converter or '-'}/{self.recogniser or '-'}"


def installed_tools() -> Tools:
    """Look for the tools without starting them; what failed before now is tried again."""
    program = find_libreoffice()
    converter = None if program is None else installation(program)
    recogniser = None
    if all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime")):
        recogniser = f"rapidocr-{version('rapidocr')}-{OCR_VERSION}"
    return Tools(converter, recogniser, Retry(since=time.time()))


class DerivedOrMissing:
    """Results of batch work; for a tool that is not there, the problem that says so."""

    def __init__(self, results: Derived, tools: Tools) -> None:
        self._results = results
        self._tools = tools

    def converted(self, sha256: str) -> Content | Problem | None:
        """See `Derived.converted`."""
        if self._tools.converter is None:
            return Problem(code=IssueCode.READER_MISSING, detail=_NO_CONVERTER)
        return self._results.converted(sha256)

    def recognised(self, sha256: str) -> bytes | Problem | None:
        """See `Derived.recognised`."""
        if self._tools.recogniser is None:
            return Problem(code=IssueCode.READER_MISSING, detail=_NO_RECOGNISER)
        return self._results.recognised(sha256)
