"""Agreement, as the youth case needs it: asked for, given, refused, taken back; and the risk that is looked at again each time."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.cases import operations as cases
from casework.clock import add_working_days, london_date
from casework.consent import operations as consent
from casework.consent import queries as consent_queries
from casework.consent.operations import NewAnswer
from casework.consent.rules import Status
from casework.duties import operations as duties
from casework.duties.rules import DutyKind, DutyState
from casework.errors import Conflict, Invalid
from casework.partnerships import queries as partnerships
from casework.sharing import operations as sharing
from casework.work import UnitOfWork
from casework.youth import policy, rules
from casework.youth.models import PlanAction, TeamMember, YouthCase, YouthStep
from casework.youth.operations import steps
from casework.youth.queries.agreement import Standing, standing_of

ASKED = frozenset({"young_person", "parent", "both"})
RISK = frozenset({"lower", "same", "higher"})
RISK_CHECK_DAYS = 1
AFFECTED_DAYS = 2


def seek_agreement(work: UnitOfWork, *, case_id: uuid.UUID, wording: str, asked: str) -> None:
    """Note that agreement is being asked for: which wording, and who is asked. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = policy.reach_to_write(work, case_id, act="youth:seek_agreement")
    if not wording.strip() or len(wording) > 30:
        raise Invalid.field("wording", "Give the version of the wording that is read out or handed over.")
    if asked not in ASKED:
        raise Invalid.field("asked", "Choose who is asked: the young person, a parent, or both.")
    steps.go(work, row, rules.Event.AGREEMENT_SOUGHT, code=wording.strip(), words=asked)


def record_answer(work: UnitOfWork, *, answer: NewAnswer) -> uuid.UUID:
    """Take an answer down, tell whoever had what it takes back, and let the file follow it at once. Returns the agreement's id.

    The file is locked before the answers, as everything else that is done in it does: two people at one file wait for each other.
    Raises NotFound, NotAllowed, Invalid, Conflict as consent.operations.record_answer does.
    """
    policy.reach(work, answer.case_id, act="agreement:record", lock=True)
    agreement_id = consent.record_answer(work, answer=answer)
    work.session.flush()  # the answer first: the rest follows it
    sharing.follow_answer(work, case_id=answer.case_id, agreement_id=agreement_id)
    after_agreement(work, case_id=answer.case_id)
    return agreement_id


def after_agreement(work: UnitOfWork, *, case_id: uuid.UUID) -> None:
    """Take account of an answer about agreement, whichever it was. Run again it does nothing more.

    A valid yes with a scope lets the assessment begin. A no stops it, and the risk is looked at again. Where nothing stands any
    more, the case goes on hold; the actions and the places on the team that no agreement carries any longer are put before the
    lead professional. Raises NotFound.
    """
    row = policy.reach(work, case_id, act="youth:after_agreement", lock=True)
    standing = standing_of(work, row)
    stage = rules.Stage(row.stage)
    if stage is rules.Stage.AGREEMENT_PENDING:
        if standing.is_fresh:
            steps.go(work, row, rules.Event.AGREEMENT_GIVEN)
        elif standing.is_refused:
            steps.go(work, row, rules.Event.AGREEMENT_REFUSED)
            _owe_risk_check(work, row)
    elif stage in rules.AGREED:
        _end_what_nothing_carries(work, row, standing)
        if not standing.stands:
            steps.go(work, row, rules.Event.AGREEMENT_WITHDRAWN)
            steps.no_longer_owed(work, row, DutyKind.PLAN_REVIEW, DutyState.LAPSED)
            row.review_on = None
            _owe_risk_check(work, row)


def look_at_agreements(work: UnitOfWork) -> int:
    """Take account of agreements that have run out by themselves: their last day, a birthday. Returns how many files were held.

    For the schedule; run again on the same day it finds nothing more. Source: a parent's yes ends 28 days after the sixteenth
    birthday unless it is confirmed, every yes at its last day (casework.programmes.youth_support.rules).
    """
    held = 0
    stages = [stage.value for stage in rules.AGREED]
    for row in work.session.scalars(
        select(YouthCase).where(YouthCase.stage.in_(stages)).order_by(YouthCase.case_id)
    ).all():
        after_agreement(work, case_id=row.case_id)
        held += row.stage == rules.Stage.ON_HOLD
    return held


def _end_what_nothing_carries(work: UnitOfWork, row: YouthCase, standing: Standing) -> None:
    """End the places on the team, and question the actions, of agencies to which no agreement reaches any more."""
    for member in work.session.scalars(
        select(TeamMember).where(TeamMember.case_id == row.case_id, TeamMember.until_at.is_(None))
    ):
        if not standing.reaches(member.agency_id):
            _end_place(work, row, member)
    affected = [
        action
        for action in work.session.scalars(
            select(PlanAction).where(
                PlanAction.case_id == row.case_id,
                PlanAction.state == rules.ActionState.AGREED.value,
                PlanAction.affected_at.is_(None),
                PlanAction.owner_agency_id.is_not(None),
            )
        )
        if not (standing.stands and standing.reaches(action.owner_agency_id))
    ]
    for action in affected:
        action.affected_at = work.now
    if affected:
        _owe(work, row, DutyKind.PLAN_ACTION_AFFECTED, days=AFFECTED_DAYS)
        if standing.stands:
            _owe_risk_check(work, row)


