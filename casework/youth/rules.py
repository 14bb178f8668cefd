"""The youth case: where it can stand, which event leads from where to where, and what each event needs before it may happen.

Facts in, answers out. Source: the states and guards of Targeted Youth Support (docs/how-youth-support-works.md). Two things hold
throughout: without agreement there is no assessment and no plan, and safeguarding never waits for an agreement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casework.clock import add_months, wednesday_9_december
from casework.errors import Conflict, FieldError


class Stage(StrEnum):
    """Where a youth case stands."""

    ENQUIRY = "enquiry"
    PRE_ASSESSMENT = "pre_assessment"
    AGREEMENT_PENDING = "agreement_pending"
    AGREEMENT_REFUSED = "agreement_refused"
    ASSESSING = "assessing"
    TEAM_FORMING = "team_forming"
    PLAN_ACTIVE = "plan_active"
    REVIEWING = "reviewing"
    ON_HOLD = "on_hold"
    STEPPED_UP = "stepped_up"
    TRANSFERRED_OUT = "transferred_out"
    CLOSING = "closing"
    CLOSED = "closed"


class Event(StrEnum):
    """What happens to a youth case. Those of the first table change where it stands; the others are kept beside them."""

    CONCERN_RAISED = "concern_raised"
    PRE_ASSESSMENT_DONE = "pre_assessment_done"
    AGREEMENT_SOUGHT = "agreement_sought"
    AGREEMENT_GIVEN = "agreement_given"
    AGREEMENT_REFUSED = "agreement_refused"
    ASSESSMENT_COMPLETED = "assessment_completed"
    PLAN_AGREED = "plan_agreed"
    REVIEW_BEGUN = "review_begun"
    REVIEW_HELD = "review_held"
    AGREEMENT_WITHDRAWN = "agreement_withdrawn"
    RESUMED = "resumed"
    CLOSING_BEGUN = "closing_begun"
    OUTCOME_RECORDED = "outcome_recorded"
    FOLLOWED_UP = "followed_up"
    STEPPED_UP = "stepped_up"
    STEP_UP_ACCEPTED = "step_up_accepted"
    STEP_UP_RETURNED = "step_up_returned"
    STEPPED_DOWN = "stepped_down"
    TRANSFERRED = "transferred"
    # Kept in the history; the case stays where it stands.
    NAMED = "named"
    ASSESSED = "assessed"
    RISK_CHECKED = "risk_checked"
    LEAD_APPOINTED = "lead_appointed"
    TEAM_JOINED = "team_joined"
    TEAM_LEFT = "team_left"
    ACTION_AGREED = "action_agreed"
    ACTION_REPORTED = "action_reported"
    DISAGREEMENT_OPENED = "disagreement_opened"
    DISAGREEMENT_RAISED = "disagreement_raised"
    DISAGREEMENT_SETTLED = "disagreement_settled"
    LEVEL_CHANGED = "level_changed"


S, E = Stage, Event

OPEN = frozenset(Stage) - {S.CLOSED, S.TRANSFERRED_OUT}
"""Stages of a case that somebody works on. From each of them a step up is allowed."""

AGREED = frozenset({S.ASSESSING, S.TEAM_FORMING, S.PLAN_ACTIVE, S.REVIEWING})
"""Stages that stand on an agreement. When nothing stands any more, the case goes on hold."""

_BEFORE_AGREEMENT = (S.ENQUIRY, S.PRE_ASSESSMENT, S.AGREEMENT_REFUSED, S.ON_HOLD)

TRANSITIONS: Mapping[tuple[Stage, Event], Stage] = {
    (S.ENQUIRY, E.PRE_ASSESSMENT_DONE): S.PRE_ASSESSMENT,
    **{(stage, E.AGREEMENT_SOUGHT): S.AGREEMENT_PENDING for stage in _BEFORE_AGREEMENT},
    (S.AGREEMENT_PENDING, E.AGREEMENT_GIVEN): S.ASSESSING,
    (S.AGREEMENT_PENDING, E.AGREEMENT_REFUSED): S.AGREEMENT_REFUSED,
    (S.ASSESSING, E.ASSESSMENT_COMPLETED): S.TEAM_FORMING,
    (S.TEAM_FORMING, E.PLAN_AGREED): S.PLAN_ACTIVE,
    (S.PLAN_ACTIVE, E.REVIEW_BEGUN): S.REVIEWING,
    (S.REVIEWING, E.REVIEW_HELD): S.PLAN_ACTIVE,
    **{(stage, E.AGREEMENT_WITHDRAWN): S.ON_HOLD for stage in sorted(AGREED)},
    **{(stage, E.CLOSING_BEGUN): S.CLOSING for stage in sorted(OPEN - {S.CLOSING})},
    (S.CLOSING, E.RESUMED): S.PLAN_ACTIVE,
    (S.CLOSING, E.OUTCOME_RECORDED): S.CLOSED,
    (S.CLOSED, E.FOLLOWED_UP): S.CLOSED,
    **{(stage, E.STEPPED_UP): S.STEPPED_UP for stage in sorted(OPEN - {S.STEPPED_UP})},
    (S.STEPPED_UP, E.STEP_UP_ACCEPTED): S.STEPPED_UP,
    # What social care had taken on comes back to early help only with an agreement taken afresh.
    (S.STEPPED_UP, E.STEPPED_DOWN): S.AGREEMENT_PENDING,
    **{(stage, E.TRANSFERRED): S.TRANSFERRED_OUT for stage in sorted(OPEN)},
}
"""Which event leads from where to where. A returned step up goes back to where the case stood, which is not in this table."""

_SAID: Mapping[Stage, str] = {
    S.ENQUIRY: "an enquiry",
    S.PRE_ASSESSMENT: "looked at before any assessment",
    S.AGREEMENT_PENDING: "waiting for an agreement",
    S.AGREEMENT_REFUSED: "without agreement: it was refused",
    S.ASSESSING: "being assessed",
    S.TEAM_FORMING: "forming its team",
    S.PLAN_ACTIVE: "at work on its plan",
    S.REVIEWING: "being reviewed",
    S.ON_HOLD: "on hold",
    S.STEPPED_UP: "with social care",
    S.TRANSFERRED_OUT: "with another area",
    S.CLOSING: "closing",
    S.CLOSED: "closed",
}


def move(stage: Stage | str, event: Event, *, before: Stage | str | None = None) -> Stage:
    """Return where a case stands after `event`. `before` is where it stood when it was stepped up.

    Raises Conflict, in words, when that cannot happen from there.
    """
    now = Stage(stage)
    if event is E.STEP_UP_RETURNED and now is S.STEPPED_UP and before is not None:
        return Stage(before)
    to = TRANSITIONS.get((now, event))
    if to is None:
        raise Conflict(f"This young person’s case is {_SAID[now]}, so that cannot be done now.")
    return to


def may_happen(stage: Stage | str, event: Event) -> bool:
    """Say whether `event` can lead anywhere from `stage`."""
    if event is E.STEP_UP_RETURNED:
        return stage == S.STEPPED_UP
    return (Stage(stage), event) in TRANSITIONS


NEXT_STEP: Mapping[Stage, Event | None] = {
    S.ENQUIRY: E.AGREEMENT_SOUGHT,
    S.PRE_ASSESSMENT: E.AGREEMENT_SOUGHT,
    S.AGREEMENT_PENDING: E.AGREEMENT_GIVEN,
    S.AGREEMENT_REFUSED: E.AGREEMENT_SOUGHT,
    S.ASSESSING: E.ASSESSMENT_COMPLETED,
    S.TEAM_FORMING: E.PLAN_AGREED,
    S.PLAN_ACTIVE: E.REVIEW_BEGUN,
    S.REVIEWING: E.REVIEW_HELD,
    S.ON_HOLD: E.AGREEMENT_SOUGHT,
    S.STEPPED_UP: E.STEP_UP_ACCEPTED,
    S.TRANSFERRED_OUT: None,
    S.CLOSING: E.OUTCOME_RECORDED,
    S.CLOSED: E.FOLLOWED_UP,
}
"""The one step that a page offers first."""


class Source(StrEnum):
    """Who raised the concern."""

    AGENCY = "agency"
    SCHOOL = "school"
    PARENT = "parent"
    SELF = "self"


class ClosingReason(StrEnum):
    """Why the work ended."""

    NEEDS_MET = "needs_met"
    UNIVERSAL = "universal"
    STEPPED_UP = "stepped_up"
    REFUSED = "refused"
    MOVED = "moved"
    AGED_OUT = "aged_out"
    NO_CONTACT = "no_contact"
    ENFORCEMENT_ONLY = "enforcement_only"


class Heading(StrEnum):
    """The ten national family outcome headings of 2022 to 2025."""

    EDUCATION = "education"
    EARLY_YEARS = "early_years"
    HEALTH = "health"
    SUBSTANCE_USE = "substance_use"
    FAMILY_RELATIONSHIPS = "family_relationships"
    CHILDREN_SAFE = "children_safe"
    DIVERTED_FROM_CRIME = "diverted_from_crime"
    SAFE_FROM_DOMESTIC_ABUSE = "safe_from_domestic_abuse"
    HOUSING = "housing"
    MONEY = "money"


class FiveOutcomes(StrEnum):
    """The five outcomes of Every Child Matters, by which figures of 2011 were kept."""

    HEALTHY = "healthy"
    SAFE = "safe"
    ENJOY_AND_ACHIEVE = "enjoy_and_achieve"
    CONTRIBUTE = "contribute"
    ECONOMIC_WELLBEING = "economic_wellbeing"


OF_2011: Mapping[Heading, FiveOutcomes] = {
    Heading.EDUCATION: FiveOutcomes.ENJOY_AND_ACHIEVE,
    Heading.EARLY_YEARS: FiveOutcomes.ENJOY_AND_ACHIEVE,
    Heading.HEALTH: FiveOutcomes.HEALTHY,
    Heading.SUBSTANCE_USE: FiveOutcomes.HEALTHY,
    Heading.FAMILY_RELATIONSHIPS: FiveOutcomes.SAFE,
    Heading.CHILDREN_SAFE: FiveOutcomes.SAFE,
    Heading.DIVERTED_FROM_CRIME: FiveOutcomes.CONTRIBUTE,
    Heading.SAFE_FROM_DOMESTIC_ABUSE: FiveOutcomes.SAFE,
    Heading.HOUSING: FiveOutcomes.ECONOMIC_WELLBEING,
    Heading.MONEY: FiveOutcomes.ECONOMIC_WELLBEING,
}
"""Each heading of today under one of the five outcomes of 2011, so that figures can be compared."""


class ActionState(StrEnum):
    """What became of an action of the plan."""

    AGREED = "agreed"
    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_NEEDED = "not_needed"


REPORTS = frozenset(ActionState) - {ActionState.AGREED}


class Sustained(StrEnum):
    """Whether the outcome still held six months after closing."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_KNOWN = "not_known"


