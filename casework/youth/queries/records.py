"""One youth case, as much of it as the reader's part gives (docs/adr/0015-youth-support.md)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from casework.agencies.models import Agency
from casework.cases.models import Case
from casework.errors import NotFound
from casework.people import queries as people
from casework.people.queries import PersonRecord
from casework.work import UnitOfWork
from casework.youth import policy, rules
from casework.youth.models import (
    Disagreement,
    PlanAction,
    PlanReview,
    TeamMember,
    YouthAssessment,
    YouthStep,
)
from casework.youth.queries.lists import YouthLine, line_of, of_cases


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of the history."""

    event: str
    from_stage: str | None
    to_stage: str
    level: int
    code: str | None
    words: str
    at: datetime
    by_account_id: uuid.UUID | None
    agency_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One place on the team."""

    id: uuid.UUID
    agency_id: uuid.UUID
    account_id: uuid.UUID | None
    part: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One action of the plan. `owner_agency_id` is empty for what the young person or family does."""

    id: uuid.UUID
    case_id: uuid.UUID
    owner_agency_id: uuid.UUID | None
    owner_account_id: uuid.UUID | None
    heading: str
    what: str
    outcome_wanted: str
    due_on: date
    state: str
    is_affected: bool
    report: str
    reported_at: datetime | None
    may_report: bool


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """One review. The view and who was there are empty for whoever sees only their part."""

    number: int
    held_on: date
    next_on: date | None
    decision: str
    is_agreed: bool
    young_persons_view: str
    present: str
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AssessmentRecord:
    """One version of the assessment as it was written (shape: casework.youth.operations.assessing)."""

    version: int
    form: str
    assessed_on: date
    is_complete: bool
    written_at: datetime
    written_by_account_id: uuid.UUID
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DisagreementRecord:
    """One professional disagreement."""

    id: uuid.UUID
    agency_id: uuid.UUID
    level: int
    due_at: datetime
    raised_at: datetime
    settled_at: datetime | None
    about: str
    outcome: str


@dataclass(frozen=True, slots=True)
class YouthRecord:
    """One youth case as the reader may see it. What only the whole file has is empty for the rest of the team."""

    line: YouthLine
    person: PersonRecord | None
    concern: str
    locality: str
    source: str
    closed_on: date | None
    closing_reason: str | None
    follow_up_on: date | None
    sustained: str | None
    next_step: str | None
    team: tuple[MemberRecord, ...]
    actions: tuple[ActionRecord, ...]
    reviews: tuple[ReviewRecord, ...]
    assessments: tuple[AssessmentRecord, ...]
    steps: tuple[StepRecord, ...]
    disagreements: tuple[DisagreementRecord, ...]
    agency_names: Mapping[uuid.UUID, str]

    @property
    def is_whole(self) -> bool:
        """Whether the reader sees the whole of it."""
        return self.line.is_whole


def youth_record(work: UnitOfWork, *, case_id: uuid.UUID) -> YouthRecord:
    """Return one youth case, as much of it as the reader may see, and note the view. Raises NotFound."""
    return _record(work, Case.id == case_id, case_id)


def _record(work: UnitOfWork, condition: ColumnElement[bool], named_id: uuid.UUID) -> YouthRecord:
    """Return the file that fits the condition; `named_id` is what the reader asked for, to note a refusal."""
    found = work.session.execute(of_cases(work, condition)).one_or_none()
    if found is None:
        policy.reach(work, named_id)
        raise NotFound
    case, row, person, is_whole, next_action, home = found
    case_id = case.id
    work.note_view("youth_case:view", "case", case_id)
    work.keys.load([person.key_id, row.key_id])
    who = people.opened(work, [person])[person.id]
    concern = (row.concern.open(work.keys) or {}) if is_whole else {}
    next_step = rules.NEXT_STEP[rules.Stage(row.stage)]
    names = {row.agency_id: home}
    assessments, reviews = _written(work, case_id, is_whole)
    steps, disagreements = _happened(work, case_id, is_whole, names)
    return YouthRecord(
        line=line_of(case, row, who, is_whole, next_action),
        person=who if is_whole else None,
        concern=str(concern.get("words") or ""),
        locality=str(concern.get("locality") or ""),
        source=row.source,
        closed_on=row.closed_on,
        closing_reason=row.closing_reason,
        follow_up_on=row.follow_up_on,
        sustained=row.sustained,
        next_step=next_step.value if next_step and is_whole else None,
        team=_team(work, case_id, names),
        actions=_actions(work, case_id, is_whole),
        reviews=reviews,
        assessments=assessments,
        steps=steps,
        disagreements=disagreements,
        agency_names=names,
    )


def action_record(work: UnitOfWork, *, action_id: uuid.UUID) -> tuple[YouthRecord, ActionRecord]:
    """Return an action of a plan with the file it stands in, and note the view. Raises NotFound for one that is not the reader's part."""
    its_case = select(PlanAction.case_id).where(PlanAction.id == action_id).scalar_subquery()
    record = _record(work, Case.id == its_case, action_id)
    for action in record.actions:
        if action.id == action_id:
            return record, action
    raise NotFound


