"""Lets a person change a text in the editor that he is used to."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from inbox_ingest.errors import UsageError


def in_editor(text: str) -> str:
    """What the person's editor leaves of `text`.

    Raises:
        UsageError: the editor did not end well.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "答复.txt"
        path.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(path)], check=True)
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise UsageError(
                f"编辑器 {editor} 没有正常结束，没有保存。",
                remedy="请设好环境变量 EDITOR，或用 --body 文件。",
            ) from error
        return text_of(path)


def text_of(path: Path) -> str:
    """The text of a file in UTF-8, with or without a mark of that.

    Raises:
        UsageError: it is not there, or something else.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"无法读取 {path}，须是 UTF-8 文本文件。") from error