class Decision(StrEnum):
    """What a review decided."""

    GO_ON = "go_on"
    CLOSE = "close"


class TeamPart(StrEnum):
    """The part of somebody on the team around the young person. One lead at a time."""

    LEAD = "lead"
    MEMBER = "member"


OLDEST = 25
"""Youth support runs to 25: the risk-taking group of 2011 and work with disability go on after 18."""

LONGEST_REVIEW_MONTHS = 3
FOLLOW_UP_MONTHS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What is known of a plan when it is to begin."""

    leads: int
    actions: int
    review_on: date | None


def what_is_wrong_with_plan(facts: PlanFacts, today: date) -> list[FieldError]:
    """List what keeps a plan from beginning: one lead professional, an action with owner and day, a review date set."""
    errors = []
    if facts.leads != 1:
        errors.append(FieldError("lead", "Appoint the lead professional first."))
    if not facts.actions:
        errors.append(FieldError("actions", "Write down at least one action: who does what by when."))
    return errors + what_is_wrong_with_review_day("review_on", facts.review_on, today)


def what_is_wrong_with_review_day(field: str, day: date | None, today: date) -> list[FieldError]:
    """List what is wrong with the day of the next review: after today, within three months (the usual rhythm)."""
    last = add_months(today, LONGEST_REVIEW_MONTHS)
    if day is None or not today < day <= last:
        return [FieldError(field, f"Give a day after today and up to {wednesday_9_december(last, with_year=True)}.")]
    return []


def what_is_wrong_with_action(
    *, owner: object, what: str, outcome: str, heading: str, by_when: date | None, today: date
) -> list[FieldError]:
    """List what an action of the plan lacks: who, what, by when, the outcome wanted and its heading."""
    errors = []
    if not owner:
        errors.append(FieldError("owner", "Choose who does it."))
    if not what.strip():
        errors.append(FieldError("what", "Write what is to be done."))
    if not outcome.strip():
        errors.append(FieldError("outcome", "Write what will be better when it is done."))
    if heading not in set(Heading):
        errors.append(FieldError("heading", "Choose what it is meant to help with."))
    if by_when is None or not today <= by_when <= add_months(today, 12):
        errors.append(FieldError("by_when", "Give a day from today to twelve months on."))
    return errors


def follow_up_on(closed_on: date) -> date:
    """Return the day on which somebody asks whether the outcome has lasted: six months after closing."""
    return add_months(closed_on, FOLLOW_UP_MONTHS)
