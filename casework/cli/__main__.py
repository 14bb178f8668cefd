"""`python -m casework.cli`: finds the group of a command by its file's name, and says refusals in plain words.

A file `casework/cli/<name>.py` that holds a click command `<name>` is a command of `casework`; there is no list to keep.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from casework.encryption.envelope import SealBroken
from casework.encryption.master_keys import MasterKeyError
from casework.errors import CaseworkError, Invalid
from config.settings import SettingsError

# Files that hold no command of their own.
_SHARED = frozenset({"__init__", "__main__", "opening"})


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

    def invoke(self, ctx: click.Context) -> object:
        """Run a command. What the domain refuses is said in one line or one line a field, with exit code 1."""
        try:
            return super().invoke(ctx)
        except Invalid as wrong:
            lines = [wrong.message, *(f"- {error.field}: {error.message}" for error in wrong.errors)]
            raise click.ClickException("\n".join(lines)) from None
        except CaseworkError as refused:
            raise click.ClickException(refused.message) from None
        except (SettingsError, MasterKeyError, SealBroken) as wrong:
            raise click.ClickException(str(wrong)) from None
        except DBAPIError as wrong:
            # The text of a database error may hold values, so only its class is said.
            raise click.ClickException(f"The database cannot be used ({type(wrong.orig).__name__}).") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def casework() -> None:
    """Operate Casework. The settings come from the environment (config/env.example)."""


if __name__ == "__main__":
    casework(prog_name="casework")
