"""The pictures inside a Word file: out of the zip into the sink, each once."""

from __future__ import annotations

from dataclasses import dataclass

from inbox_ingest.reading.content import Sink
from inbox_ingest.reading.document import Picture, Unreadable
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.reading.word_package import PICTURE_LIMIT, Package, Relation

PICTURES_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture stands: its relation, the place for people, the number of blocks before it."""

    relation: str
    where: str
    after: int


def take_pictures(
    package: Package, relations: dict[str, Relation], places: list[Place], sink: Sink
) -> tuple[list[Picture], list[str]]:
    """Put every picture of `places` into the sink, one used twice only once.

    Returns the pictures and, in Chinese, what could not be taken out.
    """
    pictures: list[Picture] = []
    lost: list[str] = []
    seen: set[str] = set()
    for place in places:
        relation = relations.get(place.relation)
        if relation is None or relation.external or relation.target in seen:
            continue
        seen.add(relation.target)
        if len(pictures) == PICTURES_LIMIT:
            lost.append(f"{PICTURES_LIMIT} 幅以后的图片")
            break
        if not package.has(relation.target):
            continue
        try:
            kept = sink.put(package.chunks(relation.target, PICTURE_LIMIT))
        except Unreadable as problem:
            lost.append(f"{place.where}的图片（{problem.detail}）")
            continue
        if kept.size:
            pictures.append(
                Picture(
                    sha256=kept.sha256,
                    size=kept.size,
                    kind=kind_of(kept),
                    where=place.where,
                    after=place.after,
                )
            )
    return pictures, lost
