"""The lines of contract §8 out of the casebook, read with the bare sqlite3 module."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inbox_ingest.casebook.glance import Glance


def cases(glance: Glance) -> Iterator[dict[str, Any]]:
    """Open cases by number, as they were written with their newest revision."""
    for row in glance.rows("SELECT line FROM cases WHERE closed_at IS NULL ORDER BY id"):
        yield json.loads(row[0])


def messages(glance: Glance) -> Iterator[dict[str, Any]]:
    """Every mail in the archive by receipt; `disposition` is null until it is filed."""
    numbers: dict[str, list[str]] = defaultdict(list)
    for raw_sha256, case_no in glance.rows(
        "SELECT raw_sha256, case_no FROM case_messages JOIN cases ON cases.id = case_id"
        " WHERE closed_at IS NULL ORDER BY case_id"
    ):
        numbers[raw_sha256].append(case_no)
    files: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in glance.rows(
        "SELECT raw_sha256, filename, role, size, sha256, container FROM attachments"
        " ORDER BY raw_sha256, position"
    ):
        raw_sha256, *values = row
        names = ("filename", "role", "size", "sha256", "container")
        files[raw_sha256].append(dict(zip(names, values, strict=True)))
    for row in glance.rows(
        "SELECT message_id, sender, subject, received_at, disposition, raw_sha256, problem"
        " FROM messages ORDER BY received_at, raw_sha256"
    ):
        raw_sha256 = row["raw_sha256"]
        yield {
            "message_id": row["message_id"],
            "from": row["sender"],
            "subject": row["subject"],
            "received_at": glance.local(row["received_at"]),
            "disposition": row["disposition"],
            "case_nos": numbers.get(raw_sha256, []),
            "raw_sha256": raw_sha256,
            "attachments": files.get(raw_sha256, []),
            "problem": row["problem"],
        }


def replies(glance: Glance) -> Iterator[dict[str, Any]]:
    """Every reply in the order they were made."""
    numbers: dict[int, list[str]] = defaultdict(list)
    for reply_id, case_no in glance.rows(
        "SELECT reply_id, case_no FROM reply_cases JOIN cases ON cases.id = case_id"
        " ORDER BY case_id"
    ):
        numbers[reply_id].append(case_no)
    for row in glance.rows("SELECT * FROM replies ORDER BY id"):
        yield {
            "to": row["recipient"] or None,  # a mail that names no sender
            "subject": row["subject"],
            "body": row["body"],
            "kind": row["kind"],
            "state": row["state"],
            "reason": row["reason"],
            "in_reply_to": row["in_reply_to"],
            "case_nos": numbers.get(row["id"], []),
        }