def _team(work: UnitOfWork, case_id: uuid.UUID, names: dict[uuid.UUID, str]) -> tuple[MemberRecord, ...]:
    rows = work.session.execute(
        select(TeamMember, Agency.name)
        .join(Agency, Agency.id == TeamMember.agency_id)
        .where(TeamMember.case_id == case_id)
        .order_by(TeamMember.until_at.is_not(None), TeamMember.part, TeamMember.from_at)
    )
    found = []
    for row, name in rows:
        names[row.agency_id] = name
        found.append(MemberRecord(row.id, row.agency_id, row.account_id, row.part, row.from_at, row.until_at))
    return tuple(found)


def _actions(work: UnitOfWork, case_id: uuid.UUID, is_whole: bool) -> tuple[ActionRecord, ...]:
    query = select(PlanAction).where(PlanAction.case_id == case_id).order_by(PlanAction.due_on, PlanAction.agreed_at)
    if not is_whole:
        query = query.where(PlanAction.owner_agency_id == work.actor.agency_id)
    mine = work.actor.account_id
    found = []
    for row in work.session.scalars(query):
        what = row.what.open(work.keys) or {}
        found.append(
            ActionRecord(
                id=row.id,
                case_id=row.case_id,
                owner_agency_id=row.owner_agency_id,
                owner_account_id=row.owner_account_id,
                heading=row.heading,
                what=str(what.get("what", "")),
                outcome_wanted=str(what.get("outcome", "")),
                due_on=row.due_on,
                state=row.state,
                is_affected=row.affected_at is not None,
                report=str((row.report.open(work.keys) or {}).get("words", "")),
                reported_at=row.reported_at,
                may_report=row.state == rules.ActionState.AGREED
                and (is_whole or (mine is not None and row.owner_account_id == mine)),
            )
        )
    return tuple(found)


def _written(
    work: UnitOfWork, case_id: uuid.UUID, is_whole: bool
) -> tuple[tuple[AssessmentRecord, ...], tuple[ReviewRecord, ...]]:
    """Return assessments and reviews, the latest first, in one statement: there is no review before an assessment."""
    rows = work.session.execute(
        select(YouthAssessment, PlanReview)
        .outerjoin(PlanReview, PlanReview.case_id == YouthAssessment.case_id)
        .where(YouthAssessment.case_id == case_id)
        .order_by(YouthAssessment.version.desc(), PlanReview.number.desc())
    ).all()
    assessments = {one.id: one for one, _ in rows} if is_whole else {}
    reviews = {one.id: one for _, one in rows if one is not None}
    return (
        tuple(_assessment(work, one) for one in assessments.values()),
        tuple(_review(work, one, is_whole) for one in reviews.values()),
    )


def _review(work: UnitOfWork, row: PlanReview, is_whole: bool) -> ReviewRecord:
    content = (row.content.open(work.keys) or {}) if is_whole else {}
    return ReviewRecord(
        number=row.number,
        held_on=row.held_on,
        next_on=row.next_on,
        decision=row.decision,
        is_agreed=row.is_agreed,
        young_persons_view=str(content.get("young_persons_view", "")),
        present=str(content.get("present", "")),
        outcomes=content.get("outcomes", {}),
    )


def _assessment(work: UnitOfWork, row: YouthAssessment) -> AssessmentRecord:
    return AssessmentRecord(
        version=row.version,
        form=row.form,
        assessed_on=row.assessed_on,
        is_complete=row.is_complete,
        written_at=row.written_at,
        written_by_account_id=row.written_by_account_id,
        content=row.content.open(work.keys) or {},
    )


def _happened(
    work: UnitOfWork, case_id: uuid.UUID, is_whole: bool, names: dict[uuid.UUID, str]
) -> tuple[tuple[StepRecord, ...], tuple[DisagreementRecord, ...]]:
    """Return the history and the disagreements, the latest first, in one statement: opening one is a step of its own.

    The rest of the team gets its own agency's disagreements and no history.
    """
    rows = work.session.execute(
        select(YouthStep, Disagreement, Agency.name)
        .outerjoin(Disagreement, Disagreement.case_id == YouthStep.case_id)
        .outerjoin(Agency, Agency.id == YouthStep.agency_id)
        .where(YouthStep.case_id == case_id)
        .order_by(YouthStep.number.desc(), Disagreement.raised_at.desc())
    ).all()
    names |= {step.agency_id: name for step, _, name in rows if step.agency_id is not None}
    steps = {step.id: step for step, _, _ in rows} if is_whole else {}
    disagreements = {
        one.id: one for _, one, _ in rows if one is not None and (is_whole or one.agency_id == work.actor.agency_id)
    }
    return (
        tuple(_step(work, one) for one in steps.values()),
        tuple(_disagreement(work, one) for one in disagreements.values()),
    )


def _step(work: UnitOfWork, row: YouthStep) -> StepRecord:
    return StepRecord(
        event=row.event,
        from_stage=row.from_stage,
        to_stage=row.to_stage,
        level=row.level,
        code=row.code,
        words=str((row.words.open(work.keys) or {}).get("words", "")),
        at=row.at,
        by_account_id=row.by_account_id,
        agency_id=row.agency_id,
    )


def _disagreement(work: UnitOfWork, row: Disagreement) -> DisagreementRecord:
    return DisagreementRecord(
        id=row.id,
        agency_id=row.agency_id,
        level=row.level,
        due_at=row.due_at,
        raised_at=row.raised_at,
        settled_at=row.settled_at,
        about=str((row.about.open(work.keys) or {}).get("words", "")),
        outcome=str((row.outcome.open(work.keys) or {}).get("words", "")),
    )
