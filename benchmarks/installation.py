"""An installation to measure: engines of its own, migrated, with keys; and the product's processes, started as they are shipped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from sqlalchemy import text

from casework.work import Stores
from config.settings import Settings
from local import children, engines, provision
from local.engines import Engines
from local.state import State, temporary

ROOT = Path(__file__).parents[1]
_PATIENCE_SECONDS = 60
WORKER = ("celery", "-A", "workers.app", "--quiet", "worker", "--concurrency", "2", "--loglevel", "WARNING")
RELAY = ("workers.relay",)


@dataclass(frozen=True)
class Installation:
    """What a benchmark works on. Processes that it starts end with the installation."""

    state: State
    engines: Engines
    environment: dict[str, str]
    stores: Stores
    processes: contextlib.ExitStack

    def start(self, *module: str) -> subprocess.Popen[bytes]:
        """Start `python -m …` with this installation's settings, as the supervisor does."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        process = children.start(
            [sys.executable, "-m", *module],
            ends_by=signal.SIGKILL,
            environment=kept | self.environment,
            folder=ROOT,
            log=self.state.log(module[0].rpartition(".")[2]),
        )
        self.processes.callback(children.end, process)
        return process

    def wait(self, query: str, wanted: object = True, *, pause: float = 0.01) -> None:
        """Ask the database until it gives `wanted`. Raises TimeoutError."""
        until = time.monotonic() + _PATIENCE_SECONDS
        with self.stores.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while connection.scalar(text(query)) != wanted:
                if time.monotonic() > until:
                    raise TimeoutError(query)
                time.sleep(pause)

    def wait_for_worker(self) -> None:
        """Wait until the worker has taken a tick."""
        with redis.Redis.from_url(self.environment["REDIS_URL"]) as broker:
            broker.ping()
        from workers.app import app, tick  # its broker comes from the environment, which is set only now

        app.conf.update(broker_url=self.environment["REDIS_URL"])
        tick.apply_async()
        self.wait("SELECT count(*) > 0 FROM heartbeat WHERE part = 'worker'")


@contextlib.contextmanager
def installed(*, smtp_url: str = "smtp://127.0.0.1:9", database_settings: Sequence[str] = ()) -> Iterator[Installation]:
    """Start engines on disk, as an installation has them, with `database_settings` ("name = value") besides."""
    with temporary() as state, engines.running(state, environment={}) as running, contextlib.ExitStack() as stack:
        if database_settings and running.postgres is not None:
            _configure(running, database_settings)
        provision.prepare_databases(running.settings())
        environment = {
            **running.settings(),
            **provision.prepare_keys(state),
            "SMTP_URL": smtp_url,
            "CASEWORK_MAIL_FROM": "no-reply@casework.example.gov.uk",
            "CASEWORK_BASE_URL": "http://127.0.0.1:8000",
            "CASEWORK_STATE": str(state.path),
            "CASEWORK_LOG_LEVEL": "WARNING",
        }
        stores = Stores.open(Settings.read(environment), pool_size=10)
        stack.callback(stores.close)
        yield Installation(state, running, environment, stores, stack)


def _configure(running: Engines, settings: Sequence[str]) -> None:
    postgres = running.postgres
    assert postgres is not None
    with psycopg.connect(
        postgres.url("postgres", postgres.password, "postgres").replace("+psycopg", ""), autocommit=True
    ) as connection:
        for setting in settings:
            connection.execute(f"ALTER SYSTEM SET {setting}")
    postgres.stop()
    postgres.start()
