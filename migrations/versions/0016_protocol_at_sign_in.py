"""Who is signed in, and whether their agency's protocol is good, in one question: a function that asks within one partnership.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the function. It has no rights of its own: it names the partnership to row-level security and then takes that back."""
    op.execute(
        """
        CREATE FUNCTION protocol_is_good(of_partnership uuid, of_agency uuid, on_day date) RETURNS boolean
        LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
        DECLARE
            before text := coalesce(current_setting('app.partnership_id', true), '');
            good boolean;
        BEGIN
            PERFORM set_config('app.partnership_id', coalesce(of_partnership::text, ''), true);
            SELECT EXISTS (
                SELECT FROM partnership_agency
                WHERE partnership_id = of_partnership AND agency_id = of_agency
                    AND joined_on <= on_day AND (left_on IS NULL OR left_on > on_day)
                    AND protocol_signed_on <= on_day AND (protocol_expires_on IS NULL OR protocol_expires_on > on_day)
            ) INTO good;
            PERFORM set_config('app.partnership_id', before, true);
            RETURN good;
        END $$
        """
    )


def downgrade() -> None:
    """Drop the function."""
    op.execute("DROP FUNCTION protocol_is_good(uuid, uuid, date)")
