"""The words of an issue: mistakes are told at load, and filling them never fails."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inbox_ingest.campaign_wording import ISSUE_PLACEHOLDERS, checked_wording, fill


@pytest.mark.parametrize(
    "text", ["{who}", "{field", "field}", "{}", "{0}", "{field.x}", "{field[0]}"]
)
def test_places_that_nobody_fills_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"占位符|花括号"):
        checked_wording(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{measured:,}字", "{measured:,}"),
        ("{field:d}", "{field:d}"),
        ("{field!x}", "{field!x}"),
        ("{measured:字}", "{measured:字}"),
        ("{measured!r:>{limit}}", "{measured!r:>{limit}}"),
    ],
)
def test_a_place_says_a_name_and_nothing_else(text: str, written: str) -> None:
    with pytest.raises(ValueError, match="占位符只写名称") as refused:
        checked_wording(text)
    assert written in str(refused.value)


def test_what_was_found_is_put_in_its_place_and_the_unknown_leaves_it_empty() -> None:
    assert fill("“{field}”{measured}字/{limit}{{x}}", field="正文", measured=0) == "“正文”0字/{x}"


def test_what_a_stranger_wrote_is_not_filled_again() -> None:
    assert fill("{field}缺{detail}", field="{detail}", detail="{field}") == "{detail}缺{field}"


@given(st.text(alphabet="{}!:.[]字 fieldmeasured09,d"))
@example("{field:,}")
@example("{field!x}")
def test_filling_never_fails_and_agrees_with_the_check(text: str) -> None:
    values = dict.fromkeys(ISSUE_PLACEHOLDERS, "值")
    filled = fill(text, **values)
    try:
        checked_wording(text)
    except ValueError:
        return
    assert filled == text.format(**values)
