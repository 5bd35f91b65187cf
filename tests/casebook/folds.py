"""A few mails folded into cases, and what the tests look at in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.checking.engine import check
from inbox_ingest.records import (
    Attachment,
    Case,
    Received,
)
from tests.casebook.mails import (
    CAMPAIGN,
)


def fold(*mails: Received) -> Assembled:
    return assemble(mails, CAMPAIGN, next_sequence=1)


def roles(case: Case) -> list[str]:
    return [material.attachment.role for material in case.documents]


def filenames(case: Case) -> list[str | None]:
    return [material.attachment.filename for material in case.documents]


def dispositions(assembled: Assembled, mails: Sequence[Received]) -> list[str]:
    found = {outcome.raw_sha256: outcome.disposition for outcome in assembled.outcomes}
    return [found[item.reading.raw_sha256] for item in mails]


def sender_issues(case: Case) -> list[str]:
    """What the sender would be told."""
    return [issue.code.value for issue in check(case, CAMPAIGN) if issue.audience == "sender"]


def in_folders(
    folders: Mapping[str, Sequence[Attachment]], container: str = "材料.zip", part: str = "2"
) -> list[Attachment]:
    """Files of one archive, each in its folder."""
    placed = [(folder, file) for folder, files in folders.items() for file in files]
    return [
        file.model_copy(update={"container": container, "group": folder, "part": f"{part}/{place}"})
        for place, (folder, file) in enumerate(placed, start=1)
    ]
