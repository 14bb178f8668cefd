"""The lists of rounds as the reader may see them: cases with their people, the agenda with its numbers, who would move for room."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ARRAY, Executable, Row, Uuid, any_, bindparam, not_, select
from sqlalchemy.orm import defer

from casework.access.actors import Actor
from casework.access.permissions import Permission
from casework.cases import policy as case_policy
from casework.cases import queries as cases
from casework.cases.models import Case
from casework.cases.queries import CaseLine
from casework.conferences import policy, rules
from casework.conferences.models import Conference, Listing, Marac
from casework.conferences.queries.calendar import ConferenceRecord, conference_from
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ListingRecord:
    """One case on a round's list, as far as the reader may see it."""

    id: uuid.UUID
    conference_id: uuid.UUID
    case: CaseLine
    referral_id: uuid.UUID
    state: str
    position: int | None
    is_repeat: bool
    is_late: bool
    times_moved: int
    left_because: str | None
    moved_to_conference_id: uuid.UUID | None
    actions_agreed: int
    score: int
    routes: tuple[str, ...]
    referred_on: date
    started_at: datetime | None
    ended_at: datetime | None
    version: int


def listings(
    work: UnitOfWork,
    *,
    conference_id: uuid.UUID,
    states: Sequence[str] = (rules.ListingState.LISTED, rules.ListingState.HEARD),
) -> tuple[ListingRecord, ...]:
    """Return a round's list in the order of the agenda; cases that the reader may not see leave no gap. Raises NotAllowed, NotFound."""
    policy.reach_conference(work, conference_id)
    query = select(Listing).where(Listing.conference_id == conference_id)
    if states:
        query = query.where(Listing.state.in_([str(state) for state in states]))
    rows = work.session.scalars(query.order_by(Listing.position, Listing.listed_at, Listing.id)).all()
    lines = cases.case_lines(work, case_ids=[row.case_id for row in rows])
    places = numbering(work, conference_id=conference_id)
    return tuple(listing_from(row, lines[row.case_id], places) for row in rows if row.case_id in lines)


class Numbering:
    """The numbers of the agenda as one reader counts them: without the cases from which the reader is blocked."""

    def __init__(self, hidden: Sequence[int]) -> None:
        self._hidden = hidden

    def of(self, position: int | None) -> int | None:
        """Return the reader's number for a place on the agenda, None for a case that has no place yet."""
        return None if position is None else position - sum(hidden < position for hidden in self._hidden)


def numbering(work: UnitOfWork, *, conference_id: uuid.UUID) -> Numbering:
    """Return how a reader counts the cases of a round, so that the numbers show no gap where a case is hidden by a block."""
    hidden = work.session.scalars(
        select(Listing.position)
        .join(Case, Case.id == Listing.case_id)
        .where(
            Listing.conference_id == conference_id,
            Listing.position.is_not(None),
            case_policy.is_blocked(work.actor, work.now),
        )
    )
    return Numbering([position for position in hidden if position is not None])


def listings_of_case(work: UnitOfWork, *, case_id: uuid.UUID) -> tuple[tuple[ConferenceRecord, str, str | None], ...]:
    """Return the rounds of a case, the latest first: (round, listing state, why it left). None of a case the reader may not see."""
    rows = work.session.execute(
        select(Conference, Marac, Listing.state, Listing.left_because)
        .join(Listing, Listing.conference_id == Conference.id)
        .join(Marac, Marac.id == Conference.marac_id)
        .join(Case, Case.id == Listing.case_id)
        .where(Listing.case_id == case_id, case_policy.may_see(work.actor, work.now))
        .order_by(Conference.sits_at.desc())
    )
    return tuple((conference_from(conference, marac), state, why) for conference, marac, state, why in rows)


def conference_of_listing(work: UnitOfWork, *, listing_id: uuid.UUID) -> uuid.UUID:
    """Return the round of a listed case that the reader may see. Raises NotFound."""
    return policy.reach_listing(work, listing_id).conference_id


