"""How reminders become notices, and how long to wait between tries. The fixed texts are in casework.documents.mails."""

from __future__ import annotations

from datetime import timedelta

from casework.duties import rules as duties

MORNING_STEPS = frozenset({duties.TWO_DAYS, duties.ONE_DAY, duties.ON_THE_DAY, duties.LATE, duties.ESCALATED})
"""Steps that are gathered into one mail a person a morning. The others go out as they arise."""

MOST_ATTEMPTS = 50
"""After so many tries over about half a day a notice is dead, and an operator is told."""

LONGEST_WAIT = timedelta(minutes=15)


def next_wait(attempt: int) -> timedelta:
    """Return how long to wait before trying again after the given number of tries: 5 s, doubling, at most 15 minutes."""
    return min(timedelta(seconds=5 * 2 ** min(max(attempt, 1) - 1, 10)), LONGEST_WAIT)
