"""The rounds: the calendar, one round with its clocks and list, who is in the room, the chair, late cases, confidentiality."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose, Role
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.conferences import operations, queries
from casework.conferences.rules import AttendanceState, LeftBecause, ListingState, RoundState
from casework.errors import Invalid
from casework.programmes.marac import confidentiality
from casework.research import queries as research
from casework.web import guard, round_views
from casework.web.unit import now, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("rounds", __name__, url_prefix="/rounds")
for_the_table = guard.needs(Permission.CONFERENCE_VIEW)
RUNNING = tuple(state.value for state in RoundState if state is not RoundState.FROZEN)


@blueprint.get("")
@for_the_table
def calendar() -> str:
    """Show the rounds that run and those to come, and the last ones."""
    with work_for_request() as work:
        coming = queries.conferences(work, from_at=work.now, limit=30)
        past = queries.conferences(work, until_at=work.now, latest_first=True, limit=12)
        may_plan = work.actor.has(Permission.CONFERENCE_PLAN)
    return render_template("rounds/calendar.html", coming=coming, past=past, may_plan=may_plan)


@blueprint.get("/<uuid:conference_id>")
@for_the_table
def conference(conference_id: UUID) -> str:
    """Show one round: its clocks, its list as the reader may see it, and what can be done next."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.conference_record(work, conference_id=conference_id)
        listed = queries.listings(work, conference_id=conference_id, states=())
        may_plan = work.actor.has(Permission.CONFERENCE_PLAN)
        runs = work.actor.has(Permission.CONFERENCE_RUN)
        accepted = cases.accepted_confidentiality(work, conference_id=conference_id)
        has_accepted = work.actor.account_id in accepted
        moving: tuple[tuple[queries.ListingRecord, str], ...] = ()
        if may_plan and record.state == RoundState.PLANNED:
            moving = queries.over_capacity(work, conference_id=conference_id)
        waiting = _waiting_elsewhere(work, record) if work.actor.has(Permission.CONFERENCE_AGREE_LATE) else ()
        chairs = accounts.accounts_with_role(work, roles=[Role.CHAIR]) if may_plan else []
        names = accounts.account_names(work, [*chairs, record.chair_account_id])
        squares = research.grid(work, conference_id=conference_id) if work.actor.has(Permission.DUTY_VIEW_ALL) else ()
        agency_names = {one.id: one.name for one in agencies.agencies(work)} if squares else {}
        answers = work.actor.has(Permission.RESEARCH_ANSWER)
    on_the_list = [one for one in listed if one.state in (ListingState.LISTED, ListingState.HEARD)]
    across, rows = round_views.grid(on_the_list, squares, agency_names, now())
    return render_template(
        "rounds/round.html",
        record=record,
        clocks=round_views.clocks(record, now()),
        today=round_views.today_words(now()),
        listed=on_the_list,
        left=[one for one in listed if one not in on_the_list],
        across=across,
        rows=rows,
        moving=moving,
        waiting=waiting,
        chairs=[(chair, names[chair].name) for chair in chairs if chair in names],
        chair=names.get(record.chair_account_id) if record.chair_account_id else None,
        may_plan=may_plan,
        runs=runs,
        answers=answers,
        has_accepted=has_accepted,
        statement=confidentiality.STATEMENT,
    )


def _waiting_elsewhere(work: UnitOfWork, record: queries.ConferenceRecord) -> tuple[queries.ListingRecord, ...]:
    """Return the cases that wait for a later round of this MARAC and that a chair may let in."""
    later = [
        one
        for one in queries.conferences(work, states=[RoundState.PLANNED], marac_id=record.marac.id, limit=3)
        if one.sits_at > record.sits_at
    ]
    return tuple(
        listing
        for one in later
        for listing in queries.listings(work, conference_id=one.id, states=[ListingState.LISTED])
    )


@blueprint.post("/<uuid:conference_id>/confidentiality")
@guard.needs(Permission.CONFIDENTIALITY_ACCEPT)
def accept(conference_id: UUID) -> ResponseReturnValue:
    """Accept the confidentiality statement; the cases open from then on."""
    with work_for_request() as work:
        operations.accept_confidentiality(work, conference_id=conference_id)
    flash("You have accepted the confidentiality statement for this round.")
    there = {"sitting": "sitting.agenda", "research": "research.round_page"}.get(request.form.get("there", ""))
    return redirect(url_for(there or "rounds.conference", conference_id=conference_id), 303)


@blueprint.post("/<uuid:conference_id>/publish")
@guard.needs(Permission.CONFERENCE_PLAN)
def publish(conference_id: UUID) -> ResponseReturnValue:
    """Send the list out now."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        listed = operations.publish_list(work, conference_id=conference_id)
    flash(f"The list is out with {listed} cases. Agencies are being asked." if listed else "The list is out.")
    return redirect(url_for("rounds.conference", conference_id=conference_id), 303)


@blueprint.post("/<uuid:conference_id>/room")
@guard.needs(Permission.CONFERENCE_PLAN)
def make_room(conference_id: UUID) -> ResponseReturnValue:
    """Move on the cases for which there is no room."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        moved = operations.move_over_capacity(work, conference_id=conference_id)
    flash(f"{moved} moved to the next round." if moved else "There is room for every case.")
    return redirect(url_for("rounds.conference", conference_id=conference_id), 303)


