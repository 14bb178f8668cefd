"""An index in the order of the list of cases, so that a page of it reads its own rows and not every case.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_case_record_list", "case_record"


def upgrade() -> None:
    """Make the index."""
    op.create_index(NAME, TABLE, ["partnership_id", "programme", "last_referral_on", "number"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index(NAME, table_name=TABLE)
