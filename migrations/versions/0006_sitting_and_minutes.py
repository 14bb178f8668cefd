"""What the pages of the sitting and the minutes keep: each change to a draft of the minutes.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import insert_only, protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "minutes_edit",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("minutes_id", sa.Uuid(), nullable=False, comment="clear: which minutes"),
        sa.Column(
            "case_id",
            sa.Uuid(),
            nullable=True,
            comment="clear: in which case, for blocks; empty for what is of the whole sitting",
        ),
        sa.Column("part", sa.String(length=24), nullable=False, comment="clear: code of the part that changed"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("changed_by_account_id", sa.Uuid(), nullable=False, comment="clear: by whom"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the conference"),
        sa.Column(
            "change_sealed", sa.LargeBinary(), nullable=False, comment="sealed: the words before and after"
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_account_id"], ["account.id"], name=op.f("fk_minutes_edit_changed_by_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "case_id"],
            ["case_record.partnership_id", "case_record.id"],
            name=op.f("fk_minutes_edit_partnership_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "minutes_id"],
            ["minutes.partnership_id", "minutes.id"],
            name=op.f("fk_minutes_edit_partnership_id_minutes_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_minutes_edit_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_edit")),
    )
    for column in ("minutes_id", "case_id", "partnership_id"):
        op.create_index(op.f(f"ix_minutes_edit_{column}"), "minutes_edit", [column])
    protect("minutes_edit")
    insert_only("minutes_edit")


def downgrade() -> None:
    """Take them away."""
    op.drop_table("minutes_edit")