@blueprint.post("/<uuid:conference_id>/capacity")
@guard.needs(Permission.CONFERENCE_PLAN)
def capacity(conference_id: UUID) -> ResponseReturnValue:
    """Make room for another number of cases this time."""
    text = request.form.get("capacity", "")
    try:
        with work_for_request() as work:
            operations.set_capacity(work, conference_id=conference_id, capacity=int(text) if text.isdecimal() else 0)
    except Invalid as invalid:
        flash(invalid.errors[0].message, "warning")
    else:
        flash(f"There is room for {text} cases.")
    return redirect(url_for("rounds.conference", conference_id=conference_id), 303)


@blueprint.post("/<uuid:conference_id>/chair")
@guard.needs(Permission.CONFERENCE_PLAN)
def chair(conference_id: UUID) -> ResponseReturnValue:
    """Say who chairs."""
    chosen = _id_of("account")
    if chosen is None:
        flash("Choose who chairs.", "warning")
    else:
        with work_for_request(purpose=Purpose.CONFERENCE) as work:
            operations.appoint_chair(work, conference_id=conference_id, account_id=chosen)
        flash("The chair is appointed.")
    return redirect(url_for("rounds.conference", conference_id=conference_id), 303)


@blueprint.post("/<uuid:conference_id>/late")
@guard.needs(Permission.CONFERENCE_AGREE_LATE)
def late(conference_id: UUID) -> ResponseReturnValue:
    """Let a case in after the cut-off, by the chair's word."""
    chosen = _id_of("listing")
    if chosen is None:
        flash("Choose the case to let in.", "warning")
    else:
        with work_for_request(purpose=Purpose.CONFERENCE) as work:
            operations.list_late(work, conference_id=conference_id, listing_id=chosen)
        flash("The case is on the list, by your word. Its agencies are being asked now.")
    return redirect(url_for("rounds.conference", conference_id=conference_id), 303)


@blueprint.post("/<uuid:conference_id>/withdraw")
@guard.needs(Permission.CONFERENCE_PLAN)
def withdraw(conference_id: UUID) -> ResponseReturnValue:
    """Take a case off the list for good."""
    chosen, because = _id_of("listing"), request.form.get("because", "")
    if chosen is None or because not in set(LeftBecause):
        flash("Choose the case and why it leaves the list.", "warning")
    else:
        with work_for_request(purpose=Purpose.CONFERENCE) as work:
            operations.withdraw_listing(work, listing_id=chosen, because=LeftBecause(because))
        flash("The case is off the list.")
    return redirect(url_for("rounds.conference", conference_id=conference_id), 303)


@blueprint.route("/<uuid:conference_id>/room-list", methods=["GET", "POST"])
@guard.needs(Permission.CONFERENCE_RUN)
def attendance(conference_id: UUID) -> ResponseReturnValue:
    """Note who is in the room, who stands in for whom, who sent apologies."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.conference_record(work, conference_id=conference_id)
        people = accounts.accounts_with_role(
            work, roles=[Role.REPRESENTATIVE, Role.IDVA, Role.CHAIR, Role.OBSERVER, Role.COORDINATOR]
        )
        names = accounts.account_names(work, people)
        noted = {one.account_id: one for one in queries.attendance(work, conference_id=conference_id)}
        accepted = cases.accepted_confidentiality(work, conference_id=conference_id)
        agency_names = {one.id: one.name for one in agencies.agencies(work)}
    if request.method == "POST":
        changed = 0
        with work_for_request(purpose=Purpose.CONFERENCE) as work:
            for person in people:
                state = request.form.get(str(person), "")
                before = noted[person].state if person in noted else ""
                if state in set(AttendanceState) and state != before:
                    operations.record_attendance(
                        work,
                        conference_id=conference_id,
                        account_id=person,
                        agency_id=names[person].agency_id,
                        state=AttendanceState(state),
                        deputises_for_account_id=_id_of(f"for-{person}"),
                    )
                    changed += 1
        flash(f"Attendance is kept: {changed} changed." if changed else "Nothing was changed.")
        return redirect(url_for("rounds.attendance", conference_id=conference_id), 303)
    rows = sorted(
        ((agency_names.get(names[one].agency_id or one, ""), names[one].name, one) for one in people if one in names),
    )
    return render_template(
        "rounds/attendance.html", record=record, rows=rows, noted=noted, accepted=accepted, states=AttendanceState
    )


def _id_of(field: str) -> UUID | None:
    """Read an id that the page itself offered; anything else is no choice."""
    try:
        return UUID(request.form.get(field, ""))
    except ValueError:
        return None
