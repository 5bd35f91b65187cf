"""What every table of the casebook is made with: named constraints, times as text, conditions.

Times are TEXT in UTC of one width (`2025-04-12T01:02:03.000000+00:00`), so that they sort as they
are and `glance` reads them without the ORM.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Dialect, MetaData, Text, text
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel


class UtcText(TypeDecorator[datetime]):
    """An aware datetime as ISO 8601 text in UTC, always of the same width."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Refuse naive times: nobody knows where they were true."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time without zone: {value!r}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read it back as an aware UTC datetime."""
        return None if value is None else datetime.fromisoformat(value)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these words."""
    listing = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listing})", name=column)


def where(condition: str) -> dict[str, Any]:
    """What makes an index cover only the rows of this condition, on either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """The root of our tables, with a registry of its own and constraints that have names."""
