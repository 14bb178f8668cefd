"""What falls due about agreements."""

from __future__ import annotations

from casework.consent import operations as consent
from casework.work import UnitOfWork


def owe_reviews(work: UnitOfWork) -> None:
    """Owe the review of every agreement that comes up, and force it on a 13th, 16th or 18th birthday."""
    consent.owe_reviews(work)
