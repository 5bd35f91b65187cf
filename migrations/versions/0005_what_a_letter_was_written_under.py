"""What a letter says of the campaign is kept with it, so that an edited campaign writes it anew."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE replies ADD COLUMN terms TEXT")


def downgrade() -> None:
    raise NotImplementedError("restore the copy in backups/ instead")
