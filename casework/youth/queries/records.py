"""Reads of youth cases: one's young people, and one case, as much of it as the reader's part gives (docs/adr/0015-youth-support.md)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from casework.cases.models import Case
from casework.errors import NotFound
from casework.people import queries as people
from casework.people.models import Person
from casework.people.queries import PersonRecord
from casework.work import UnitOfWork
from casework.youth import policy, rules
from casework.youth.models import (
    Disagreement,
    PlanAction,
    PlanReview,
    TeamMember,
    YouthAssessment,
    YouthCase,
    YouthStep,
)


@dataclass(frozen=True, slots=True)
class YouthLine:
    """One young person in a list. `next_on` is the next day on which something is due; `is_whole` whether the reader sees it all."""

    case_id: uuid.UUID
    number: str
    called: str
    stage: str
    stage_since: datetime
    level: int
    agency_id: uuid.UUID
    holder_account_id: uuid.UUID
    opened_on: date
    review_on: date | None
    next_on: date | None
    is_whole: bool


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

    @property
    def is_whole(self) -> bool:
        """Whether the reader sees the whole of it."""
        return self.line.is_whole


def _lines(work: UnitOfWork, *conditions: ColumnElement[bool]) -> Select[Case, YouthCase, Person, bool, Any]:
    next_action = (
        select(func.min(PlanAction.due_on))
        .where(PlanAction.case_id == Case.id, PlanAction.state == rules.ActionState.AGREED.value)
        .correlate(Case)
        .scalar_subquery()
    )
    return (
        select(Case, YouthCase, Person, policy.sees_whole(work), next_action)
        .join(YouthCase, YouthCase.case_id == Case.id)
        .join(Person, Person.id == YouthCase.person_id)
        .where(policy.may_see(work), *conditions)
    )


def my_young_people(work: UnitOfWork, *, with_closed: bool = False, limit: int = 200) -> tuple[YouthLine, ...]:
    """Return the young people whose file the actor may open, by their next date, those without one first; note the views."""
    conditions = [] if with_closed else [YouthCase.stage.in_([stage.value for stage in rules.OPEN])]
    rows = work.session.execute(_lines(work, *conditions).limit(limit)).all()
    work.keys.load([person.key_id for _, _, person, _, _ in rows])
    known = people.opened(work, [person for _, _, person, _, _ in rows])
    for case, *_ in rows:
        work.note_view("youth_case:view_line", "case", case.id)
    lines = [_line(case, row, known[person.id], whole, due) for case, row, person, whole, due in rows]
    return tuple(sorted(lines, key=lambda one: (one.next_on is not None, one.next_on or date.max, one.stage_since)))


def count_young_people(work: UnitOfWork) -> int:
    """Return how many young people's files the actor may open and work on."""
    open_stages = [stage.value for stage in rules.OPEN]
    query = (
        select(func.count())
        .select_from(Case)
        .join(YouthCase, YouthCase.case_id == Case.id)
        .where(policy.may_see(work), YouthCase.stage.in_(open_stages))
    )
    return work.session.scalar(query) or 0


def lines_of(work: UnitOfWork, *, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, YouthLine]:
    """Return those of the given youth cases that the actor may open, for lists of other packages; note the views."""
    if not case_ids:
        return {}
    rows = work.session.execute(_lines(work, Case.id.in_(list(case_ids)))).all()
    work.keys.load([person.key_id for _, _, person, _, _ in rows])
    known = people.opened(work, [person for _, _, person, _, _ in rows])
    for case, *_ in rows:
        work.note_view("youth_case:view_line", "case", case.id)
    return {case.id: _line(case, row, known[person.id], whole, due) for case, row, person, whole, due in rows}


def _line(case: Case, row: YouthCase, person: PersonRecord, is_whole: bool, next_action: date | None) -> YouthLine:
    dates = [day for day in (row.review_on, next_action if is_whole else None) if day is not None]
    if row.stage == rules.Stage.CLOSED and row.follow_up_on is not None and row.followed_up_on is None:
        dates.append(row.follow_up_on)
    return YouthLine(
        case_id=case.id,
        number=case.number,
        called=person.name or str(person.document.get("known_as") or ""),
        stage=row.stage,
        stage_since=row.stage_since,
        level=row.level,
        agency_id=row.agency_id,
        holder_account_id=row.holder_account_id,
        opened_on=case.opened_on,
        review_on=row.review_on,
        next_on=min(dates, default=None),
        is_whole=bool(is_whole),
    )


