"""Case numbers as they are said over the phone and typed in a hurry."""

from __future__ import annotations

import pytest

from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.store import Casebook
from tests.casebook.making import a_week


@pytest.mark.parametrize(
    "written",
    ["DJ002", "dj002", "ＤＪ００２", "DJ ００２", "DJ2", "dj 2", "2", "002", "０２\u3000"],
)
def test_however_it_is_written_one_case_is_meant(
    book: Casebook, glance: Glance, written: str
) -> None:
    a_week(book)
    known = glance.case_number(written)
    assert known is not None
    assert known["case_no"] == "DJ002"


@pytest.mark.parametrize("written", ["", "DJ", "DJ004", "AB002", "DJ02x", "2 2", "9" * 40, "②b"])
def test_what_may_be_no_case_or_another_is_none(
    book: Casebook, glance: Glance, written: str
) -> None:
    a_week(book)
    assert glance.case_number(written) is None
