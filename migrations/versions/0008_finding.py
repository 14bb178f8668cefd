"""What the search box finds people by: entries of date of birth, postcode and telephone, each with an initial.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = "index: names with date of birth; shows that two rows may be one person"
AFTER = "index: names with date of birth, or birth, postcode or phone with an initial; shows that two rows may be one person"


def upgrade() -> None:
    """Say in the catalogue what the entries are now."""
    _comment(AFTER, BEFORE)


def downgrade() -> None:
    """Say what they were."""
    _comment(BEFORE, AFTER)


def _comment(comment: str, before: str) -> None:
    op.alter_column(
        "person_token",
        "token",
        comment=comment,
        existing_comment=before,
        existing_type=sa.LargeBinary(),
        existing_nullable=False,
    )
