"""Which messages are asked for together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.inbox import fetching

UIDS = st.integers(min_value=1, max_value=2**32 - 1)


def test_neighbours_become_a_range_and_gaps_stay_gaps() -> None:
    assert fetching.uid_set(["7", "1", "3", "2", "9", "10"]) == "1:3,7,9:10"


@given(st.sets(st.integers(min_value=1, max_value=60), min_size=1))
def test_a_uid_set_names_exactly_what_was_asked_for(numbers: set[int]) -> None:
    named: set[int] = set()
    for part in fetching.uid_set([str(number) for number in numbers]).split(","):
        low, _, high = part.partition(":")
        named |= set(range(int(low), int(high or low) + 1))
    assert named == numbers


@given(st.lists(UIDS, unique=True, max_size=3000))
def test_uid_sets_hold_every_uid_once_and_stay_short(numbers: list[int]) -> None:
    uids = [str(number) for number in numbers]
    parts = list(fetching.uid_sets(uids))
    assert [uid for part in parts for uid in part] == uids
    assert all(len(fetching.uid_set(part)) <= fetching.SET_LENGTH for part in parts)
    assert all(0 < len(part) <= fetching.BATCH_UIDS for part in parts)


@given(
    st.dictionaries(
        UIDS.map(str), st.integers(min_value=0, max_value=2 * fetching.LARGE), max_size=300
    )
)
def test_batches_hold_every_message_once_and_stay_in_memory(sizes: dict[str, int]) -> None:
    batches = list(fetching.batches(sizes.items()))
    assert sorted(pair for batch in batches for pair in batch) == sorted(sizes.items())
    for batch in batches:
        if len(batch) > 1:
            assert sum(size for _, size in batch) <= fetching.BATCH_BYTES
            assert not any(fetching.is_large(size) for _, size in batch)


def test_a_message_of_unknown_size_is_treated_as_large() -> None:
    assert fetching.is_large(0)


def test_nil_is_no_empty_body() -> None:
    assert fetching.body_of({b"BODY[]": None}) is None
    assert fetching.body_of({b"BODY[]": b""}) == b""
    assert fetching.body_of({}) is None


def test_a_chunk_from_another_place_is_not_taken() -> None:
    assert fetching.chunk_of({b"BODY[]<0>": b"start"}, 100) is None
    assert fetching.chunk_of({b"BODY[]": b"whole"}, 100) is None
    assert fetching.chunk_of({b"BODY[]<100>": b"more"}, 100) == b"more"


def test_internaldate_keeps_its_offset() -> None:
    moment = fetching.received_at({b"INTERNALDATE": b" 6-May-2025 12:00:00 +0800"})
    assert moment is not None
    assert moment.isoformat() == "2025-05-06T12:00:00+08:00"
    assert fetching.received_at({b"INTERNALDATE": b"yesterday"}) is None
    assert fetching.received_at({}) is None
