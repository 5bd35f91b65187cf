"""Case numbers: what the campaign calls a case is found again in what people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.campaign_numbers import CaseNumbers

NUMBERS = CaseNumbers(pattern="DJ{sequence:03d}")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("关于DJ012的补充", ("DJ012",)),
        ("DJ012、DJ003，DJ012", ("DJ012", "DJ003")),
        ("回复：[DJ1234]", ("DJ1234",)),
        ("ADJ012 DJ012B DJ", ()),
        ("dj12、DJ 3，DJ-004", ("DJ012", "DJ003", "DJ004")),
        ("DJ－005号 DJ\u30000006", ("DJ005", "DJ006")),
        ("dj012 和 ＤＪ００３", ("DJ012", "DJ003")),
        ("", ()),
    ],
)
def test_numbers_are_found_in_what_people_write(text: str, quoted: tuple[str, ...]) -> None:
    assert NUMBERS.quoted_in(text) == quoted


@given(
    st.integers(1, 10**6),
    st.sampled_from(["DJ{sequence:03d}", "{sequence:04d}", "短片{sequence}", "A-{sequence}"]),
)
def test_a_number_quoted_between_words_is_found(sequence: int, pattern: str) -> None:
    numbers = CaseNumbers(pattern=pattern)
    number = numbers.number(sequence)
    assert numbers.quoted_in(f"您好（{number}），请查收") == (number,)


def test_a_bare_number_is_a_quotation_only_in_its_whole_form() -> None:
    assert CaseNumbers(pattern="{sequence:04d}").quoted_in("共12页，编号0012") == ("0012",)
