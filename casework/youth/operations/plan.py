"""The plan: who does what by when, with which outcome wanted; when it begins; and what became of each action."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from casework.clock import london_date
from casework.duties import operations as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotFound
from casework.work import UnitOfWork
from casework.youth import policy, rules
from casework.youth.models import PlanAction, TeamMember, YouthCase
from casework.youth.operations import steps
from casework.youth.queries.agreement import standing_of

WITH_A_PLAN = frozenset({rules.Stage.TEAM_FORMING, rules.Stage.PLAN_ACTIVE, rules.Stage.REVIEWING})
FAMILY = "family"
"""The owner of an action that the young person or the family does themselves."""


def agree_action(
    work: UnitOfWork,
    *,
    case_id: uuid.UUID,
    owner: uuid.UUID | str | None,
    what: str,
    outcome: str,
    heading: rules.Heading | str,
    by_when: date | None,
) -> uuid.UUID:
    """Write down an action: who (a place on the team, or FAMILY), what, by when, the outcome wanted and its heading.

    The practitioner owes a report by that day; where none is named, whoever leads does. Returns the action's id. Raises NotFound,
    NotAllowed, Invalid, Conflict before there is a team.
    """
    row = policy.reach_to_write(work, case_id, act="youth:agree_action")
    if rules.Stage(row.stage) not in WITH_A_PLAN:
        raise Conflict("A plan is made when the assessment is complete and an agreement stands.")
    wrong = rules.what_is_wrong_with_action(
        owner=owner, what=what, outcome=outcome, heading=heading, by_when=by_when, today=london_date(work.now)
    )
    wrong += steps.too_long("what", what) + steps.too_long("outcome", outcome)
    if wrong or by_when is None:
        raise Invalid(wrong)
    member = _owner(work, row, owner)
    action = PlanAction(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=row.case_id,
        owner_agency_id=member.agency_id if member else None,
        owner_account_id=member.account_id if member else None,
        heading=rules.Heading(heading).value,
        due_on=by_when,
        state=rules.ActionState.AGREED.value,
        agreed_at=work.now,
        agreed_by_account_id=work.actor.account_id,
        key_id=row.key_id,
    )
    action.what.seal(work.keys, {"what": what.strip(), "outcome": outcome.strip()})
    work.session.add(action)
    work.session.flush()  # the action first: the duty names it
    steps.owe(
        work,
        row,
        DutyKind.PLAN_ACTION_REPORT,
        by=by_when,
        subject_kind="plan_action",
        subject_id=action.id,
        account_id=action.owner_account_id,
    )
    steps.keep(work, row, rules.Event.ACTION_AGREED)
    return action.id


def _owner(work: UnitOfWork, row: YouthCase, owner: uuid.UUID | str | None) -> TeamMember | None:
    if owner == FAMILY:
        return None
    member = work.session.get(TeamMember, owner)
    if member is None or member.case_id != row.case_id or member.until_at is not None:
        raise Invalid.field("owner", "Choose somebody of the team, or the young person and family.")
    return member


def agree_plan(work: UnitOfWork, *, case_id: uuid.UUID, review_on: date | None) -> None:
    """Begin the plan: one lead professional, an action with owner and day, a review date, and every agency within the agreement.

    Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    row = policy.reach_to_write(work, case_id, act="youth:agree_plan")
    present = list(
        work.session.scalars(select(TeamMember).where(TeamMember.case_id == row.case_id, TeamMember.until_at.is_(None)))
    )
    facts = rules.PlanFacts(
        leads=sum(one.part == rules.TeamPart.LEAD for one in present),
        actions=len(open_actions(work, row)),
        review_on=review_on,
    )
    wrong = rules.what_is_wrong_with_plan(facts, london_date(work.now))
    if wrong or review_on is None:
        raise Invalid(wrong)
    standing = standing_of(work, row)
    if any(one.agency_id != row.agency_id and not standing.reaches(one.agency_id) for one in present):
        raise Conflict("The agreement does not reach every agency of the team any more. Look at the team first.")
    set_review(work, row, review_on)
    steps.go(work, row, rules.Event.PLAN_AGREED)


def set_review(work: UnitOfWork, row: YouthCase, review_on: date) -> None:
    """Set the day of the next review, which whoever holds the file owes."""
    row.review_on = review_on
    steps.owe(work, row, DutyKind.PLAN_REVIEW, by=review_on)


def open_actions(work: UnitOfWork, row: YouthCase) -> Sequence[PlanAction]:
    """Return the actions of a case that have no outcome yet."""
    return work.session.scalars(
        select(PlanAction).where(PlanAction.case_id == row.case_id, PlanAction.state == rules.ActionState.AGREED.value)
    ).all()


def report_action(work: UnitOfWork, *, action_id: uuid.UUID, outcome: str, words: str) -> None:
    """Say what became of an action: met, partly, not met, not needed any more, with what happened.

    Its owner says so, or whoever sees the whole file. Raises NotFound, Invalid, Conflict when it is said already.
    """
    action = work.session.get(PlanAction, action_id)
    row = policy.reach(work, action.case_id if action else action_id, act="youth:report_action", lock=True)
    is_own = (
        action is not None and work.actor.account_id is not None and action.owner_account_id == work.actor.account_id
    )
    if action is None or not (is_own or policy.is_whole(work, row.case_id)):
        raise NotFound
    if outcome not in rules.REPORTS:
        raise Invalid.field("outcome", "Choose met, partly met, not met, or not needed any more.")
    if not words.strip():
        raise Invalid.field("words", "Write what happened.")
    if action.state != rules.ActionState.AGREED:
        raise Conflict("The outcome of this action is written down already.")
    set_outcome(work, row, action, rules.ActionState(outcome), words)
    steps.keep(work, row, rules.Event.ACTION_REPORTED, code=outcome)


def set_outcome(work: UnitOfWork, row: YouthCase, action: PlanAction, outcome: rules.ActionState, words: str) -> None:
    """Keep what became of an action, and owe its report no more."""
    action.state = outcome.value
    action.affected_at = None
    action.reported_at, action.reported_by_account_id = work.now, work.actor.account_id
    action.report.seal(work.keys, {"words": words.strip()})
    duties.meet(work, kind=DutyKind.PLAN_ACTION_REPORT, subject_id=action.id)
    work.session.flush()  # counted below
    affected = (
        select(func.count())
        .select_from(PlanAction)
        .where(PlanAction.case_id == row.case_id, PlanAction.affected_at.is_not(None))
    )
    if not work.session.scalar(affected):
        steps.done(work, row, DutyKind.PLAN_ACTION_AFFECTED)
