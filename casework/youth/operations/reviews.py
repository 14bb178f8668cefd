"""Reviews of the plan, closing, and the question six months later whether it lasted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from casework.cases import operations as cases
from casework.cases.rules import CaseState
from casework.clock import london_date
from casework.consent import operations as consent
from casework.duties import operations as duties
from casework.duties.rules import DutyKind, DutyState
from casework.errors import Conflict, FieldError, Invalid
from casework.work import UnitOfWork
from casework.youth import policy, rules
from casework.youth.models import PlanAction, PlanReview, TeamMember, YouthCase
from casework.youth.operations import plan, steps
from casework.youth.queries.agreement import standing_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action, as a review heard it."""

    state: rules.ActionState | str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review: the young person's view in their words, who was there, an outcome per action, the agreement, and what follows."""

    young_persons_view: str
    present: str
    outcomes: Mapping[uuid.UUID, Outcome]
    is_agreed: bool
    decision: rules.Decision | str
    next_on: date | None = None


def begin_review(work: UnitOfWork, *, case_id: uuid.UUID) -> None:
    """Begin a review of the plan. Raises NotFound, NotAllowed, Conflict."""
    row = policy.reach_to_write(work, case_id, act="youth:review")
    steps.go(work, row, rules.Event.REVIEW_BEGUN)


def hold_review(work: UnitOfWork, *, case_id: uuid.UUID, review: Review) -> None:
    """Keep a review: the plan goes on until the next date, or the case begins to close.

    Every action due by today has an outcome, and every action when the case is to close; the young person's view is there; the
    plan goes on only with an agreement that stands and was affirmed. Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    row = policy.reach_to_write(work, case_id, act="youth:review")
    today = london_date(work.now)
    waiting = {one.id: one for one in plan.open_actions(work, row)}
    wrong = _what_is_wrong(review, waiting, today)
    if review.decision == rules.Decision.GO_ON and not (review.is_agreed and standing_of(work, row).stands):
        wrong.append(FieldError("is_agreed", "A plan goes on with agreement only. Record the answer, or close."))
    if wrong or work.actor.account_id is None:
        raise Invalid(wrong)
    steps.go(work, row, rules.Event.REVIEW_HELD, code=str(review.decision))
    for action_id, outcome in review.outcomes.items():
        plan.set_outcome(work, row, waiting[action_id], rules.ActionState(outcome.state), outcome.words)
    _keep(work, row, review, work.actor.account_id, today)
    steps.done(work, row, DutyKind.PLAN_REVIEW)
    row.review_on = None
    if review.decision == rules.Decision.CLOSE:
        steps.go(work, row, rules.Event.CLOSING_BEGUN)
    elif review.next_on is not None:
        plan.set_review(work, row, review.next_on)


def _what_is_wrong(review: Review, waiting: Mapping[uuid.UUID, PlanAction], today: date) -> list[FieldError]:
    errors = []
    if not review.young_persons_view.strip():
        errors.append(FieldError("young_persons_view", "Write what the young person thinks, in their words."))
    if not review.present.strip():
        errors.append(FieldError("present", "Write who was there."))
    if review.decision not in set(rules.Decision):
        errors.append(FieldError("decision", "Choose whether the plan goes on or the case closes."))
    closes = review.decision == rules.Decision.CLOSE
    for action_id, action in waiting.items():
        if action_id not in review.outcomes and (closes or action.due_on <= today):
            errors.append(FieldError(f"outcome-{action_id}", "Choose what became of this action."))
    for action_id, outcome in review.outcomes.items():
        if action_id not in waiting:
            errors.append(FieldError("outcomes", "The outcome of that action is written down already."))
        if outcome.state not in rules.REPORTS:
            errors.append(
                FieldError(f"outcome-{action_id}", "Choose met, partly met, not met, or not needed any more.")
            )
    if review.decision == rules.Decision.GO_ON:
        errors += rules.what_is_wrong_with_review_day("next_on", review.next_on, today)
    return errors + steps.too_long("young_persons_view", review.young_persons_view)


def _keep(work: UnitOfWork, row: YouthCase, review: Review, held_by: uuid.UUID, today: date) -> None:
    last = select(func.coalesce(func.max(PlanReview.number), 0)).where(PlanReview.case_id == row.case_id)
    kept = PlanReview(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=row.case_id,
        number=(work.session.scalar(last) or 0) + 1,
        held_on=today,
        next_on=review.next_on if review.decision == rules.Decision.GO_ON else None,
        decision=rules.Decision(review.decision).value,
        is_agreed=review.is_agreed,
        held_by_account_id=held_by,
        key_id=row.key_id,
    )
    kept.content.seal(
        work.keys,
        {
            "young_persons_view": review.young_persons_view.strip(),
            "present": review.present.strip(),
            "outcomes": {str(action_id): str(one.state) for action_id, one in review.outcomes.items()},
        },
    )
    work.session.add(kept)


def begin_closing(work: UnitOfWork, *, case_id: uuid.UUID, words: str) -> None:
    """Begin to close a case from wherever it stands: refused, no contact, aged out. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = policy.reach_to_write(work, case_id, act="youth:close")
    if not words.strip():
        raise Invalid.field("words", "Write why the work ends.")
    start_closing(work, row, words=words)


