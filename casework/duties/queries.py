"""Reads of duties: what I owe, what is late by agency, what stops the sitting. Cases hidden from the reader are left out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, false, func, or_, select

from casework.access.permissions import Permission
from casework.duties import policy, rules
from casework.duties.models import Duty, DutyReminder
from casework.errors import NotAllowed
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DutyRecord:
    """One duty. `chased_at` is when who owes it was last asked again (UTC), in a list of duties; not where one is looked up."""

    id: uuid.UUID
    kind: str
    owed_by_agency_id: uuid.UUID | None
    owed_by_account_id: uuid.UUID | None
    owed_by_role: str | None
    subject_kind: str
    subject_id: uuid.UUID
    case_id: uuid.UUID | None
    conference_id: uuid.UUID | None
    due_at: datetime
    state: str
    is_late: bool
    chased_at: datetime | None = None


def _owed_by(work: UnitOfWork) -> ColumnElement[bool]:
    actor = work.actor
    mine: list[ColumnElement[bool]] = [Duty.owed_by_role.in_([role.value for role in actor.roles])]
    if actor.account_id is not None:
        mine.append(Duty.owed_by_account_id == actor.account_id)
    speaks = actor.has(Permission.RESEARCH_ANSWER) or actor.has(Permission.ACTION_REPORT)
    if actor.agency_id is not None and speaks:
        mine.append(Duty.owed_by_agency_id == actor.agency_id)
    return or_(false(), *mine)


def my_duties(work: UnitOfWork, *, limit: int = 200) -> tuple[DutyRecord, ...]:
    """Return what the actor, or the agency that the actor speaks for, owes now: the earliest first. Nothing of a blocked case."""
    rows = work.session.execute(
        select(Duty, _last_chased())
        .where(Duty.state == "open", _owed_by(work), policy.may_know(work), policy.can_be_done(work))
        .order_by(Duty.due_at, Duty.id)
        .limit(limit)
    )
    return tuple(record_of(row, now=work.now, chased_at=chased_at) for row, chased_at in rows)


def _last_chased() -> ScalarSelect[datetime]:
    """When whoever owes a Duty was last asked again; of one that is owed a second time, since then."""
    return (
        select(func.max(DutyReminder.due_at))
        .where(
            DutyReminder.duty_id == Duty.id,
            DutyReminder.step.startswith(rules.CHASED, autoescape=True),
            DutyReminder.due_at >= Duty.raised_at,
        )
        .correlate(Duty)
        .scalar_subquery()
    )


def open_duties(
    work: UnitOfWork, *, conference_id: uuid.UUID | None = None, late_only: bool = False, kinds: Sequence[str] = ()
) -> tuple[DutyRecord, ...]:
    """Return everybody's open duties, for those who chase. Raises NotAllowed."""
    if not work.actor.has(Permission.DUTY_VIEW_ALL):
        raise NotAllowed(code="role")
    query = (
        select(Duty, _last_chased())
        .where(Duty.state == "open", policy.may_know(work), policy.others_may_know())
        .order_by(Duty.due_at, Duty.id)
    )
    if conference_id is not None:
        query = query.where(Duty.conference_id == conference_id)
    if late_only:
        query = query.where(Duty.due_at < work.now)
    if kinds:
        query = query.where(Duty.kind.in_(list(kinds)))
    return tuple(record_of(row, now=work.now, chased_at=chased_at) for row, chased_at in work.session.execute(query))


def counts(work: UnitOfWork) -> dict[str, int]:
    """Return how many duties there are in each state, and how many were late. For operators and rehearsals. Raises NotAllowed."""
    work.require(Permission.SYSTEM_OPERATE)
    found = dict(work.session.execute(select(Duty.state, func.count()).group_by(Duty.state)).all())
    late = select(func.count()).select_from(Duty).where(Duty.late_since.is_not(None))
    return {**found, "late": work.session.scalar(late) or 0}


def record_of(row: Duty, *, now: datetime, chased_at: datetime | None = None) -> DutyRecord:
    """Return one duty as a record. For queries that have applied their policy."""
    return DutyRecord(
        id=row.id,
        kind=row.kind,
        owed_by_agency_id=row.owed_by_agency_id,
        owed_by_account_id=row.owed_by_account_id,
        owed_by_role=row.owed_by_role,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        # What is owed about a round names its only case for blocks alone.
        case_id=None if row.subject_kind == "conference" else row.case_id,
        conference_id=row.conference_id,
        due_at=row.due_at,
        state=row.state,
        is_late=row.state == "open" and row.due_at < now,
        chased_at=chased_at,
    )
