"""The engines that ./dev run and the tests start: who may do what on them, and that nothing of them is left behind."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.conftest import Database, Servers


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[call-overload, no-any-return]


class TestServer:
    def test_keeps_values_of_failing_statements_out_of_its_log_and_time_in_utc(self, servers: Servers) -> None:
        with servers.superuser() as connection:
            shown = {
                name: connection.execute(f"SHOW {name}").fetchone()
                for name in ("log_error_verbosity", "log_min_error_statement", "timezone", "max_connections")
            }
        assert shown["log_error_verbosity"] == ("terse",)
        assert shown["log_min_error_statement"] == ("panic",)
        assert shown["timezone"] == ("UTC",)

    def test_takes_no_connection_without_the_password(self, servers: Servers) -> None:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                host="127.0.0.1", port=servers.port, user="casework_app", password="guess", dbname="casework"
            )


class TestRoles:
    def test_the_application_may_read_and_write_rows(self, database: Database) -> None:
        assert rows(database.url, "SELECT count(*) FROM agency") == [(0,)]
        assert rows(database.url, "SELECT current_user") == [("casework_app",)]

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "TRUNCATE agency",
            "DROP TABLE agency",
            "ALTER TABLE case_record DISABLE ROW LEVEL SECURITY",
            "SET ROLE casework_owner",
            "CREATE ROLE mine",
        ],
    )
    def test_the_application_may_do_nothing_more(self, database: Database, statement: str) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(database.url, statement)

    def test_no_role_of_the_product_gets_round_row_level_security(self, servers: Servers) -> None:
        with servers.superuser() as connection:
            found = connection.execute(
                "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles"
                " WHERE rolname LIKE 'casework%' ORDER BY 1"
            ).fetchall()
        assert found == [("casework_app", False), ("casework_keys", False), ("casework_owner", False)]

    def test_only_its_own_role_reaches_the_key_store(self, servers: Servers, database: Database) -> None:
        assert rows(database.key_store_url, "SELECT count(*) FROM data_key") == [(0,)]
        keys = database.key_store_url.rpartition("/")[2]
        for role in ("casework_app", "casework_owner"):
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                rows(servers.url(role, keys), "SELECT 1")

    def test_the_key_stores_role_does_not_reach_the_records(self, servers: Servers, database: Database) -> None:
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            rows(servers.url("casework_keys", database.name), "SELECT 1")


class TestDatabase:
    """Two tests with the same story: each finds an empty database, so neither sees the other's rows."""

    @pytest.mark.parametrize("turn", [1, 2])
    def test_is_fresh_for_each_test(self, database: Database, turn: int) -> None:
        engine = create_engine(database.owner_url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE once (id int)"))
        engine.dispose()
