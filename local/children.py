"""Child processes that cannot outlive us: on Linux the kernel ends them when this process dies, however it dies."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

_PR_SET_PDEATHSIG = 1
_PATIENCE_SECONDS = 10
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Identity(TypedDict, total=False):
    """Whom a child runs as, in subprocess's words; empty for ourselves."""

    user: int
    group: int
    extra_groups: list[int]


def start(
    command: Sequence[str | Path],
    *,
    ends_by: signal.Signals,
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    user: pwd.struct_passwd | None = None,
    feed: bytes | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in `folder`, as `user` when given, appending what it prints to `log`; `feed` is its standard input.

    It stands in a session of its own, so that Ctrl-C reaches only us and we end it in order. On Linux it gets `ends_by` when
    the *thread* that called this function ends (prctl(2), PR_SET_PDEATHSIG): call it from the main thread. Elsewhere the
    caller has to end it.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=tether(ends_by),  # runs after the change of user, which would clear the setting
            **as_user(user),
        )
    if feed is not None and process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin:  # the caller notices that it has died
            process.stdin.write(feed)
    return process


def end(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, within: float = 8.0) -> None:
    """Ask `process` to end by a signal, and kill it when it has not done so `within` that many seconds."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def as_user(user: pwd.struct_passwd | None) -> Identity:
    """Return what subprocess needs to run something as `user`."""
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def free_port() -> int:
    """Return a port of the loopback address that is free now. Somebody else may take it: be ready to ask again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_running(pid: int) -> bool:
    """Return whether a process with this number runs; one that has ended, but whose parent has not noticed, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False
    return True


def is_server_of(pid: int, folder: Path, program: str) -> bool:
    """Return whether process `pid` is `program` at work in `folder`, not a stranger that was given the same number later."""
    if not is_running(pid):
        return False
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == folder
        except OSError:
            return False
    shown = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return program in shown.stdout


def end_orphan(pid: int, folder: Path, program: str, *, by: signal.Signals = signal.SIGTERM) -> None:
    """End a server that a killed run left at work in `folder`, where the kernel did not; two may never write the same files."""
    asked_at = time.monotonic()
    if pid and is_server_of(pid, folder, program):
        os.kill(pid, by)
    while pid and is_server_of(pid, folder, program):
        if time.monotonic() - asked_at > _PATIENCE_SECONDS:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.03)


def tether(ends_by: signal.Signals) -> Callable[[], None] | None:
    """Return what a child runs first so that it gets `ends_by` when this thread ends; None where the kernel cannot do it."""
    if _LIBC is None:
        return None
    parent = os.getpid()

    def hold() -> None:
        if _LIBC.prctl(_PR_SET_PDEATHSIG, int(ends_by)) != 0 or os.getppid() != parent:
            os._exit(127)  # the parent died before the tether held

    return hold
