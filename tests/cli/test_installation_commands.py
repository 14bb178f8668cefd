"""`casework migrate` and `casework health`: what containers run before and beside the product."""

from __future__ import annotations

import psycopg
import pytest
from click.testing import CliRunner, Result

from casework.cli.__main__ import casework
from casework.events import operations as events
from casework.work import Stores
from local import provision
from tests.conftest import Database


def run(*arguments: str, environment: dict[str, str]) -> Result:
    return CliRunner(env=environment).invoke(casework, arguments)


class TestMigrate:
    def test_makes_the_tables_with_two_addresses_and_no_key(self, database: Database, tmp_path: object) -> None:
        given = {"DATABASE_OWNER_URL": database.owner_url, "KEY_STORE_URL": database.key_store_url}
        provision.remove_tables(given)
        for _ in range(2):
            said = run("migrate", environment=given)
            assert (said.exit_code, said.output) == (0, "Both databases are up to date.\n")
        with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT count(*) FROM case_record").fetchone() == (0,)

    def test_names_every_setting_that_is_missing_and_changes_nothing(self) -> None:
        said = run("migrate", environment={"DATABASE_OWNER_URL": "", "KEY_STORE_URL": "mysql://nowhere"})
        assert said.exit_code == 2
        assert "DATABASE_OWNER_URL is not set" in said.output
        assert "KEY_STORE_URL must look like postgresql://" in said.output
        assert "nowhere" not in said.output


class TestHealth:
    def test_tells_the_living_from_the_silent(self, stores: Stores, environment: dict[str, str]) -> None:
        assert run("health", "relay", environment=environment).exit_code == 1
        with stores.engine.begin() as connection:
            events.beat(connection, part="relay")
        said = run("health", "relay", environment=environment)
        assert (said.exit_code, said.output) == (0, "relay: alive\n")
        said = run("health", "relay", "worker", environment=environment)
        assert said.exit_code == 1
        assert said.output == "Error: No proof of life of worker.\n"

    def test_does_not_count_a_proof_that_is_old(
        self, stores: Stores, database: Database, environment: dict[str, str]
    ) -> None:
        with stores.engine.begin() as connection:
            events.beat(connection, part="worker")
        with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as past:
            past.execute("UPDATE heartbeat SET seen_at = seen_at - interval '31 seconds'")
        assert run("health", "worker", environment=environment).exit_code == 1

    @pytest.mark.parametrize("part", ["postgres", ""])
    def test_knows_its_parts(self, part: str, environment: dict[str, str]) -> None:
        assert run("health", part, environment=environment).exit_code == 2
