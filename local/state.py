"""A state folder: everything that one running installation keeps. It is locked while in use, and holds its own passwords.

    STATE/casework.lock   held by whoever runs the engines
    STATE/passwords.json  of the engines' roles; readable by the owner only, as is everything below but postgres/
    STATE/keys/           key files of the product
    STATE/postgres/       the database cluster
    STATE/valkey/         the broker's append-only file
    STATE/logs/           a log for each process
    STATE/mail/           what the mail catcher received
    STATE/environment     the settings of what runs now, for `./dev casework`

The mode of a folder that was there before is never changed, and no parent is touched at all.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOCK = "casework.lock"
_TEMPORARY = "casework-temporary-"
_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it, under a random name
_MEMORY_NEEDED = 4 * 1024**3
_SETTLED_SECONDS = 60  # a younger folder may be one whose owner has made the lock and is about to take it
_ROLES = ("postgres", "casework_owner", "casework_app", "casework_keys", "valkey")


class StateError(Exception):
    """A state folder cannot be used. The message says which one and why."""


@dataclass(frozen=True, slots=True)
class State:
    """A state folder that this process has locked."""

    path: Path

    def folder(self, name: str, *, mode: int = 0o700) -> Path:
        """Return the folder `name` of the state; it is made, with `mode`, when it is not there."""
        folder = self.path / name
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(mode)  # not by mkdir, whose mode the umask narrows
        return folder

    def log(self, name: str) -> Path:
        """Return the path of the log of the process `name`."""
        return self.folder("logs") / f"{name}.log"

    def passwords(self) -> dict[str, str]:
        """Return the password of each role of the engines, drawn at random the first time."""
        path = self.path / "passwords.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = {role: secrets.token_urlsafe(24) for role in _ROLES if role not in known}
        if missing:
            known |= missing
            write_private(path, json.dumps(known, indent=1))
        return known


@contextlib.contextmanager
def locked(path: Path, *, fresh: bool = False) -> Iterator[State]:
    """Lock the state folder `path`, made when missing, for as long as the block lasts; with `fresh`, empty it first.

    The lock goes with the process, however that ends. Raises StateError when somebody else holds it, or when `path` holds
    things that are not ours.
    """
    path = path.resolve()
    if path.exists() and not path.is_dir():
        raise StateError(f"{path} is not a folder")
    if path.is_dir() and not (path / LOCK).exists() and any(path.iterdir()):
        raise StateError(f"{path} holds other things: name an empty folder, or one that was made by ./dev run")
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir()
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)  # as root, PostgreSQL's own user has to pass through
    with (path / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise StateError(f"{path} is in use{f' by process {holder}' if holder else ''}") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        state = State(path)
        if fresh:
            _empty(state)
        yield state


@contextlib.contextmanager
def temporary(*, in_memory: bool = False) -> Iterator[State]:
    """Yield a state folder that is removed afterwards, and remove what killed runs left of theirs.

    `in_memory` puts it on the memory file system where that has room: cloning a database is then twenty times faster.
    """
    parent = memory_folder() if in_memory else Path(tempfile.gettempdir())
    for left in parent.glob(f"{_TEMPORARY}*/{LOCK}"):
        _remove_unless_locked(left.parent)
    path = parent / f"{_TEMPORARY}{secrets.token_hex(6)}"
    try:
        with locked(path) as state:
            yield state
            _empty(state)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def memory_folder() -> Path:
    """Return the memory file system where it has room, else the system's temporary folder."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _MEMORY_NEEDED:
        return _MEMORY
    return Path(tempfile.gettempdir())


def default_state() -> Path:
    """Return the state folder to use when none is named: CASEWORK_STATE, or .casework in the project's folder."""
    return Path(os.environ.get("CASEWORK_STATE") or Path(__file__).parents[1] / ".casework")


def is_locked(path: Path) -> bool:
    """Return whether an installation runs in the state folder `path`. Raises OSError when there is no such folder."""
    with (path / LOCK).open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def home_for_postgres(state: State, *, reachable: bool) -> Path:
    """Return the folder for the database cluster: in the state, or outside when its user cannot reach the state.

    The latter happens to root, below a folder that only root may enter. The place is then noted in STATE/postgres.place.
    """
    note = state.path / "postgres.place"
    if note.exists() and Path(note.read_text().strip()).is_dir():
        return Path(note.read_text().strip())
    if reachable:
        return state.folder("postgres", mode=0o711 if os.geteuid() == 0 else 0o700)
    shutil.rmtree(state.path / "postgres", ignore_errors=True)
    durable = Path("/var/tmp")  # noqa: S108  # survives a restart, unlike /tmp; the folder's name is drawn by mkdtemp
    place = Path(tempfile.mkdtemp(prefix="casework-postgres-", dir=durable if durable.is_dir() else None))
    place.chmod(0o711)
    write_private(note, f"{place}\n")
    return place


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in one step: a reader sees all of it or none."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)


def _remove_unless_locked(path: Path) -> None:
    try:
        found = (path / LOCK).stat()
        if found.st_uid == os.geteuid() and time.time() - found.st_mtime > _SETTLED_SECONDS:
            with locked(path) as state:
                _empty(state)
            shutil.rmtree(path)
    except (OSError, StateError):  # in use, or just removed by another run
        return


def _empty(state: State) -> None:
    note = state.path / "postgres.place"
    if note.exists():
        shutil.rmtree(note.read_text().strip(), ignore_errors=True)
    for entry in state.path.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != LOCK:
            entry.unlink()
