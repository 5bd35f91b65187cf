"""The catalogue in the docs shows what would be written today, every code of the contract included."""

from __future__ import annotations

import runpy
from pathlib import Path

from inbox_ingest.records import IssueCode

DOCS = Path(__file__).parents[2] / "docs"


def test_the_catalogue_is_up_to_date_and_leaves_no_code_out() -> None:
    expected = runpy.run_path(str(DOCS / "make_reply_catalogue.py"))["page"]()
    text = (DOCS / "replies.md").read_text(encoding="utf-8")
    assert text == expected, "run docs/make_reply_catalogue.py, then read the page"
    assert all(f"`{code}`" in text for code in IssueCode)
