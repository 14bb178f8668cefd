"""The calendar: MARACs, their series, six months of conferences, who chairs and how many cases there is room for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from casework.access.permissions import Permission
from casework.cases import operations as cases
from casework.cases.rules import StandingKind
from casework.clock import london_date
from casework.conferences import events, policy, rules
from casework.conferences.models import Conference, Listing, Marac
from casework.errors import Conflict, FieldError, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMarac:
    """A MARAC to add: "every fortnight, Wednesday 09:30". `starts_on` is its first sitting and gives the weekday; London time."""

    slug: str
    name: str
    frequency: str
    starts_on: date
    sits_at_time: time
    venue: str
    capacity: int
    minutes_a_case: int = 12
    postcode_areas: tuple[str, ...] = ()


def add_marac(work: UnitOfWork, *, new: NewMarac) -> uuid.UUID:
    """Add a MARAC to the partnership. Raises NotAllowed, Invalid, Conflict when its short name is taken."""
    if not work.actor.has(Permission.PARTNERSHIP_MANAGE):
        work.require(Permission.CONFERENCE_PLAN)
    _check(new)
    if work.session.scalar(select(Marac.id).where(Marac.slug == new.slug)):
        raise Conflict("There is a MARAC of that short name already.")
    marac = Marac(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        slug=new.slug,
        name=new.name.strip(),
        frequency=rules.Frequency(new.frequency).value,
        starts_on=new.starts_on,
        sits_at_time=new.sits_at_time,
        venue=new.venue.strip(),
        capacity=new.capacity,
        minutes_a_case=new.minutes_a_case,
        postcode_areas=" ".join(area.strip().upper() for area in new.postcode_areas),
    )
    work.session.add(marac)
    work.note("marac:add", "marac", marac.id)
    return marac.id


def _check(new: NewMarac) -> None:
    wrong = [
        FieldError(field, words)
        for field, words, bad in (
            ("name", "Give the MARAC's name.", not new.name.strip()),
            ("slug", "Use a short name of small letters, digits and hyphens.", not _is_slug(new.slug)),
            ("capacity", "Give a number of cases from 1 to 60.", not 1 <= new.capacity <= 60),
            ("minutes_a_case", "Give a number of minutes from 3 to 60.", not 3 <= new.minutes_a_case <= 60),
            ("frequency", "Choose how often it sits.", new.frequency not in set(rules.Frequency)),
        )
        if bad
    ]
    if wrong:
        raise Invalid(wrong)


def _is_slug(text: str) -> bool:
    return bool(text) and len(text) <= 60 and all(part.isalnum() and part.islower() for part in text.split("-"))


def plan_conferences(work: UnitOfWork, *, marac_id: uuid.UUID, months: int = 6) -> list[uuid.UUID]:
    """Put the next months of sittings into the calendar, each with its clocks, moved off bank holidays by policy.

    Sittings that are there already are left alone, so running it again, or every night, only adds the missing ones.
    Returns the new conferences' ids. Raises NotAllowed, NotFound.
    """
    work.require(Permission.CONFERENCE_PLAN)
    marac = work.session.scalar(select(Marac).where(Marac.id == marac_id))
    if marac is None:
        raise NotFound
    today = london_date(work.now)
    in_force = partnerships.policy_in_force(work, on=today)
    holidays = partnerships.extra_holidays(work)
    series = rules.Series(rules.Frequency(marac.frequency), marac.starts_on, marac.sits_at_time, marac.venue)
    rows = []
    for sitting in rules.sittings(series, today, in_force.policy, holidays, months=months):
        clocks = rules.clocks(sitting.sits_at, in_force.policy, holidays)
        if clocks.sits_at <= work.now:
            continue
        rows.append(
            {
                "id": uuid.uuid4(),
                "partnership_id": work.partnership_id,
                "marac_id": marac.id,
                "planned_on": sitting.planned_on,
                "sits_on": sitting.sits_on,
                "moved_because": sitting.moved_because,
                "sits_at": clocks.sits_at,
                "cut_off_at": clocks.cut_off_at,
                "list_out_at": clocks.list_out_at,
                "research_due_at": clocks.research_due_at,
                "actions_out_at": clocks.actions_out_at,
                "minutes_out_at": clocks.minutes_out_at,
                "capacity": marac.capacity,
                "state": rules.RoundState.PLANNED.value,
                "policy_version_id": in_force.version_id,
            }
        )
    if not rows:
        return []
    new = list(
        work.session.scalars(
            insert(Conference)
            .on_conflict_do_nothing(index_elements=["marac_id", "planned_on"])
            .returning(Conference.id),
            rows,
        )
    )
    if new:
        work.note("conference:plan", "marac", marac.id)
        work.record(events.SeriesPlanned(partnership_id=work.partnership_id, marac_id=marac.id))
    return new


def appoint_chair(work: UnitOfWork, *, conference_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """Say who chairs a round. Their standing in its listed cases follows; that of the chair before ends. Raises NotAllowed, NotFound."""
    work.require(Permission.CONFERENCE_PLAN)
    conference = policy.reach_conference(work, conference_id, lock=True)
    if conference.chair_account_id == account_id:
        return
    conference.chair_account_id = account_id
    listed = work.session.execute(
        select(Listing.id, Listing.case_id).where(Listing.conference_id == conference.id, Listing.position.is_not(None))
    ).all()
    for listing_id, case_id in listed:
        cases.end_standing(work, source_id=listing_id, case_id=case_id, kind=StandingKind.CHAIR)
    if listed:
        cases.give_standing(
            work,
            case_ids=[row.case_id for row in listed],
            source_ids=[row.id for row in listed],
            kind=StandingKind.CHAIR,
            account_ids=[account_id],
            conference_id=conference.id,
        )
    work.note("conference:appoint_chair", "conference", conference.id)


def set_capacity(work: UnitOfWork, *, conference_id: uuid.UUID, capacity: int) -> None:
    """Make room for another number of cases this time. Raises NotAllowed, NotFound, Invalid, Conflict once the list is out."""
    work.require(Permission.CONFERENCE_PLAN)
    if not 1 <= capacity <= 60:
        raise Invalid.field("capacity", "Give a number of cases from 1 to 60.")
    conference = policy.reach_conference(work, conference_id, lock=True)
    if conference.state != rules.RoundState.PLANNED:
        raise Conflict("The list is out already.")
    conference.capacity = capacity
    work.note("conference:set_capacity", "conference", conference.id)
