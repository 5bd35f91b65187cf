"""Which schema this program writes: known without importing the ORM or Alembic.

A test compares these with the folder of migrations.
"""

from __future__ import annotations

# Every revision under migrations/versions, oldest first; the last is the one this program writes.
REVISIONS: tuple[str, ...] = ("0001", "0002", "0003", "0004", "0005", "0006")
HEAD: str = REVISIONS[-1]

DATABASE_NAME = "casebook.sqlite3"
