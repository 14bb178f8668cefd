"""The calendar: MARACs of the partnership and their rounds with every clock. No person is in any of these."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Executable, Row, select

from casework.access.actors import Actor
from casework.access.permissions import Permission
from casework.conferences.models import Conference, Marac
from casework.errors import NotFound
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MaracRecord:
    """One MARAC of the partnership."""

    id: uuid.UUID
    slug: str
    name: str
    frequency: str
    sits_at_time: time
    venue: str
    capacity: int
    minutes_a_case: int
    postcode_areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConferenceRecord:
    """One round with its clocks. Holds no person."""

    id: uuid.UUID
    marac: MaracRecord
    planned_on: date
    sits_on: date
    moved_because: str | None
    sits_at: datetime
    cut_off_at: datetime
    list_out_at: datetime
    research_due_at: datetime
    actions_out_at: datetime
    minutes_out_at: datetime
    capacity: int
    state: str
    policy_version_id: uuid.UUID
    chair_account_id: uuid.UUID | None
    listed_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    invitation_sequence: int


def maracs(work: UnitOfWork) -> tuple[MaracRecord, ...]:
    """Return the MARACs of the partnership by name."""
    return tuple(_marac(row) for row in work.rows(_every_marac))


def _every_marac(_actor: Actor, _now: datetime) -> Executable:
    return select(*Marac.__table__.columns).order_by(Marac.name)


def marac_for(work: UnitOfWork, *, slug: str | None = None, postcode: str | None = None) -> MaracRecord:
    """Return the MARAC of that short name, else the one whose area holds the postcode, else the only or first one.

    The victim's address decides which MARAC hears a case. Raises NotFound when the partnership has none, or none so named.
    """
    found = maracs(work)
    if slug is not None:
        found = tuple(one for one in found if one.slug == slug)
    if not found:
        raise NotFound("There is no such MARAC.")
    outward = (postcode or "").upper().split(" ")[0]
    for one in found:
        if outward and outward in one.postcode_areas:
            return one
    return found[0]


def conference_record(work: UnitOfWork, *, conference_id: uuid.UUID) -> ConferenceRecord:
    """Return one round, in one query. Raises NotAllowed, NotFound."""
    work.require(Permission.CONFERENCE_VIEW)
    found = work.session.execute(
        select(Conference, Marac).join(Marac, Marac.id == Conference.marac_id).where(Conference.id == conference_id)
    ).first()
    if found is None:
        raise NotFound
    return conference_from(*found)


def conferences(
    work: UnitOfWork,
    *,
    states: Sequence[str] = (),
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    marac_id: uuid.UUID | None = None,
    latest_first: bool = False,
    limit: int = 60,
) -> tuple[ConferenceRecord, ...]:
    """Return rounds by time of sitting. Raises NotAllowed without the permission to see rounds."""
    work.require(Permission.CONFERENCE_VIEW)
    query = select(Conference, Marac).join(Marac, Marac.id == Conference.marac_id)
    if states:
        query = query.where(Conference.state.in_(list(states)))
    if from_at is not None:
        query = query.where(Conference.sits_at >= from_at)
    if until_at is not None:
        query = query.where(Conference.sits_at < until_at)
    if marac_id is not None:
        query = query.where(Conference.marac_id == marac_id)
    order = Conference.sits_at.desc() if latest_first else Conference.sits_at
    return tuple(
        conference_from(*row) for row in work.session.execute(query.order_by(order, Conference.id).limit(limit))
    )


def _marac(row: Marac | Row[Any]) -> MaracRecord:
    return MaracRecord(
        id=row.id,
        slug=row.slug,
        name=row.name,
        frequency=row.frequency,
        sits_at_time=row.sits_at_time,
        venue=row.venue,
        capacity=row.capacity,
        minutes_a_case=row.minutes_a_case,
        postcode_areas=tuple(row.postcode_areas.split()),
    )


def conference_from(row: Conference, marac: Marac) -> ConferenceRecord:
    """Return a round's row as a record. For reads that have fetched both together with their own rows."""
    return ConferenceRecord(
        id=row.id,
        marac=_marac(marac),
        planned_on=row.planned_on,
        sits_on=row.sits_on,
        moved_because=row.moved_because,
        sits_at=row.sits_at,
        cut_off_at=row.cut_off_at,
        list_out_at=row.list_out_at,
        research_due_at=row.research_due_at,
        actions_out_at=row.actions_out_at,
        minutes_out_at=row.minutes_out_at,
        capacity=row.capacity,
        state=row.state,
        policy_version_id=row.policy_version_id,
        chair_account_id=row.chair_account_id,
        listed_at=row.listed_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        invitation_sequence=row.invitation_sequence,
    )
