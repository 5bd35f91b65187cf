"""What a person types after --type, --city, --status and --code, as the casebook's own words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from inbox_ingest.errors import UsageError
from inbox_ingest.reports.words import ISSUE_WORDS, NO_TYPE, STATUS_WORDS

UNKNOWN = "unknown"
_UNKNOWN_WORDS = frozenset({UNKNOWN, "未知", "未定", "不明", "无", NO_TYPE})


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
