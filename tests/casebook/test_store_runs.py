"""Passes, the campaign of a casebook, single marks."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from inbox_ingest.casebook.store import Casebook
from inbox_ingest.errors import ConfigurationError
from tests.casebook.mails import CAMPAIGN, MONDAY
from tests.casebook.making import everything, rows

LATER = MONDAY + timedelta(minutes=1)
FILE = Path("rules/2025-dangjian/campaign.toml")


def test_a_pass_is_written_down_with_its_end(book: Casebook) -> None:
    run = book.runs.start(MONDAY)
    book.runs.finish(run, LATER, outcome="done", exit_code=0, counts={"archived": 3})
    assert rows(book, "SELECT outcome, exit_code, counts, error FROM runs") == [
        ("done", 0, '{"archived": 3}', None)
    ]


def test_a_pass_that_was_killed_is_called_dead_by_the_next(book: Casebook) -> None:
    book.runs.start(MONDAY)
    run = book.runs.start(LATER)
    book.runs.finish(run, LATER, outcome="failed", exit_code=75, error="连不上服务器")
    assert rows(book, "SELECT outcome FROM runs") == [("died",), ("failed",)]


def test_the_campaign_is_remembered_and_its_edits_are_noticed(book: Casebook) -> None:
    assert book.runs.remember_campaign(CAMPAIGN, FILE, MONDAY)
    before = everything(book)
    assert not book.runs.remember_campaign(CAMPAIGN, FILE, LATER)
    assert everything(book) == before
    window = CAMPAIGN.window.model_copy(update={"closes": date(2025, 7, 15)})
    edited = CAMPAIGN.model_copy(update={"sha256": "e" * 64, "window": window})
    assert book.runs.remember_campaign(edited, FILE, LATER)
    assert rows(book, "SELECT opens, closes FROM campaigns") == [
        ("2025-04-11T00:00:00+08:00", "2025-07-15T23:59:59+08:00")
    ]


def test_a_moved_campaign_file_is_no_edit(book: Casebook) -> None:
    book.runs.remember_campaign(CAMPAIGN, FILE, MONDAY)
    assert not book.runs.remember_campaign(CAMPAIGN, Path("/etc/campaign.toml"), LATER)
    assert rows(book, "SELECT path FROM campaigns") == [("/etc/campaign.toml",)]


def test_one_home_serves_one_campaign(book: Casebook) -> None:
    book.runs.remember_campaign(CAMPAIGN, FILE, MONDAY)
    other = CAMPAIGN.model_copy(update={"id": "2026-other"})
    with pytest.raises(ConfigurationError, match="另一个活动") as caught:
        book.runs.remember_campaign(other, FILE, LATER)
    assert caught.value.remedy and "INGEST_HOME" in caught.value.remedy


def test_marks_are_set_replaced_and_removed(book: Casebook) -> None:
    assert book.runs.marked("trial-ended") is None
    book.runs.mark("trial-ended", MONDAY, "袁广如")
    book.runs.mark("trial-ended", LATER, "张成林")
    assert book.runs.marked("trial-ended") == "张成林"
    book.runs.mark("trial-ended", LATER, None)
    assert book.runs.marked("trial-ended") is None
