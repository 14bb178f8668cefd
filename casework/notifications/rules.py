"""The notices that there are, and how a reminder becomes one. Texts are in casework.documents.mails: fixed and free of content."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from casework.duties import rules as duties


class NoticeTemplate(StrEnum):
    """The code of each fixed text."""

    TO_DO = "to_do"
    REMINDER = "reminder"
    LIST_OUT = "list_out"
    MINUTES_OUT = "minutes_out"
    REFERRAL_NEWS = "referral_news"
    SITTING_INVITATION = "sitting_invitation"
    SITTING_CANCELLED = "sitting_cancelled"
    ACCOUNT_INVITATION = "account_invitation"


MORNING_STEPS = frozenset({duties.TWO_DAYS, duties.ONE_DAY, duties.ON_THE_DAY, duties.LATE, duties.ESCALATED})
"""Steps that are gathered into one mail a person a morning. The others go out as they arise."""

MOST_ATTEMPTS = 50
"""After so many tries over about half a day a notice is dead, and an operator is told."""

LONGEST_WAIT = timedelta(minutes=15)


def next_wait(attempt: int) -> timedelta:
    """Return how long to wait before trying again after the given number of tries: 5 s, doubling, at most 15 minutes."""
    return min(timedelta(seconds=5 * 2 ** min(max(attempt, 1) - 1, 10)), LONGEST_WAIT)
