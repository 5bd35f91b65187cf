"""The time of receipt of a mail in a file (contract §7)."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.inbox.receipt import HEADER_LIMIT, read_header, received_at

CHINA = timezone(timedelta(hours=8))
FILE_TIME = datetime(2025, 6, 30, 1, 2, 3, tzinfo=UTC)


def received(header: bytes) -> datetime:
    return received_at(header, FILE_TIME.timestamp())


def test_the_newest_received_header_counts_and_not_the_senders_date() -> None:
    header = (
        b"Received: from b by c;\r\n\tTue, 6 May 2025 12:00:05 +0800\r\n"
        b"Received: from a by b; Tue, 6 May 2025 11:00:00 +0800\r\n"
        b"Date: Fri, 1 Jan 2021 00:00:00 +0800\r\n"
    )
    assert received(header) == datetime(2025, 5, 6, 12, 0, 5, tzinfo=CHINA)


def test_a_later_date_claimed_further_down_does_not_count() -> None:
    header = (
        b"Received: by c; Tue, 6 May 2025 12:00:05 +0800\n"
        b"Received: by a; Tue, 6 May 2031 12:00:00 +0800\n"
    )
    assert received(header).year == 2025


def test_a_received_header_without_a_date_gives_way_to_the_next() -> None:
    header = b"Received: from x by y\nReceived: by a; Tue, 6 May 2025 12:00:00 +0800\n"
    assert received(header) == datetime(2025, 5, 6, 12, tzinfo=CHINA)


def test_without_received_headers_the_date_header_counts() -> None:
    assert received(b"DATE : Tue, 6 May 2025 12:00:00 +0800\n") == datetime(
        2025, 5, 6, 12, tzinfo=CHINA
    )


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"Subject: no date\n",
        b"Date: 2025\xe5\xb9\xb45\xe6\x9c\x886\xe6\x97\xa5\n",
        b"Date: Tue, 99 May 2025 12:00:00 +0800\n",
        b"Date: Tue, 6 May 9999 12:00:00 +0800\n",
        b"Date: Tue, 6 May 99999999999999999999 12:00:00 +0800\n",
        b"X-Date: Tue, 6 May 2025 12:00:00 +0800\n",
    ],
)
def test_without_any_readable_date_the_time_of_the_file_counts(header: bytes) -> None:
    assert received(header) == FILE_TIME


def test_a_date_of_unknown_place_is_utc() -> None:
    assert received(b"Date: Tue, 6 May 2025 12:00:00 -0000\n") == datetime(
        2025, 5, 6, 12, tzinfo=UTC
    )


def test_only_the_header_section_is_read() -> None:
    raw = b"Subject: x\r\n\r\nDate: Tue, 6 May 2025 12:00:00 +0800\r\n"
    assert read_header(io.BytesIO(raw)) == b"Subject: x\r\n"
    assert len(read_header(io.BytesIO(b"a" * (2 * HEADER_LIMIT)))) == HEADER_LIMIT


@given(st.binary(max_size=300))
def test_any_bytes_give_an_aware_time(junk: bytes) -> None:
    assert received(b"Received: x; " + junk).utcoffset() is not None
    assert received(junk).utcoffset() is not None
