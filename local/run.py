"""`./dev run`: the whole product on this machine. Engines, migrations, keys, demonstration, then every process, kept running."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from config.settings import SettingsError
from local import children, engines, installation, provision
from local.arguments import Arguments
from local.installation import RunError
from local.postgres import PostgresError
from local.state import State, StateError, default_state, locked, write_private
from local.supervisor import Supervisor
from local.valkey import ValkeyError

ROOT = Path(__file__).parents[1]
_LOOK_SECONDS = 0.2


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
    parser = Arguments(prog="./dev run", description="Run the whole product on this machine.")
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
        seeded = state.path / "demonstration"
        filling = not (arguments.no_demo or seeded.exists())
        running = stack.enter_context(engines.running(state, environment=os.environ, filling=filling))
        stack.callback((state.path / "environment").unlink, missing_ok=True)
        settings = installation.settings_for(
            state, running, port=arguments.port, demonstration=not arguments.no_demo, environment=os.environ
        )
        supervisor = Supervisor(state, folder=ROOT, engines=installation.watched(running), say=say)
        stack.callback(supervisor.stop)
        if not os.environ.get("SMTP_URL"):
            supervisor.start(installation.mail_catcher(state, settings))
        say("bringing the databases up to date")
        provision.prepare_databases(settings)
        provision.forget_heartbeats(settings)
        write_private(
            state.path / "environment", "".join(f"{name}={value}\n" for name, value in sorted(settings.items()))
        )
        with _seeding(state, settings, wanted=not arguments.no_demo) as seeding:
            if filling:
                seeding.finish()
                if running.postgres is not None:
                    running.postgres.become_durable()
            say("starting web, worker, relay and beat")
            for program in installation.programs(state, settings, port=arguments.port):
                supervisor.start(program)
            people = seeding.finish()
        if not arguments.no_demo:
            seeded.touch()
        address = settings["CASEWORK_BASE_URL"]
        installation.wait_until_ready(supervisor, address)
        say(f"took {time.monotonic() - began:.1f} s; logs in {state.path / 'logs'}, mail in {state.path / 'mail'}")
        print(f"ready {address}\n{people or _NOBODY}", flush=True)
        while True:
            supervisor.watch()
            time.sleep(_LOOK_SECONDS)


_NOBODY = "No demonstration: ./dev casework setup asks for the first partnership and administrator."


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
            env=installation.environment_of(settings, without=("DATABASE_OWNER_URL",)),
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


if __name__ == "__main__":
    sys.exit(main())
