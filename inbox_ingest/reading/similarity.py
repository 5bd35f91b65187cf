"""How alike two texts are, from short signatures that can be stored and compared without the texts.

A signature is a min-hash (Broder 1997) over overlapping character groups: the share of equal places
in two signatures estimates which share of the groups the texts have in common. Deterministic across
processes, machines and runs: seed, group length and the library's algorithm version are fixed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rensa import RMinHash  # type: ignore[import-untyped]

PLACES = 128  # standard error of the estimate ≤ 0.045
GROUP = 4  # characters: longer ones fall apart at every small edit, shorter ones are common to all
_SEED = 20250410
_NOT_TEXT = re.compile(r"[\W_]+")


def signature(text: str) -> tuple[int, ...]:
    """The signature of `text`, letters and digits only; empty where there are none."""
    bare = _NOT_TEXT.sub("", text).lower()
    if not bare:
        return ()
    sketch = RMinHash(num_perm=PLACES, seed=_SEED)
    sketch.update([bare[start : start + GROUP] for start in range(max(1, len(bare) - GROUP + 1))])
    return tuple(sketch.digest())


def similarity(first: Sequence[int], second: Sequence[int]) -> float:
    """The estimated likeness of two signed texts, 0.0 to 1.0; 0.0 where one has no signature."""
    if not first or len(first) != len(second):
        return 0.0
    return sum(one == other for one, other in zip(first, second, strict=True)) / len(first)
