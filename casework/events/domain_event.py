"""The base of every event and the register of all of them. Concepts declare theirs in their own events.py."""

from __future__ import annotations

import dataclasses
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

REGISTER: dict[str, type[DomainEvent]] = {}


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """A fact that has happened in one partnership. Fields are ids, codes and dates only: they are stored in clear.

    Subclasses set `wire`, e.g. "referral.accepted", and the version; a breaking change is a new version.
    """

    wire: ClassVar[str] = ""
    version: ClassVar[int] = 1

    partnership_id: uuid.UUID

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not cls.wire:
            raise TypeError(f"{cls.__name__} has no wire name")
        REGISTER[cls.wire] = cls

    def payload(self) -> dict[str, Any]:
        """Return the fields as JSON values, without the partnership (it has a column of its own)."""
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name != "partnership_id"}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"an event may not carry a {type(value).__name__}")
