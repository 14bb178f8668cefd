"""Says what this machine lacks and the one line that mends it. Standard library only: it must run before anything is installed."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import pwd
import shutil
import socket
import sys
from pathlib import Path
from typing import NamedTuple

APT = "apt-get update && apt-get install -y --no-install-recommends"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SPACE_NEEDED = 2 * 1024**3
_GLIBC_NEEDED = (2, 28)


class Finding(NamedTuple):
    """Something that is missing: what, what it is needed for, the line that mends it, and whether nothing runs without it."""

    what: str
    needed_for: str
    mend: str
    needed_always: bool


def missing_for_browser() -> list[str]:
    """Return the Debian packages that tests in a real browser need and that are not here."""
    missing = []
    if browser() is None:
        missing.append("chromium")
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        if sys.platform == "linux":
            missing.append("libatomic1")
    fonts = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
    if sys.platform == "linux" and not any(next(folder.rglob("*.[to]tf"), None) for folder in fonts if folder.is_dir()):
        missing.append("fonts-liberation2")
    return missing


def browser() -> str | None:
    """Return the path of a browser that Playwright can drive, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def mend_browser(missing: list[str]) -> str:
    """Return the line that installs `missing`."""
    return f"{APT} {' '.join(missing)}"


def findings() -> list[Finding]:
    """Return everything that is missing here."""
    found = []
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        found.append(Finding("Python's venv module", "everything", f"{APT} python3-venv", needed_always=True))
    library, version = platform.libc_ver()
    if sys.platform == "linux" and (library != "glibc" or _numbers(version) < _GLIBC_NEEDED):
        mend = "use a system with glibc 2.28 or later, such as Debian 12"
        found.append(Finding("glibc 2.28", "the database and broker of ./dev run", mend, needed_always=True))
    if os.geteuid() == 0 and not any(_is_user(name) for name in ("postgres", "nobody")):
        mend = "run as an ordinary user"
        found.append(Finding("a user to run PostgreSQL as", "everything, as root", mend, needed_always=True))
    if shutil.disk_usage(Path(__file__).parents[1]).free < _SPACE_NEEDED:
        found.append(Finding("2 GB of free space", "the environment", "make room on this disk", needed_always=True))
    if not _can_listen():
        mend = "allow programs to listen on 127.0.0.1"
        found.append(Finding("a loopback network", "everything", mend, needed_always=True))
    if missing := missing_for_browser():
        mend = mend_browser(missing)
        found.append(Finding(", ".join(missing), "tests in a real browser", mend, needed_always=False))
    return found


def report(found: list[Finding]) -> int:
    """Print what is missing; return 1 when anything is, else 0."""
    for finding in found:
        print(f"Missing: {finding.what}, for {finding.needed_for}.\n    {finding.mend}")
    if not found:
        print("Nothing is missing. Next: ./dev run")
    elif not any(finding.needed_always for finding in found):
        print("./dev run works without it.")
    return 1 if found else 0


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _can_listen() -> bool:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            return True
    except OSError:
        return False