def youth_record(work: UnitOfWork, *, case_id: uuid.UUID) -> YouthRecord:
    """Return one youth case, as much of it as the reader may see, and note the view. Raises NotFound."""
    policy.reach(work, case_id)
    work.note_view("youth_case:view", "case", case_id)
    found = work.session.execute(_lines(work, Case.id == case_id)).one()
    case, row, person, is_whole, next_action = found
    work.keys.load([person.key_id, row.key_id])
    who = people.opened(work, [person])[person.id]
    concern = (row.concern.open(work.keys) or {}) if is_whole else {}
    next_step = rules.NEXT_STEP[rules.Stage(row.stage)]
    return YouthRecord(
        line=_line(case, row, who, is_whole, next_action),
        person=who if is_whole else None,
        concern=str(concern.get("words") or ""),
        locality=str(concern.get("locality") or ""),
        source=row.source,
        closed_on=row.closed_on,
        closing_reason=row.closing_reason,
        follow_up_on=row.follow_up_on,
        sustained=row.sustained,
        next_step=next_step.value if next_step and is_whole else None,
        team=_team(work, case_id),
        actions=_actions(work, case_id, is_whole),
        reviews=_reviews(work, case_id, is_whole),
        assessments=_assessments(work, case_id) if is_whole else (),
        steps=_steps(work, case_id) if is_whole else (),
        disagreements=_disagreements(work, case_id, is_whole),
    )


def action_record(work: UnitOfWork, *, action_id: uuid.UUID) -> tuple[YouthRecord, ActionRecord]:
    """Return an action of a plan with the file it stands in, and note the view. Raises NotFound for one that is not the reader's part."""
    case_id = work.session.scalar(select(PlanAction.case_id).where(PlanAction.id == action_id))
    record = youth_record(work, case_id=case_id or action_id)
    for action in record.actions:
        if action.id == action_id:
            return record, action
    raise NotFound


def _team(work: UnitOfWork, case_id: uuid.UUID) -> tuple[MemberRecord, ...]:
    rows = work.session.scalars(
        select(TeamMember)
        .where(TeamMember.case_id == case_id)
        .order_by(TeamMember.until_at.is_not(None), TeamMember.part, TeamMember.from_at)
    )
    return tuple(
        MemberRecord(row.id, row.agency_id, row.account_id, row.part, row.from_at, row.until_at) for row in rows
    )


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


def _reviews(work: UnitOfWork, case_id: uuid.UUID, is_whole: bool) -> tuple[ReviewRecord, ...]:
    rows = work.session.scalars(
        select(PlanReview).where(PlanReview.case_id == case_id).order_by(PlanReview.number.desc())
    )
    found = []
    for row in rows:
        content = (row.content.open(work.keys) or {}) if is_whole else {}
        found.append(
            ReviewRecord(
                number=row.number,
                held_on=row.held_on,
                next_on=row.next_on,
                decision=row.decision,
                is_agreed=row.is_agreed,
                young_persons_view=str(content.get("young_persons_view", "")),
                present=str(content.get("present", "")),
                outcomes=content.get("outcomes", {}),
            )
        )
    return tuple(found)


def _assessments(work: UnitOfWork, case_id: uuid.UUID) -> tuple[AssessmentRecord, ...]:
    rows = work.session.scalars(
        select(YouthAssessment).where(YouthAssessment.case_id == case_id).order_by(YouthAssessment.version.desc())
    )
    return tuple(
        AssessmentRecord(
            version=row.version,
            form=row.form,
            assessed_on=row.assessed_on,
            is_complete=row.is_complete,
            written_at=row.written_at,
            written_by_account_id=row.written_by_account_id,
            content=row.content.open(work.keys) or {},
        )
        for row in rows
    )


def _steps(work: UnitOfWork, case_id: uuid.UUID) -> tuple[StepRecord, ...]:
    rows = work.session.scalars(select(YouthStep).where(YouthStep.case_id == case_id).order_by(YouthStep.number.desc()))
    return tuple(
        StepRecord(
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
        for row in rows
    )


def _disagreements(work: UnitOfWork, case_id: uuid.UUID, is_whole: bool) -> tuple[DisagreementRecord, ...]:
    query = select(Disagreement).where(Disagreement.case_id == case_id).order_by(Disagreement.raised_at.desc())
    if not is_whole:
        query = query.where(Disagreement.agency_id == work.actor.agency_id)
    return tuple(
        DisagreementRecord(
            id=row.id,
            agency_id=row.agency_id,
            level=row.level,
            due_at=row.due_at,
            raised_at=row.raised_at,
            settled_at=row.settled_at,
            about=str((row.about.open(work.keys) or {}).get("words", "")),
            outcome=str((row.outcome.open(work.keys) or {}).get("words", "")),
        )
        for row in work.session.scalars(query)
    )
