"""Collecting: what lies where, what is fetched when, and that the sums are right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox_ingest.casebook.changes import Archived, Folder, ListingResult
from inbox_ingest.casebook.store import Casebook
from tests.casebook.mails import MONDAY, sha
from tests.casebook.making import (
    COLLECT_FROM,
    INBOX,
    JUNK,
    archive_all,
    case_of,
    change,
    file_cases,
    list_in,
    listed,
    mail_sha,
    outcome,
    reading,
    receive,
    rows,
)

BEFORE = COLLECT_FROM - timedelta(seconds=1)


def balance(book: Casebook) -> dict[str, dict[str, Any]]:
    names = ("on_server", "filed", "waiting", "quarantined", "out_of_scope", "gone")
    found = rows(book, f"SELECT folder, {', '.join(names)} FROM balance")
    return {folder: dict(zip(names, counts, strict=True)) for folder, *counts in found}


def due_uids(book: Casebook, now: Any = MONDAY) -> list[str]:
    return [place.uid for place in book.places.due(now)]


def test_unknown_uids_are_listed_and_known_ones_are_not_listed_again(book: Casebook) -> None:
    assert list_in(book, INBOX, [listed(1), listed(2)]) == ListingResult(new=2)
    assert list_in(book, INBOX, [listed(1), listed(2), listed(3)]) == ListingResult(new=1)
    assert book.places.known_uids(INBOX) == {"1", "2", "3"}
    assert book.places.known_uids(JUNK) == set()


def test_the_oldest_receipt_is_fetched_first_whatever_its_uid(book: Casebook) -> None:
    late, early = listed(1, internaldate=MONDAY), listed(2, internaldate=COLLECT_FROM)
    list_in(book, INBOX, [late, early])
    assert due_uids(book) == ["2", "1"]


def test_mail_from_before_the_call_is_listed_but_never_due(book: Casebook) -> None:
    result = list_in(
        book,
        INBOX,
        [listed(1, internaldate=BEFORE), listed(2, internaldate=COLLECT_FROM)],
    )
    assert result == ListingResult(new=1, out_of_scope=1)
    assert due_uids(book) == ["2"]
    assert balance(book)["INBOX"]["out_of_scope"] == 1


def test_moving_the_beginning_of_the_call_moves_mail_in_and_out_of_scope(book: Casebook) -> None:
    mails = [listed(1, internaldate=BEFORE), listed(2, internaldate=COLLECT_FROM)]
    list_in(book, INBOX, mails)
    list_in(book, INBOX, mails, collect_from=BEFORE)
    assert due_uids(book) == ["1", "2"]
    list_in(book, INBOX, mails, collect_from=COLLECT_FROM + timedelta(days=1))
    assert due_uids(book) == []


def test_an_archived_mail_stays_archived_when_the_beginning_moves_past_it(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1)])
    archive_all(book)
    list_in(book, INBOX, [listed(1)], collect_from=MONDAY + timedelta(days=90))
    assert balance(book)["INBOX"]["waiting"] == 1


def test_mail_that_left_the_server_is_gone_and_may_come_back(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1), listed(2)])
    assert list_in(book, INBOX, [listed(2)]) == ListingResult(gone=1)
    assert book.places.known_uids(INBOX) == {"2"}
    assert due_uids(book) == ["2"]
    assert list_in(book, INBOX, [listed(1), listed(2)]) == ListingResult(back=1)
    assert due_uids(book) == ["1", "2"]


def test_a_uid_that_comes_back_as_another_mail_is_a_new_place(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1)])
    archive_all(book)
    list_in(book, INBOX, [])
    assert list_in(book, INBOX, [listed(1, size=77)]) == ListingResult(new=1)
    assert due_uids(book) == ["1"]


def test_another_uidvalidity_makes_all_old_places_gone(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1), listed(2)])
    rebuilt = Folder(INBOX.account, INBOX.folder, 2)
    assert list_in(book, rebuilt, [listed(1)]) == ListingResult(new=1, gone=2)
    assert book.places.known_uids(INBOX) == set()
    assert (
        balance(book)["INBOX"] | {"gone": 2, "waiting": 1, "on_server": 1} == balance(book)["INBOX"]
    )


def test_a_uid_listed_without_details_shows_as_a_remainder_until_it_is_known(
    book: Casebook,
) -> None:
    book.places.record_listing(
        INBOX, {"1", "2"}, [listed(1)], exists=2, collect_from=COLLECT_FROM, now=MONDAY
    )
    sums = balance(book)["INBOX"]
    assert sums["on_server"] - sums["waiting"] == 1


def test_archived_mail_waits_to_be_read_in_order_of_receipt(book: Casebook) -> None:
    list_in(book, INBOX, [listed(2), listed(1)])
    archive_all(book)
    assert due_uids(book) == []
    assert [mail.raw_sha256 for mail in book.readings.to_read("1")] == [mail_sha(1), mail_sha(2)]


def test_the_same_bytes_in_two_folders_are_one_message_received_at_the_earlier(
    book: Casebook,
) -> None:
    later, earlier = MONDAY + timedelta(hours=3), MONDAY + timedelta(hours=1)
    list_in(book, INBOX, [listed(1, internaldate=later)])
    archive_all(book, later)
    list_in(book, JUNK, [listed(1, internaldate=earlier)])
    archive_all(book, later)
    (message,) = book.readings.to_read("1")
    assert message.received_at == earlier
    assert rows(book, "SELECT folder FROM messages") == [("垃圾邮件",)]
    assert rows(book, "SELECT count(*) FROM places WHERE state = 'archived'") == [(2,)]


def test_the_same_bytes_twice_in_one_batch_are_one_message(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1), listed(2)])
    batch = [
        Archived(place.id, sha("same"), 990, place.internaldate or MONDAY)
        for place in reversed(book.places.due(MONDAY))
    ]
    book.places.archived(batch, MONDAY)
    (message,) = book.readings.to_read("1")
    assert message.received_at == listed(1).internaldate


def test_an_earlier_receipt_found_later_has_the_mail_filed_again(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1)))
    assert book.readings.unfiled() == set()
    list_in(book, JUNK, [listed(1, internaldate=MONDAY)])
    archive_all(book)
    assert book.readings.unfiled() == {mail_sha(1)}


def test_a_later_copy_of_a_filed_mail_changes_nothing_about_it(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1)))
    list_in(book, JUNK, [listed(1, internaldate=MONDAY + timedelta(days=1))])
    archive_all(book)
    assert book.readings.unfiled() == set()
    assert balance(book)["垃圾邮件"]["filed"] == 1


def test_a_failed_fetch_is_tried_again_later_and_later(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1)])
    (place,) = book.places.due(MONDAY)
    delays = [book.places.postpone(place.id, "连接中断", MONDAY) - MONDAY for _ in range(9)]
    assert delays[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert delays[-1] == timedelta(hours=6)
    assert due_uids(book) == []
    (again,) = book.places.due(MONDAY + timedelta(hours=6))
    assert again.attempts == 9


def test_what_failed_a_thousand_times_is_still_tried(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1)])
    (place,) = book.places.due(MONDAY)
    with book.database.writing() as connection:
        connection.exec_driver_sql("UPDATE places SET attempts = 100000")
    assert book.places.postpone(place.id, "…", MONDAY) == MONDAY + timedelta(hours=6)


def test_archiving_ends_the_count_of_failures(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1)])
    book.places.postpone(book.places.due(MONDAY)[0].id, "连接中断", MONDAY - timedelta(hours=1))
    archive_all(book)
    assert rows(book, "SELECT next_try_at, last_error FROM places") == [(None, None)]


def test_a_mail_that_vanished_before_its_fetch_leaves_the_balance_even(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1), listed(2)])
    book.places.vanished([book.places.due(MONDAY)[0].id], MONDAY)
    assert due_uids(book) == ["2"]
    assert balance(book)["INBOX"]["on_server"] == 1
    assert balance(book)["INBOX"]["gone"] == 1


def test_the_daily_comparison_finds_uids_that_mean_another_mail_now(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1), listed(2), listed(3)])
    archive_all(book)
    found = {
        "1": (1000, listed(1).internaldate),
        "2": (1234, listed(2).internaldate),
        "3": (1000, MONDAY + timedelta(days=2)),
    }
    assert book.places.compare(INBOX, found, MONDAY, collect_from=COLLECT_FROM) == 2
    assert set(due_uids(book)) == {"2", "3"}
    assert book.places.compare(INBOX, found, MONDAY, collect_from=COLLECT_FROM) == 0


def test_the_comparison_does_not_doubt_what_either_side_does_not_know(book: Casebook) -> None:
    list_in(book, INBOX, [listed(1, size=None), listed(2)])
    assert book.places.compare(INBOX, {"1": (55, MONDAY + timedelta(minutes=1))}, MONDAY) == 0
    assert book.places.compare(INBOX, {"2": (None, None)}, MONDAY) == 0


def test_every_mail_stands_in_one_column_of_the_balance(book: Casebook) -> None:
    mails = [listed(n) for n in range(1, 6)]
    list_in(book, INBOX, [*mails, listed(6, internaldate=BEFORE), listed(7)])
    archive_all(book)
    list_in(book, INBOX, [*mails, listed(6, internaldate=BEFORE), listed(8)])  # 7 moved away
    book.readings.save([reading(1), reading(2, problem="无法解析"), reading(3)], MONDAY)
    case = case_of(1, documents=())
    file_cases(
        book,
        change(case),
        outcomes=(
            outcome(1, anchors=(case.anchor,)),
            outcome(2, "quarantined", problem="无法解析"),
        ),
    )
    assert balance(book)["INBOX"] == {
        "on_server": 7,
        "filed": 1,
        "quarantined": 1,
        "waiting": 4,  # 3 is read, 4 and 5 are archived, 8 is listed
        "out_of_scope": 1,
        "gone": 1,
    }


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("list"),
            st.frozensets(st.integers(1, 8), max_size=8),
            st.sampled_from([1, 1, 1, 2]),
        ),
        st.tuples(st.just("archive"), st.just(frozenset()), st.just(0)),
        st.tuples(st.just("compare"), st.frozensets(st.integers(1, 8)), st.integers(0, 2)),
    ),
    max_size=12,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps)
def test_the_balance_leaves_no_remainder_whatever_the_server_does(
    book: Casebook, steps: list[tuple[str, frozenset[int], int]]
) -> None:
    with book.database.writing() as connection:
        for table in ("places", "folders", "messages"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    for step, numbers, variant in steps:
        folder = Folder(INBOX.account, INBOX.folder, max(variant, 1))
        if step == "list":
            list_in(book, folder, [listed(n) for n in numbers])
        elif step == "archive":
            archive_all(book)
        else:
            current = book.places.known_uids(folder)
            found = {str(n): (1000 + variant, listed(n).internaldate) for n in numbers}
            known = {uid: value for uid, value in found.items() if uid in current}
            book.places.compare(folder, known, MONDAY)
    for sums in balance(book).values():
        accounted = ("filed", "waiting", "quarantined", "out_of_scope")
        assert sums["on_server"] == sum(sums[name] for name in accounted)
