"""Keeps a set of programs running: starts them, starts again what died, keeps their logs small, and ends them in order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local import children
from local.state import State

_LONGEST_WAIT = 30.0
_FAILING_WAIT = 8.0
_SETTLED_AFTER = 60.0
_LOG_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Program:
    """One program to keep running. `tether` is the signal that it gets when the supervisor itself is killed."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(repr=False)
    tether: signal.Signals = signal.SIGTERM


class Engine:
    """An engine that the supervisor watches too; it is started again on the same port."""

    def __init__(
        self, name: str, process: Callable[[], subprocess.Popen[bytes] | None], start: Callable[[], None]
    ) -> None:
        self.name = name
        self.process = process
        self.start = start


@dataclass(slots=True)
class _Kept:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    wait: float = 1.0
    again_at: float | None = None


class Supervisor:
    """Runs programs as children of this process. Use it from the main thread only (local.children)."""

    def __init__(self, state: State, *, folder: Path, engines: Sequence[Engine], say: Callable[[str], None]) -> None:
        self._state = state
        self._folder = folder
        self._engines = engines
        self._say = say
        self._kept: list[_Kept] = []

    def start(self, program: Program) -> None:
        """Start a program; from now on `watch` keeps it running."""
        self._kept.append(_Kept(program, self._spawn(program), time.monotonic()))

    def watch(self) -> None:
        """Look at everything once: start again what died (1 s later, then 2, 4 … up to 30) and cut logs that grew too long."""
        now = time.monotonic()
        for engine in self._engines:
            process = engine.process()
            if process is not None and process.poll() is not None:
                self._say(f"{engine.name} ended by itself ({process.returncode}); starting it again")
                engine.start()
        for kept in self._kept:
            self._look_at(kept, now)
        for log in self._state.folder("logs").glob("*.log"):
            cut(log, _LOG_BYTES)

    def stop(self, *, within: float = 6.0) -> None:
        """Ask every program to end, all at once, and kill those that have not `within` that many seconds."""
        for kept in self._kept:
            if kept.process.poll() is None:
                kept.process.terminate()
        ends = time.monotonic() + within
        for kept in self._kept:
            try:
                kept.process.wait(max(0.0, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(f"{kept.program.name} did not end in time and is killed")
            with contextlib.suppress(ProcessLookupError):
                os.killpg(kept.process.pid, signal.SIGKILL)  # it, or what it left behind
            kept.process.wait()
        self._kept.clear()

    def failing(self) -> tuple[str, str] | None:
        """Return the name and the last words of a program that died three times in a row, or None."""
        for kept in self._kept:
            if kept.wait >= _FAILING_WAIT:
                return kept.program.name, self._state.log(kept.program.name).read_text(errors="replace")[-2000:]
        return None

    def _look_at(self, kept: _Kept, now: float) -> None:
        if kept.again_at is not None:
            if now >= kept.again_at:
                kept.process, kept.started, kept.again_at = self._spawn(kept.program), now, None
            return
        code = kept.process.poll()
        if code is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(kept.process.pid, signal.SIGKILL)  # its own children, before a second set of them starts
        if now - kept.started > _SETTLED_AFTER:
            kept.wait = 1.0
        self._say(f"{kept.program.name} ended by itself ({code}); starting it again in {kept.wait:.0f} s")
        kept.again_at = now + kept.wait
        kept.wait = min(kept.wait * 2, _LONGEST_WAIT)

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        return children.start(
            program.command,
            ends_by=program.tether,
            environment=program.environment,
            folder=self._folder,
            log=self._state.log(program.name),
        )


def cut(log: Path, largest: int) -> None:
    """Move what a log holds to NAME.log.1 once it is larger than `largest` bytes. Programs go on writing to the same file."""
    if log.stat().st_size > largest:
        log.with_name(f"{log.name}.1").write_bytes(log.read_bytes())
        os.truncate(log, 0)  # opened for appending: the next line lands at the start
