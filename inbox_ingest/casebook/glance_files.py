"""Finds the file, the mail, the decision that a person means, with the bare sqlite3 module."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inbox_ingest.casebook.glance import Glance

_HASH = re.compile(r"[0-9a-f]{6,64}")


def find_files(glance: Glance, text: str) -> list[dict[str, Any]]:
    """Files with this name, or whose SHA-256 begins so (six digits at least), once for each content.

    Where no file is called exactly so, those called so but for the case of letters, else those
    whose name holds the text.

    Keys: sha256, filename, size, role (as read), raw_sha256 and received_at of the first mail with
    it, case_nos (open cases that hold it, current or not).
    """
    begins = text.casefold() if _HASH.fullmatch(text.casefold()) else None
    rows = (
        _files(glance, "filename = ?", text, begins)
        or _files(glance, "lower(filename) = lower(?)", text, begins)
        or _files(glance, "instr(lower(filename), lower(?)) > 0", text, begins)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row["sha256"], dict(row))
    return [
        file
        | {"received_at": glance.local(file["received_at"])}
        | {"case_nos": list(dict.fromkeys(held["case_no"] for held in holders(glance, sha256)))}
        for sha256, file in found.items()
    ]


def _files(glance: Glance, condition: str, text: str, begins: str | None) -> list[sqlite3.Row]:
    return glance.rows(
        "SELECT sha256, filename, attachments.size, role, raw_sha256, received_at"  # noqa: S608 - ours
        f" FROM attachments JOIN messages USING (raw_sha256) WHERE {condition}"
        " OR (? IS NOT NULL AND substr(sha256, 1, length(?)) = ?)"
        " ORDER BY received_at, raw_sha256, position",
        text,
        begins,
        begins,
        begins,
    )


def holders(glance: Glance, sha256: str) -> list[dict[str, str]]:
    """The places in open cases where a file with this content is: case_no, place (raw:part), role."""
    rows = glance.rows(
        "SELECT DISTINCT cases.id, case_no, body FROM attachments"
        " JOIN case_messages USING (raw_sha256) JOIN cases ON cases.id = case_id"
        " WHERE attachments.sha256 = ? AND closed_at IS NULL ORDER BY cases.id",
        sha256,
    )
    return [
        {
            "case_no": row["case_no"],
            "place": f"{material['raw_sha256']}:{material['attachment']['part']}",
            "role": material["attachment"]["role"],
        }
        for row in rows
        for material in materials(json.loads(row["body"]))
        if material["attachment"]["sha256"] == sha256
    ]


def materials(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that a case holds: current documents, then superseded ones."""
    return [*body.get("documents", ()), *body.get("superseded", ())]


def case_body(glance: Glance, case_no: str) -> dict[str, Any]:
    """A case as the record that was filed last; empty where there is none."""
    rows = glance.rows("SELECT body FROM cases WHERE case_no = ?", case_no)
    body: dict[str, Any] = json.loads(rows[0]["body"]) if rows else {}
    return body


def find_messages(glance: Glance, text: str) -> list[dict[str, Any]]:
    """Mails with this Message-ID (with or without <>), or whose SHA-256 begins so.

    Keys: raw_sha256, message_id, from, subject, received_at, disposition, problem.
    """
    begins = text.casefold() if _HASH.fullmatch(text.casefold()) else None
    bare = text.strip().removeprefix("<").removesuffix(">")
    rows = glance.rows(
        'SELECT raw_sha256, message_id, sender AS "from", subject, received_at, disposition, problem'
        " FROM messages WHERE message_id IN (?, ?)"
        " OR (? IS NOT NULL AND substr(raw_sha256, 1, length(?)) = ?)"
        " ORDER BY received_at, raw_sha256",
        bare,
        f"<{bare}>",
        begins,
        begins,
        begins,
    )
    return [dict(row) | {"received_at": glance.local(row["received_at"])} for row in rows]


def one_message(glance: Glance, raw_sha256: str) -> dict[str, Any]:
    """A mail with the sender's words and its files, as read: besides the keys of `find_messages`,

    folder, text, case_nos, attachments (filename, role, size, sha256, container).
    """
    (message,) = find_messages(glance, raw_sha256)
    rows = glance.rows("SELECT body FROM readings WHERE raw_sha256 = ?", raw_sha256)
    reading = json.loads(rows[0]["body"]) if rows else {}
    numbers = glance.rows(
        "SELECT case_no FROM case_messages JOIN cases ON cases.id = case_id"
        " WHERE raw_sha256 = ? AND closed_at IS NULL ORDER BY cases.id",
        raw_sha256,
    )
    files = glance.rows(
        "SELECT filename, role, size, sha256, container FROM attachments"
        " WHERE raw_sha256 = ? ORDER BY position",
        raw_sha256,
    )
    (place,) = glance.rows("SELECT folder FROM messages WHERE raw_sha256 = ?", raw_sha256)
    return message | {
        "folder": place["folder"],
        "text": reading.get("text", ""),
        "case_nos": [row["case_no"] for row in numbers],
        "attachments": [dict(row) for row in files],
    }


def decisions(glance: Glance, case_no: str | None = None) -> list[dict[str, Any]]:
    """Every decision, undone ones too, oldest first; with `case_no` those that have to do with it.

    Keys: id, made_at, who, why, kind, case_no, raw_sha256, subject (of the mail), payload,
    undone_at, undone_by, applied (a filing has seen it).
    """
    wanted = ""
    values: tuple[object, ...] = ()
    if case_no is not None:
        numbers = json.dumps([case_no, *merged_from(glance, case_no)])
        wanted = (
            " WHERE case_no IN (SELECT value FROM json_each(?))"
            " OR json_extract(payload, '$.from') IN (SELECT value FROM json_each(?))"
            " OR 'decision:' || decisions.id IN ("
            "SELECT cause FROM revisions JOIN cases ON cases.id = revisions.case_id"
            " WHERE case_no = ?)"
            " OR decisions.raw_sha256 IN (SELECT raw_sha256 FROM case_messages"
            " JOIN cases ON cases.id = case_messages.case_id WHERE case_no = ?)"
        )
        values = (numbers, numbers, case_no, case_no)
    rows = glance.rows(
        "SELECT decisions.id, made_at, who, why, kind, case_no, decisions.raw_sha256,"  # noqa: S608
        " messages.subject, payload, undone_at, undone_by, applied_at IS NOT NULL AS applied FROM decisions"
        " LEFT JOIN cases ON cases.id = decisions.case_id"
        f" LEFT JOIN messages ON messages.raw_sha256 = decisions.raw_sha256{wanted}"
        " ORDER BY decisions.id",
        *values,
    )
    return [
        dict(row)
        | {
            "made_at": glance.local(row["made_at"]),
            "undone_at": glance.local(row["undone_at"]),
            "payload": json.loads(row["payload"]),
            "applied": bool(row["applied"]),
        }
        for row in rows
    ]


def merged_from(glance: Glance, case_no: str) -> list[str]:
    """Numbers of the cases that were merged into this one, also by way of others."""
    rows = glance.rows(
        "WITH RECURSIVE gone(id, case_no) AS ("
        "SELECT cases.id, cases.case_no FROM cases"
        " JOIN cases AS kept ON cases.merged_into = kept.id WHERE kept.case_no = ?"
        " UNION SELECT cases.id, cases.case_no FROM cases JOIN gone ON cases.merged_into = gone.id"
        ") SELECT case_no FROM gone ORDER BY id",
        case_no,
    )
    return [row["case_no"] for row in rows]
