"""The views that `inbox_ingest/casebook/glance*.py` read: the balance, and what waits for a person."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

# A place is filed if it is archived and its message neither waits nor is quarantined: counted so,
# because the messages that do are few and have indexes of their own.
BALANCE = """
CREATE VIEW balance AS
SELECT
  folders.account,
  folders.folder,
  folders.present AS on_server,
  COALESCE(counted.archived, 0) - COALESCE(unfiled.mails, 0)
    - COALESCE(unreadable.mails, 0) AS filed,
  COALESCE(counted.listed, 0) + COALESCE(unfiled.mails, 0) AS waiting,
  COALESCE(unreadable.mails, 0) AS quarantined,
  COALESCE(counted.out_of_scope, 0) AS out_of_scope,
  COALESCE(counted.gone, 0) AS gone
FROM folders
LEFT JOIN (
  SELECT
    account,
    folder,
    SUM(CASE WHEN gone_at IS NULL AND state = 'archived' THEN 1 ELSE 0 END) AS archived,
    SUM(CASE WHEN gone_at IS NULL AND state = 'listed' THEN 1 ELSE 0 END) AS listed,
    SUM(CASE WHEN gone_at IS NULL AND state = 'out_of_scope' THEN 1 ELSE 0 END) AS out_of_scope,
    SUM(CASE WHEN gone_at IS NOT NULL THEN 1 ELSE 0 END) AS gone
  FROM places
  GROUP BY account, folder
) AS counted ON counted.account = folders.account AND counted.folder = folders.folder
LEFT JOIN (
  SELECT account, folder, COUNT(*) AS mails
  FROM places
  WHERE gone_at IS NULL
    AND raw_sha256 IN (SELECT raw_sha256 FROM messages WHERE stage <> 'filed')
  GROUP BY account, folder
) AS unfiled ON unfiled.account = folders.account AND unfiled.folder = folders.folder
LEFT JOIN (
  SELECT account, folder, COUNT(*) AS mails
  FROM places
  WHERE gone_at IS NULL AND raw_sha256 IN (
    SELECT raw_sha256 FROM messages WHERE disposition = 'quarantined' AND stage = 'filed'
  )
  GROUP BY account, folder
) AS unreadable ON unreadable.account = folders.account AND unreadable.folder = folders.folder
"""

# A mail that could not be fetched five times is no longer the network's affair.
FOR_A_PERSON = """
CREATE VIEW for_a_person AS
SELECT
  'case' AS kind,
  cases.case_no AS reference,
  cases.updated_at AS since,
  COALESCE(cases.title, cases.unit) AS subject,
  NULL AS reason
FROM cases
WHERE cases.id IN (
  SELECT case_id FROM issues WHERE closed_revision IS NULL AND audience = 'organiser'
)
UNION ALL
SELECT 'question', raw_sha256, received_at, subject, sender
FROM messages
WHERE waits_for_person = 1 AND handled = 0
  AND (disposition IS NULL OR disposition <> 'quarantined')
UNION ALL
SELECT 'quarantined', raw_sha256, received_at, subject, problem
FROM messages
WHERE disposition = 'quarantined' AND handled = 0
UNION ALL
SELECT 'reply', CAST(id AS TEXT), changed_at, subject, reason
FROM replies
WHERE state = 'failed'
UNION ALL
SELECT 'fetch', folder || '/' || uid, internaldate, NULL, last_error
FROM places
WHERE state = 'listed' AND gone_at IS NULL AND attempts >= 5
"""


def upgrade() -> None:
    op.execute(BALANCE)
    op.execute(FOR_A_PERSON)


def downgrade() -> None:
    raise NotImplementedError("restore the copy in backups/ instead")
