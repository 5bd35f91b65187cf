"""Which kinds of files this installation can read, and how to install what it lacks."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from inbox_ingest.conversion import INSTALL_HINT, find_libreoffice, why_not_working


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of file and what reads it: a Python package, or a program found by `find`.

    `fault` tries the program out and says in Chinese what is wrong with it, None where it works.
    """

    kinds: str
    modules: tuple[str, ...]
    remedy: str
    find: Callable[[], str | None] | None = None
    fault: Callable[[], str | None] | None = None

    def missing(self) -> list[str]:
        """The parts that are not installed."""
        absent = [name for name in self.modules if importlib.util.find_spec(name) is None]
        if self.find is not None and self.find() is None:
            absent.append("程序")
        return absent


def _find_unrar() -> str | None:
    return next(filter(None, map(shutil.which, ("unrar", "unar", "bsdtar", "7z", "7zz"))), None)


_PIP = "pip install inbox-ingest 重新安装，或单独 pip install {}"
READERS = (
    Reader("Word 文档（.docx）", ("docx", "lxml"), _PIP.format("python-docx")),
    Reader("旧版 Word（.doc）", ("doc2docx",), _PIP.format("msdoc2docx")),
    Reader(
        "WPS、RTF、ODT（LibreOffice）",
        (),
        f"安装 LibreOffice：{INSTALL_HINT}",
        find_libreoffice,
        why_not_working,
    ),
    Reader("PDF", ("pdfplumber", "pypdfium2"), _PIP.format("pdfplumber pypdfium2")),
    Reader(
        "扫描件和照片（文字识别）",
        ("rapidocr", "onnxruntime", "cv2"),
        _PIP.format("rapidocr onnxruntime opencv-python-headless"),
    ),
    Reader("苹果照片（.heic）", ("pillow_heif",), _PIP.format("pillow-heif")),
    Reader("7z 压缩包", ("py7zr",), _PIP.format("py7zr")),
    Reader("RAR 压缩包", ("rarfile",), "安装 unrar 或 libarchive-tools", _find_unrar),
    Reader("winmail.dat", ("tnefparse",), _PIP.format("tnefparse")),
)
