"""Duties: what can be owed, the reminders each asks for, when somebody else is told, and the words for each.

One table says all of it, so that reminders, escalation, "what stops Thursday" and calendars are views of the same rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from casework.clock import add_working_days, at_london, london_date, working_days_between
from casework.errors import Conflict

_NO_DAYS: frozenset[date] = frozenset()

REMINDERS_AT = time(8, 0)
"""London time of the morning's reminders. At most one mail a person a morning is made of them."""


class DutyKind(StrEnum):
    """What somebody owes."""

    RESEARCH_ANSWER = "research_answer"
    CONFIDENTIALITY = "confidentiality"
    ACTION_REPORT = "action_report"
    MINUTES_DRAFT = "minutes_draft"
    MINUTES_APPROVAL = "minutes_approval"
    MINUTES_ISSUE = "minutes_issue"
    FLAG_RAISE = "flag_raise"
    FLAG_LIFT = "flag_lift"
    REFERRAL_TRIAGE = "referral_triage"
    IDVA_CONTACT = "idva_contact"
    CONTACT_BY_ANOTHER = "contact_by_another"
    TELL_VICTIM = "tell_victim"
    RESEARCH_REPLY = "research_reply"
    # Youth support. Each is owed by one practitioner, and nobody who chases for a MARAC learns of it.
    PLAN_REVIEW = "plan_review"
    PLAN_ACTION_REPORT = "plan_action_report"
    PLAN_ACTION_AFFECTED = "plan_action_affected"
    YOUTH_RISK_CHECK = "youth_risk_check"
    YOUTH_FOLLOW_UP = "youth_follow_up"
    STEP_UP_ANSWER = "step_up_answer"
    ESCALATION_ANSWER = "escalation_answer"
    INTERVENTION_REVIEW = "intervention_review"
    SHARE_ADVICE = "share_advice"
    SHARE_TELL_SUBJECT = "share_tell_subject"
    SHARE_WRITE_UP = "share_write_up"
    WITHDRAWAL_ANSWER = "withdrawal_answer"
    CONTACT_ANSWER = "contact_answer"
    AGREEMENT_REVIEW = "agreement_review"
    AGREEMENT_IN_WRITING = "agreement_in_writing"


OWN_ONLY = frozenset(
    {
        DutyKind.RESEARCH_REPLY,
        DutyKind.PLAN_REVIEW,
        DutyKind.PLAN_ACTION_REPORT,
        DutyKind.PLAN_ACTION_AFFECTED,
        DutyKind.YOUTH_RISK_CHECK,
        DutyKind.YOUTH_FOLLOW_UP,
        DutyKind.STEP_UP_ANSWER,
        DutyKind.ESCALATION_ANSWER,
        DutyKind.INTERVENTION_REVIEW,
        DutyKind.SHARE_ADVICE,
        DutyKind.SHARE_TELL_SUBJECT,
        DutyKind.SHARE_WRITE_UP,
        DutyKind.WITHDRAWAL_ANSWER,
        DutyKind.CONTACT_ANSWER,
        DutyKind.AGREEMENT_REVIEW,
        DutyKind.AGREEMENT_IN_WRITING,
    }
)
"""What only whoever owes it may know of: a list for those who chase would tell them of a young person's file, or of what an
agency asks its own people."""

ENDS_WHEN_DUE = frozenset({DutyKind.RESEARCH_REPLY})
"""What can no longer be done once it was due, and so lapses instead of becoming late."""


class DutyState(StrEnum):
    """Where a duty stands. Late is no state: it follows from the time. Waived was let off, lapsed has no point any more."""

    OPEN = "open"
    MET = "met"
    WAIVED = "waived"
    LAPSED = "lapsed"


TRANSITIONS: Mapping[DutyState, frozenset[DutyState]] = {
    DutyState.OPEN: frozenset({DutyState.MET, DutyState.WAIVED, DutyState.LAPSED}),
    # An answer taken back is owed again.
    DutyState.MET: frozenset({DutyState.OPEN}),
    # Who was let off because they were shut out owes it when that turns out not to hold.
    DutyState.WAIVED: frozenset({DutyState.OPEN}),
    DutyState.LAPSED: frozenset(),
}

AGAIN: Mapping[DutyKind, frozenset[DutyState]] = {
    # What arises again about the same thing: a referral that was returned and comes back corrected.
    DutyKind.REFERRAL_TRIAGE: frozenset({DutyState.MET}),
    DutyKind.ESCALATION_ANSWER: frozenset({DutyState.MET}),
    DutyKind.INTERVENTION_REVIEW: frozenset({DutyState.MET}),
    DutyKind.CONTACT_ANSWER: frozenset({DutyState.MET}),
    DutyKind.AGREEMENT_REVIEW: frozenset({DutyState.MET}),
    # What passes from one to the other as it turns out who is shut out (docs/adr/0016-first-contact.md).
    DutyKind.IDVA_CONTACT: frozenset({DutyState.WAIVED}),
    DutyKind.CONTACT_BY_ANOTHER: frozenset({DutyState.WAIVED}),
}
"""What is owed again when it is raised again, and from which states."""