def _end_place(work: UnitOfWork, row: YouthCase, member: TeamMember) -> None:
    member.until_at = work.now
    cases.end_standing(work, source_id=member.id)
    if member.part == rules.TeamPart.LEAD:
        # The file goes back to the agency that keeps it: to whoever there opened it.
        row.holder_account_id = _who_opened(work, row)
        cases.give_standing(
            work,
            case_ids=[row.case_id],
            source_ids=[row.id],
            kind="case_holder",
            account_ids=[row.holder_account_id],
        )
    steps.keep(work, row, rules.Event.TEAM_LEFT, code="agreement_ended")


def _who_opened(work: UnitOfWork, row: YouthCase) -> uuid.UUID:
    first = select(YouthStep.by_account_id).where(YouthStep.case_id == row.case_id, YouthStep.number == 1)
    return work.session.scalar(first) or row.holder_account_id


def end_help(work: UnitOfWork, *, case_id: uuid.UUID, words: str) -> None:
    """Note that the young person, or whoever agreed for them, no longer wants to be helped; what may be shared is asked by itself.

    The file goes on hold at once and the risk is looked at again. Raises NotFound, NotAllowed, Invalid without words, Conflict when
    nobody agreed to be helped.
    """
    row = policy.reach_to_write(work, case_id, act="youth:end_help")
    if not words.strip():
        raise Invalid.field("words", "Write how you heard of it. No reason is needed.")
    given = [
        one.id
        for one in consent_queries.answers_to_service(work, person_id=row.person_id)
        if one.agreement.status is Status.GIVEN
    ]
    if not given:
        raise Conflict("Nobody has agreed to be helped.")
    for agreement_id in given:
        consent.withdraw(work, agreement_id=agreement_id, words=words)
    work.session.flush()  # the answers first: the file follows them
    after_agreement(work, case_id=case_id)


def check_risk(work: UnitOfWork, *, case_id: uuid.UUID, answer: str, words: str) -> None:
    """Note that the risk was looked at again. Where it is higher, a step up is the next step. Raises NotFound, NotAllowed, Invalid."""
    row = policy.reach_to_write(work, case_id, act="youth:check_risk")
    if answer not in RISK:
        raise Invalid.field("answer", "Choose lower, the same, or higher.")
    if not words.strip():
        raise Invalid.field("words", "Write what you looked at and what you found.")
    steps.done(work, row, DutyKind.YOUTH_RISK_CHECK)
    steps.keep(work, row, rules.Event.RISK_CHECKED, code=answer, words=words)


def settle_affected(work: UnitOfWork, *, action_id: uuid.UUID, goes_on: bool, words: str) -> None:
    """Decide about an action that the end of an agreement put in question: it goes on without sharing, or is not needed any more.

    Raises NotFound, NotAllowed, Invalid, Conflict when it is not in question.
    """
    action = work.session.get(PlanAction, action_id)
    row = policy.reach_to_write(work, action.case_id if action else action_id, act="youth:settle_affected")
    if action is None or action.affected_at is None:
        raise Conflict("This action is not in question.")
    if not words.strip():
        raise Invalid.field("words", "Write how it goes on without sharing, or why it stops.")
    action.affected_at = None
    if not goes_on:
        action.state = rules.ActionState.NOT_NEEDED.value
        action.reported_at, action.reported_by_account_id = work.now, work.actor.account_id
        action.report.seal(work.keys, {"words": words.strip()})
        duties.meet(work, kind=DutyKind.PLAN_ACTION_REPORT, subject_id=action.id)
    steps.keep(work, row, rules.Event.ACTION_REPORTED, code="goes_on" if goes_on else "not_needed", words=words)
    work.session.flush()  # counted below
    in_question = select(PlanAction.id).where(PlanAction.case_id == row.case_id, PlanAction.affected_at.is_not(None))
    if work.session.scalar(in_question.limit(1)) is None:
        steps.done(work, row, DutyKind.PLAN_ACTION_AFFECTED)


def _owe_risk_check(work: UnitOfWork, row: YouthCase) -> None:
    _owe(work, row, DutyKind.YOUTH_RISK_CHECK, days=RISK_CHECK_DAYS)


def _owe(work: UnitOfWork, row: YouthCase, kind: DutyKind, *, days: int) -> None:
    today = london_date(work.now)
    steps.owe(work, row, kind, by=add_working_days(today, days, partnerships.extra_holidays(work)))
