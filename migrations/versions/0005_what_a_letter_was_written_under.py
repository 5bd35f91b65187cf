"""What a letter says of the campaign, why it is held, and whether a person has seen it withheld."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

# As in 0004; a letter that the program withholds later on waits as one withheld from the beginning.
FOR_A_PERSON = """
CREATE VIEW for_a_person AS
SELECT
  'case' AS kind,
  cases.case_no AS reference,
  cases.updated_at AS since,
  COALESCE(cases.title, cases.unit) AS subject,
  NULL AS reason,
  NULL AS address
FROM cases
WHERE cases.id IN (
  SELECT case_id FROM issues WHERE closed_revision IS NULL AND audience = 'organiser'
)
UNION ALL
SELECT 'question', raw_sha256, received_at, subject, sender, sender
FROM messages
WHERE waits_for_person = 1 AND handled = 0
  AND (disposition IS NULL OR disposition <> 'quarantined')
UNION ALL
SELECT 'quarantined', raw_sha256, received_at, subject, problem, sender
FROM messages
WHERE disposition = 'quarantined' AND handled = 0
UNION ALL
SELECT 'reply', CAST(id AS TEXT), changed_at, subject, reason, recipient
FROM replies
WHERE state = 'failed'
UNION ALL
SELECT 'refused', CAST(id AS TEXT), changed_at, subject, reason, NULLIF(recipient, '')
FROM replies
WHERE state = 'withheld' AND unseen = 1 AND NOT EXISTS (
  SELECT 1
  FROM reply_cases AS told
  JOIN reply_cases AS newer ON newer.case_id = told.case_id AND newer.reply_id > told.reply_id
  WHERE told.reply_id = replies.id
)
UNION ALL
SELECT 'fetch', folder || '/' || uid, internaldate, NULL, last_error, NULL
FROM places
WHERE state = 'listed' AND gone_at IS NULL AND attempts >= 5
"""


def upgrade() -> None:
    op.execute("DROP VIEW for_a_person")
    op.execute("ALTER TABLE replies ADD COLUMN terms TEXT")
    op.execute("ALTER TABLE replies ADD COLUMN held TEXT")
    op.execute("ALTER TABLE replies ADD COLUMN unseen BOOLEAN DEFAULT 0 NOT NULL")
    op.execute("UPDATE replies SET unseen = 1 WHERE state = 'withheld' AND changed_at = created_at")
    op.execute(FOR_A_PERSON)


def downgrade() -> None:
    raise NotImplementedError("restore the copy in backups/ instead")
