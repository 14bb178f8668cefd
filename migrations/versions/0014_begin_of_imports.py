"""When taking a file in began, so that it has stuck a day after that and not a day after it was brought.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a file that is under way now began when it was brought, as far as is known."""
    op.add_column(
        "referral_import",
        sa.Column(
            "begun_at", sa.DateTime(timezone=True), nullable=True, comment="clear: when taking it in was begun"
        ),
    )
    # Row-level security is forced on the owner too, who names no partnership here: without this no row would be met.
    op.execute("ALTER TABLE referral_import NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE referral_import SET begun_at = uploaded_at WHERE state IN ('under_way', 'done')")
    op.execute("ALTER TABLE referral_import FORCE ROW LEVEL SECURITY")
    op.create_check_constraint(
        op.f("ck_referral_import_begun_is_noted"),
        "referral_import",
        "state NOT IN ('under_way', 'done') OR begun_at IS NOT NULL",
    )


def downgrade() -> None:
    """Take the column away."""
    op.drop_constraint(op.f("ck_referral_import_begun_is_noted"), "referral_import", type_="check")
    op.drop_column("referral_import", "begun_at")