@dataclass(frozen=True, slots=True)
class Place:
    """One case on a board: what its squares and numbers need, nobody opened. `position` is the reader's number."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    state: str
    position: int | None
    is_repeat: bool
    is_late: bool
    has_safe_contact: bool
    children: int
    is_imminent: bool
    left_because: str | None
    score: int
    routes: tuple[str, ...]
    referred_on: date
    actions_agreed: int
    started_at: datetime | None
    ended_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Board:
    """A round's cases at a glance. `moving` are those for which there is no room, each with the reason in words; `over_by`
    counts those too many that may not be moved. Both are only for whoever plans rounds, and before the list is out."""

    places: tuple[Place, ...] = ()
    moving: tuple[tuple[Place, str], ...] = ()
    over_by: int = 0

    @property
    def on_the_list(self) -> tuple[Place, ...]:
        """The cases that wait to be heard or have been."""
        return tuple(one for one in self.places if one.state in (rules.ListingState.LISTED, rules.ListingState.HEARD))

    @property
    def waiting(self) -> tuple[Place, ...]:
        """The cases that have still to be heard."""
        return tuple(one for one in self.places if one.state == rules.ListingState.LISTED)

    @property
    def now(self) -> Place | None:
        """The case at the table: the one begun last among those that are not dealt with."""
        begun = [one for one in self.waiting if one.started_at is not None]
        return max(begun, key=lambda one: (one.started_at, one.position or 0), default=None)


def boards(work: UnitOfWork, *, conference_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Board]:
    """Return the boards of these rounds in the order of the agenda, in one query; cases that the reader may not see leave no gap.

    Raises NotAllowed without the permission to see rounds.
    """
    work.require(Permission.CONFERENCE_VIEW)
    rows = work.rows(_boards, conference_ids=list(conference_ids))
    hidden: dict[uuid.UUID, list[int]] = defaultdict(list)
    waiting: dict[uuid.UUID, list[Row[Any]]] = defaultdict(list)
    room: dict[uuid.UUID, int] = {}
    for row in rows:
        if row.is_blocked and row.position is not None:
            hidden[row.conference_id].append(row.position)
        if row.state == rules.ListingState.LISTED and row.round_state == rules.RoundState.PLANNED:
            waiting[row.conference_id].append(row)
            room[row.conference_id] = row.capacity
    places: dict[uuid.UUID, dict[str, Place]] = defaultdict(dict)
    for row in rows:
        if row.may_see:
            places[row.conference_id][str(row.id)] = _place(row, row, Numbering(hidden[row.conference_id]))
    if not work.actor.has(Permission.CONFERENCE_PLAN):
        waiting.clear()
    return {one: _board(places[one], waiting[one], room.get(one, 0)) for one in conference_ids}


_OF_LISTING = (
    "id",
    "conference_id",
    "case_id",
    "state",
    "position",
    "is_repeat",
    "is_late",
    "chair_agreed_by_account_id",
    "times_moved",
    "left_because",
    "actions_agreed",
    "referred_on",
    "score",
    "routes",
    "has_children",
    "is_imminent",
    "started_at",
    "ended_at",
    "version",
)


def _boards(actor: Actor, now: datetime) -> Executable:
    return (
        select(
            *(Listing.__table__.columns[name] for name in _OF_LISTING),
            Case.number,
            Case.has_safe_contact,
            Case.children,
            Conference.capacity,
            Conference.state.label("round_state"),
            case_policy.may_see(actor, now).label("may_see"),
            case_policy.is_blocked(actor, now).label("is_blocked"),
        )
        .join(Case, Case.id == Listing.case_id)
        .join(Conference, Conference.id == Listing.conference_id)
        .where(Listing.conference_id == any_(bindparam("conference_ids", type_=ARRAY(Uuid))))
        .order_by(Listing.position, Listing.listed_at, Listing.id)
    )


def _board(places: Mapping[str, Place], waiting: Sequence[Row[Any]], room: int) -> Board:
    overflow = rules.who_moves(as_listed_cases(waiting), room) if waiting else rules.Overflow((), (), 0)
    return Board(
        places=tuple(places.values()),
        moving=tuple((places[move.id], move.reason) for move in overflow.moving if move.id in places),
        over_by=overflow.over_by,
    )


def _place(row: Listing | Row[Any], case: Case | Row[Any], numbers: Numbering) -> Place:
    return Place(
        id=row.id,
        case_id=row.case_id,
        number=case.number,
        state=row.state,
        position=numbers.of(row.position),
        is_repeat=row.is_repeat,
        is_late=row.is_late,
        has_safe_contact=case.has_safe_contact,
        children=case.children,
        is_imminent=row.is_imminent,
        left_because=row.left_because,
        score=row.score,
        routes=tuple(row.routes["codes"]),
        referred_on=row.referred_on,
        actions_agreed=row.actions_agreed,
        started_at=row.started_at,
        ended_at=row.ended_at,
        version=row.version,
    )


def waiting_for_later(work: UnitOfWork, *, conference_id: uuid.UUID) -> tuple[tuple[Place, datetime], ...]:
    """Return the cases that wait for a later round of the same MARAC, each with its sitting, for the chair's word to let one in.

    The word comes before the case is shared with anybody, so nobody is named; a chair who is blocked from a case does not
    learn of it. Raises NotAllowed.
    """
    work.require(Permission.CONFERENCE_AGREE_LATE)
    if not work.actor.protocol_signed:
        return ()
    this = select(Conference.marac_id, Conference.sits_at).where(Conference.id == conference_id).subquery()
    rows = work.session.execute(
        select(Listing, Case, Conference.sits_at)
        .join(Case, Case.id == Listing.case_id)
        .join(Conference, Conference.id == Listing.conference_id)
        .join(this, this.c.marac_id == Conference.marac_id)
        .where(
            Conference.sits_at > this.c.sits_at,
            Conference.state == rules.RoundState.PLANNED.value,
            Listing.state == rules.ListingState.LISTED.value,
            not_(case_policy.is_blocked(work.actor, work.now)),
        )
        .order_by(Conference.sits_at, Listing.referred_on, Listing.id)
        .options(defer(Listing.hearing_sealed))
    )
    return tuple((_place(row, case, Numbering(())), sits_at) for row, case, sits_at in rows)


def over_capacity(work: UnitOfWork, *, conference_id: uuid.UUID) -> tuple[tuple[ListingRecord, str], ...]:
    """Return the cases that would move on for want of room, and why in words. Nothing is changed. Raises NotAllowed, NotFound."""
    conference = policy.reach_conference(work, conference_id)
    rows = work.session.scalars(
        select(Listing).where(Listing.conference_id == conference_id, Listing.state == rules.ListingState.LISTED.value)
    ).all()
    moving = {move.id: move.reason for move in rules.who_moves(as_listed_cases(rows), conference.capacity).moving}
    going = [row for row in rows if str(row.id) in moving]
    lines = cases.case_lines(work, case_ids=[row.case_id for row in going])
    places = Numbering(())  # before the list is out no case has a number
    return tuple(
        (listing_from(row, lines[row.case_id], places), moving[str(row.id)]) for row in going if row.case_id in lines
    )


def as_listed_cases(listings: Sequence[Listing] | Sequence[Row[Any]]) -> list[rules.ListedCase]:
    """Return what the rules on room and order need to know of these listings."""
    return [
        rules.ListedCase(
            id=str(row.id),
            referred_at=datetime.combine(row.referred_on, time(12), tzinfo=UTC),
            score=row.score,
            is_repeat=row.is_repeat,
            has_children=row.has_children,
            is_imminent=row.is_imminent,
            times_moved=row.times_moved,
            by_chairs_word=row.chair_agreed_by_account_id is not None,
        )
        for row in listings
    ]


def listing_from(row: Listing, line: CaseLine, places: Numbering) -> ListingRecord:
    """Return a listing's row as a record, numbered for the reader. For reads that have applied the policy."""
    return ListingRecord(
        id=row.id,
        conference_id=row.conference_id,
        case=line,
        referral_id=row.referral_id,
        state=row.state,
        position=places.of(row.position),
        is_repeat=row.is_repeat,
        is_late=row.is_late,
        times_moved=row.times_moved,
        left_because=row.left_because,
        moved_to_conference_id=row.moved_to_conference_id,
        actions_agreed=row.actions_agreed,
        score=row.score,
        routes=tuple(row.routes["codes"]),
        referred_on=row.referred_on,
        started_at=row.started_at,
        ended_at=row.ended_at,
        version=row.version,
    )
