"""An installation whose worker, relay and beat are real processes, and what tests ask of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from casework.access.actors import SYSTEM
from casework.work import Stores, UnitOfWork
from local import children
from tests.conftest import Database
from workers.app import app

ROOT = Path(__file__).parents[2]
MORNING = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
PATIENCE_SECONDS = 60.0
WORKER = ("celery", "-A", "tests.workers.counting", "--quiet", "worker", "--loglevel", "INFO")


def until(condition: Callable[[], object], what: str) -> None:
    """Wait until `condition` holds. Fails, naming `what`, after a minute: the machine may be busy."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.02)


@dataclass
class Place:
    """An installation of one test's own."""

    stores: Stores
    environment: dict[str, str]
    broker: redis.Redis
    sql: psycopg.Connection[Any]
    folder: Path
    partnership_id: uuid.UUID = field(default_factory=uuid.uuid4)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *module: str, log: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start `python -m …` with this installation's settings."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        process = children.start(
            [sys.executable, "-m", *module],
            ends_by=signal.SIGKILL,
            environment={**kept, **self.environment, **environment},
            folder=ROOT,
            log=self.log(log),
        )
        self.processes.append(process)
        return process

    def start_worker(self, *, concurrency: int = 1) -> subprocess.Popen[bytes]:
        """Start a worker with the counting handlers."""
        return self.start(*WORKER, "--concurrency", str(concurrency), log="worker")

    def start_relay(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start the relay."""
        return self.start("workers.relay", log="relay", **environment)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process and all that it started, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def record(self, event: str, count: int = 1, *, at: datetime = MORNING, **payload: object) -> list[uuid.UUID]:
        """Commit events that happen at one moment in one unit of work; give their outbox ids in order."""
        before = {row[0] for row in self.sql.execute("SELECT id FROM outbox_message")}
        with UnitOfWork(self.stores, actor=SYSTEM, now=at, partnership_id=self.partnership_id) as work:
            for _ in range(count):
                self.record_in(work, event, **payload)
        rows = self.sql.execute("SELECT id FROM outbox_message ORDER BY position")
        return [row[0] for row in rows if row[0] not in before]

    def record_in(self, work: UnitOfWork, event: str, **payload: object) -> None:
        """Record an event that no concept declares, the way `UnitOfWork.record` stores one."""
        work.record(_Happened(event, self.partnership_id, payload))  # type: ignore[arg-type]

    def states(self) -> dict[str, int]:
        """Count the outbox by state."""
        return dict(self.sql.execute("SELECT state, count(*) FROM outbox_message GROUP BY state").fetchall())

    def effects(self, handler: str = "mark") -> list[uuid.UUID]:
        """Give the messages of every mark that a handler left."""
        rows = self.sql.execute("SELECT message_id FROM effect WHERE handler = %s ORDER BY message_id", (handler,))
        return [row[0] for row in rows]

    def wait_done(self, count: int) -> None:
        """Wait until so many messages are done."""
        until(lambda: self.states().get("done", 0) >= count, f"{count} done, there are {self.states()}")

    def end_sessions(self) -> None:
        """End every session with the database but this one, and wait until the last has said so to whoever held it."""
        ended = self.sql.execute(
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        left = "SELECT FROM pg_stat_activity WHERE pid = ANY(%s)"
        until(lambda: not self.sql.execute(left, ([row[0] for row in ended],)).fetchall(), "the end of the sessions")

    def let_time_pass(self) -> None:
        """Bring everything that waits for a moment of the database's clock past it: leases, next tries, the sweep."""
        self.sql.execute("UPDATE outbox_message SET next_at = now(), lease_until = lease_until - interval '1 day'")


@dataclass(frozen=True)
class _Happened:
    """What a unit of work asks of an event; not a DomainEvent, because those are all in the catalogue."""

    wire: str
    partnership_id: uuid.UUID
    fields: dict[str, object]
    version: int = 1

    def payload(self) -> dict[str, object]:
        return self.fields


@pytest.fixture
def place(
    stores: Stores, database: Database, environment: dict[str, str], redis_url: str, tmp_path: Path
) -> Iterator[Place]:
    """The installation, with nothing started yet. Every process ends with the test."""
    (tmp_path / "audit").mkdir()
    app.conf.update(broker_url=redis_url)
    with (
        redis.Redis.from_url(redis_url) as broker,
        psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as sql,
    ):
        sql.execute(
            "CREATE TABLE effect (id uuid, message_id uuid, handler text, now timestamptz, partnership_id uuid)"
        )
        sql.execute("GRANT SELECT, INSERT ON effect TO casework_app")
        made = Place(stores, environment, broker, sql, tmp_path)
        yield made
        for process in made.processes:
            made.kill(process)


def children_of(process: subprocess.Popen[bytes]) -> Sequence[int]:
    """Give the ids of the processes that a worker has forked to run tasks."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]
