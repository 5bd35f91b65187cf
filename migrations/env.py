"""What Alembic runs: over the connection of a program that opens its casebook, or over a URL.

The program passes its own connection, inside a transaction that it commits: an upgrade is whole or
undone. Views are dropped and made again by a revision that rebuilds a table they look at.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from inbox_ingest.casebook.tables import METADATA


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.begin() as connection:
        _migrate(connection)
