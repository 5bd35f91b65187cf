"""Which of several file names surely says that it is the last version? 申报表（最终版）, 正文 初稿, V2"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import IntEnum

_APART = r"(?:^|[\W_])(?:{})(?=$|[\W_\d])"  # set off by brackets, a separator or the end
# Long words stand anywhere, short ones only where no title would have them.
_DRAFT = re.compile(
    r"初稿|草稿|草案|旧[版稿]|作废|过期|讨论稿|征求意见稿|(?:修改|修订|更正|更新|定稿)之?前"
    r"|(?:非|未|没有?|待|不是)(?:最终|终稿|定稿|定版|修改|修订|更正|更新|改)|"
    + _APART.format(r"旧|废")
)
_FINAL = re.compile(
    r"最终|终[稿版]|定[稿版]|正式[稿版]|(?:修改|修订|更正|改正|更新)[稿版后]|改后"
    r"|(?:修改|修订|更正|更新)[\W_\d]*$|"
    + _APART.format(r"修改|修订|更正|更新|已改|改|新|新版|最新|终")
)
_NUMBERED = re.compile(r"(?<![a-z])v(\d+(?:\.\d+)?)|第?([一二三四五六七八九\d])稿", re.IGNORECASE)


class _Stage(IntEnum):
    """How far a document had come by its name; the greater, the later."""

    DRAFT = 0
    PLAIN = 1
    FINAL = 2


def latest(versions: Sequence[Iterable[str]]) -> int | None:
    """The place of the version whose names surely say that it is the last one; None in any doubt.

    Each entry holds the file names (with folders, if any) under which one and the same version came.
    """
    names = [[_bare(name) for name in called] for called in versions]
    stages = [_stage(called) for called in names]
    if any(stage is None for stage in stages):
        return None
    surely = _greatest(stages)
    if surely is None and len(set(stages)) == 1:
        surely = _greatest([_number(called) for called in names])
    return surely


def _greatest(ranks: Sequence[float | None]) -> int | None:
    """The place of the greatest, where all are known and only one is."""
    known = [rank for rank in ranks if rank is not None]
    if len(known) < len(ranks) or not known or known.count(max(known)) > 1:
        return None
    return known.index(max(known))


def _stage(names: Iterable[str]) -> _Stage | None:
    """The stage that the names of one version agree on; None where they contradict each other."""
    said: set[_Stage] = set()
    for name in names:
        rest, drafts = _DRAFT.subn(" ", name)
        said.update([_Stage.DRAFT] if drafts else [])
        said.update([_Stage.FINAL] if _FINAL.search(rest) else [])
    return None if len(said) > 1 else next(iter(said), _Stage.PLAIN)


def _number(names: Iterable[str]) -> float | None:
    """The number of the version: V2, 第二稿; None without one or with several."""
    found = {
        float(figure) if figure else unicodedata.numeric(sign)
        for name in names
        for figure, sign in _NUMBERED.findall(name)
    }
    return found.pop() if len(found) == 1 else None


def _bare(name: str) -> str:
    """A file name without its ending, in one width."""
    plain = unicodedata.normalize("NFKC", name)
    return plain.rpartition(".")[0] or plain
