"""From which share the receiving agency opened a file of its own, so that what it passes on names its source.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BACKFILLED = ("share", "contact", "contact_subject")


def upgrade() -> None:
    """Add the column, and fill it for the contacts that were accepted."""
    op.add_column(
        "share",
        sa.Column(
            "taken_into_case_id",
            sa.Uuid(),
            nullable=True,
            comment="clear: the file that the receiving agency opened from it, for that agency only",
        ),
    )
    op.create_foreign_key(
        op.f("fk_share_partnership_id_taken_into_case_id"),
        "share",
        "case_record",
        ["partnership_id", "taken_into_case_id"],
        ["partnership_id", "id"],
    )
    op.create_index(op.f("ix_share_taken_into_case_id"), "share", ["taken_into_case_id"])
    # Row-level security is forced on the owner too, who names no partnership here: without this no row would be met.
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE share SET taken_into_case_id = contact.accepted_case_id"
        " FROM contact_subject JOIN contact ON contact.id = contact_subject.contact_id"
        " WHERE contact_subject.share_id = share.id AND contact.accepted_case_id IS NOT NULL"
    )
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Take the column away."""
    op.drop_index(op.f("ix_share_taken_into_case_id"), table_name="share")
    op.drop_constraint(op.f("fk_share_partnership_id_taken_into_case_id"), "share", type_="foreignkey")
    op.drop_column("share", "taken_into_case_id")
