"""What the pages of referring, triage and research keep: questions to one colleague about one case.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "colleague_question",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("request_id", sa.Uuid(), nullable=False, comment="clear: which question to the agency"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="clear: which case, for blocks"),
        sa.Column("conference_id", sa.Uuid(), nullable=False, comment="clear: which round"),
        sa.Column("agency_id", sa.Uuid(), nullable=False, comment="clear: of which agency they both are"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="clear: who is asked"),
        sa.Column("asked_by_account_id", sa.Uuid(), nullable=False, comment="clear: who asks"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column(
            "until_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="clear: the question is open until before then",
        ),
        sa.Column(
            "state", sa.String(length=16), nullable=False, comment="clear: asked, nothing_known, told, taken_back"
        ),
        sa.Column(
            "accepted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="clear: when the colleague accepted the confidentiality statement for this case",
        ),
        sa.Column("statement_version", sa.String(length=20), nullable=True, comment="clear: which wording"),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when last replied"),
        sa.Column(
            "taken_over_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="clear: when the reply went into the agency's draft",
        ),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the agency in this partnership"),
        sa.Column(
            "asked_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: what the representative would like to know",
        ),
        sa.Column(
            "reply_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: the reply, and what is being written: the agency's own",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_colleague_question_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_colleague_question_agency_id")),
        sa.ForeignKeyConstraint(
            ["asked_by_account_id"], ["account.id"], name=op.f("fk_colleague_question_asked_by_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_colleague_question_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "conference_id"],
            ["conference.partnership_id", "conference.id"],
            name=op.f("fk_colleague_question_partnership_id_conference_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "request_id"],
            ["research_request.partnership_id", "research_request.id"],
            name=op.f("fk_colleague_question_partnership_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_colleague_question_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague_question")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_colleague_question_partnership_id_id")),
    )
    for column in ("account_id", "case_id", "conference_id", "partnership_id"):
        op.create_index(op.f(f"ix_colleague_question_{column}"), "colleague_question", [column], unique=False)
    op.create_index(
        "uq_colleague_question_once",
        "colleague_question",
        ["request_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'taken_back'"),
    )
    protect("colleague_question")


def downgrade() -> None:
    """Take them away."""
    op.drop_table("colleague_question")
