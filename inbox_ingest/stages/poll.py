"""The quick look: is there anything at all to do? Standard library only, for cron asks every minute.

A folder is unchanged where its count of messages is the one of the last full listing and nothing
stands above the highest UID known. That could miss a mail that came below the highest UID while
another was deleted, so a full listing is made at least once an hour all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inbox_ingest.casebook.glance import FolderGlance, Glance
from inbox_ingest.inbox.source import FolderMissing, Source

LISTING_EVERY = timedelta(hours=1)
COMPARISON_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Look:
    """What the quick look saw: folders that may have changed, those that surely have not.

    `compared` tells when the known UIDs of each folder were last compared with the server's.
    """

    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    compared: Mapping[str, datetime | None] = field(default_factory=dict)


def look(source: Source, glance: Glance | None, now: datetime) -> Look:
    """Open every folder and compare it with what the last full listing left.

    A folder that is not there counts as changed: the full listing tells the person, every time.
    """
    known = glance.poll(source.account, now).folders if glance is not None else {}
    changed: list[str] = []
    same: list[str] = []
    for folder in source.folders():
        try:
            unchanged = _unchanged(source, folder, known.get(folder), now)
        except FolderMissing:
            unchanged = False
        (same if unchanged else changed).append(folder)
    compared = {name: folder.compared_at for name, folder in known.items()}
    return Look(tuple(changed), tuple(same), compared)


def _unchanged(source: Source, name: str, known: FolderGlance | None, now: datetime) -> bool:
    state = source.open(name)
    if known is None or state.uidvalidity != known.uidvalidity or state.exists != known.exists:
        return False
    if _older(known.listed_at, now, LISTING_EVERY) or _older(
        known.compared_at, now, COMPARISON_EVERY
    ):
        return False
    if state.exists == 0:
        return True
    highest = known.highest_uid
    return highest is not None and not source.newer_than(name, str(highest))


def _older(moment: datetime | None, now: datetime, age: timedelta) -> bool:
    return moment is None or now - moment >= age
