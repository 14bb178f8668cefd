"""How a page opens a unit of work: `with work_for_request(purpose=…) as work`. The web's one reading of the clock is the app's.

One instant and one correlation id serve a whole request, however many units of work it opens.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, g
from itsdangerous import URLSafeSerializer

from casework.access.actors import ANONYMOUS, Actor
from casework.access.permissions import Purpose
from casework.accounts.operations import SignedIn
from casework.work import Stores, UnitOfWork
from config.settings import Settings

EXTENSION = "casework"


@dataclass(frozen=True, slots=True)
class Service:
    """What the pages of one process stand on. Built once by the app factory."""

    settings: Settings
    stores: Stores
    clock: Callable[[], datetime]

    def signer(self, salt: str) -> URLSafeSerializer:
        """Return what signs a value that a browser keeps for us; each `salt` is a purpose of its own."""
        return URLSafeSerializer(self.settings.web_secret, salt=salt)


def service() -> Service:
    """Return what this app stands on."""
    found: Service = current_app.extensions[EXTENSION]
    return found


def now() -> datetime:
    """Return the instant of this request: aware UTC, the same from its beginning to its end."""
    if "now" not in g:
        g.now = service().clock()
    moment: datetime = g.now
    return moment


def correlation_id() -> uuid.UUID:
    """Return the random id that ties together what this request leaves in the trail, the outbox and the log."""
    if "correlation_id" not in g:
        g.correlation_id = uuid.uuid4()
    found: uuid.UUID = g.correlation_id
    return found


def signed_in() -> SignedIn | None:
    """Return who is signed in. None on open pages, which do not look."""
    found: SignedIn | None = g.get("signed_in")
    return found


def someone() -> SignedIn:
    """Return who is signed in, on a page that only they reach. Raises RuntimeError elsewhere: the page's guard is wrong."""
    found = signed_in()
    if found is None:
        raise RuntimeError("this page is open, so nobody is signed in")
    return found


@contextmanager
def work_for_request(*, purpose: Purpose | None = None) -> Iterator[UnitOfWork]:
    """Open a unit of work for the person who is signed in, in the partnership where they work at the moment.

    `purpose` says why personal data are opened; without one they cannot be.
    """
    who = someone()
    with open_unit(who.actor, partnership_id=who.partnership_id, purpose=purpose) as work:
        yield work


def open_unit(
    actor: Actor = ANONYMOUS, *, partnership_id: uuid.UUID | None = None, purpose: Purpose | None = None
) -> UnitOfWork:
    """Return a unit of work for this request outside what `work_for_request` covers: signing in, and one's own account."""
    return UnitOfWork(
        service().stores,
        actor=actor,
        now=now(),
        partnership_id=partnership_id,
        purpose=purpose,
        correlation_id=correlation_id(),
    )
