"""`python -m casework.cli`: finds the group of a command by its file's name, and says refusals in plain words.

A file `casework/cli/<name>.py` that holds a click command `<name>` is a command of `casework`; there is no list to keep.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click

from casework.cli.refusals import refusals

# Files that hold no command of their own.
_SHARED = frozenset({"__init__", "__main__", "opening", "refusals"})


class Commands(click.Group):
    """The groups, each loaded only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the files that hold commands."""
        return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _SHARED)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the group of a name, or None when there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found = getattr(importlib.import_module(f"casework.cli.{cmd_name}"), cmd_name)
        if not isinstance(found, click.Command):
            raise TypeError(f"casework/cli/{cmd_name}.py holds no command {cmd_name}")
        return found

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read what stands before the name of a command."""
        with refusals():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command. Why it cannot run is said in one line, with exit code 2."""
        with refusals():
            return super().invoke(ctx)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def casework() -> None:
    """Operate Casework. The settings come from the environment (config/env.example).

    Ends with 0 when all is done, 1 when something wrong was found and is reported, 2 when it could not run.
    """


if __name__ == "__main__":
    casework(prog_name="casework")
