"""A contact between two agencies: what it may be about, where it can stand, how long an answer may take, and what is told at first.

Pure. Whether anything personal may go is decided in casework.consent.rules; here is what becomes of the talk around it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from casework.clock import add_working_days, deadline, london_date
from casework.errors import Conflict, FieldError

LONGEST = 2_000
LONGEST_REASON = 1_000
MOST_SIBLINGS = 8
HOURS_TO_ANSWER = 48
DAYS_TO_CLOSE = 10
"""Working days after which a contact without an answer ends, and what had come is taken away again (B9)."""
END_OF_DAY = time(17, 0)


class About(StrEnum):
    """Whom a contact is about: one young person, siblings, or nobody, where it asks a question (B1, B10)."""

    YOUNG_PERSON = "young_person"
    SIBLINGS = "siblings"
    QUESTION = "question"


class Topic(StrEnum):
    """What it is about, in a word that fits many: with the locality all that the other agency is told at first (B3)."""

    EDUCATION = "education"
    HOUSING = "housing"
    HEALTH = "health"
    EMOTIONAL_HEALTH = "emotional_health"
    SUBSTANCE_USE = "substance_use"
    ASB = "asb"
    EXPLOITATION = "exploitation"
    FAMILY = "family"
    WORK_AND_MONEY = "work_and_money"
    ACTIVITIES = "activities"


class State(StrEnum):
    """Where a contact stands."""

    OPEN = "open"
    WELCOMED = "welcomed"
    SHARED = "shared"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ELSEWHERE = "elsewhere"
    ANSWERED = "answered"
    NO_RESPONSE = "no_response"
    TAKEN_BACK = "taken_back"


_S = State
WAITING = frozenset({_S.OPEN, _S.SHARED})
"""The other agency owes an answer."""
LIVE = frozenset({_S.OPEN, _S.WELCOMED, _S.SHARED})
_ENDS = frozenset({_S.DECLINED, _S.ELSEWHERE, _S.NO_RESPONSE})

TRANSITIONS: Mapping[State, frozenset[State]] = {
    _S.OPEN: _ENDS | {_S.WELCOMED, _S.SHARED, _S.ANSWERED, _S.TAKEN_BACK},
    _S.WELCOMED: _ENDS | {_S.SHARED, _S.TAKEN_BACK},
    # What has come can be accepted, declined or passed over; it cannot be taken back by who sent it.
    _S.SHARED: _ENDS | {_S.SHARED, _S.ACCEPTED},
    **{ended: frozenset() for ended in (_S.ACCEPTED, _S.ANSWERED, _S.TAKEN_BACK, *sorted(_ENDS))},
}

_SAID: Final[Mapping[State, str]] = {
    _S.OPEN: "waiting for an answer",
    _S.WELCOMED: "welcomed",
    _S.SHARED: "shared and waiting for an answer",
    _S.ACCEPTED: "accepted",
    _S.DECLINED: "declined",
    _S.ELSEWHERE: "pointed elsewhere",
    _S.ANSWERED: "answered",
    _S.NO_RESPONSE: "closed without a response",
    _S.TAKEN_BACK: "taken back",
}


class Reason(StrEnum):
    """Why a contact is declined. None of them says whether the agency knows the young person."""

    NOT_OUR_SERVICE = "not_our_service"
    NO_ROOM = "no_room"
    OTHER_AREA = "other_area"
    OTHER_AGE = "other_age"
    NEEDS_MORE = "needs_more"
    OTHER = "other"


class Event(StrEnum):
    """What happens to a contact, as its history keeps it."""

    OPENED = "opened"
    DECIDED = "decided"
    WELCOMED = "welcomed"
    SHARED = "shared"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ELSEWHERE = "elsewhere"
    ANSWERED = "answered"
    NO_RESPONSE = "no_response"
    PURGED = "purged"
    TAKEN_BACK = "taken_back"
    RISK_TOLD = "risk_told"


# What a risk of harm makes lawful at once needs no link to the purpose for which something was told (B6, B7).
SAFEGUARDING_ROUTE: Final = (
    "Somebody in danger now: ring 999.",
    "Significant harm, now or likely: ring children’s social care today and follow your agency’s safeguarding procedure.",
    "This never waits for an agreement, nor for an answer to this contact. Tell your safeguarding lead what you did.",
)
"""What both sides are shown (B7). Local telephone numbers belong to the agencies' own procedures."""


def move(state: State | str, to: State) -> State:
    """Return `to` if a contact may go there from `state`. Raises Conflict, in words, when it may not."""
    now = State(state)
    if to not in TRANSITIONS[now]:
        raise Conflict(f"This contact is {_SAID[now]}, so that cannot be done now.")
    return to


def opener(*, agency: str, locality: str, topic: str) -> str:
    """Return all that the other agency is told before a yes (B3), the same for one young person and for siblings."""
    where = f" in {locality}" if locality else ""
    return f"{agency} would like to talk about a young person{where}, topic: {topic}."


def answer_due_at(told_at: datetime) -> datetime:
    """Return by when an answer is owed: 48 hours after the other agency was told (UTC)."""
    return told_at + timedelta(hours=HOURS_TO_ANSWER)


def closes_at(told_at: datetime, extra_holidays: Collection[date]) -> datetime:
    """Return when a contact without an answer ends: 17:00 London after ten working days."""
    return deadline(add_working_days(london_date(told_at), DAYS_TO_CLOSE, extra_holidays), END_OF_DAY)


def what_is_wrong_with_subject(about: str, subjects: int, question: str) -> list[FieldError]:
    """List what is wrong with whom a contact is about: one young person, two to eight siblings, or a question about nobody."""
    if about not in set(About):
        return [FieldError("about", "Choose whether it is about a young person, siblings or a question.")]
    if about == About.QUESTION:
        errors = [FieldError("question", "Write your question.")] if not question.strip() else []
        if subjects:
            errors.append(FieldError("about", "A question is about nobody: take the young person out."))
        return errors
    if about == About.YOUNG_PERSON and subjects != 1:
        return [FieldError("subjects", "Choose one young person.")]
    if about == About.SIBLINGS and not 2 <= subjects <= MOST_SIBLINGS:
        return [FieldError("subjects", f"Choose two to {MOST_SIBLINGS} siblings.")]
    return []


def too_long(field: str, words: str, limit: int = LONGEST) -> list[FieldError]:
    """Return the mistake of a text that is too long."""
    return [FieldError(field, f"Use {limit:,} characters or fewer.")] if len(words) > limit else []
