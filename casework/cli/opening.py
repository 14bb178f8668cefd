"""How a command opens a unit of work: as the operator who runs the installation, with the settings of the environment."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from casework.access.actors import ANONYMOUS, Actor, ActorKind
from casework.access.permissions import Role
from casework.partnerships import queries as partnerships
from casework.work import Stores, UnitOfWork
from config.settings import Settings

# Whoever may run commands has the machine; the trail says "operator". No case is open to them here either.
OPERATOR = Actor(kind=ActorKind.OPERATOR, roles=frozenset({Role.OPERATOR}))


@contextmanager
def stores() -> Iterator[Stores]:
    """Open what a command works on, and close it after. Raises SettingsError, MasterKeyError."""
    opened = Stores.open(Settings.read(os.environ), pool_size=1)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def operator_work(opened: Stores, *, partnership: str | None = None, actor: Actor = OPERATOR) -> Iterator[UnitOfWork]:
    """Open a unit of work now, in the partnership of that short name or in none. Raises NotFound for an unknown one."""
    partnership_id = None if partnership is None else _id_of(opened, partnership)
    with UnitOfWork(opened, actor=actor, now=datetime.now(UTC), partnership_id=partnership_id) as work:
        yield work


def _id_of(opened: Stores, slug: str) -> uuid.UUID:
    with UnitOfWork(opened, actor=ANONYMOUS, now=datetime.now(UTC), partnership_id=None) as work:
        return partnerships.partnership_by_slug(work, slug=slug).id
