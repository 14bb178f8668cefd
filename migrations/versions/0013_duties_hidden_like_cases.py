"""Which cases a duty may turn out to be about, so that who is shut out of one of them learns nothing of it.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BACKFILLED = ("duty", "referral", "referral_candidate")


def upgrade() -> None:
    """Add the column, and fill it for what is owed about referrals that have no case yet."""
    op.add_column(
        "duty",
        sa.Column(
            "hidden_like",
            sa.ARRAY(sa.Uuid()),
            nullable=False,
            server_default=sa.text("'{}'"),
            comment="clear: random ids of the cases that it may turn out to be about, for blocks",
        ),
    )
    # Row-level security is forced on the owner too, who names no partnership here: without this no row would be met.
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE duty SET case_id = NULL, hidden_like = ARRAY("
        " SELECT candidate.case_id FROM referral_candidate AS candidate"
        " WHERE candidate.referral_id = referral.id AND NOT candidate.is_dismissed ORDER BY candidate.case_id)"
        " FROM referral WHERE duty.subject_kind = 'referral' AND duty.subject_id = referral.id"
        " AND duty.state = 'open' AND referral.case_id IS NULL"
    )
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Take the column away; an earlier release hides what is owed like the first of the cases."""
    op.execute("ALTER TABLE duty NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE duty SET case_id = hidden_like[1] WHERE case_id IS NULL")
    op.execute("ALTER TABLE duty FORCE ROW LEVEL SECURITY")
    op.drop_column("duty", "hidden_like")
