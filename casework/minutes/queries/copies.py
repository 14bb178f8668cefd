"""Which agencies have a copy, which copies nobody has opened, and whom mail about them goes to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, union_all
from sqlalchemy.orm import aliased

from casework.access.permissions import Permission
from casework.conferences import queries as rounds
from casework.conferences.models import Conference, Marac
from casework.minutes import policy
from casework.minutes.models import Minutes, MinutesCase, MinutesCopy
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UnreadCopy:
    """A copy of the minutes that nobody of the reader's agency has opened yet, and the sitting that it is of."""

    conference_id: uuid.UUID
    marac_name: str
    sits_at: datetime
    issued_at: datetime


def has_own_copy(work: UnitOfWork, *, conference_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return the rounds of which the reader's agency has a copy with something in it for the reader."""
    if not (work.actor.has(Permission.MINUTES_READ) and work.actor.protocol_signed):
        return set()
    return set(
        work.session.scalars(
            select(Minutes.conference_id)
            .join(MinutesCopy, MinutesCopy.minutes_id == Minutes.id)
            .where(
                Minutes.conference_id.in_(list(conference_ids)),
                policy.is_in_force(),
                MinutesCopy.agency_id == work.actor.agency_id,
                MinutesCopy.recalled_at.is_(None),
                policy.holds_something(work),
            )
        )
    )


@dataclass(frozen=True, slots=True)
class WithdrawnCopy:
    """A sitting of which the reader's agency had a copy that holds no more and has none in its place; since when (UTC)."""

    conference_id: uuid.UUID
    marac_name: str
    sits_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class OwnCopies:
    """What is new of the minutes for the reader's agency: copies that nobody of it opened yet, and copies that were withdrawn; the
    latest first."""

    unread: tuple[UnreadCopy, ...]
    withdrawn: tuple[WithdrawnCopy, ...]


def own_copies(work: UnitOfWork) -> OwnCopies:
    """Return what is new of the minutes for the reader's agency, only where a copy has something in it for the reader, in one query.

    Raises NotAllowed.
    """
    work.require(Permission.MINUTES_READ)
    rows = work.session.execute(union_all(_unread(work), _withdrawn(work))).all()
    return OwnCopies(
        unread=tuple(UnreadCopy(*row[:4]) for row in rows if not row[4]),
        withdrawn=tuple(WithdrawnCopy(*row[:4]) for row in rows if row[4]),
    )


def withdrawn_copies(work: UnitOfWork, *, conference_id: uuid.UUID | None = None) -> tuple[WithdrawnCopy, ...]:
    """Return the rounds of which the reader's agency had a copy, and has none of the corrected version: the latest first, of one
    round or of all. Nothing of why: that is the co-ordinator's to say.

    To whoever is blocked from every case of that copy it was never there, and is not withdrawn. Raises NotAllowed.
    """
    work.require(Permission.MINUTES_READ)
    query = _withdrawn(work)
    if conference_id is not None:
        query = query.where(Minutes.conference_id == conference_id)
    return tuple(WithdrawnCopy(*row[:4]) for row in work.session.execute(query))


def _withdrawn(work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    later = aliased(Minutes)
    return (
        select(Minutes.conference_id, Marac.name, Conference.sits_at, func.min(later.issued_at), literal(True))
        .join(MinutesCopy, MinutesCopy.minutes_id == Minutes.id)
        .join(Conference, Conference.id == Minutes.conference_id)
        .join(Marac, Marac.id == Conference.marac_id)
        .join(later, and_(later.conference_id == Minutes.conference_id, later.version > Minutes.version))
        .where(policy.has_no_successor(), MinutesCopy.agency_id == work.actor.agency_id, policy.holds_something(work))
        .group_by(Minutes.conference_id, Marac.name, Conference.sits_at)
        .order_by(Conference.sits_at.desc())
        .limit(12)
    )


def _unread(work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    return (
        select(Minutes.conference_id, Marac.name, Conference.sits_at, MinutesCopy.issued_at, literal(False))
        .join(MinutesCopy, MinutesCopy.minutes_id == Minutes.id)
        .join(Conference, Conference.id == Minutes.conference_id)
        .join(Marac, Marac.id == Conference.marac_id)
        .where(
            policy.is_in_force(),
            MinutesCopy.agency_id == work.actor.agency_id,
            MinutesCopy.recalled_at.is_(None),
            MinutesCopy.opened_at.is_(None),
            policy.holds_something(work),
        )
        .order_by(MinutesCopy.issued_at.desc())
        .limit(12)
    )


def people_without_successor(work: UnitOfWork, *, minutes_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the accounts of those who speak for an agency that opened a copy of the version before these minutes and has none of
    them, in a fixed order. For mail.

    Who is shut out of every case of that copy is not there: that they had one is not spoken of.
    """
    replaced = select(Minutes.conference_id, Minutes.version).where(Minutes.id == minutes_id).subquery()
    told = work.session.execute(
        select(MinutesCase.case_id, MinutesCase.agency_id)
        .join(
            MinutesCopy,
            (MinutesCopy.minutes_id == MinutesCase.minutes_id) & (MinutesCopy.agency_id == MinutesCase.agency_id),
        )
        .join(Minutes, Minutes.id == MinutesCopy.minutes_id)
        .join(
            replaced,
            (replaced.c.conference_id == Minutes.conference_id) & (replaced.c.version == Minutes.version + 1),
        )
        .where(policy.has_no_successor())
    )
    return rounds.people_told_of(work, {(case_id, agency_id) for case_id, agency_id in told})


def people_with_copy(work: UnitOfWork, *, minutes_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the accounts of those who speak for an agency that has a copy which was not called back, in a fixed order. For mail.

    Somebody who is blocked from every case in the agency's copy has none, and so is not there.
    """
    told = work.session.execute(
        select(MinutesCase.case_id, MinutesCase.agency_id)
        .join(
            MinutesCopy,
            (MinutesCopy.minutes_id == MinutesCase.minutes_id) & (MinutesCopy.agency_id == MinutesCase.agency_id),
        )
        .where(MinutesCase.minutes_id == minutes_id, MinutesCopy.recalled_at.is_(None))
    )
    return rounds.people_told_of(work, {(case_id, agency_id) for case_id, agency_id in told})


@dataclass(frozen=True, slots=True)
class HowFar:
    """How far the minutes of a round are: when each step was taken, how many copies there are, opened and called back."""

    conference_id: uuid.UUID
    minutes_id: uuid.UUID
    version: int
    state: str
    drafted_at: datetime
    approved_at: datetime | None
    issued_at: datetime | None
    copies: int
    opened: int
    recalled: int


def how_far(work: UnitOfWork, *, conference_id: uuid.UUID) -> HowFar:
    """Return how far the minutes of a round are, with nothing of what they say. Raises NotAllowed, NotFound.

    For those who work on the whole record; a copy that is only about cases from which the reader is blocked is not counted.
    """
    policy.require_whole_record(work)
    minutes = policy.reach_latest(work, conference_id)
    copies, opened, recalled = work.session.execute(
        select(func.count(), func.count(MinutesCopy.opened_at), func.count(MinutesCopy.recalled_at)).where(
            MinutesCopy.minutes_id == minutes.id, policy.holds_something(work)
        )
    ).one()
    return HowFar(
        conference_id=conference_id,
        minutes_id=minutes.id,
        version=minutes.version,
        state=minutes.state,
        drafted_at=minutes.drafted_at,
        approved_at=minutes.approved_at,
        issued_at=minutes.issued_at,
        copies=copies,
        opened=opened,
        recalled=recalled,
    )
