"""The list: putting cases on a round, moving on those for whom there is no room, and sending the list out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.cases import operations as cases
from casework.cases.models import Case
from casework.cases.rules import CaseState, StandingKind
from casework.conferences import events, policy, rules
from casework.conferences.models import Conference, Listing
from casework.conferences.queries import as_listed_cases
from casework.disclosures import operations as disclosures
from casework.disclosures.operations import ListedCase
from casework.errors import Conflict
from casework.partnerships import queries as partnerships
from casework.programmes.marac.sharing import Stage
from casework.work import UnitOfWork

# Agencies keep a heard case open until its minutes and action reports are through: two rounds after the sitting.
ROUND_ACCESS = timedelta(days=35)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedReferral:
    """What a round needs to know of an accepted referral."""

    case_id: uuid.UUID
    referral_id: uuid.UUID
    marac_id: uuid.UUID
    referred_on: date
    score: int
    routes: tuple[str, ...]
    is_repeat: bool
    has_children: bool
    is_imminent: bool = False


def list_case(work: UnitOfWork, *, new: ListedReferral) -> uuid.UUID:
    """Put an accepted referral's case on the next round that it can still join. Returns the listing's id.

    "Next" is the earliest planned round whose cut-off lies ahead. Raises Conflict when the calendar holds none: plan more.
    """
    return _add(work, _next_open(work, new.marac_id, after=None), new, times_moved=0).id


def list_late(work: UnitOfWork, *, conference_id: uuid.UUID, listing_id: uuid.UUID) -> uuid.UUID:
    """Bring a case that waits for a later round forward into this one, by the chair's word. Returns the new listing's id.

    Raises NotAllowed unless the actor is a chair, NotFound, Conflict when the round has ended or has the case already.
    """
    work.require(Permission.CONFERENCE_AGREE_LATE)
    conference = policy.reach_conference(work, conference_id, lock=True)
    waiting = policy.reach_listing_unless_blocked(work, listing_id, lock=True)
    joining = rules.may_join(conference.state, work.now, conference.cut_off_at, chairs_word=True)
    if not joining.allowed:
        raise Conflict(joining.reason)
    if waiting.conference_id == conference.id:
        raise Conflict("This case is on that list already.")
    waiting.state = rules.move_listing(waiting.state, rules.ListingState.MOVED).value
    waiting.moved_to_conference_id = conference.id
    waiting.left_because = rules.LeftBecause.OTHER.value
    if waiting.position is not None:
        cases.end_standing(work, source_id=waiting.id)
    row = _add(work, conference, _again(waiting, conference.marac_id), times_moved=waiting.times_moved, late_by=joining)
    if conference.state != rules.RoundState.PLANNED:
        _send_out(work, conference, [row])
    return row.id


def _again(listing: Listing, marac_id: uuid.UUID) -> ListedReferral:
    return ListedReferral(
        case_id=listing.case_id,
        referral_id=listing.referral_id,
        marac_id=marac_id,
        referred_on=listing.referred_on,
        score=listing.score,
        routes=tuple(listing.routes["codes"]),
        is_repeat=listing.is_repeat,
        has_children=listing.has_children,
        is_imminent=listing.is_imminent,
    )


def _next_open(work: UnitOfWork, marac_id: uuid.UUID, *, after: Conference | None) -> Conference:
    query = (
        select(Conference)
        .where(
            Conference.marac_id == marac_id,
            Conference.state == rules.RoundState.PLANNED.value,
            Conference.cut_off_at > work.now,
        )
        .order_by(Conference.sits_at)
        .limit(1)
        .with_for_update()
    )
    if after is not None:
        query = query.where(Conference.sits_at > after.sits_at)
    conference = work.session.scalar(query)
    if conference is None:
        raise Conflict("No conference ahead can take this case. Put more conferences into the calendar first.")
    return conference


def _add(
    work: UnitOfWork,
    conference: Conference,
    new: ListedReferral,
    *,
    times_moved: int,
    late_by: rules.Joining | None = None,
) -> Listing:
    there = work.session.scalar(
        select(Listing).where(Listing.conference_id == conference.id, Listing.case_id == new.case_id)
    )
    if there is not None and there.state == rules.ListingState.LISTED:
        # A second referral of the same pair before they are heard joins the listing that waits already.
        there.referral_id = new.referral_id
        there.score = max(there.score, new.score)
        there.is_repeat = there.is_repeat or new.is_repeat
        there.routes = {"codes": sorted(set(there.routes["codes"]) | set(new.routes))}
        return there
    if there is not None:
        raise Conflict("This case has left that round already.")
    # Whether the actor may is asked before: a case is also put off by somebody who may not see it.
    case = work.session.get_one(Case, new.case_id)
    is_late = bool(late_by and late_by.is_late)
    row = Listing(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        conference_id=conference.id,
        case_id=case.id,
        referral_id=new.referral_id,
        state=rules.ListingState.LISTED.value,
        is_repeat=new.is_repeat,
        is_late=is_late,
        chair_agreed_by_account_id=work.actor.account_id if is_late else None,
        times_moved=times_moved,
        referred_on=new.referred_on,
        score=new.score,
        routes={"codes": list(new.routes)},
        has_children=new.has_children,
        is_imminent=new.is_imminent,
        listed_at=work.now,
        key_id=case.key_id,
    )
    work.session.add(row)
    work.session.flush()  # the listing first: events and disclosures name it
    cases.set_state(work, case_id=case.id, state=CaseState.OPEN)
    work.note("listing:add", "case", case.id, reason="late" if is_late else None)
    work.record(
        events.CaseListed(
            partnership_id=work.partnership_id,
            conference_id=conference.id,
            listing_id=row.id,
            case_id=case.id,
            is_late=is_late,
        )
    )
    return row


def _listed(work: UnitOfWork, conference: Conference) -> list[Listing]:
    return list(
        work.session.scalars(
            select(Listing)
            .where(Listing.conference_id == conference.id, Listing.state == rules.ListingState.LISTED.value)
            .with_for_update()
        )
    )


def move_over_capacity(work: UnitOfWork, *, conference_id: uuid.UUID) -> int:
    """Move on the cases for which this round has no room, by age and risk. Returns how many moved. Raises NotAllowed, Conflict."""
    work.require(Permission.CONFERENCE_PLAN)
    conference = policy.reach_conference(work, conference_id, lock=True)
    if conference.state != rules.RoundState.PLANNED:
        raise Conflict("The list is out already.")
    return _make_room(work, conference)


def _make_room(work: UnitOfWork, conference: Conference) -> int:
    listings = _listed(work, conference)
    overflow = rules.who_moves(as_listed_cases(listings), conference.capacity)
    by_id = {str(row.id): row for row in listings}
    for move in overflow.moving:
        put_off(work, by_id[move.id], conference, because=rules.LeftBecause.NO_ROOM, to=rules.ListingState.MOVED)
    return len(overflow.moving)


def put_off(
    work: UnitOfWork,
    listing: Listing,
    conference: Conference,
    *,
    because: rules.LeftBecause,
    to: rules.ListingState,
) -> Listing:
    """Take a case off this round and put it on the next. Standing that this listing gave ends; the new one gives its own."""
    later = _next_open(work, conference.marac_id, after=conference)
    listing.state = rules.move_listing(listing.state, to).value
    listing.left_because = because.value
    listing.moved_to_conference_id = later.id
    if listing.position is not None:
        cases.end_standing(work, source_id=listing.id)
    row = _add(work, later, _again(listing, conference.marac_id), times_moved=listing.times_moved + 1)
    work.note("listing:put_off", "case", listing.case_id, reason=because.value)
    work.record(
        events.CaseDeferred(
            partnership_id=work.partnership_id,
            conference_id=conference.id,
            listing_id=listing.id,
            case_id=listing.case_id,
            to_conference_id=later.id,
        )
    )
    return row


def withdraw_listing(work: UnitOfWork, *, listing_id: uuid.UUID, because: rules.LeftBecause) -> None:
    """Take a case off the list for good: heard elsewhere, moved away, referral withdrawn. Raises NotAllowed, NotFound, Conflict."""
    work.require(Permission.CONFERENCE_PLAN)
    listing = policy.reach_listing(work, listing_id, lock=True)
    listing.state = rules.move_listing(listing.state, rules.ListingState.WITHDRAWN).value
    listing.left_because = rules.LeftBecause(because).value
    cases.end_standing(work, source_id=listing.id)
    cases.set_state(work, case_id=listing.case_id, state=CaseState.OPEN)
    work.note("listing:withdraw", "case", listing.case_id, reason=listing.left_because)


def publish_list(work: UnitOfWork, *, conference_id: uuid.UUID) -> int:
    """Send the list out: make room, fix the order, and give every agency that signed the protocol its standing and disclosures.

    Research requests, duties and notices follow from the event. Run by the schedule at the round's clock, or earlier by
    the co-ordinator. Run again it does nothing. Returns how many cases are on the list. Raises NotAllowed, NotFound.
    """
    work.require(Permission.CONFERENCE_PLAN)
    conference = policy.reach_conference(work, conference_id, lock=True)
    if conference.state != rules.RoundState.PLANNED:
        return 0
    if work.now < conference.cut_off_at:
        raise Conflict("Referrals can still join this list. It goes out after the cut-off.")
    _make_room(work, conference)
    conference.state = rules.move_round(conference.state, rules.RoundState.LIST_OUT).value
    conference.listed_at = work.now
    listings = {str(row.id): row for row in _listed(work, conference)}
    order = [listings[case.id] for case in rules.agenda_order(as_listed_cases(list(listings.values())))]
    for position, row in enumerate(order, start=1):
        row.position = position
    _send_out(work, conference, order)
    work.note("conference:publish_list", "conference", conference.id)
    work.record(events.ListPublished(partnership_id=work.partnership_id, conference_id=conference.id))
    return len(order)


def _send_out(work: UnitOfWork, conference: Conference, rows: Sequence[Listing]) -> None:
    """Disclose these listed cases to the core agencies and write down the standing that this gives them and the chair."""
    late = [row for row in rows if row.position is None]
    if late:
        last = work.session.scalar(
            select(Listing.position)
            .where(Listing.conference_id == conference.id, Listing.position.is_not(None))
            .order_by(Listing.position.desc())
            .limit(1)
        )
        for position, row in enumerate(late, start=(last or 0) + 1):
            row.position = position
    work.session.flush()  # positions before the disclosures that cite the listings
    listed = [
        ListedCase(case_id=row.case_id, subject_id=row.id, routes=tuple(row.routes["codes"]), victim_under_16=False)
        for row in rows
    ]
    answers = disclosures.disclose_listed_cases(
        work,
        stage=Stage.LIST,
        listed=listed,
        to_agency_ids=partnerships.core_agency_ids(work),
        policy_version_id=conference.policy_version_id,
    )
    until = conference.sits_at + ROUND_ACCESS
    for agency_id in sorted({answer.agency_id for answer in answers if answer.allowed}):
        allowed = [answer for answer in answers if answer.allowed and answer.agency_id == agency_id]
        cases.give_standing(
            work,
            case_ids=[answer.case_id for answer in allowed],
            source_ids=[answer.subject_id for answer in allowed],
            kind=StandingKind.LISTED_AGENCY,
            agency_ids=[agency_id],
            conference_id=conference.id,
            until_at=until,
        )
    if conference.chair_account_id is not None and rows:
        cases.give_standing(
            work,
            case_ids=[row.case_id for row in rows],
            source_ids=[row.id for row in rows],
            kind=StandingKind.CHAIR,
            account_ids=[conference.chair_account_id],
            conference_id=conference.id,
        )
