"""Which agencies have a copy, which copies nobody has opened, and whom mail about them goes to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

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


def unread_copies(work: UnitOfWork) -> tuple[UnreadCopy, ...]:
    """Return the rounds whose minutes wait to be opened by somebody of the reader's agency, the latest first.

    Only where the copy has something in it for the reader. Raises NotAllowed.
    """
    work.require(Permission.MINUTES_READ)
    rows = work.session.execute(
        select(Minutes.conference_id, Marac.name, Conference.sits_at, MinutesCopy.issued_at)
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
    return tuple(UnreadCopy(*row) for row in rows)


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
