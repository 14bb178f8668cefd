"""The engines that ./dev run and the tests start: who may do what on them, and that nothing of them is left behind."""

from __future__ import annotations

import json
import os
import pwd
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text

from local import children, engines, provision, state
from local.postgres import Postgres, unprivileged_user
from local.valkey import Valkey
from tests.conftest import Database, Servers

ROOT = Path(__file__).parents[2]


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


LAUNCHER = """
import json, signal, sys, time
from pathlib import Path
from local import engines, state
def stop(*_): raise SystemExit(0)
signal.signal(signal.SIGTERM, stop)
with state.locked(Path(sys.argv[1])) as folder, engines.running(folder, environment={}) as running:
    pids = [running.postgres.process.pid, running.valkey.process.pid]
    print(json.dumps({"pids": pids, "database": running.database_url, "redis": running.redis_url}), flush=True)
    time.sleep(600)
"""


def launchers() -> list[pwd.struct_passwd | None]:
    """Whom the launcher is tried as: ourselves and, when we are root and it can reach the project, an ordinary user."""
    user = unprivileged_user()
    if user is None:
        return [None]
    may = subprocess.run(["test", "-x", sys.executable], check=False, cwd="/", **children.as_user(user)).returncode == 0
    return [None, user] if may else [None]


def wait_until(what: Callable[[], bool]) -> None:
    for _ in range(400):
        if what():
            return
        time.sleep(0.05)
    pytest.fail("waited 20 s in vain")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that any user may enter, but that holds folders of ours which nobody else may."""
    with tempfile.TemporaryDirectory(prefix="casework-place-", dir=state.memory_folder()) as name:
        Path(name).chmod(0o777)
        yield Path(name)


class Launched:
    """The launcher in a process of its own."""

    def __init__(self, folder: Path, user: pwd.struct_passwd | None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, str(folder)],
            cwd="/",
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **children.as_user(user),
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        told: dict[str, Any] = json.loads(line)
        self.pids: list[int] = told["pids"]
        self.database: str = told["database"]
        self.redis: str = told["redis"]

    def servers_ended(self) -> bool:
        return all(not children.is_running(pid) for pid in self.pids)

    def end(self, by: signal.Signals) -> None:
        self.process.send_signal(by)
        self.process.communicate(timeout=30)


@pytest.mark.parametrize("user", launchers(), ids=lambda user: user.pw_name if user else "ourselves")
class TestLauncher:
    def test_leaves_nothing_running_when_it_is_killed(self, place: Path, user: pwd.struct_passwd | None) -> None:
        launched = Launched(place / "state", user)
        assert not launched.servers_ended()
        launched.end(signal.SIGKILL)
        wait_until(launched.servers_ended)

    def test_ends_both_servers_when_it_is_asked_to(self, place: Path, user: pwd.struct_passwd | None) -> None:
        launched = Launched(place / "state", user)
        launched.end(signal.SIGTERM)
        assert launched.process.returncode == 0
        assert launched.servers_ended()

    def test_finds_its_data_again_after_it_was_killed(self, place: Path, user: pwd.struct_passwd | None) -> None:
        first = Launched(place / "state", user)
        owner = first.database.replace("casework_app", "casework_owner")
        passwords = json.loads((place / "state" / "passwords.json").read_text())
        owner = owner.replace(passwords["casework_app"], passwords["casework_owner"]).replace("+psycopg", "")
        with psycopg.connect(owner) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        redis.Redis.from_url(first.redis).set("kept", "1")
        wait_until(lambda: b"kept" in b"".join(path.read_bytes() for path in (place / "state").rglob("*.aof")))
        first.end(signal.SIGKILL)
        second = Launched(place / "state", user)
        assert rows(second.database, "SELECT one FROM kept") == [(1,)]
        assert redis.Redis.from_url(second.redis).get("kept") == b"1"
        second.end(signal.SIGTERM)

    def test_keeps_its_passwords_and_data_to_itself(self, place: Path, user: pwd.struct_passwd | None) -> None:
        launched = Launched(place / "state", user)
        launched.end(signal.SIGTERM)
        for path in (place / "state").rglob("*"):
            if path.is_file() and path.name not in ("casework.lock",):
                reached = all(parent.stat().st_mode & 0o001 for parent in path.parents if place in parent.parents)
                assert not (reached and path.stat().st_mode & 0o004), f"{path} can be read by everybody"

    def test_changes_no_folder_above(self, place: Path, user: pwd.struct_passwd | None) -> None:
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        if user:
            os.chown(closed, user.pw_uid, user.pw_gid)
        before = {path: path.stat().st_mode for path in (place, closed)}
        launched = Launched(closed / "state", user)
        assert rows(launched.database, "SELECT 1") == [(1,)]
        launched.end(signal.SIGTERM)
        assert {path: path.stat().st_mode for path in (place, closed)} == before
        with state.locked(closed / "state", fresh=True):
            assert [path.name for path in (closed / "state").iterdir()] == [state.LOCK]


class TestState:
    def test_is_used_by_one_at_a_time(self, place: Path) -> None:
        with (
            state.locked(place / "state"),
            pytest.raises(state.StateError, match=f"in use by process {os.getpid()}"),
            state.locked(place / "state"),
        ):
            pass
        with state.locked(place / "state"):
            pass

    def test_is_never_a_folder_with_other_things(self, place: Path) -> None:
        (place / "letter.txt").write_text("Dear Sir")
        with pytest.raises(state.StateError, match="holds other things"), state.locked(place, fresh=True):
            pass
        assert (place / "letter.txt").read_text() == "Dear Sir"

    def test_is_emptied_when_asked_but_not_otherwise(self, place: Path) -> None:
        with state.locked(place / "state") as first:
            passwords = first.passwords()
        with state.locked(place / "state") as again:
            assert again.passwords() == passwords
        with state.locked(place / "state", fresh=True) as emptied:
            assert emptied.passwords() != passwords

    def test_of_a_killed_run_is_cleared_away_by_the_next(self) -> None:
        left = Path(tempfile.gettempdir()) / f"casework-temporary-{secrets.token_hex(6)}"
        with state.locked(left) as abandoned:
            abandoned.passwords()
        os.utime(left / state.LOCK, (0, 0))
        with state.temporary() as folder:
            assert folder.path.is_dir()
            assert not left.exists()
        assert not folder.path.exists()


class TestOrphan:
    """A server of an earlier run, where the kernel did not end it with its launcher."""

    @pytest.mark.parametrize("server", [Postgres, Valkey])
    def test_is_ended_before_another_writes_the_same_files(self, place: Path, server: type[Postgres | Valkey]) -> None:
        with state.locked(place / "state") as folder:
            orphan, successor = server(folder, durable=False), server(folder, durable=False)
            orphan.start()
            successor.start()
            assert orphan.process is not None
            assert not children.is_running(orphan.process.pid)
            successor.stop()

    def test_is_never_taken_for_a_stranger_with_its_number(self, place: Path) -> None:
        stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], cwd="/")
        with state.locked(place / "state") as folder:
            (folder.folder("valkey") / "valkey.pid").write_text(str(stranger.pid))
            server = Valkey(folder, durable=False)
            server.start()
            server.stop()
        assert stranger.poll() is None
        stranger.kill()
        stranger.wait()


class TestRunning:
    def test_uses_the_servers_that_the_environment_names(self, place: Path) -> None:
        named = {
            "DATABASE_URL": "postgresql://a@db/casework",
            "DATABASE_OWNER_URL": "postgresql://b@db/casework",
            "KEY_STORE_URL": "postgresql://c@db/keys",
            "REDIS_URL": "redis://valkey/0",
        }
        with state.locked(place / "state") as folder, engines.running(folder, environment=named) as running:
            assert running.settings() == named
            assert running.postgres is None
            assert running.valkey is None

    def test_does_not_mix_a_database_of_ours_with_somebody_elses(self, place: Path) -> None:
        named = {"DATABASE_URL": "postgresql://a@db/casework"}
        with (
            state.locked(place / "state") as folder,
            pytest.raises(engines.EnginesError, match="DATABASE_OWNER_URL and KEY_STORE_URL"),
            engines.running(folder, environment=named),
        ):
            pass


class TestFilling:
    """While a demonstration is made, its database is not forced to disk; from then on every commit is."""

    def test_ends_with_every_commit_forced_to_disk_and_nothing_lost(self, place: Path) -> None:
        with (
            state.locked(place / "state") as folder,
            engines.running(folder, environment={}, filling=True) as running,
        ):
            assert running.postgres is not None
            assert rows(running.database_owner_url, "SHOW fsync") == [("off",)]
            with psycopg.connect(running.database_owner_url.replace("+psycopg", "")) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
            running.postgres.become_durable()
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                assert rows(running.database_owner_url, f"SHOW {setting}") == [("on",)]
            assert rows(running.database_url, "SELECT one FROM kept") == [(1,)]

    def test_is_for_those_who_ask_for_it_only(self, place: Path) -> None:
        with state.locked(place / "state") as folder, engines.running(folder, environment={}) as running:
            assert rows(running.database_url, "SHOW fsync") == [("on",)]


class TestKeyFiles:
    def test_are_made_once_for_their_owner_only(self, place: Path) -> None:
        with state.locked(place / "state") as folder:
            named = provision.prepare_keys(folder)
            first = {name: Path(path).read_bytes() for name, path in named.items()}
            assert len(set(first.values())) == 4
            assert all(Path(path).stat().st_mode & 0o077 == 0 for path in named.values())
            again = provision.prepare_keys(folder)
        assert {name: Path(path).read_bytes() for name, path in again.items()} == first
