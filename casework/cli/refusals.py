"""How a command says that it could not run: exit code 2, with one line on standard error (0 is done, 1 a report of something wrong)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError

from casework.encryption.envelope import SealBroken
from casework.encryption.master_keys import MasterKeyError
from casework.errors import CaseworkError, Invalid
from config.settings import SettingsError


class CannotRun(click.ClickException):
    """The command could not be run: what it was given cannot be used, a part is missing, or the domain says no."""

    exit_code = 2

    def format_message(self) -> str:
        """Return the reason on one line."""
        return " ".join(self.message.split())


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a command may meet into one plain line. Raises CannotRun; a seal that is broken is a finding, with exit code 1.

    The text of a database error may hold values, so only its class is said.
    """
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as wrong:
        command = f" See {wrong.ctx.command_path} --help." if wrong.ctx else ""
        raise CannotRun(f"{wrong.format_message()}{command}") from None
    except click.Abort:
        raise CannotRun("Not everything that was asked was answered. Nothing was done.") from None
    except Invalid as wrong:
        mistakes = "; ".join(f"{error.field}: {error.message}" for error in wrong.errors)
        raise CannotRun(f"{wrong.message} {mistakes}") from None
    except (CaseworkError, MasterKeyError) as refused:
        raise CannotRun(str(refused)) from None
    except SettingsError as wrong:
        raise CannotRun(f"The settings cannot be used: {'; '.join(wrong.mistakes)}") from None
    except SealBroken as broken:
        raise click.ClickException(str(broken)) from None
    except DBAPIError as wrong:
        raise CannotRun(f"The database cannot be used ({type(wrong.orig).__name__}).") from None
