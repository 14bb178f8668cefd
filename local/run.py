"""`./dev run`: the whole product on this machine. Engines, migrations, keys, demonstration, then every process, kept running."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from config.settings import Settings, SettingsError
from local import children, engines, provision
from local.postgres import PostgresError
from local.state import State, StateError, default_state, locked, write_private
from local.supervisor import Engine, Program, Supervisor
from local.valkey import ValkeyError

ROOT = Path(__file__).parents[1]
_READY_SECONDS = 90
_LOOK_SECONDS = 0.2


class RunError(Exception):
    """The product cannot run here. The message says why."""


class Stopped(BaseException):
    """Somebody asked us to end. Not an Exception, so that nothing on the way takes it for a fault."""


def main() -> int:
    """Run until Ctrl-C or SIGTERM; the exit code is 2, with the reason on one line, when that is not possible."""
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    began = time.monotonic()
    try:
        _check_port(arguments.port)
        with locked(arguments.state, fresh=arguments.fresh) as state:
            _run(state, arguments, began)
    except Stopped:
        say("everything has ended")
        return 0
    except (RunError, StateError, PostgresError, ValkeyError, SettingsError, engines.EnginesError) as reason:
        print(f"./dev run: {reason}", file=sys.stderr)
        return 2
    return 0


def say(what: str) -> None:
    """Tell what is being done; standard output is kept for the ready line and the sign-in list."""
    print(f"· {what}", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev run", description="Run the whole product on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="of the pages, on 127.0.0.1 (8000)")
    parser.add_argument(
        "--state", type=Path, default=default_state(), help="the folder that keeps everything (.casework)"
    )
    parser.add_argument("--fresh", action="store_true", help="empty the state folder first")
    parser.add_argument("--no-demo", action="store_true", help="an empty installation, without demonstration people")
    return parser.parse_args()


def _stop(number: int, frame: FrameType | None) -> None:
    for later in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(later, signal.SIG_IGN)  # ending has begun, and takes less than ten seconds
    raise Stopped


def _check_port(port: int) -> None:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return
    except OSError as wrong:
        raise RunError(f"port {port} cannot be used ({os.strerror(wrong.errno or 0)}): see --port") from None
    except OverflowError:
        raise RunError(f"port {port} cannot be used (1 to 65535 can): see --port") from None


def _run(state: State, arguments: argparse.Namespace, began: float) -> None:
    with contextlib.ExitStack() as stack:
        say(f"starting the engines in {state.path}")
        running = stack.enter_context(engines.running(state, environment=os.environ))
        stack.callback((state.path / "environment").unlink, missing_ok=True)
        settings = _settings(state, arguments, running)
        supervisor = Supervisor(state, folder=ROOT, engines=_watched(running), say=say)
        stack.callback(supervisor.stop)
        if not os.environ.get("SMTP_URL"):
            supervisor.start(_mail_catcher(state, settings))
        say("bringing the databases up to date")
        provision.prepare_databases(settings)
        provision.forget_heartbeats(settings)
        write_private(
            state.path / "environment", "".join(f"{name}={value}\n" for name, value in sorted(settings.items()))
        )
        seeded = state.path / "demonstration"
        with _seeding(state, settings, wanted=not arguments.no_demo) as seeding:
            if not seeded.exists():
                seeding.finish()
            say("starting web, worker, relay and beat")
            for program in _programs(state, settings, arguments.port):
                supervisor.start(program)
            people = seeding.finish()
        if not arguments.no_demo:
            seeded.touch()
        address = settings["CASEWORK_BASE_URL"]
        _wait_until_ready(supervisor, address)
        say(f"took {time.monotonic() - began:.1f} s; logs in {state.path / 'logs'}, mail in {state.path / 'mail'}")
        print(f"ready {address}\n{people or _NOBODY}", flush=True)
        while True:
            supervisor.watch()
            time.sleep(_LOOK_SECONDS)


_NOBODY = "Nobody can sign in yet: ./dev casework setup asks for the first partnership and administrator."


def _settings(state: State, arguments: argparse.Namespace, running: engines.Engines) -> dict[str, str]:
    """Return every setting of this installation, checked."""
    address = f"http://127.0.0.1:{arguments.port}"
    settings = {
        **running.settings(),
        **provision.prepare_keys(state),
        "SMTP_URL": os.environ.get("SMTP_URL") or f"smtp://127.0.0.1:{children.free_port()}",
        "CASEWORK_MAIL_FROM": "no-reply@casework.example.gov.uk",
        "CASEWORK_BASE_URL": address,
        "CASEWORK_STATE": str(state.path),
        "CASEWORK_DEMONSTRATION": "0" if arguments.no_demo else "1",
        "CASEWORK_LOG_LEVEL": os.environ.get("CASEWORK_LOG_LEVEL", "INFO"),
    }
    read = Settings.read(settings)
    return settings | {
        "DATABASE_URL": read.database_url,
        "DATABASE_OWNER_URL": read.database_owner_url or "",
        "KEY_STORE_URL": read.key_store_url,
    }


def _watched(running: engines.Engines) -> list[Engine]:
    postgres, valkey = running.postgres, running.valkey
    watched = []
    if postgres is not None:
        watched.append(Engine("postgres", lambda: postgres.process, postgres.start))
    if valkey is not None:
        watched.append(Engine("valkey", lambda: valkey.process, valkey.start))
    return watched


def _child_environment(settings: dict[str, str], *, without: tuple[str, ...]) -> dict[str, str]:
    """Return what a child needs: the settings, less what is not its business, and little of our own environment."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "WEB_CONCURRENCY")
    ours = {name: os.environ[name] for name in kept if name in os.environ}
    return ours | {"PYTHONUNBUFFERED": "1"} | {name: value for name, value in settings.items() if name not in without}


