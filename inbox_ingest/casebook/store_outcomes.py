"""What became of the mails of a filing: disposition, cases, and whether a person has to look."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from inbox_ingest.casebook.changes import Outcome
from inbox_ingest.casebook.database import slices
from inbox_ingest.casebook.tables import CASE_MESSAGES, MESSAGES

_NAMES = ("stage", "disposition", "problem", "waits_for_person", "reasons")


def write_outcomes(
    connection: Connection, outcomes: Sequence[Outcome], anchors: Mapping[str, int]
) -> int:
    """Write the outcomes that differ from what is there; return how many.

    `anchors` gives the ids of the open cases.

    Raises:
        ValueError: an outcome names an anchor of no open case.
    """
    hashes = [outcome.raw_sha256 for outcome in outcomes]
    stored = _stored(connection, hashes)
    links = _links(connection, hashes)
    written, joined, parted = [], [], []
    for outcome in outcomes:
        values = _values(outcome)
        wanted = {_case_id(anchors, anchor) for anchor in outcome.anchors}
        linked = links[outcome.raw_sha256]
        missing = wanted - linked.keys()
        needless = {case for case, member in linked.items() if not member} - wanted
        joined += [(case, outcome.raw_sha256) for case in sorted(missing)]
        parted += [(case, outcome.raw_sha256) for case in sorted(needless)]
        if stored.get(outcome.raw_sha256) != values:
            written.append({"hash": outcome.raw_sha256, **values})
    if written:
        connection.execute(
            update(MESSAGES)
            .where(MESSAGES.c.raw_sha256 == bindparam("hash"))
            .values({name: bindparam(name) for name in _NAMES}),
            written,
        )
    _write_links(connection, joined, parted)
    return len({row["hash"] for row in written} | {raw for _, raw in (*joined, *parted)})


def _values(outcome: Outcome) -> dict[str, Any]:
    reasons = [reason.model_dump(mode="json") for reason in outcome.reasons]
    return {
        "stage": "filed",
        "disposition": outcome.disposition,
        "problem": outcome.problem,
        "waits_for_person": int(outcome.waits_for_person),
        "reasons": json.dumps(reasons, ensure_ascii=False),
    }


def _case_id(anchors: Mapping[str, int], anchor: str) -> int:
    try:
        return anchors[anchor]
    except KeyError:
        raise ValueError(f"no open case begins with {anchor}") from None


def _stored(connection: Connection, hashes: Iterable[str]) -> dict[str, dict[str, Any]]:
    columns = [MESSAGES.c[name] for name in _NAMES]
    return {
        raw_sha256: dict(zip(_NAMES, values, strict=True))
        for part in slices(hashes)
        for raw_sha256, *values in connection.execute(
            select(MESSAGES.c.raw_sha256, *columns).where(MESSAGES.c.raw_sha256.in_(part))
        )
    }


def _links(connection: Connection, hashes: Iterable[str]) -> dict[str, dict[int, bool]]:
    """The cases that each mail has to do with, and whether it brought material to them."""
    links: dict[str, dict[int, bool]] = defaultdict(dict)
    columns = CASE_MESSAGES.c
    query = select(columns.raw_sha256, columns.case_id, columns.member)
    for part in slices(hashes):
        for raw_sha256, case_id, member in connection.execute(
            query.where(columns.raw_sha256.in_(part))
        ):
            links[raw_sha256][case_id] = bool(member)
    return links


def _write_links(
    connection: Connection, joined: Sequence[tuple[int, str]], parted: Sequence[tuple[int, str]]
) -> None:
    columns = CASE_MESSAGES.c
    if parted:
        connection.execute(
            delete(CASE_MESSAGES).where(
                columns.case_id == bindparam("row"), columns.raw_sha256 == bindparam("hash")
            ),
            [{"row": case_id, "hash": raw_sha256} for case_id, raw_sha256 in parted],
        )
    if joined:
        connection.execute(
            CASE_MESSAGES.insert(),
            [
                {"case_id": case_id, "raw_sha256": raw_sha256, "member": 0}
                for case_id, raw_sha256 in joined
            ],
        )
