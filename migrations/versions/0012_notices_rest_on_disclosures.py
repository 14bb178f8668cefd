"""A notice of a withdrawal rests on the act by which the agency was told, a share or a place on the team, and says what is taken back.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BACKFILLED = ("withdrawal_notice", "share", "share_item")


def upgrade() -> None:
    """Replace the share of each notice by the share's act, and fill in what was taken back."""
    op.add_column(
        "withdrawal_notice",
        sa.Column(
            "disclosure_id", sa.Uuid(), nullable=True, comment="clear: the latest act by which it was told anything of it"
        ),
    )
    op.add_column(
        "withdrawal_notice",
        sa.Column("is_part", sa.Boolean(), nullable=True, comment="clear: whether a part was taken back, or the whole"),
    )
    op.add_column(
        "withdrawal_notice",
        sa.Column(
            "categories",
            ARRAY(sa.String(length=32)),
            nullable=True,
            comment="clear: codes of what it had been told and may no longer use",
        ),
    )
    op.add_column(
        "withdrawal_notice",
        sa.Column(
            "purposes", ARRAY(sa.String(length=24)), nullable=True, comment="clear: codes of what it had been told it for"
        ),
    )
    # Row-level security is forced on the owner too, who names no partnership here: without this no row would be met.
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE withdrawal_notice SET disclosure_id = share.disclosure_id, is_part = false, purposes = ARRAY[share.purpose],"
        " categories = ARRAY(SELECT DISTINCT share_item.category FROM share_item"
        " WHERE share_item.share_id = share.id AND share_item.is_delivered ORDER BY share_item.category)"
        " FROM share WHERE share.id = withdrawal_notice.share_id"
    )
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for column in ("disclosure_id", "is_part", "categories", "purposes"):
        op.alter_column("withdrawal_notice", column, nullable=False)
    op.create_foreign_key(
        op.f("fk_withdrawal_notice_partnership_id_disclosure_id"),
        "withdrawal_notice",
        "disclosure",
        ["partnership_id", "disclosure_id"],
        ["partnership_id", "id"],
    )
    op.drop_constraint(
        op.f("fk_withdrawal_notice_partnership_id_share_id"), "withdrawal_notice", type_="foreignkey"
    )
    op.drop_column("withdrawal_notice", "share_id")


def downgrade() -> None:
    """Name the share again where there was one. Notices to those who were on the team cannot be kept as they were."""
    op.add_column(
        "withdrawal_notice",
        sa.Column("share_id", sa.Uuid(), nullable=True, comment="clear: the latest share that it received"),
    )
    for table in (*BACKFILLED, "disclosure"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE withdrawal_notice SET share_id = disclosure.subject_id FROM disclosure"
        " WHERE disclosure.id = withdrawal_notice.disclosure_id AND disclosure.kind = 'share'"
    )
    for table in (*BACKFILLED, "disclosure"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.create_foreign_key(
        op.f("fk_withdrawal_notice_partnership_id_share_id"),
        "withdrawal_notice",
        "share",
        ["partnership_id", "share_id"],
        ["partnership_id", "id"],
    )
    op.drop_constraint(
        op.f("fk_withdrawal_notice_partnership_id_disclosure_id"), "withdrawal_notice", type_="foreignkey"
    )
    for column in ("purposes", "categories", "is_part", "disclosure_id"):
        op.drop_column("withdrawal_notice", column)
