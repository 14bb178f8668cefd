"""Housekeeping: what is kept only for a while."""

from __future__ import annotations

from casework.accounts import operations as accounts
from casework.events import operations as outbox
from casework.referral_imports import operations as imports
from casework.work import UnitOfWork


def forget_attempts(work: UnitOfWork) -> None:
    """Forget the sign-in attempts of yesterday and before."""
    accounts.forget_attempts(work)


def forget_finished(work: UnitOfWork) -> None:
    """Forget events and slots of scheduled work that were done more than thirty days ago."""
    outbox.forget_finished(work.connection())


def forget_imports(work: UnitOfWork) -> None:
    """Forget files of referrals that waited for a day, and the results of those that were taken in a month ago."""
    imports.forget(work)
