"""A case number as a person types it: `dj１`, `DJ 1`, `1` for DJ001."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inbox_ingest.casebook.glance import Glance

_NUMBER = re.compile(r"(.*?)([0-9]+)")


def find_case(glance: Glance, written: str) -> dict[str, Any] | None:
    """case_no, closed_at, merged_into of the case that is meant; None where none or several may be.

    Width, case and spaces do not matter, nor zeros before the number, nor what stands before it
    where no other case has this number; 第2号 is 2.
    """
    plain = "".join(unicodedata.normalize("NFKC", written).split())
    plain = plain.removeprefix("第").removesuffix("号")
    number = _exactly(glance, plain) or _loosely(glance, plain)
    if number is None:
        return None
    (row,) = glance.rows(
        "SELECT cases.case_no, cases.closed_at, other.case_no AS merged_into FROM cases"
        " LEFT JOIN cases AS other ON other.id = cases.merged_into WHERE cases.case_no = ?",
        number,
    )
    return dict(row)


def _exactly(glance: Glance, plain: str) -> str | None:
    rows = glance.rows(
        "SELECT case_no FROM cases WHERE case_no IN (?, upper(?)) ORDER BY case_no = ? DESC",
        plain,
        plain,
        plain,
    )
    return rows[0][0] if rows else None


def _loosely(glance: Glance, plain: str) -> str | None:
    typed = _parts(plain)
    if typed is None:
        return None
    head, count = typed
    found = [
        row[0]
        for row in glance.rows("SELECT case_no FROM cases")
        if (parts := _parts(row[0])) and parts[1] == count and head in ("", parts[0])
    ]
    return found[0] if len(found) == 1 else None


def _parts(number: str) -> tuple[str, int] | None:
    """What stands before the last digits, and their number."""
    found = _NUMBER.fullmatch(number)
    return (found[1].casefold(), int(found[2])) if found and len(found[2]) < 19 else None
