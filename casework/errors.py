"""The four families of error that the domain raises. Each turns into one kind of answer, in one place for pages and one for commands.

Specific errors subclass these beside the operation that raises them. Messages are safe to show: they never hold what a
person typed, nor anything about a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class CaseworkError(Exception):
    """Anything that the domain says no to."""

    message = "That could not be done."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message


class NotAllowed(CaseworkError):
    """The actor may not do this (403, or 404 where the record itself must not be confirmed). `code` says which rule refused."""

    message = "You cannot do that."

    def __init__(self, message: str | None = None, *, code: str = "not_allowed") -> None:
        super().__init__(message)
        self.code = code


class NotFound(CaseworkError):
    """There is no such thing, or the actor must not learn that there is (404)."""

    message = "There is nothing here."


class Conflict(CaseworkError):
    """The thing is not in a state in which this can be done (409)."""

    message = "Somebody has changed this since you opened it."


@dataclass(frozen=True, slots=True)
class FieldError:
    """One mistake: the path of the field (`victim.date_of_birth`) and what would be right."""

    field: str
    message: str


class Invalid(CaseworkError):
    """What was given cannot be accepted (422). Nothing has been saved."""

    message = "Some answers need to be corrected."

    def __init__(self, errors: Sequence[FieldError], message: str | None = None) -> None:
        super().__init__(message)
        self.errors = list(errors)

    @classmethod
    def field(cls, field: str, message: str) -> Invalid:
        """One mistake in one field."""
        return cls([FieldError(field, message)])
