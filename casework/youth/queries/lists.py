"""Lists of young people: one's own by their next date, and those of other lists. Every one applies the condition of youth.policy."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from casework.agencies.models import Agency
from casework.cases.models import Case
from casework.duties import queries as duties
from casework.duties.models import Duty
from casework.duties.queries import DutyRecord
from casework.duties.rules import OWN_ONLY, DutyKind
from casework.people import queries as people
from casework.people.models import Person
from casework.people.queries import PersonRecord
from casework.work import UnitOfWork
from casework.youth import policy, rules
from casework.youth.models import PlanAction, YouthCase


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


def of_cases(work: UnitOfWork, *conditions: ColumnElement[bool]) -> Select[Case, YouthCase, Person, bool, Any, str]:
    """Return the query over files that the actor may open: case, youth case, person, whether whole, next action's day, agency's name."""
    next_action = (
        select(func.min(PlanAction.due_on))
        .where(PlanAction.case_id == Case.id, PlanAction.state == rules.ActionState.AGREED.value)
        .correlate(Case)
        .scalar_subquery()
    )
    return (
        select(Case, YouthCase, Person, policy.sees_whole(work), next_action, Agency.name)
        .join(YouthCase, YouthCase.case_id == Case.id)
        .join(Agency, Agency.id == YouthCase.agency_id)
        .join(Person, Person.id == YouthCase.person_id)
        .where(policy.may_see(work), *conditions)
    )


def my_young_people(work: UnitOfWork, *, with_closed: bool = False, limit: int = 200) -> tuple[YouthLine, ...]:
    """Return the young people whose file the actor may open, by their next date, those without one first; note the views."""
    conditions = [] if with_closed else [YouthCase.stage.in_([stage.value for stage in rules.OPEN])]
    lines = _opened(work, work.session.execute(of_cases(work, *conditions).limit(limit)).all())
    return tuple(sorted(lines, key=lambda one: (one.next_on is not None, one.next_on or date.max, one.stage_since)))


def late_of_others(work: UnitOfWork, *, limit: int = 50) -> tuple[DutyRecord, ...]:
    """Return what others owe and are late with in the files that the actor answers for, the longest late first. One statement.

    Not the answer to another agency's contact: whom that is about is told by the answer alone (rule B3).
    """
    rows = work.session.scalars(
        select(Duty)
        .join(Case, Case.id == Duty.case_id)
        .where(
            Duty.state == "open",
            Duty.due_at < work.now,
            Duty.kind.in_([kind.value for kind in OWN_ONLY - {DutyKind.CONTACT_ANSWER, DutyKind.RESEARCH_REPLY}]),
            Duty.owed_by_account_id.is_not(None),
            Duty.owed_by_account_id != work.actor.account_id,
            policy.may_see(work),
            policy.sees_whole(work),
        )
        .order_by(Duty.due_at, Duty.id)
        .limit(limit)
    )
    return tuple(duties.record_of(row, now=work.now) for row in rows)


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
    return {
        one.case_id: one
        for one in _opened(work, work.session.execute(of_cases(work, Case.id.in_(list(case_ids)))).all())
    }


def _opened(work: UnitOfWork, rows: Sequence[Any]) -> list[YouthLine]:
    work.keys.load([row[2].key_id for row in rows])
    known = people.opened(work, [row[2] for row in rows])
    for row in rows:
        work.note_view("youth_case:view_line", "case", row[0].id)
    return [line_of(case, row, known[person.id], whole, due) for case, row, person, whole, due, _ in rows]


def line_of(case: Case, row: YouthCase, person: PersonRecord, is_whole: bool, next_action: date | None) -> YouthLine:
    """Return one file as a line of a list. For whoever has applied the policy."""
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
