"""The home page, different for each role: always what to do next, with the round in view."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, url_for

from casework.access.permissions import Permission, Purpose, Role
from casework.agencies import queries as agencies
from casework.conferences import queries as rounds
from casework.conferences.queries import ConferenceRecord
from casework.conferences.rules import ListingState, RoundState
from casework.duties import queries as duties
from casework.duties.rules import TERMS, DutyKind, when_words
from casework.referrals import queries as referrals
from casework.referrals.rules import ReferralState
from casework.research import queries as research
from casework.web import guard, navigation, round_views
from casework.web.components import DutyLine, GridCase, GridRow
from casework.web.unit import now, someone, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("home", __name__)
RUNNING = (RoundState.PLANNED, RoundState.LIST_OUT, RoundState.INPUTS_CLOSED, RoundState.SITTING)


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits at triage: how many, and since when in hours."""

    waiting: int
    returned: int
    oldest_hours: int


@blueprint.get("/")
@guard.for_members
def home() -> str:
    """Show what this person does next."""
    who = someone()
    areas = [link for link in navigation.links_for(who.actor) if not link.current]
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        conference = _next_round(work)
        owed = _owed(work)
        inbox = _inbox(work) if work.actor.has(Permission.REFERRAL_TRIAGE) else None
        late = _late_by_agency(work) if work.actor.has(Permission.DUTY_CHASE) else ()
        across, rows = _grid(work, conference)
        drafts = rounds.conferences(work, states=[RoundState.MINUTES_DRAFT]) if _approves(work) else ()
        is_observer = work.actor.roles == frozenset({Role.OBSERVER})
    return render_template(
        "home/home.html",
        person=who.name,
        areas=areas,
        conference=conference,
        clocks=round_views.clocks(conference, now()) if conference else (),
        today=round_views.today_words(now()),
        away=when_words(conference.sits_at, now()) if conference else "",
        duties=owed,
        inbox=inbox,
        late=late,
        across=across,
        rows=rows,
        drafts=drafts,
        is_observer=is_observer,
    )


def _approves(work: UnitOfWork) -> bool:
    return work.actor.has(Permission.MINUTES_APPROVE)


def _next_round(work: UnitOfWork) -> ConferenceRecord | None:
    """Return the round that is worked on now: the first that sits from here on and whose list is out, else the very next."""
    if not work.actor.has(Permission.CONFERENCE_VIEW):
        return None
    coming = rounds.conferences(work, states=RUNNING, limit=6)
    out = [one for one in coming if one.state != RoundState.PLANNED]
    return next(iter([*out, *coming]), None)


def _owed(work: UnitOfWork) -> tuple[DutyLine, ...]:
    return tuple(
        DutyLine(
            what=TERMS[DutyKind(one.kind)].words,
            due_at=one.due_at,
            late=one.is_late,
            href=where(one),
            away=when_words(one.due_at, work.now),
        )
        for one in duties.my_duties(work, limit=12)
    )


def where(duty: duties.DutyRecord) -> str:
    """Return the address where a duty is done."""
    if duty.kind == DutyKind.RESEARCH_ANSWER and duty.conference_id:
        return url_for("research.round_page", conference_id=duty.conference_id)
    if duty.kind == DutyKind.CONFIDENTIALITY and duty.conference_id:
        return url_for("rounds.conference", conference_id=duty.conference_id)
    if duty.kind == DutyKind.REFERRAL_TRIAGE:
        return "/triage"
    if duty.subject_kind == "minutes" and duty.conference_id:
        return f"/minutes/{duty.conference_id}"
    if duty.kind == DutyKind.IDVA_CONTACT and duty.case_id:
        return f"/cases/{duty.case_id}"
    return "/actions"


def _inbox(work: UnitOfWork) -> Inbox:
    lines = referrals.inbox(work)
    waiting = [one for one in lines if one.state == ReferralState.SUBMITTED]
    oldest = min((one.submitted_at for one in waiting if one.submitted_at), default=work.now)
    return Inbox(len(waiting), len(lines) - len(waiting), int((work.now - oldest).total_seconds() // 3600))


def _late_by_agency(work: UnitOfWork) -> tuple[tuple[str, int], ...]:
    names = {one.id: one.name for one in agencies.agencies(work)}
    found: dict[UUID, int] = {}
    for one in duties.open_duties(work, late_only=True):
        if one.owed_by_agency_id is not None:
            found[one.owed_by_agency_id] = found.get(one.owed_by_agency_id, 0) + 1
    return tuple(sorted(((names.get(agency, ""), count) for agency, count in found.items()), key=lambda one: -one[1]))


def _grid(work: UnitOfWork, conference: ConferenceRecord | None) -> tuple[tuple[GridCase, ...], tuple[GridRow, ...]]:
    if conference is None or not work.actor.has(Permission.DUTY_VIEW_ALL):
        return (), ()
    squares = research.grid(work, conference_id=conference.id)
    if not squares:
        return (), ()
    listed = rounds.listings(work, conference_id=conference.id, states=(ListingState.LISTED, ListingState.HEARD))
    names = {one.id: one.name for one in agencies.agencies(work)}
    return round_views.grid(listed, squares, names, work.now)
