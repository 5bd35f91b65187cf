"""Reading: what is to be read, what a reading changes, what comes back out."""

from __future__ import annotations

import pytest

from inbox_ingest.casebook.store import Casebook
from inbox_ingest.errors import TryLater
from inbox_ingest.records import IssueCode, Problem, Reading
from tests.casebook.mails import MONDAY, attachment, case_text, form
from tests.casebook.making import (
    INBOX,
    archive_all,
    case_of,
    change,
    everything,
    file_cases,
    list_in,
    listed,
    mail_sha,
    outcome,
    reading,
    receive,
    rows,
    submission,
)


def archived(book: Casebook, *uids: int) -> None:
    list_in(book, INBOX, [listed(uid) for uid in uids])
    archive_all(book)


def to_read(book: Casebook, version: str = "1", **more: bool) -> list[str]:
    return [mail.raw_sha256 for mail in book.readings.to_read(version, **more)]


def test_a_reading_comes_back_as_it_was(book: Casebook) -> None:
    archived(book, 1)
    original = reading(1, form("甲"), case_text("甲", signature=(1, 2**64 - 1)), subject="补充材料")
    book.readings.save([original], MONDAY)
    (received,) = book.readings.received()
    assert received.reading == original
    assert received.received_at == listed(1).internaldate
    assert received.folder == "INBOX"


def test_readings_come_in_order_of_receipt_not_of_reading(book: Casebook) -> None:
    archived(book, 1, 2, 3)
    for uid in (3, 1, 2):
        book.readings.save([reading(uid)], MONDAY)
    found = [received.reading.raw_sha256 for received in book.readings.received()]
    assert found == [mail_sha(1), mail_sha(2), mail_sha(3)]


def test_what_is_read_waits_for_filing_and_not_for_reading(book: Casebook) -> None:
    archived(book, 1, 2)
    assert to_read(book) == [mail_sha(1), mail_sha(2)]
    assert book.readings.save([reading(1)], MONDAY) == 1
    assert to_read(book) == [mail_sha(2)]
    assert book.readings.unfiled() == {mail_sha(1)}


def test_reading_again_with_the_same_result_files_nothing_again(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1)))
    again = submission(1).model_copy(update={"reader_version": "2", "campaign_sha256": "d" * 64})
    assert book.readings.save([again], MONDAY) == 0
    assert book.readings.unfiled() == set()
    assert book.readings.received()[0].reading.reader_version == "2"


def test_reading_again_with_another_result_files_again(book: Casebook) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1)))
    assert book.readings.save([reading(1, form("另读出的名称"))], MONDAY) == 1
    assert book.readings.unfiled() == {mail_sha(1)}
    assert rows(book, "SELECT filename FROM attachments") == [("申报表.docx",)]


def test_saving_the_same_again_changes_nothing_at_all(book: Casebook) -> None:
    receive(book, 1)
    before = everything(book)
    book.readings.save([submission(1)], MONDAY)
    assert everything(book) == before


def test_quarantined_mail_is_read_again_only_by_another_reader(book: Casebook) -> None:
    archived(book, 1, 2)
    book.readings.save([reading(1, problem="头部损坏"), reading(2)], MONDAY)
    file_cases(book, outcomes=(outcome(1, "quarantined"), outcome(2, "unrelated")))
    assert to_read(book, "1") == []
    assert to_read(book, "2") == [mail_sha(1)]


def test_mail_for_which_a_reader_was_missing_is_read_again_when_asked(book: Casebook) -> None:
    archived(book, 1, 2)
    wanting = attachment(
        "申报表.doc",
        "form",
        problems=[Problem(code=IssueCode.READER_MISSING, detail="未安装 LibreOffice")],
    )
    book.readings.save([reading(1, wanting), reading(2, form("甲"))], MONDAY)
    assert to_read(book, "1") == []
    assert to_read(book, "1", unsettled=True) == [mail_sha(1)]
    assert to_read(book, "2") == [mail_sha(1)]


def test_a_rereading_reads_everything(book: Casebook) -> None:
    receive(book, 1, 2)
    assert to_read(book, "1", everything=True) == [mail_sha(1), mail_sha(2)]


def test_deaths_of_readers_are_counted_until_one_lives(book: Casebook) -> None:
    archived(book, 1)
    assert [book.readings.failed(mail_sha(1), MONDAY) for _ in range(2)] == [1, 2]
    assert book.readings.to_read("1")[0].attempts == 2
    book.readings.save([reading(1)], MONDAY)
    assert rows(book, "SELECT attempts FROM messages") == [(0,)]


def test_a_reading_that_no_longer_fits_is_made_again(book: Casebook) -> None:
    receive(book, 1, 2)
    with book.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE readings SET body = replace(body, '\"message\"', '\"letter\"')"
            " WHERE raw_sha256 = ?",
            (mail_sha(1),),
        )
    with pytest.raises(TryLater, match="1 封"):
        book.readings.received()
    assert to_read(book) == [mail_sha(1)]
    book.readings.save([submission(1)], MONDAY)
    assert len(book.readings.received()) == 2


def test_half_a_surrogate_pair_does_not_stop_the_mail(book: Casebook) -> None:
    archived(book, 1, 2)
    broken = reading(1, attachment("a\udce4.docx", "other", "x"), subject="\udcc4报送")
    assert book.readings.save([broken, reading(2)], MONDAY) == 2
    (first, _) = book.readings.received()
    assert first.reading.message.subject == "\ufffd报送"
    assert first.reading.attachments[0].filename == "a\ufffd.docx"


def test_files_with_the_same_part_are_all_kept(book: Casebook) -> None:
    archived(book, 1)
    twice = reading(1).model_copy(
        update={"attachments": (attachment("一.jpg", "photo"), attachment("二.jpg", "photo"))}
    )
    book.readings.save([twice], MONDAY)
    assert rows(book, "SELECT filename FROM attachments ORDER BY position") == [
        ("一.jpg",),
        ("二.jpg",),
    ]


def test_the_hash_and_versions_come_first_in_the_json_of_a_reading() -> None:
    """The store compares readings by what follows them."""
    fields = list(Reading.model_fields)
    assert fields[:4] == ["raw_sha256", "reader_version", "campaign_sha256", "message"]
