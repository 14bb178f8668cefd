"""Imports of referrals: a file on its way in, and each of its rows until it is taken in.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "referral_import",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("state", sa.String(length=12), nullable=False, comment="clear: checked, under_way, done, discarded"),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False, comment="clear: when"),
        sa.Column("uploaded_by_account_id", sa.Uuid(), nullable=False, comment="clear: by whom"),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when it was done or discarded"
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_referral_import_partnership_id")),
        sa.ForeignKeyConstraint(
            ["uploaded_by_account_id"], ["account.id"], name=op.f("fk_referral_import_uploaded_by_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_import")),
        sa.UniqueConstraint("partnership_id", "id", name=op.f("uq_referral_import_partnership_id_id")),
    )
    op.create_table(
        "referral_import_row",
        sa.Column("id", sa.Uuid(), nullable=False, comment="clear: random, says nothing"),
        sa.Column("partnership_id", sa.Uuid(), nullable=False, comment="clear: row-level security needs it"),
        sa.Column("import_id", sa.Uuid(), nullable=False, comment="clear: of which file"),
        sa.Column("number", sa.Integer(), nullable=False, comment="clear: which row, from 1"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="clear: ready, rejected, unchanged, imported"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="clear: data key of the file"),
        sa.Column(
            "content_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: the referral as it came; gone once it is taken in or discarded",
        ),
        sa.Column(
            "refusal_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: the sender's own reference, and each wrong field with what would be right",
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "import_id"],
            ["referral_import.partnership_id", "referral_import.id"],
            name=op.f("fk_referral_import_row_partnership_id_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_referral_import_row_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_import_row")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_referral_import_row_import_id_number")),
    )
    for table in ("referral_import", "referral_import_row"):
        op.create_index(op.f(f"ix_{table}_partnership_id"), table, ["partnership_id"], unique=False)
        protect(table)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("referral_import_row")
    op.drop_table("referral_import")
