"""字 as Word's 字数 counts them (contract §2): one function, no setting."""

from __future__ import annotations

import re

# Exactly the ranges and marks of contract §2; 3000 itself is a space, so the range begins at 3001.
EAST_ASIAN = (
    "\u2e80-\u2fdf\u3001-\u33ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffef"
    "\U00020000-\U0003ffff\u2460-\u24ff\u25a0-\u26ff“”‘’—…·"
)
_EAST_ASIAN_RUN = re.compile(rf"[{EAST_ASIAN}]+")


def count_characters(text: str) -> int:
    """The number of 字 in `text`.

    Every East Asian character or mark counts 1, every longest run of other characters that are no
    white space counts 1: `2024年GDP增长5.2%` is 6.
    """
    between = _EAST_ASIAN_RUN.split(text)
    east_asian = len(text) - sum(map(len, between))
    return east_asian + sum(len(piece.split()) for piece in between)
