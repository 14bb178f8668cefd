"""What every migration that adds a table uses: row-level security, and insert-only tables (docs/adr/0004-access-order.md)."""

from __future__ import annotations

from alembic import op

# In the policy: no context set means no row at all.
_HERE = "partnership_id = nullif(current_setting('app.partnership_id', true), '')::uuid"
_HERE_OR_NOWHERE = "partnership_id IS NOT DISTINCT FROM nullif(current_setting('app.partnership_id', true), '')::uuid"


def protect(table: str, *, also_rows_of_no_partnership: bool = False) -> None:
    """Force row-level security on `table`: only rows of the partnership named in the transaction can be read or written."""
    condition = _HERE_OR_NOWHERE if also_rows_of_no_partnership else _HERE
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_partnership ON {table} USING ({condition}) WITH CHECK ({condition})")


def insert_only(table: str) -> None:
    """Refuse every change and removal of rows of `table`, whoever asks: by right for the application's role, by trigger for all."""
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM casework_app")
    op.execute(
        f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
