"""The tables, as `inbox_ingest/casebook/tables*.py` describe them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("collect_from", sa.Text(), nullable=False),
        sa.Column("opens", sa.Text(), nullable=False),
        sa.Column("closes", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.Text()),
        sa.Column("updated_at", sa.Text()),
        sa.Column("completed_at", sa.Text()),
        sa.Column("closed_at", sa.Text()),
        sa.Column("merged_into", sa.Integer()),
        sa.Column("type", sa.Text()),
        sa.Column("city", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("unit", sa.Text()),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('incomplete', 'review', 'complete')", name=op.f("ck_cases_status")
        ),
        sa.CheckConstraint(
            "merged_into IS NULL OR closed_at IS NOT NULL", name=op.f("ck_cases_merged")
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_cases_revision")),
        sa.ForeignKeyConstraint(["merged_into"], ["cases.id"], name=op.f("fk_cases_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_anchor", "cases", ["anchor"])
    op.create_index("ix_cases_status", "cases", ["closed_at", "status", "type"])
    op.create_index("ux_cases_case_no", "cases", ["case_no"], unique=True)

    op.create_table(
        "folders",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("highest_uid", sa.Integer()),
        sa.Column("listed_at", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.Text(), nullable=False),
        sa.Column("compared_at", sa.Text()),
        sa.CheckConstraint("present >= 0", name=op.f("ck_folders_present")),
        sa.PrimaryKeyConstraint("account", "folder", name=op.f("pk_folders")),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("set_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "messages",
        sa.Column("raw_sha256", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text()),
        sa.Column("waits_for_person", sa.Integer(), nullable=False),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("unsettled", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("sender", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("problem", sa.Text()),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "disposition IN ('submission', 'supplement', 'duplicate', "
            "'unrelated', 'automatic', 'quarantined')",
            name=op.f("ck_messages_disposition"),
        ),
        sa.CheckConstraint(
            "stage <> 'filed' OR disposition IS NOT NULL", name=op.f("ck_messages_filed")
        ),
        sa.CheckConstraint(
            "stage IN ('archived', 'read', 'filed')", name=op.f("ck_messages_stage")
        ),
        sa.CheckConstraint("length(raw_sha256) = 64", name=op.f("ck_messages_raw_sha256")),
        sa.PrimaryKeyConstraint("raw_sha256", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_disposition", "messages", ["disposition"])
    op.create_index("ix_messages_message_id", "messages", ["message_id"])
    op.create_index(
        "ix_messages_open",
        "messages",
        ["stage"],
        **_where("stage <> 'filed'"),
    )
    op.create_index(
        "ix_messages_quarantined",
        "messages",
        ["raw_sha256"],
        **_where("disposition = 'quarantined'"),
    )
    op.create_index("ix_messages_received_at", "messages", ["received_at"])
    op.create_index(
        "ix_messages_unsettled",
        "messages",
        ["raw_sha256"],
        **_where("unsettled = 1"),
    )
    op.create_index(
        "ix_messages_waits",
        "messages",
        ["raw_sha256"],
        **_where("waits_for_person = 1"),
    )

    op.create_table(
        "replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.Text()),
        sa.Column("next_try_at", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Text()),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text()),
        sa.Column("references", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("smtp_reply", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text()),
        sa.CheckConstraint(
            "(state = 'sent') <= (sent_at IS NOT NULL)", name=op.f("ck_replies_sent")
        ),
        sa.CheckConstraint(
            "kind IN ('receipt', 'missing', 'reminder')", name=op.f("ck_replies_kind")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'sending', 'sent', 'failed', 'withheld')",
            name=op.f("ck_replies_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
    )
    op.create_index("ix_replies_recipient", "replies", ["recipient", "sent_at"])
    op.create_index("ix_replies_state", "replies", ["state", "next_try_at"])
    op.create_index("ux_replies_message_id", "replies", ["message_id"], unique=True)

    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.CheckConstraint(
            "(outcome = 'running') = (ended_at IS NULL)", name=op.f("ck_runs_ended")
        ),
        sa.CheckConstraint(
            "outcome IN ('running', 'done', 'failed', 'died')", name=op.f("ck_runs_outcome")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_table(
        "attachments",
        sa.Column("raw_sha256", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text()),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("container", sa.Text()),
        sa.CheckConstraint(
            "role IN ('form', 'form_scan', 'case_text', 'template', 'photo', "
            "'video', 'media_report', 'archive', 'inline', 'other')",
            name=op.f("ck_attachments_role"),
        ),
        sa.ForeignKeyConstraint(
            ["raw_sha256"], ["messages.raw_sha256"], name=op.f("fk_attachments_raw_sha256")
        ),
        sa.PrimaryKeyConstraint("raw_sha256", "position", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"])

    op.create_table(
        "case_messages",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("raw_sha256", sa.Text(), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_messages_case_id")),
        sa.ForeignKeyConstraint(
            ["raw_sha256"], ["messages.raw_sha256"], name=op.f("fk_case_messages_raw_sha256")
        ),
        sa.PrimaryKeyConstraint("case_id", "raw_sha256", name=op.f("pk_case_messages")),
    )
    op.create_index("ix_case_messages_raw_sha256", "case_messages", ["raw_sha256"])

    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer()),
        sa.Column("anchor", sa.Text()),
        sa.Column("raw_sha256", sa.Text()),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.Text()),
        sa.Column("undone_by", sa.Text()),
        sa.Column("applied_at", sa.Text()),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_decisions_undone")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_decisions_case_id")),
        sa.ForeignKeyConstraint(
            ["raw_sha256"], ["messages.raw_sha256"], name=op.f("fk_decisions_raw_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_case_id", "decisions", ["case_id"])
    op.create_index("ix_decisions_raw_sha256", "decisions", ["raw_sha256"])
    op.create_index(
        "ix_decisions_waiting",
        "decisions",
        ["id"],
        **_where("applied_at IS NULL"),
    )

    op.create_table(
        "issues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("field", sa.Text()),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("measured", sa.Integer()),
        sa.Column("limit", sa.Integer()),
        sa.Column("expires", sa.Text()),
        sa.Column("opened_revision", sa.Integer(), nullable=False),
        sa.Column("closed_revision", sa.Integer()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("audience IN ('sender', 'organiser')", name=op.f("ck_issues_audience")),
        sa.CheckConstraint("severity IN ('error', 'warning')", name=op.f("ck_issues_severity")),
        sa.CheckConstraint(
            "closed_revision IS NULL OR closed_revision >= opened_revision",
            name=op.f("ck_issues_closed"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_issues_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
    )
    op.create_index("ix_issues_case_id", "issues", ["case_id"])
    op.create_index(
        "ix_issues_open_audience",
        "issues",
        ["audience", "case_id"],
        **_where("closed_revision IS NULL"),
    )
    op.create_index(
        "ix_issues_open_code",
        "issues",
        ["code", "case_id"],
        **_where("closed_revision IS NULL"),
    )

    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer()),
        sa.Column("internaldate", sa.Text()),
        sa.Column("raw_sha256", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Text()),
        sa.Column("gone_at", sa.Text()),
        sa.Column("last_error", sa.Text()),
        sa.CheckConstraint(
            "(state = 'archived') = (raw_sha256 IS NOT NULL)", name=op.f("ck_places_archived")
        ),
        sa.CheckConstraint(
            "state IN ('listed', 'archived', 'out_of_scope')", name=op.f("ck_places_state")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_places_attempts")),
        sa.ForeignKeyConstraint(
            ["raw_sha256"], ["messages.raw_sha256"], name=op.f("fk_places_raw_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
    )
    op.create_index("ix_places_balance", "places", ["account", "folder", "gone_at", "state"])
    op.create_index(
        "ix_places_due",
        "places",
        ["internaldate", "next_try_at"],
        **_where("state = 'listed' AND gone_at IS NULL"),
    )
    op.create_index(
        "ix_places_attempts",
        "places",
        ["attempts"],
        **_where("state = 'listed' AND gone_at IS NULL"),
    )
    op.create_index("ix_places_raw_sha256", "places", ["raw_sha256"])
    op.create_index(
        "ux_places_live",
        "places",
        ["account", "folder", "uidvalidity", "uid"],
        unique=True,
        **_where("gone_at IS NULL"),
    )

    op.create_table(
        "readings",
        sa.Column("raw_sha256", sa.Text(), nullable=False),
        sa.Column("reader_version", sa.Text(), nullable=False),
        sa.Column("campaign_sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["raw_sha256"], ["messages.raw_sha256"], name=op.f("fk_readings_raw_sha256")
        ),
        sa.PrimaryKeyConstraint("raw_sha256", name=op.f("pk_readings")),
    )
    op.create_table(
        "reply_cases",
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reply_cases_case_id")),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name=op.f("fk_reply_cases_reply_id")),
        sa.PrimaryKeyConstraint("reply_id", "case_id", name=op.f("pk_reply_cases")),
    )
    op.create_index("ix_reply_cases_case_id", "reply_cases", ["case_id"])

    op.create_table(
        "reply_dues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("reply_id", sa.Integer()),
        sa.Column("settled_at", sa.Text()),
        sa.Column("held", sa.Text()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reply_dues_case_id")),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name=op.f("fk_reply_dues_reply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_dues")),
    )
    op.create_index(
        "ix_reply_dues_open",
        "reply_dues",
        ["id"],
        **_where("reply_id IS NULL AND settled_at IS NULL"),
    )
    op.create_index("ux_reply_dues_revision", "reply_dues", ["case_id", "revision"], unique=True)

    op.create_table(
        "revisions",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("issues", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('incomplete', 'review', 'complete')", name=op.f("ck_revisions_status")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_revisions_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_revisions")),
    )
    op.create_table(
        "signatures",
        sa.Column("raw_sha256", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["raw_sha256"], ["messages.raw_sha256"], name=op.f("fk_signatures_raw_sha256")
        ),
        sa.PrimaryKeyConstraint("raw_sha256", "position", name=op.f("pk_signatures")),
    )
    op.create_index("ix_signatures_text_sha256", "signatures", ["text_sha256"])


def downgrade() -> None:
    raise NotImplementedError("restore the copy in backups/ instead")