TOLD = "told"
TWO_DAYS = "two_days"
ONE_DAY = "one_day"
ON_THE_DAY = "on_the_day"
LATE = "late"
ESCALATED = "escalated"
CHASED = "chased_"
"""Steps of a duty's reminders, in order. `escalated` goes to somebody else, all others to who owes it. `chased_` begins the step
of a chase, which somebody pressed."""

_BEFORE = {TWO_DAYS: -2, ONE_DAY: -1, ON_THE_DAY: 0}


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one kind of duty: its words, its steps before it is due, and who is told how long after.

    `late_after` and `escalated_after` are working days after the due day, None for never; `escalated_to` is a role.
    """

    words: str
    late_words: str
    steps: tuple[str, ...]
    late_after: int | None = None
    escalated_after: int | None = None
    escalated_to: str | None = None


TERMS: Mapping[DutyKind, Terms] = {
    DutyKind.RESEARCH_ANSWER: Terms(
        "Answer the research request", "Research not answered", (TWO_DAYS, ON_THE_DAY), 1, 1, "coordinator"
    ),
    # It ends with the sitting: who has not accepted by then was kept out, and nobody is chased for it.
    DutyKind.CONFIDENTIALITY: Terms(
        "Accept the confidentiality statement", "Confidentiality not accepted", (TWO_DAYS, ON_THE_DAY)
    ),
    DutyKind.ACTION_REPORT: Terms(
        "Report on the action", "Action not reported", (TWO_DAYS, ON_THE_DAY), 1, 3, "coordinator"
    ),
    DutyKind.MINUTES_DRAFT: Terms("Draft the minutes", "Minutes not drafted", (ON_THE_DAY,), 1, 1, "chair"),
    DutyKind.MINUTES_APPROVAL: Terms(
        "Approve the minutes", "Minutes not approved", (TOLD, ON_THE_DAY), 1, 1, "coordinator"
    ),
    DutyKind.MINUTES_ISSUE: Terms("Issue the minutes", "Minutes not issued", (ON_THE_DAY,), 1, 1, "chair"),
    DutyKind.FLAG_RAISE: Terms(
        "Mark your files for twelve months", "Files not marked", (TOLD, ON_THE_DAY), 1, 5, "coordinator"
    ),
    DutyKind.FLAG_LIFT: Terms(
        "Take the mark off your files", "Mark not taken off", (TOLD, ON_THE_DAY), 5, 10, "coordinator"
    ),
    DutyKind.REFERRAL_TRIAGE: Terms("Decide on the referral", "Referral not decided", (ON_THE_DAY,), 1, 1, "chair"),
    DutyKind.IDVA_CONTACT: Terms(
        "Try to reach the victim", "No attempt to reach the victim", (ONE_DAY, ON_THE_DAY), 1, 1, "coordinator"
    ),
    DutyKind.CONTACT_BY_ANOTHER: Terms(
        "Find somebody to reach the victim", "Nobody found to reach the victim", (TOLD, ON_THE_DAY), 1, 1, "chair"
    ),
    DutyKind.TELL_VICTIM: Terms(
        "Tell the victim what was agreed", "Victim not told", (TOLD, ON_THE_DAY), 1, 2, "coordinator"
    ),
    DutyKind.RESEARCH_REPLY: Terms(
        "Tell your representative what you know", "Colleague’s question not answered", (TOLD, ON_THE_DAY)
    ),
    # What a practitioner owes about a young person's file goes on to the manager of the agency that keeps it.
    DutyKind.PLAN_REVIEW: Terms("Review the plan", "Plan not reviewed", (TWO_DAYS, ON_THE_DAY), 1, 3, "youth_manager"),
    DutyKind.PLAN_ACTION_REPORT: Terms(
        "Say what became of an action of the plan",
        "Action of a plan not reported",
        (TWO_DAYS, ON_THE_DAY),
        1,
        5,
        "youth_manager",
    ),
    DutyKind.PLAN_ACTION_AFFECTED: Terms(
        "Look at the actions that an agreement’s end affects",
        "Affected actions not looked at",
        (TOLD, ON_THE_DAY),
        1,
        2,
        "youth_manager",
    ),
    DutyKind.YOUTH_RISK_CHECK: Terms(
        "Look at the risk again", "Risk not looked at again", (TOLD, ON_THE_DAY), 1, 1, "youth_manager"
    ),
    DutyKind.YOUTH_FOLLOW_UP: Terms(
        "Ask whether the outcome has lasted",
        "Nobody asked whether it lasted",
        (TWO_DAYS, ON_THE_DAY),
        5,
        10,
        "youth_manager",
    ),
    DutyKind.STEP_UP_ANSWER: Terms(
        "Chase the answer to a step up", "Step up not answered", (ON_THE_DAY,), 1, 1, "youth_manager"
    ),
    DutyKind.ESCALATION_ANSWER: Terms(
        "Settle a disagreement or take it a level higher",
        "Disagreement not settled",
        (ONE_DAY, ON_THE_DAY),
        1,
        2,
        "youth_manager",
    ),
    DutyKind.INTERVENTION_REVIEW: Terms(
        "Review an intervention", "Intervention not reviewed", (TWO_DAYS, ON_THE_DAY), 1, 5, "youth_manager"
    ),
    DutyKind.SHARE_ADVICE: Terms("Advise whether to share", "Nobody advised whether to share", (TOLD, ON_THE_DAY), 1),
    DutyKind.SHARE_TELL_SUBJECT: Terms(
        "Tell the young person what was shared",
        "Young person not told what was shared",
        (TOLD, ON_THE_DAY),
        1,
        3,
        "youth_manager",
    ),
    DutyKind.SHARE_WRITE_UP: Terms(
        "Write up what was shared in an emergency",
        "Emergency share not written up",
        (TOLD, ON_THE_DAY),
        1,
        1,
        "youth_manager",
    ),
    DutyKind.AGREEMENT_REVIEW: Terms(
        "Go through an agreement again",
        "Agreement not gone through again",
        (TOLD, TWO_DAYS, ON_THE_DAY),
        1,
        3,
        "youth_manager",
    ),
    DutyKind.AGREEMENT_IN_WRITING: Terms(
        "Follow up a spoken answer in writing",
        "Spoken answer not in writing",
        (TWO_DAYS, ON_THE_DAY),
        1,
        5,
        "youth_manager",
    ),
    DutyKind.WITHDRAWAL_ANSWER: Terms(
        "Answer the end of an agreement: deleted, or kept and why",
        "End of an agreement not answered",
        (TOLD, ON_THE_DAY),
        1,
        2,
        "information_lead",
    ),
    DutyKind.CONTACT_ANSWER: Terms(
        "Answer a contact from another agency", "Contact not answered", (TOLD, ON_THE_DAY), 1
    ),
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder: its step and the UTC instant from which it may go out."""

    step: str
    at: datetime


