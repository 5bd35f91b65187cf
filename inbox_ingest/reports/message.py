"""One mail on the screen: who wrote when, what it says, which files came with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from inbox_ingest.reports.screen import Line, fit, fit_middle, harmless, pad, wrap
from inbox_ingest.reports.words import DISPOSITION_WORDS, ROLE_WORDS, moment, size_words

Locate = Callable[[str], Path | None]
_LABEL = 10
_LONGEST = 60  # lines of the mail's own text


def message_lines(message: Mapping[str, Any], locate: Locate = lambda _sha256: None) -> list[Line]:
    """The screen. `locate` tells where the archive keeps the mail itself and its files."""
    lines = [Line(text, "heading") for text in wrap(message["subject"] or "（无主题）")]
    words = DISPOSITION_WORDS.get(message["disposition"] or "", "待处理")
    for label, value in (
        ("发件人", message["from"] or "（未知）"),
        ("收到", f"{moment(message['received_at'])}，在“{message['folder']}”"),
        ("归属", f"{words} {'、'.join(message['case_nos'])}".rstrip()),
        ("读取问题", message["problem"]),
    ):
        if value:
            head = pad(label, _LABEL)
            lines += [Line(text) for text in wrap(value, indent=head, hanging=" " * _LABEL)]
    lines += _place(locate(message["raw_sha256"]), "原件")
    lines += [Line(""), *_text(message["text"])]
    for file in message["attachments"]:
        role = ROLE_WORDS.get(file["role"], file["role"])
        name = fit_middle(file["filename"] or "（无名）", 50)
        lines.append(Line(fit(f"  {pad(role, 12)}{name}  {size_words(file['size'])}", 80)))
        lines += _place(locate(file["sha256"]), "")
    return lines


def _text(text: str) -> Iterable[Line]:
    pieces = [piece for line in text.strip().splitlines() for piece in wrap(line, indent="  ")]
    for piece in pieces[:_LONGEST]:
        yield Line(piece)
    if len(pieces) > _LONGEST:
        yield Line(f"  ……（还有 {len(pieces) - _LONGEST} 行，见原件）", "quiet")
    if pieces:
        yield Line("")


def _place(path: Path | None, label: str) -> Iterable[Line]:
    """Not cut: it is there to be copied."""
    if path is not None:
        yield Line(f"{pad(label, _LABEL)}{harmless(str(path))}", "quiet")
