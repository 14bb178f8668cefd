"""Reads of rounds: the calendar, the list as the reader may see it, who is in the room, one case at the table."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.accounts import queries as accounts
from casework.cases import policy as case_policy
from casework.cases import queries as cases
from casework.cases.models import Case
from casework.cases.queries import CaseLine, PersonInCase
from casework.conferences import policy, rules
from casework.conferences.models import Attendance, Conference, Listing, Marac
from casework.disclosures import queries as disclosures
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


def maracs(work: UnitOfWork) -> tuple[MaracRecord, ...]:
    """Return the MARACs of the partnership by name."""
    return tuple(_marac(row) for row in work.session.scalars(select(Marac).order_by(Marac.name)))


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
    """Return one round. Raises NotAllowed, NotFound."""
    conference = policy.reach_conference(work, conference_id)
    return _conference(conference, work.session.get_one(Marac, conference.marac_id))


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
    return tuple(_conference(*row) for row in work.session.execute(query.order_by(order, Conference.id).limit(limit)))


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
    return tuple(_listing(row, lines[row.case_id], places) for row in rows if row.case_id in lines)


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
    return tuple((_conference(conference, marac), state, why) for conference, marac, state, why in rows)


def conference_of_listing(work: UnitOfWork, *, listing_id: uuid.UUID) -> uuid.UUID:
    """Return the round of a listed case that the reader may see. Raises NotFound."""
    return policy.reach_listing(work, listing_id).conference_id


def version_of_listing(work: UnitOfWork, *, listing_id: uuid.UUID) -> int:
    """Return the version of what is recorded about a listed case that the reader may see. Raises NotFound."""
    return policy.reach_listing(work, listing_id).version


def places(work: UnitOfWork, *, conference_id: uuid.UUID) -> tuple[tuple[uuid.UUID, str], ...]:
    """Return the listings of a round in the order of the agenda, with their states: those of cases the reader may see."""
    rows = work.session.execute(
        select(Listing.id, Listing.case_id, Listing.state)
        .where(Listing.conference_id == conference_id, Listing.position.is_not(None))
        .order_by(Listing.position)
    ).all()
    seen = cases.visible_ids(work, case_ids=[row.case_id for row in rows])
    return tuple((row.id, row.state) for row in rows if row.case_id in seen)


@dataclass(frozen=True, slots=True)
class HearingRecord:
    """One case at the table: its listing, its people, and what has been recorded so far (docs: operations.Hearing)."""

    listing: ListingRecord
    conference: ConferenceRecord
    people: tuple[PersonInCase, ...]
    recorded: dict[str, Any]


def hearing(work: UnitOfWork, *, listing_id: uuid.UUID) -> HearingRecord:
    """Return one case at the table, opened, and note the view. Raises NotFound, the same for a hidden and a missing case."""
    row = policy.reach_listing(work, listing_id)
    lines = cases.case_lines(work, case_ids=[row.case_id])
    if row.case_id not in lines:
        raise NotFound
    work.keys.load([row.key_id])
    return HearingRecord(
        listing=_listing(row, lines[row.case_id], numbering(work, conference_id=row.conference_id)),
        conference=conference_record(work, conference_id=row.conference_id),
        people=cases.people_of(work, case_ids=[row.case_id])[row.case_id],
        recorded=row.hearing.open(work.keys) or {},
    )


def recorded_in_round(work: UnitOfWork, *, conference_id: uuid.UUID) -> dict[uuid.UUID, dict[str, Any]]:
    """Return what was recorded of each listing of a round, for the minutes; only of cases that the reader may see."""
    rows = work.session.scalars(select(Listing).where(Listing.conference_id == conference_id)).all()
    seen = cases.visible_ids(work, case_ids=[row.case_id for row in rows])
    work.keys.load({row.key_id for row in rows if row.case_id in seen})
    for row in rows:
        if row.case_id in seen:
            work.note_view("hearing:view", "case", row.case_id)
    return {row.id: row.hearing.open(work.keys) or {} for row in rows if row.case_id in seen}


@dataclass(frozen=True, slots=True)
class AttendanceRecord:
    """Whether somebody was at the sitting, for whom, and whether they accepted confidentiality."""

    account_id: uuid.UUID
    agency_id: uuid.UUID | None
    state: str
    deputises_for_account_id: uuid.UUID | None


def attendance(work: UnitOfWork, *, conference_id: uuid.UUID) -> tuple[AttendanceRecord, ...]:
    """Return who is noted for a sitting. Raises NotAllowed, NotFound."""
    policy.reach_conference(work, conference_id)
    rows = work.session.scalars(
        select(Attendance)
        .where(Attendance.conference_id == conference_id)
        .order_by(Attendance.recorded_at, Attendance.id)
    )
    return tuple(
        AttendanceRecord(row.account_id, row.agency_id, row.state, row.deputises_for_account_id) for row in rows
    )


def agencies_bound_to_confidentiality(work: UnitOfWork, *, conference_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the agencies of which at least one person accepted the round's confidentiality statement."""
    accepted = cases.accepted_confidentiality(work, conference_id=conference_id)
    return {name.agency_id for name in accounts.account_names(work, accepted).values() if name.agency_id is not None}


def people_on_the_list(work: UnitOfWork, *, conference_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the accounts of those who speak for an agency that this round's list went to, in a fixed order. For mail and duties.

    Somebody who is blocked from every case that went to their agency has no list, and so is not there.
    """
    ids = work.session.scalars(select(Listing.id).where(Listing.conference_id == conference_id)).all()
    return people_told_of(work, disclosures.listed_to(work, subject_ids=ids))


def people_told_of(work: UnitOfWork, told: Collection[tuple[uuid.UUID, uuid.UUID]]) -> list[uuid.UUID]:
    """Return the accounts that hear of at least one of these (case, agency) pairs, without those blocked from all of theirs."""
    blocked = cases.blocked_accounts(work, case_ids={case_id for case_id, _ in told}, at=work.now)
    of_agency: dict[uuid.UUID, list[set[uuid.UUID]]] = defaultdict(list)
    for case_id, agency_id in told:
        shut_out = blocked.get(case_id, set())
        if agency_id not in shut_out:
            of_agency[agency_id].append(shut_out)
    return [
        account_id
        for agency_id in sorted(of_agency)
        for account_id in accounts.representatives_of(work, agency_id)
        if any(account_id not in shut_out for shut_out in of_agency[agency_id])
    ]


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
        (_listing(row, lines[row.case_id], places), moving[str(row.id)]) for row in going if row.case_id in lines
    )


def as_listed_cases(listings: Sequence[Listing]) -> list[rules.ListedCase]:
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


def _marac(row: Marac) -> MaracRecord:
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


def _conference(row: Conference, marac: Marac) -> ConferenceRecord:
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


def _listing(row: Listing, line: CaseLine, places: Numbering) -> ListingRecord:
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
