"""The schema: migrations and models agree, and the constraints refuse what must never be."""

from __future__ import annotations

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from inbox_ingest.casebook.database import migrations_folder
from inbox_ingest.casebook.schema import REVISIONS
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.casebook.tables import METADATA
from inbox_ingest.casebook.tables_root import UtcText
from tests.casebook.mails import MONDAY
from tests.casebook.making import case_of, change, file_cases, mail_sha, receive, rows


def test_the_migrations_make_exactly_the_tables_of_the_models(book: Casebook) -> None:
    with book.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, METADATA) == []


def test_the_check_constraints_of_models_and_migrations_agree(book: Casebook) -> None:
    made = "\n".join(sql for (sql,) in rows(book, "SELECT sql FROM sqlite_master") if sql)
    for table in METADATA.sorted_tables:
        for constraint in table.constraints:
            text = getattr(constraint, "sqltext", None)
            if text is not None:
                assert squeezed(f"{constraint.name} CHECK ({text})") in squeezed(made)


def squeezed(text: str) -> str:
    return re.sub(r'[\s"]+', "", text)


def test_the_known_revisions_are_those_of_the_folder_in_order() -> None:
    names = sorted(path.name[:4] for path in (migrations_folder() / "versions").glob("*.py"))
    assert tuple(names) == REVISIONS


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without zone"):
        UtcText().process_bind_param(MONDAY.replace(tzinfo=None), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("promise", "sql"),
    [
        ("archived needs the bytes", "UPDATE places SET raw_sha256 = NULL"),
        ("bytes need a message", "UPDATE places SET raw_sha256 = 'unheard of'"),
        ("a place has a known state", "UPDATE places SET state = 'perhaps'"),
        ("filed needs a disposition", "UPDATE messages SET stage = 'filed', disposition = NULL"),
        ("dispositions are the contract's", "UPDATE messages SET disposition = 'spam'"),
        ("a case has a known status", "UPDATE cases SET status = 'fine'"),
        ("a merged case is closed", "UPDATE cases SET merged_into = 1, closed_at = NULL"),
        ("a case cannot be lost under its revisions", "DELETE FROM cases"),
        ("a message cannot be lost under its reading", "DELETE FROM messages"),
        (
            "a UID is live once",
            "INSERT INTO places (account, folder, uidvalidity, uid, state, attempts)"
            " SELECT account, folder, uidvalidity, uid, 'listed', 0 FROM places",
        ),
        (
            "a reply has a known state",
            "INSERT INTO replies (recipient, kind, state, created_at, changed_at, attempts,"
            " message_id, 'references', subject, body)"
            " VALUES ('a', 'receipt', 'perhaps', 'x', 'x', 0, '<a>', '[]', 's', 'b')",
        ),
        (
            "sent needs a time",
            "INSERT INTO replies (recipient, kind, state, created_at, changed_at, attempts,"
            " message_id, 'references', subject, body)"
            " VALUES ('a', 'receipt', 'sent', 'x', 'x', 0, '<a>', '[]', 's', 'b')",
        ),
    ],
)
def test_the_database_itself_refuses(book: Casebook, promise: str, sql: str) -> None:
    receive(book, 1)
    file_cases(book, change(case_of(1)))
    with pytest.raises(IntegrityError), book.database.writing() as connection:
        connection.exec_driver_sql(sql)
    assert rows(book, "SELECT raw_sha256 FROM messages") == [(mail_sha(1),)], promise