def _mail_catcher(state: State, settings: dict[str, str]) -> Program:
    port = settings["SMTP_URL"].rpartition(":")[2]
    return Program(
        "mail",
        [sys.executable, "-m", "local.mailcatcher", "--folder", state.folder("mail"), "--port", port],
        _child_environment({}, without=()),
    )


def _programs(state: State, settings: dict[str, str], port: int) -> list[Program]:
    usual = _child_environment(settings, without=("DATABASE_OWNER_URL", "CASEWORK_AUDIT_KEY"))
    signing = _child_environment(settings, without=("DATABASE_OWNER_URL",))
    gunicorn: list[str | Path] = [sys.executable, "-m", "gunicorn", "--config", ROOT / "config/gunicorn.py"]
    celery = [sys.executable, "-m", "celery", "-A", "workers.app", "--quiet"]
    quietly = ["--loglevel", "WARNING"]
    worker = ["worker", "--concurrency", "2", "--without-gossip", "--without-mingle", *quietly]
    beat: list[str | Path] = ["beat", "--schedule", state.folder("beat") / "schedule", "--pidfile=", *quietly]
    return [
        Program("web", [*gunicorn, "--bind", f"127.0.0.1:{port}", "casework.app:create()"], usual),
        Program("worker", [*celery, *worker], usual, tether=signal.SIGQUIT),  # at once: its tasks are taken up again
        Program("relay", [sys.executable, "-m", "workers.relay"], signing),
        Program("beat", [*celery, *beat], usual),
    ]


class _Seeding:
    """The demonstration's people, made or (a later time) listed by rehearsal.demonstration beside the start of everything else."""

    def __init__(self, process: subprocess.Popen[str] | None) -> None:
        self._process = process
        self._people = ""

    def finish(self) -> str:
        """Wait for the end and return the sign-in list. Raises RunError."""
        if self._process is not None:
            said, complaints = self._process.communicate()
            if self._process.returncode:
                raise RunError(f"the demonstration could not be made\n{complaints[-3000:]}")
            self._people, self._process = said.rstrip(), None
        return self._people

    def end(self) -> None:
        """End it if it still runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def _seeding(state: State, settings: dict[str, str], *, wanted: bool) -> Iterator[_Seeding]:
    process = None
    if wanted:
        say("preparing the demonstration")
        process = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.demonstration"],
            cwd=ROOT,
            env=_child_environment(settings, without=("DATABASE_OWNER_URL",)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=children.tether(signal.SIGKILL),
        )
    seeding = _Seeding(process)
    try:
        yield seeding
    finally:
        seeding.end()


def _wait_until_ready(supervisor: Supervisor, address: str) -> None:
    """Wait until /readyz says that every part is alive. Raises RunError naming the part that is not."""
    ends = time.monotonic() + _READY_SECONDS
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
    raise RunError(f"not ready after {_READY_SECONDS} s: {answer}; see the logs")


def _told(refused: urllib.error.HTTPError) -> str:
    body = refused.read(2000).decode(errors="replace").strip()
    with contextlib.suppress(ValueError):
        return json.dumps(json.loads(body))
    return body or f"HTTP {refused.code}"


if __name__ == "__main__":
    sys.exit(main())
