"""What a person types after an option of `list`, as the casebook's own words and values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from inbox_ingest.errors import UsageError
from inbox_ingest.reports.words import ISSUE_WORDS, NO_TYPE, STATUS_WORDS

UNKNOWN = "unknown"
_UNKNOWN_WORDS = frozenset({UNKNOWN, "未知", "未定", "不明", "无", NO_TYPE})


# 2025-05-01, 2025/5/1, 2025年5月1日, 20250501; without a year, one of this year.
_DAYS = (
    re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?"),
    re.compile(r"(\d{4})(\d\d)(\d\d)"),
)


def plainly(typed: str | None) -> str | None:
    """What was typed without spaces, digits and letters of half width; None for nothing."""
    return "".join(unicodedata.normalize("NFKC", typed or "").split()) or None


def day_meant(typed: str | None, this_year: int) -> date | None:
    """The day that was typed.

    Raises:
        UsageError: it is none.
    """
    if typed is None:
        return None
    for pattern in _DAYS:
        found = pattern.fullmatch(plainly(typed) or "")
        if found is not None:
            year, month, day = found.groups()
            try:
                return date(int(year or this_year), int(month), int(day))
            except ValueError:
                break
    raise UsageError(f"--since 的日期“{typed}”看不懂。", remedy="请写成 2025-05-01 或 05-01。")


def meant(typed: str | None, present: Iterable[str]) -> str | Sequence[str] | None:
    """The values of `present` that are meant: `思政` for 行业思政, `南京市` for 南京; or `unknown`.

    What fits none is given back as it is: nothing has it.
    """
    if typed is None:
        return None
    plain = unicodedata.normalize("NFKC", typed).strip()
    if plain in _UNKNOWN_WORDS:
        return UNKNOWN
    values = list(present)
    if plain in values:
        return plain
    found = [value for value in values if plain and (plain in value or value in plain)]
    return found or plain


def status_meant(typed: str | None) -> str | None:
    """A status in the contract's word, from that or the Chinese one.

    Raises:
        UsageError: there is no such status.
    """
    known = {**{key: key for key in STATUS_WORDS}, **{v: k for k, v in STATUS_WORDS.items()}}
    if typed is None or typed.strip() in known:
        return None if typed is None else known[typed.strip()]
    listing = "、".join(f"{word}（{key}）" for key, word in STATUS_WORDS.items())
    raise UsageError(f"没有状态“{typed}”。", remedy=f"可用的有 {listing}。")


def code_meant(typed: str | None) -> str | None:
    """An issue code, from that or its Chinese name.

    Raises:
        UsageError: there is no such issue.
    """
    if typed is None or typed in ISSUE_WORDS:
        return typed
    found = [key for key, word in ISSUE_WORDS.items() if word == typed.strip()]
    if found:
        return found[0]
    listing = "、".join(f"{key}（{word}）" for key, word in ISSUE_WORDS.items())
    raise UsageError(f"没有问题代码“{typed}”。", remedy=f"可用的有 {listing}。")
