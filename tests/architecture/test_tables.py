"""What every table of the database must be: behind row-level security, in the catalogue, and out of reach of the application's role
where rows are only ever added. Read from a migrated database, so that a hand-written migration is held to it too."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import alembic.util
import psycopg
import pytest

import casework
from casework.db import Base
from local import provision
from tests.conftest import Database, Servers

for _models in sorted(Path(casework.__path__[0]).glob("*/models.py")):
    importlib.import_module(f"casework.{_models.parent.name}.models")

# Tables that name a partnership and are not walled off, with the reason.
NOT_WALLED = {
    "membership": "sign-in asks, before any partnership is chosen, where a person works",
    "outbox_message": "the relay carries the ids of all partnerships; a payload holds ids and codes only",
    "sign_in_session": "a session is looked up by the hash of its token, before its partnership is known",
}
INSERT_ONLY = {"audit_entry", "audit_link", "audit_checkpoint", "sharing_decision", "disclosure"}
INSERT_ONLY |= {"agreement", "agreement_entry", "minutes_edit"}
INSERT_ONLY |= {"youth_step", "youth_assessment", "plan_review", "share_review"}
INSERT_ONLY |= {"group_mode", "contact_step"}
LONGEST_CLEAR_TEXT = 320
# Clear columns that hold text without a short limit, and why nothing personal gets in.
LONG_CLEAR = {"marac.postcode_areas": "outward codes of a whole area, some dozens of them"}
CATALOGUED = re.compile(r"^(clear|sealed|index): \S.{2,}")


@pytest.fixture(scope="module")
def catalogue(module_database: Database) -> Iterator[psycopg.Connection[Any]]:
    """The system catalogue of a migrated database, read past every rule."""
    with psycopg.connect(module_database.superuser_url.replace("+psycopg", "")) as connection:
        yield connection


def _columns(catalogue: psycopg.Connection[Any]) -> list[tuple[str, str, str, int | None, str]]:
    """Every column of our tables: table, column, type, longest text, comment."""
    return catalogue.execute(
        "SELECT c.table_name, c.column_name, c.udt_name, c.character_maximum_length,"
        " coalesce(col_description(format('%I.%I', c.table_schema, c.table_name)::regclass, c.ordinal_position), '')"
        " FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name <> 'alembic_version'"
        " ORDER BY 1, c.ordinal_position"
    ).fetchall()


class TestRowLevelSecurity:
    def test_is_forced_on_every_table_that_names_a_partnership(self, catalogue: psycopg.Connection[Any]) -> None:
        found = catalogue.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
            " EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)"
            " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'partnership_id'"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        ).fetchall()
        open_tables = {table for table, forced, policy in found if not (forced and policy)}
        assert len(found) > 30
        assert open_tables == set(NOT_WALLED), "wall the table off by migrations.row_security.protect"

    def test_shows_nothing_where_no_partnership_is_named(self, module_database: Database) -> None:
        with psycopg.connect(module_database.url.replace("+psycopg", "")) as connection:
            tables = connection.execute(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r' ORDER BY 1"
            ).fetchall()
            policies = connection.execute("SELECT tablename, qual, with_check FROM pg_policies").fetchall()
        walled = {table for (table,) in tables}
        assert {table for table, _, _ in policies} == walled
        for table, condition, check in policies:
            assert "current_setting('app.partnership_id'::text, true)" in condition, table
            assert condition == check, f"{table}: what cannot be read must not be writable"

    def test_holds_for_the_application_s_role(self, catalogue: psycopg.Connection[Any]) -> None:
        roles = catalogue.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles"
            " WHERE rolname LIKE 'casework%'"
        ).fetchall()
        assert dict(roles) == {"casework_owner": False, "casework_app": False, "casework_keys": False}


class TestForeignKeysAndUniqueness:
    def test_do_not_reach_into_another_partnership(self) -> None:
        reaching = []
        for table in Base.metadata.tables.values():
            if "partnership_id" not in table.c:
                continue
            for key in table.foreign_key_constraints:
                target = key.referred_table
                if (
                    target.name != "partnership"
                    and "partnership_id" in target.c
                    and "partnership_id" not in key.columns
                ):
                    reaching.append(f"{table.name} -> {target.name}")
        assert reaching == [], (
            "a key without the partnership would confirm that a hidden row exists: use casework.db.inside"
        )


class TestColumns:
    def test_each_say_how_they_are_kept_and_why(self, catalogue: psycopg.Connection[Any]) -> None:
        columns = _columns(catalogue)
        silent = [f"{table}.{column}" for table, column, *_, comment in columns if not CATALOGUED.match(comment)]
        assert len(columns) > 200
        assert silent == [], "give the column a comment by casework.db.clear, sealed or index"

    def test_that_are_sealed_or_an_index_hold_bytes(self, catalogue: psycopg.Connection[Any]) -> None:
        wrong = [
            f"{table}.{column} is {kind}"
            for table, column, kind, _, comment in _columns(catalogue)
            if comment.startswith(("sealed:", "index:")) and kind != "bytea"
        ]
        assert wrong == []

    def test_that_hold_bytes_or_documents_are_not_simply_clear(self, catalogue: psycopg.Connection[Any]) -> None:
        named = re.compile(r"(hash|signature|wrapped|commitment|digest)$")
        wrong = [
            f"{table}.{column}"
            for table, column, kind, _, comment in _columns(catalogue)
            if kind == "bytea" and comment.startswith("clear:") and not named.search(column)
        ]
        assert wrong == []

    def test_that_are_clear_leave_no_room_for_a_story(self, catalogue: psycopg.Connection[Any]) -> None:
        roomy = {
            f"{table}.{column}"
            for table, column, kind, longest, comment in _columns(catalogue)
            if kind in ("text", "varchar", "bpchar")
            and comment.startswith("clear:")
            and (longest is None or longest > LONGEST_CLEAR_TEXT)
        }
        assert roomy == set(LONG_CLEAR), "seal what somebody types; give a code a length"


class TestTheDatabase:
    def test_has_no_view_that_would_go_round_row_level_security(self, catalogue: psycopg.Connection[Any]) -> None:
        found = catalogue.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        assert found == []

    def test_has_no_function_that_runs_with_its_maker_s_rights(self, catalogue: psycopg.Connection[Any]) -> None:
        found = catalogue.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).fetchall()
        assert found == []

    def test_lets_the_application_add_and_read_but_not_reshape(self, module_database: Database) -> None:
        with psycopg.connect(module_database.url.replace("+psycopg", ""), autocommit=True) as connection:
            for statement in (
                "CREATE TABLE mine (id int)",
                "CREATE SCHEMA mine",
                "ALTER TABLE person ADD COLUMN mine int",
                "DROP TABLE person",
                "TRUNCATE person",
                "ALTER TABLE person DISABLE ROW LEVEL SECURITY",
                "SET ROLE casework_owner",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)

    def test_owns_no_table_as_the_application(self, catalogue: psycopg.Connection[Any]) -> None:
        owners = catalogue.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert owners == [("casework_owner",)]

    def test_shuts_the_key_store_to_the_application(self, module_database: Database) -> None:
        address = module_database.url.replace("+psycopg", "").replace(
            f"/{module_database.name}", f"/{module_database.name}_keys"
        )
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(address)


class TestInsertOnlyTables:
    def test_are_the_trail_and_the_acts_of_sharing(self, catalogue: psycopg.Connection[Any]) -> None:
        found = catalogue.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'insert_only'"
        ).fetchall()
        assert {table for (table,) in found} == INSERT_ONLY

    @pytest.mark.parametrize("table", sorted(INSERT_ONLY))
    def test_refuse_a_change_by_right_and_by_trigger(
        self, table: str, module_database: Database, catalogue: psycopg.Connection[Any]
    ) -> None:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            allowed = catalogue.execute("SELECT has_table_privilege('casework_app', %s, %s)", (table, right)).fetchone()
            assert allowed == (False,), right
        with psycopg.connect(module_database.owner_url.replace("+psycopg", ""), autocommit=True) as owner:
            for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
                with pytest.raises(psycopg.errors.RaiseException):
                    owner.execute(statement)


class TestMigrations:
    def test_go_up_down_and_up_again_and_make_what_the_models_describe(self, database: Database) -> None:
        settings = {"DATABASE_OWNER_URL": database.owner_url, "KEY_STORE_URL": database.key_store_url}
        provision.remove_tables(settings)
        with psycopg.connect(database.owner_url.replace("+psycopg", "")) as owner:
            left = owner.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND relname <> 'alembic_version'"
                " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            ).fetchall()
        assert left == []
        provision.prepare_databases(settings)
        provision.check_migrations(settings)

    def test_notice_a_table_that_was_changed_by_hand(self, database: Database) -> None:
        with psycopg.connect(database.owner_url.replace("+psycopg", ""), autocommit=True) as owner:
            owner.execute("ALTER TABLE heartbeat ADD COLUMN note text")
        with pytest.raises(alembic.util.CommandError, match="New upgrade operations detected"):
            provision.check_migrations({"DATABASE_OWNER_URL": database.owner_url})

    def test_are_numbered_in_one_line_and_the_newest_is_noted(self) -> None:
        folder = Path(__file__).parents[2] / "migrations"
        numbers = sorted(path.name.split("_")[0] for path in (folder / "versions").glob("*.py"))
        assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
        assert (folder / "current-head").read_text().strip() == numbers[-1]

    def test_change_the_key_store_no_more_when_run_twice(self, database: Database, servers: Servers) -> None:
        settings = {"DATABASE_OWNER_URL": database.owner_url, "KEY_STORE_URL": database.key_store_url}
        provision.prepare_databases(settings)
        provision.prepare_databases(settings)
