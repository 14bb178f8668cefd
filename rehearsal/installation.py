"""The installation of a rehearsal: engines of its own in a temporary folder, and the real web application, worker, relay and mail catcher.

There is no beat: time is simulated, and the driver says what time it is.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from casework.work import Stores
from config.settings import Settings
from local import children, engines, provision, state
from local import installation as product
from local.state import State
from local.supervisor import Supervisor

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Installation:
    """A running installation and the ways into it."""

    state: State
    settings: Settings
    stores: Stores
    supervisor: Supervisor
    superuser_url: str
    pg_dump: Path

    def connect(self) -> psycopg.Connection:
        """Open the main database past every rule, to look at it as nobody in the product can."""
        return psycopg.connect(self.superuser_url, autocommit=True)

    def dump(self, into: Path) -> Path:
        """Write the whole main database to a file, as a thief of a back-up would have it."""
        with into.open("wb") as file:
            subprocess.run(  # the address is our own engine's
                [self.pg_dump, "--dbname", self.superuser_url], stdout=file, check=True, env={"LC_ALL": "C"}
            )
        return into


@contextlib.contextmanager
def installed() -> Iterator[Installation]:
    """Bring an installation up and take it down, whatever happens in between. Raises what the engines raise, and TimeoutError."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(state.temporary(in_memory=True))
        running = stack.enter_context(engines.running(folder, environment={}, durable=False))
        assert running.postgres is not None  # noqa: S101 - with an empty environment the engines are our own
        port = children.free_port()
        environment = product.settings_for(folder, running, port=port, demonstration=True, environment={})
        supervisor = Supervisor(folder, folder=ROOT, engines=product.watched(running), say=_quiet)
        stack.callback(supervisor.stop)
        supervisor.start(product.mail_catcher(folder, environment))
        provision.prepare_databases(environment)
        for program in product.programs(folder, environment, port=port):
            if program.name != "beat":
                supervisor.start(program)
        settings = Settings.read(environment)
        stores = Stores.open(settings)
        stack.callback(stores.close)
        password = folder.passwords()["postgres"]
        installation = Installation(
            state=folder,
            settings=settings,
            stores=stores,
            supervisor=supervisor,
            superuser_url=f"postgresql://postgres:{password}@127.0.0.1:{running.postgres.port}/casework",
            pg_dump=running.postgres.prefix / "bin" / "pg_dump",
        )
        _wait_for_pages(installation)
        yield installation


def _quiet(_what: str) -> None:
    """A rehearsal tells its own story; what the supervisor has to say is in its logs."""


def _wait_for_pages(installation: Installation) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{installation.settings.base_url}/healthz", timeout=5):  # noqa: S310
                return
        except urllib.error.URLError:
            installation.supervisor.watch()
            if failing := installation.supervisor.failing():
                raise RuntimeError(f"{failing[0]} does not stay up\n{failing[1]}") from None
            time.sleep(0.2)
    raise TimeoutError("the pages were not served in time")


def keep(installation: Installation, dump: Path, folder: Path, report: dict[str, object]) -> None:
    """Put the dump, the logs, the mail, the broker's file and the report where others can search them."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(dump, folder / "database.sql")
    for name in ("logs", "mail", "valkey", "audit"):
        there = installation.state.path / name
        if there.exists():
            shutil.copytree(there, folder / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock"))
    (folder / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