def reminders(
    kind: DutyKind, raised_at: datetime, due_at: datetime, extra_holidays: Collection[date] = _NO_DAYS
) -> list[Reminder]:
    """Return the reminders that a duty asks for, in order of time: before it is due, when it is late, and the escalation.

    Mornings are 08:00 in London, counted in working days from the London day it is due. What would come before the duty
    arose, or on the day but after it was due, is left out. `told` goes out as soon as the duty arises.
    """
    terms = TERMS[kind]
    due_on = london_date(due_at)
    found = [Reminder(TOLD, raised_at)] if TOLD in terms.steps else []
    for step in terms.steps:
        if step != TOLD:
            # On the day means that very day, also when what is owed within hours falls on a weekend.
            days = _BEFORE[step]
            at = at_london(add_working_days(due_on, days, extra_holidays) if days else due_on, REMINDERS_AT)
            if raised_at < at < due_at:
                found.append(Reminder(step, at))
    # What was late when it arose is given the same time as if it had been due that day.
    late_from = max(due_on, london_date(raised_at))
    for step, days_after in ((LATE, terms.late_after), (ESCALATED, terms.escalated_after)):
        if days_after is not None:
            found.append(
                Reminder(step, at_london(add_working_days(late_from, days_after, extra_holidays), REMINDERS_AT))
            )
    return found


def escalated_to(kind: DutyKind) -> str | None:
    """Return the role that is told when a duty of this kind stays undone, or None when nobody is."""
    return TERMS[kind].escalated_to


def move(state: DutyState | str, to: DutyState) -> DutyState:
    """Return `to` if a duty may go there from `state`. Raises Conflict, in words, when it may not."""
    now = DutyState(state)
    if to not in TRANSITIONS[now]:
        raise Conflict(f"This duty is already {now}.")
    return to


def is_late(state: DutyState | str, due_at: datetime, now: datetime) -> bool:
    """Say whether a duty is late at the instant `now`: still open, and its time has passed."""
    return state == DutyState.OPEN and now > due_at


def when_words(due_at: datetime, now: datetime, extra_holidays: Collection[date] = _NO_DAYS) -> str:
    """Return how far off it is: "today", "in 6 working days", "2 working days late"; both are UTC instants."""
    days = working_days_between(london_date(now), london_date(due_at), extra_holidays)
    if now > due_at:
        return "late" if days == 0 else f"{_days(-days)} late"
    return "today" if days == 0 else f"in {_days(days)}"


def _days(count: int) -> str:
    return f"{count} working day{'' if count == 1 else 's'}"
