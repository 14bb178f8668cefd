"""Young people's files that were closed before closing ended the case as well: their cases are closed now too.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BACKFILLED = ("case_record", "youth_case")


def upgrade() -> None:
    """Close the cases of files that are closed or were transferred."""
    # Row-level security is forced on the owner too, who names no partnership here: without this no row would be met.
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE case_record SET state = 'closed' FROM youth_case"
        " WHERE youth_case.case_id = case_record.id AND youth_case.stage IN ('closed', 'transferred_out')"
        " AND case_record.state = 'open'"
    )
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Leave them closed: an earlier release reads where a file stands from the file itself."""
