"""`./dev casework …`: runs the operator's command with the settings of a running `./dev run`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from local.state import State, default_state, is_locked

_USAGE = "usage: ./dev casework [--state DIR] COMMAND …"
_NEEDS_NOTHING = ["sharing", "explain"]  # asks the rules alone
_HELP = {"-h", "--help"}


def main() -> int:
    """Replace this process by the casework command; the exit code is 2 when nothing runs in the state folder.

    Help, and what the rules alone answer, need nothing that runs.
    """
    arguments = sys.argv[1:]
    folder = default_state()
    if arguments and arguments[0].startswith("--state"):
        option, _, value = arguments.pop(0).partition("=")
        if not value and arguments:
            value = arguments.pop(0)
        if option != "--state" or not value:
            print(_USAGE, file=sys.stderr)
            return 2
        folder = Path(value)
    try:
        settings = read_environment(State(folder.resolve())) if is_locked(folder) else None
    except OSError:
        settings = None
    if settings is None and (arguments[:2] == _NEEDS_NOTHING or _HELP.intersection(arguments)):
        settings = {}
    if settings is None:
        print(f"Nothing runs in {folder}: start ./dev run first, or name its folder with --state", file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "casework.cli", *arguments]
    return os.execve(sys.executable, command, {**os.environ, **settings})  # noqa: S606  # signals then reach it directly


def read_environment(state: State) -> dict[str, str]:
    """Return the settings that the running installation was started with."""
    lines = (state.path / "environment").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


if __name__ == "__main__":
    sys.exit(main())
