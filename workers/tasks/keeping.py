"""Housekeeping: what is kept only for a while."""

from __future__ import annotations

from casework.accounts import operations as accounts
from casework.work import UnitOfWork


def forget_attempts(work: UnitOfWork) -> None:
    """Forget the sign-in attempts of yesterday and before."""
    accounts.forget_attempts(work)