def start_closing(work: UnitOfWork, row: YouthCase, *, code: str | None = None, words: str = "") -> None:
    """Begin to close a case that has been reached; nobody reviews it any more. Raises Conflict."""
    steps.go(work, row, rules.Event.CLOSING_BEGUN, code=code, words=words)
    steps.no_longer_owed(work, row, DutyKind.PLAN_REVIEW, DutyState.LAPSED)
    row.review_on = None


def after_intervention(work: UnitOfWork, *, case_id: uuid.UUID, code: str) -> None:
    """Begin to close a case because an intervention that ends youth support's own work began. Run again it does nothing more.

    Somebody still writes down the outcome, or takes the work up again. Raises NotFound.
    """
    row = policy.reach(work, case_id, act="youth:close", lock=True)
    if rules.may_happen(row.stage, rules.Event.CLOSING_BEGUN):
        start_closing(work, row, code=code[:30])


def resume(work: UnitOfWork, *, case_id: uuid.UUID, review_on: date | None, words: str) -> None:
    """Take the work up again instead of closing: an agreement stands, and a review date is set.

    Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    row = policy.reach_to_write(work, case_id, act="youth:resume")
    wrong = rules.what_is_wrong_with_review_day("review_on", review_on, london_date(work.now))
    if not words.strip():
        wrong.append(FieldError("words", "Write why the work goes on."))
    if wrong or review_on is None:
        raise Invalid(wrong)
    if not standing_of(work, row).stands:
        raise Conflict("No agreement stands. Ask for it first.")
    steps.go(work, row, rules.Event.RESUMED, words=words)
    plan.set_review(work, row, review_on)


def close(
    work: UnitOfWork, *, case_id: uuid.UUID, reason: rules.ClosingReason | str, achieved: Mapping[str, str], words: str
) -> None:
    """Close a case: why, what was achieved by heading (yes, partly, no), and what the young person takes with them.

    Every action has an outcome by then. The team's places and every agreement end; whoever holds the file asks six months later
    whether it lasted.
    Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    row = policy.reach_to_write(work, case_id, act="youth:close")
    wrong = []
    if reason not in set(rules.ClosingReason):
        wrong.append(FieldError("reason", "Choose why the work ends."))
    if set(achieved) - set(rules.Heading) or set(achieved.values()) - {"yes", "partly", "no"}:
        wrong.append(FieldError("achieved", "Choose yes, partly or no for each heading."))
    if not words.strip():
        wrong.append(FieldError("words", "Write what was achieved, and what the young person says of it."))
    if plan.open_actions(work, row):
        wrong.append(FieldError("actions", "Write down what became of every action first."))
    if wrong:
        raise Invalid(wrong)
    said = "\n".join([words.strip(), *(f"{heading}: {how}" for heading, how in sorted(achieved.items()))])
    steps.go(work, row, rules.Event.OUTCOME_RECORDED, code=rules.ClosingReason(reason).value, words=said)
    row.closed_on = london_date(work.now)
    row.closing_reason = rules.ClosingReason(reason).value
    if reason not in (rules.ClosingReason.REFUSED, rules.ClosingReason.MOVED):
        row.follow_up_on = rules.follow_up_on(row.closed_on)
    consent.end_agreements(work, case_id=row.case_id)
    end_work(work, row)


def end_work(work: UnitOfWork, row: YouthCase) -> None:
    """Close the case, end what is owed about it, and every place on the team but that of whoever holds the file, who follows it up."""
    cases.set_state(work, case_id=row.case_id, state=CaseState.CLOSED.value)
    duties.end_duties(work, state=DutyState.LAPSED, case_id=row.case_id)
    for member in work.session.scalars(
        select(TeamMember).where(TeamMember.case_id == row.case_id, TeamMember.until_at.is_(None))
    ):
        member.until_at = work.now
        if member.account_id != row.holder_account_id:
            cases.end_standing(work, source_id=member.id)


def ask_follow_ups(work: UnitOfWork) -> int:
    """Owe the question whether the outcome has lasted, for every case closed six months ago. Returns how many are new."""
    rows = work.session.scalars(
        select(YouthCase).where(
            YouthCase.follow_up_on <= london_date(work.now),
            YouthCase.followed_up_on.is_(None),
            YouthCase.stage == rules.Stage.CLOSED.value,
        )
    ).all()
    for row in rows:
        steps.owe(
            work,
            row,
            DutyKind.YOUTH_FOLLOW_UP,
            by=row.follow_up_on or london_date(work.now),
            subject_id=row.case_id,
        )
    return len(rows)


def follow_up(
    work: UnitOfWork, *, case_id: uuid.UUID, sustained: rules.Sustained | str, words: str, incidents: int | None = None
) -> None:
    """Say whether the outcome has lasted, and how many further incidents there were, where that is known.

    Raises NotFound, NotAllowed, Invalid, Conflict before the case is closed.
    """
    row = policy.reach_to_write(work, case_id, act="youth:follow_up")
    if sustained not in set(rules.Sustained):
        raise Invalid.field("sustained", "Choose yes, partly, no, or not known.")
    if not words.strip():
        raise Invalid.field("words", "Write how you asked and what you heard.")
    said = words.strip() if incidents is None else f"{words.strip()}\nFurther incidents: {incidents}"
    steps.go(work, row, rules.Event.FOLLOWED_UP, code=str(sustained), words=said)
    row.sustained = rules.Sustained(sustained).value
    row.followed_up_on = london_date(work.now)
    duties.meet(work, kind=DutyKind.YOUTH_FOLLOW_UP, subject_id=row.case_id)
