"""Finds the volumes of split archives among files that came together: 材料.7z.001, 材料.7z.002.

A volume is no damaged file: alone it cannot be opened by anybody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

# Plain pieces: joined, they are the archive. Others have a head of their own in each volume.
Way = Literal["pieces", "volumes"]

_PIECE = re.compile(r"(?P<stem>.+\.(?:7z|zip|rar|tar|gz|bz2|xz))\.(?P<number>\d{2,4})$", re.I)
_PART = re.compile(r"(?P<stem>.+)\.part(?P<number>\d{1,4})\.(?P<kind>rar|zip|7z)$", re.I)
_OLD = re.compile(r"(?P<stem>.+)\.(?P<kind>[rz])(?P<number>\d{2})$", re.I)
_LAST = {"r": "rar", "z": "zip"}  # the volume that the old ones belong to


class Volumes(NamedTuple):
    """One split archive: the places of its volumes in order, and the name of the whole.

    `whole` says that no volume before the last one that came is missing.
    """

    way: Way
    name: str
    places: tuple[int, ...]
    whole: bool


def volumes_among(names: Sequence[str | None]) -> list[Volumes]:
    """The split archives whose volumes are among files of these names."""
    return [*_pieces(names), *_parts(names), *_old(names)]


def _pieces(names: Sequence[str | None]) -> list[Volumes]:
    return [
        Volumes("pieces", name, tuple(numbers.values()), list(numbers) == _count(numbers))
        for name, numbers in _numbered(names, _PIECE).items()
    ]


def _parts(names: Sequence[str | None]) -> list[Volumes]:
    return [
        Volumes("volumes", name, tuple(numbers.values()), list(numbers) == _count(numbers))
        for name, numbers in _numbered(names, _PART).items()
    ]


def _old(names: Sequence[str | None]) -> list[Volumes]:
    found = []
    for name, numbers in _numbered(names, _OLD).items():
        stem, _, kind = name.rpartition(".")
        last = f"{stem}.{_LAST[kind]}".casefold()
        main = [place for place, other in enumerate(names) if (other or "").casefold() == last]
        places = (*main[:1], *numbers.values())
        found.append(Volumes("volumes", last, places, bool(main)))
    return found


def _numbered(names: Sequence[str | None], pattern: re.Pattern[str]) -> dict[str, dict[int, int]]:
    """For each whole the places of its volumes, by their numbers in order."""
    found: dict[str, dict[int, int]] = {}
    for place, name in enumerate(names):
        match = pattern.fullmatch(name or "")
        if match is None:
            continue
        whole = match.group("stem")
        if "kind" in match.groupdict():
            whole += "." + match.group("kind").lower()
        found.setdefault(whole, {}).setdefault(int(match.group("number")), place)
    return {whole: dict(sorted(numbers.items())) for whole, numbers in found.items()}


def _count(numbers: dict[int, int]) -> list[int]:
    return list(range(1, len(numbers) + 1))
