"""Where the call stands: right sums, whole days, the contract's shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from inbox_ingest.casebook import glance_status
from inbox_ingest.casebook.changes import ReplyState
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.records import DISPOSITIONS, STATUSES
from tests.casebook.mails import CAMPAIGN, MONDAY
from tests.casebook.making import (
    INBOX,
    a_week,
)
from tests.casebook.test_store_replies import in_state

LATER = MONDAY + timedelta(hours=2)
JUNE = datetime(2025, 6, 28, 9, 0, tzinfo=UTC)


def test_a_casebook_without_mail_has_a_status(glance: Glance) -> None:
    status = glance.status(JUNE)
    assert status == {
        "campaign": CAMPAIGN.title,
        "window": {
            "opens": "2025-04-11T00:00:00+08:00",
            "closes": "2025-06-30T23:59:59+08:00",
            "days_left": 2,
        },
        "last_fetch": None,
        "balance": [],
        "cases": {
            "total": 0,
            "by_status": {"incomplete": 0, "review": 0, "complete": 0},
            "by_type": {"行业党建": 0, "行业思政": 0},
        },
        "messages": dict.fromkeys(DISPOSITIONS, 0),
        "issues": {},
        "for_a_person": 0,
        "replies": dict.fromkeys(get_args(ReplyState), 0),
        "failed_runs": [],
    }


def test_a_casebook_before_its_first_campaign_has_a_status(book: Casebook, path: Path) -> None:
    glance = Glance.open(path)
    assert glance is not None
    status = glance.status(MONDAY)
    assert status["campaign"] is None
    assert status["window"] == {"opens": None, "closes": None, "days_left": None}
    glance.close()


def test_the_days_left_end_at_midnight_in_the_zone_of_the_campaign(glance: Glance) -> None:
    def left(*when: int) -> int:
        return int(glance.status(datetime(2025, *when, tzinfo=UTC))["window"]["days_left"])

    assert left(6, 29, 15, 59) == 1
    assert left(6, 29, 16, 0) == 0
    assert left(6, 30, 15, 59) == 0
    assert left(6, 30, 16, 0) == -1


def test_the_status_sums_a_week(book: Casebook, glance: Glance) -> None:
    a_week(book)
    in_state(book, "failed", 1)
    in_state(book, "draft", 2)
    status = glance.status(MONDAY)
    assert status["balance"] == [
        {
            "account": INBOX.account,
            "folder": "INBOX",
            "on_server": 6,
            "filed": 4,
            "waiting": 1,
            "quarantined": 1,
            "out_of_scope": 0,
            "gone": 0,
        }
    ]
    assert status["cases"] == {
        "total": 3,
        "by_status": {"incomplete": 1, "review": 1, "complete": 1},
        "by_type": {"行业党建": 2, "行业思政": 0, "unknown": 1},
    }
    assert status["messages"]["submission"] == 3
    assert status["messages"]["unrelated"] == status["messages"]["quarantined"] == 1
    assert status["issues"] == {"seal-unverified": 2, "scan-missing": 1}
    assert status["replies"]["failed"] == status["replies"]["draft"] == 1
    # Two cases with an issue for the organiser, the question, the unreadable mail, the reply.
    assert status["for_a_person"] == 5


def test_passes_that_failed_since_the_last_good_one_are_told(
    book: Casebook, glance: Glance
) -> None:
    for outcome_of_run in ("failed", "done", "failed"):
        run = book.runs.start(MONDAY)
        book.runs.finish(
            run,
            LATER,
            outcome=outcome_of_run,  # type: ignore[arg-type]
            exit_code=75,
            error="连不上服务器",
        )
    (failed,) = glance.status(LATER)["failed_runs"]
    assert failed == {
        "started_at": MONDAY.isoformat(),
        "ended_at": LATER.isoformat(),
        "outcome": "failed",
        "exit_code": 75,
        "error": "连不上服务器",
    }


def test_the_words_spelt_out_here_are_those_of_the_records() -> None:
    assert glance_status.STATUSES == STATUSES
    assert glance_status.DISPOSITIONS == DISPOSITIONS
    assert get_args(ReplyState) == glance_status.REPLY_STATES
