"""The actor: the person, command or process on whose behalf a unit of work runs. Built at sign-in, by a command or by a worker."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from casework.access.permissions import GRANTS, Permission, Role


class ActorKind(StrEnum):
    """What sort of actor this is."""

    PERSON = "person"
    SYSTEM = "system"
    OPERATOR = "operator"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting: the account and agency (None for processes), and the roles held in the partnership of this unit of work."""

    kind: ActorKind
    account_id: uuid.UUID | None = None
    agency_id: uuid.UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    protocol_signed: bool = False

    def has(self, permission: Permission) -> bool:
        """Say whether one of the actor's roles grants `permission`. The system actor, which does scheduled work, has all."""
        if self.kind is ActorKind.SYSTEM:
            return True
        return permission in _granted(self.roles)


@lru_cache(maxsize=1_024)
def _granted(roles: frozenset[Role]) -> frozenset[Permission]:
    return frozenset().union(*(GRANTS[role] for role in roles))


SYSTEM = Actor(kind=ActorKind.SYSTEM)
ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
