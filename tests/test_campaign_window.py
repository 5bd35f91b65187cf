"""The window of a campaign: its days begin and end in its own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from inbox_ingest.campaign_window import Window

SHANGHAI = ZoneInfo("Asia/Shanghai")
WINDOW = Window(collect_from="2025-04-10", opens="2025-04-11", closes="2025-06-30")  # type: ignore[arg-type]


def test_the_last_day_counts_to_its_end_and_no_further() -> None:
    end = WINDOW.ends_at()
    assert end - timedelta(seconds=1) == datetime(2025, 6, 30, 23, 59, 59, tzinfo=SHANGHAI)
    assert end.astimezone(UTC) == datetime(2025, 6, 30, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (datetime(2025, 6, 29, 23, 59, tzinfo=SHANGHAI), 1),
        (datetime(2025, 6, 30, 0, 0, tzinfo=SHANGHAI), 0),
        (datetime(2025, 6, 30, 23, 59, tzinfo=SHANGHAI), 0),
        (datetime(2025, 7, 1, 0, 0, tzinfo=SHANGHAI), -1),
        (datetime(2025, 6, 30, 16, 0, tzinfo=UTC), -1),  # already 1 July in Shanghai
    ],
)
def test_days_left_are_days_of_the_campaigns_zone(now: datetime, days: int) -> None:
    assert WINDOW.days_left(now) == days
