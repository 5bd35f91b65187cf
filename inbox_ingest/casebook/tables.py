"""The tables of the casebook together: whoever takes one has all that its foreign keys point to.

Rules that must never break are constraints in `tables_*.py`, not habits elsewhere. JSON is TEXT:
bodies are read whole, never queried. Wide columns come last in their tables, so that scans over the
narrow ones stay short. The schema is made by `migrations/`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import Table

from inbox_ingest.casebook.tables_cases import (
    CaseMessageRow,
    CaseRow,
    DecisionRow,
    IssueRow,
    RevisionRow,
)
from inbox_ingest.casebook.tables_mail import (
    AttachmentRow,
    FolderRow,
    MessageRow,
    PlaceRow,
    ReadingRow,
    SignatureRow,
)
from inbox_ingest.casebook.tables_replies import ReplyCaseRow, ReplyDueRow, ReplyRow
from inbox_ingest.casebook.tables_root import Row
from inbox_ingest.casebook.tables_runs import CampaignRow, MarkRow, RunRow

METADATA = Row.metadata


def _table(row: type[Row]) -> Table:
    return METADATA.tables[str(row.__tablename__)]


CAMPAIGNS = _table(CampaignRow)
MARKS = _table(MarkRow)
RUNS = _table(RunRow)
FOLDERS = _table(FolderRow)
PLACES = _table(PlaceRow)
MESSAGES = _table(MessageRow)
READINGS = _table(ReadingRow)
ATTACHMENTS = _table(AttachmentRow)
SIGNATURES = _table(SignatureRow)
CASES = _table(CaseRow)
CASE_MESSAGES = _table(CaseMessageRow)
REVISIONS = _table(RevisionRow)
ISSUES = _table(IssueRow)
DECISIONS = _table(DecisionRow)
REPLIES = _table(ReplyRow)
REPLY_DUES = _table(ReplyDueRow)
REPLY_CASES = _table(ReplyCaseRow)
