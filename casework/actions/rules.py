"""Actions: their states, what an action needs before it is agreed, and what a report needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from casework.clock import add_months, wednesday_9_december
from casework.errors import Conflict, FieldError


class ActionState(StrEnum):
    """Where an action stands. Overdue is no state: it follows from the day."""

    AGREED = "agreed"
    DONE = "done"
    OVERTAKEN = "overtaken"
    NOT_DONE = "not_done"
    WITHDRAWN = "withdrawn"


REPORTS = frozenset({ActionState.DONE, ActionState.OVERTAKEN, ActionState.NOT_DONE})
"""What an agency may report. Overtaken by events is kept apart from simply not done."""

TRANSITIONS: Mapping[ActionState, frozenset[ActionState]] = {
    ActionState.AGREED: REPORTS | {ActionState.WITHDRAWN},
    # What was not done may still be done later, or be overtaken.
    ActionState.NOT_DONE: frozenset({ActionState.DONE, ActionState.OVERTAKEN}),
    ActionState.DONE: frozenset(),
    ActionState.OVERTAKEN: frozenset(),
    ActionState.WITHDRAWN: frozenset(),
}

LATELY = timedelta(days=28)
"""So long a report stays in the list of what was reported: two rounds."""

LONGEST_MONTHS = 12
"""An action for later than this is no action but a plan, and the flag will have lapsed."""


def move(state: ActionState | str, to: ActionState) -> ActionState:
    """Return `to` if an action may go there from `state`. Raises Conflict, in words, when it may not."""
    now = ActionState(state)
    if to not in TRANSITIONS[now]:
        raise Conflict(f"This action is already {now.replace('_', ' ')}.")
    return to


def what_is_wrong(owner_agency: object, what: str | None, by_when: date | None, agreed_on: date) -> list[FieldError]:
    """List what keeps an action from being agreed: owner agency, what, and by when, all three (SafeLives action tracking).

    `owner_agency` is any reference to a member agency; whether it is one is the operation's question. `agreed_on` and
    `by_when` are London days; by when is from the day of the sitting to twelve months on.
    """
    errors: list[FieldError] = []
    if not owner_agency:
        errors.append(FieldError("owner_agency", "Choose the agency that does it."))
    if not (what and what.strip()):
        errors.append(FieldError("what", "Write what is to be done."))
    if by_when is None:
        errors.append(FieldError("by_when", "Give the day by which it is done."))
    elif by_when < agreed_on:
        errors.append(
            FieldError(
                "by_when", f"Give a day from {wednesday_9_december(agreed_on, with_year=True)}, the sitting, on."
            )
        )
    elif by_when > (last := add_months(agreed_on, LONGEST_MONTHS)):
        errors.append(FieldError("by_when", f"Give a day up to {wednesday_9_december(last, with_year=True)}."))
    return errors


def what_is_wrong_with_report(outcome: str | None, what_happened: str | None) -> list[FieldError]:
    """List what keeps a report from being taken: one of done, overtaken, not_done, and always what happened, in words."""
    errors: list[FieldError] = []
    if outcome not in REPORTS:
        errors.append(FieldError("outcome", "Choose done, overtaken by events, or not done."))
    if not (what_happened and what_happened.strip()):
        errors.append(FieldError("what_happened", "Write what happened."))
    return errors


def is_overdue(state: ActionState | str, by_when: date, on: date) -> bool:
    """Say whether an action is overdue on the London day `on`: still only agreed, and the day has passed."""
    return state == ActionState.AGREED and on > by_when


def is_unfinished(state: ActionState | str) -> bool:
    """Say whether the next conference must hear of it: not reported, or reported not done."""
    return state in (ActionState.AGREED, ActionState.NOT_DONE)
