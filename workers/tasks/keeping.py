"""Housekeeping: what is kept only for a while."""

from __future__ import annotations

from casework.accounts import operations as accounts
from casework.events import operations as outbox
from casework.work import UnitOfWork


def forget_attempts(work: UnitOfWork) -> None:
    """Forget the sign-in attempts of yesterday and before."""
    accounts.forget_attempts(work)


def forget_finished(work: UnitOfWork) -> None:
    """Forget events and slots of scheduled work that were done more than thirty days ago."""
    outbox.forget_finished(work.session.connection())
