"""docs/worked-example.md shows what the program shows today, and the story that it tells."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.ocr
def test_nine_mails_end_in_three_cases_exactly_as_the_page_says() -> None:
    making = runpy.run_path(str(DOCS / "make_worked_example.py"))
    shown, kept = making["page"](), (DOCS / "worked-example.md").read_text(encoding="utf-8")
    assert making["alike"](shown, kept), "run docs/make_worked_example.py, then read the page"


def test_the_page_tells_the_story_that_was_asked_for() -> None:
    text = (DOCS / "worked-example.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and line[2].isdigit()]
    results = [row.split("|")[5].strip() for row in rows]
    assert len(results) == 9
    assert {number for result in results for number in ("DJ001", "DJ002", "DJ003") if number in result} == {
        "DJ001",
        "DJ002",
        "DJ003",
    }  # fmt: skip
    assert "DJ004" not in text
    assert results[2] == "新投稿：DJ002、DJ003"  # one archive, two cases
    assert sum(result.startswith("重复") for result in results) == 1
    assert text.count("不再使用：") == 3  # two corrections in time, one after the window
    assert "截止之后收到了改动材料的补正" in text
