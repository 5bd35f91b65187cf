"""A letter that failed waits for nobody any more once a newer one about its cases went out."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

# As in 0005 but for `reply`. One in doubt still waits: it may have been sent, and only a person can
# tell (the words are `changes.IN_DOUBT`).
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
WHERE state = 'failed' AND (
  reason LIKE '不能确定是否已寄出%'
  OR NOT EXISTS (SELECT 1 FROM reply_cases WHERE reply_id = replies.id)
  OR EXISTS (
    SELECT 1
    FROM reply_cases AS told
    WHERE told.reply_id = replies.id AND NOT EXISTS (
      SELECT 1
      FROM reply_cases AS newer
      JOIN replies AS later ON later.id = newer.reply_id AND later.state = 'sent'
      WHERE newer.case_id = told.case_id AND newer.reply_id > told.reply_id
    )
  )
)
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
    op.execute(FOR_A_PERSON)


def downgrade() -> None:
    raise NotImplementedError("restore the copy in backups/ instead")
