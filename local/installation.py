"""What one running installation consists of: its settings, its programs, and when it is ready. For `./dev run` and the rehearsal."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from config.settings import Settings
from local import children, engines, provision
from local.state import State
from local.supervisor import Engine, Program, Supervisor

ROOT = Path(__file__).parents[1]
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "WEB_CONCURRENCY")


class RunError(Exception):
    """The product cannot run here. The message says why."""


def settings_for(
    state: State, running: engines.Engines, *, port: int, demonstration: bool, environment: Mapping[str, str]
) -> dict[str, str]:
    """Return every setting of an installation whose pages are on `port`, with its key files made.

    SMTP_URL and CASEWORK_LOG_LEVEL come from `environment` when they are there; otherwise mail goes to a mail catcher, on a
    free port. Raises SettingsError.
    """
    settings = {
        **running.settings(),
        **provision.prepare_keys(state),
        "SMTP_URL": environment.get("SMTP_URL") or f"smtp://127.0.0.1:{children.free_port()}",
        "CASEWORK_MAIL_FROM": "no-reply@casework.example.gov.uk",
        "CASEWORK_BASE_URL": f"http://127.0.0.1:{port}",
        "CASEWORK_STATE": str(state.path),
        "CASEWORK_DEMONSTRATION": "1" if demonstration else "0",
        "CASEWORK_LOG_LEVEL": environment.get("CASEWORK_LOG_LEVEL", "INFO"),
    }
    read = Settings.read(settings)
    return settings | {
        "DATABASE_URL": read.database_url,
        "DATABASE_OWNER_URL": read.database_owner_url or "",
        "KEY_STORE_URL": read.key_store_url,
    }


def environment_of(settings: Mapping[str, str], *, without: tuple[str, ...]) -> dict[str, str]:
    """Return a child's environment: the settings less those that are not its business, and little of our own."""
    ours = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return ours | {"PYTHONUNBUFFERED": "1"} | {name: value for name, value in settings.items() if name not in without}


def mail_catcher(state: State, settings: Mapping[str, str]) -> Program:
    """Return the program that takes the mail of these settings and keeps it under STATE/mail."""
    port = settings["SMTP_URL"].rpartition(":")[2]
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "local.mailcatcher",
        "--folder",
        state.folder("mail"),
        "--port",
        port,
    ]
    return Program("mail", command, environment_of({}, without=()))


def programs(state: State, settings: Mapping[str, str], *, port: int) -> list[Program]:
    """Return the product's own programs: web, worker, relay and beat, each with the secrets that it needs and no other."""
    usual = environment_of(settings, without=("DATABASE_OWNER_URL", "CASEWORK_AUDIT_KEY"))
    signing = environment_of(settings, without=("DATABASE_OWNER_URL",))
    broker_only = environment_of({name: settings[name] for name in ("REDIS_URL", "CASEWORK_LOG_LEVEL")}, without=())
    gunicorn: list[str | Path] = [sys.executable, "-m", "gunicorn", "--config", ROOT / "config/gunicorn.py"]
    celery = [sys.executable, "-m", "celery", "-A", "workers.app", "--quiet"]
    quietly = ["--loglevel", "WARNING"]
    worker = ["worker", "--concurrency", "2", "--without-gossip", "--without-mingle", *quietly]
    beat: list[str | Path] = ["beat", "--schedule", state.folder("beat") / "schedule", "--pidfile=", *quietly]
    return [
        Program("web", [*gunicorn, "--bind", f"127.0.0.1:{port}", "casework.app:create()"], usual),
        # Killed, not asked: it would wait for its broker, which is gone. Its tasks are taken up again.
        Program("worker", [*celery, *worker], usual, tether=signal.SIGKILL),
        Program("relay", [sys.executable, "-m", "workers.relay"], signing),
        Program("beat", [*celery, *beat], broker_only),
    ]


def watched(running: engines.Engines) -> list[Engine]:
    """Return the engines of ours that a supervisor has to watch too."""
    postgres, valkey = running.postgres, running.valkey
    found = []
    if postgres is not None:
        found.append(Engine("postgres", lambda: postgres.process, postgres.start))
    if valkey is not None:
        found.append(Engine("valkey", lambda: valkey.process, valkey.start))
    return found


def wait_until_ready(supervisor: Supervisor, address: str, *, seconds: float = 90.0) -> None:
    """Wait until /readyz says that every part is alive. Raises RunError naming the part that is not, after `seconds` at most."""
    ends = time.monotonic() + seconds
    answer = "no answer"
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):  # noqa: S310  # our own address
                return
        except urllib.error.HTTPError as refused:
            answer = _told(refused)
        except OSError:
            pass
        supervisor.watch()
        if failing := supervisor.failing():
            raise RunError(f"{failing[0]} does not stay up\n{failing[1]}")
        time.sleep(0.1)
    raise RunError(f"not ready after {seconds:.0f} s: {answer}; see the logs")


def _told(refused: urllib.error.HTTPError) -> str:
    body = refused.read(2000).decode(errors="replace").strip()
    with contextlib.suppress(ValueError):
        return json.dumps(json.loads(body))
    return body or f"HTTP {refused.code}"
