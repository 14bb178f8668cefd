"""The rounds: the calendar, one round with its clocks and list, how it is run, who is in the room, late cases, confidentiality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose, Role
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.conferences import operations, queries
from casework.conferences.rules import AttendanceState, LeftBecause, RoundState
from casework.documents import invitation
from casework.documents.minutes import and_list
from casework.errors import Conflict, Invalid, NotFound
from casework.programmes.marac import confidentiality
from casework.research import queries as research
from casework.web import guard, round_views
from casework.web.forms import rounds as forms
from casework.web.forms.form import Answers
from casework.web.forms.referral_words import ROUTE
from casework.web.unit import now, service, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("rounds", __name__, url_prefix="/rounds")
for_the_table = guard.needs(Permission.CONFERENCE_VIEW)
plans = guard.needs(Permission.CONFERENCE_PLAN)
lets_in_late = guard.needs(Permission.CONFERENCE_AGREE_LATE)

OPEN = (RoundState.PLANNED, RoundState.LIST_OUT, RoundState.INPUTS_CLOSED, RoundState.SITTING)
OUT = (RoundState.LIST_OUT, RoundState.INPUTS_CLOSED, RoundState.SITTING)
AT_THE_TABLE = (Role.REPRESENTATIVE, Role.IDVA, Role.CHAIR, Role.COORDINATOR, Role.ADMINISTRATOR)
SERVICE = "Casework"
OWN_STATES = (AttendanceState.EXPECTED, AttendanceState.APOLOGIES)


@blueprint.get("")
@for_the_table
def calendar() -> str:
    """Show the rounds that run and those to come, and the last ones."""
    with work_for_request() as work:
        coming = queries.conferences(work, from_at=work.now - timedelta(hours=12), limit=30)
        past = queries.conferences(work, until_at=work.now - timedelta(hours=12), latest_first=True, limit=12)
    return render_template("rounds/calendar.html", coming=coming, past=past)


@blueprint.get("/<uuid:conference_id>")
@for_the_table
def conference(conference_id: UUID) -> str:
    """Show one round: its clocks, its list as the reader may see it, and what can be done next."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.agenda(work, conference_id=conference_id)
        one = record.conference
        may = {name: work.actor.has(permission) for name, permission in _MAY.items()}
        chair = accounts.account_names(work, [one.chair_account_id])
        room = () if may["run"] else queries.attendance(work, conference_id=conference_id)
        own = next((noted.state for noted in room if noted.account_id == work.actor.account_id), "")
        squares = research.grid(work, conference_id=conference_id) if may["view_all"] else ()
        names = {agency.id: agency.name for agency in agencies.agencies(work)} if squares else {}
    places = record.board.on_the_list
    across, rows = round_views.grid(places, squares, names, now())
    return render_template(
        "rounds/round.html",
        conference=one,
        record=record,
        clocks=round_views.clocks(one, now()),
        today=round_views.today_words(now()),
        places=places,
        left=[place for place in record.board.places if place not in places],
        across=across,
        rows=rows,
        chair=next(iter(chair.values()), None),
        may=may,
        own=own,
        is_open=one.state in OPEN,
        is_out=one.state in OUT,
        statement=confidentiality.STATEMENT,
        left_because=forms.LEFT,
        ways={
            one.routes: and_list([words.lower() for route, words in ROUTE.items() if route in one.routes])
            for one in places
        },
    )


_MAY = {
    "plan": Permission.CONFERENCE_PLAN,
    "run": Permission.CONFERENCE_RUN,
    "view_all": Permission.DUTY_VIEW_ALL,
    "answer": Permission.RESEARCH_ANSWER,
    "let_in": Permission.CONFERENCE_AGREE_LATE,
    "read_minutes": Permission.MINUTES_READ,
    "see_cases": Permission.CASE_VIEW,
}


@blueprint.post("/<uuid:conference_id>/confidentiality")
@guard.needs(Permission.CONFIDENTIALITY_ACCEPT)
def accept(conference_id: UUID) -> ResponseReturnValue:
    """Accept the confidentiality statement; the cases open from then on."""
    with work_for_request() as work:
        operations.accept_confidentiality(work, conference_id=conference_id)
    flash("You have accepted the confidentiality statement for this round.")
    there = {"sitting": "sitting.agenda", "research": "research.round_page"}.get(request.form.get("there", ""))
    return redirect(url_for(there or "rounds.conference", conference_id=conference_id), 303)


@blueprint.post("/<uuid:conference_id>/coming")
@guard.needs(Permission.CONFIDENTIALITY_ACCEPT)
def coming(conference_id: UUID) -> ResponseReturnValue:
    """Say of oneself whether one comes to the sitting, or send apologies."""
    state = request.form.get("state", "")
    if state not in OWN_STATES:
        flash("Say whether you come or send apologies.", "warning")
    else:
        with work_for_request() as work:
            operations.record_attendance(
                work,
                conference_id=conference_id,
                account_id=_oneself(work),
                agency_id=work.actor.agency_id,
                state=AttendanceState(state),
            )
        flash("Your apologies are noted." if state == AttendanceState.APOLOGIES else "It is noted that you come.")
    return _back(conference_id)


def _oneself(work: UnitOfWork) -> UUID:
    if work.actor.account_id is None:
        raise NotFound
    return work.actor.account_id


@blueprint.get("/<uuid:conference_id>/invitation.ics")
@for_the_table
def calendar_entry(conference_id: UUID) -> Response:
    """Give the sitting as an entry for one's own calendar: time and place, and nothing of what it is about."""
    with work_for_request() as work:
        record = queries.conference_record(work, conference_id=conference_id)
        address = accounts.addresses_for(work, account_ids=[_oneself(work)])[_oneself(work)]
    settings = service().settings
    entry = invitation.build_invitation(
        invitation.Sitting(
            id=record.id,
            sequence=record.invitation_sequence,
            starts_at=record.sits_at,
            ends_at=record.sits_at + timedelta(minutes=record.capacity * record.marac.minutes_a_case),
            venue=record.marac.venue,
        ),
        method=invitation.Method.REQUEST,
        service_name=SERVICE,
        base_url=settings.base_url,
        organiser=settings.mail_from,
        attendee=address.email,
        made_at=now(),
    )
    return Response(
        entry, mimetype="text/calendar", headers={"Content-Disposition": "attachment; filename=meeting.ics"}
    )


@blueprint.route("/<uuid:conference_id>/run", methods=["GET", "POST"])
@plans
def run(conference_id: UUID) -> ResponseReturnValue:
    """Run a round: who chairs, how many cases there is room for, sending the list out, taking a case off it."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.conference_record(work, conference_id=conference_id)
        board = queries.boards(work, conference_ids=[conference_id])[conference_id]
        chairs = accounts.account_names(work, accounts.accounts_with_role(work, roles=[Role.CHAIR]))
        lines = cases.case_lines(work, case_ids=[one.case_id for one in board.waiting])
    options = {str(one.id): _called(one.number, lines.get(one.case_id)) for one in board.waiting}
    page = {
        "capacity": forms.CAPACITY.blank({"capacity": record.capacity}),
        "chair": forms.CHAIR.with_options(
            account=sorted(((str(key), one.name) for key, one in chairs.items()), key=lambda one: one[1])
        ).blank({"account": str(record.chair_account_id or "")}),
        "withdraw": forms.WITHDRAW.with_options(listing=options.items()).blank(),
    }
    if record.state != RoundState.PLANNED:
        del page["capacity"]
    if record.state not in OPEN or not board.waiting:
        del page["withdraw"]
    pressed = request.form.get("go", "")
    wrong: Answers | None = None
    if request.method == "POST" and pressed in ("capacity", "withdraw") and pressed not in page:
        flash("It is too late for this: the page shows what can still be changed.", "warning")
    elif request.method == "POST" and pressed in page:
        answers = page[pressed] = page[pressed].form.read(request.form)
        wrong = _run(conference_id, pressed, answers)
    elif request.method == "POST":
        _run(conference_id, pressed, None)
    if request.method == "POST" and wrong is None:
        return redirect(url_for("rounds.run", conference_id=conference_id), 303)
    return render_template(
        "rounds/run.html",
        conference=record,
        board=board,
        forms=page,
        form=wrong or page["chair"],
        is_planned=record.state == RoundState.PLANNED,
        is_open=record.state in OPEN,
        may_publish=record.state == RoundState.PLANNED and now() >= record.cut_off_at,
    ), 422 if wrong else 200


def _called(number: str, line: cases.CaseLine | None) -> str:
    """Call a case by its number and, where the reader may see it, its victim."""
    name = line.victim.name if line and line.victim else ""
    return f"{number}, {name}" if name else number


def _run(conference_id: UUID, pressed: str, answers: Answers | None) -> Answers | None:
    """Do what was pressed. Returns the answers when something in them is wrong, with the mistake at its box."""
    if answers is not None and not answers.ok:
        return answers
    try:
        with work_for_request(purpose=Purpose.CONFERENCE) as work:
            said = _RUN[pressed](work, conference_id, answers.values if answers else {}) if pressed in _RUN else ""
    except Invalid as invalid:
        if answers is not None:
            answers.refused(invalid)
            return answers
        flash(invalid.errors[0].message, "warning")
    except Conflict as conflict:
        flash(conflict.message, "warning")
    else:
        flash(said or "Press one of the buttons of this page.", "message" if said else "warning")
    return None


def _set_capacity(work: UnitOfWork, conference_id: UUID, values: Mapping[str, object]) -> str:
    operations.set_capacity(work, conference_id=conference_id, capacity=int(str(values["capacity"])))
    return f"There is room for {values['capacity']} cases."


def _appoint(work: UnitOfWork, conference_id: UUID, values: Mapping[str, object]) -> str:
    operations.appoint_chair(work, conference_id=conference_id, account_id=UUID(str(values["account"])))
    return "The chair is appointed."


def _withdraw(work: UnitOfWork, _: UUID, values: Mapping[str, object]) -> str:
    because = LeftBecause(str(values["because"]))
    operations.withdraw_listing(work, listing_id=UUID(str(values["listing"])), because=because)
    return "The case is off the list."


def _make_room(work: UnitOfWork, conference_id: UUID, _: Mapping[str, object]) -> str:
    moved = operations.move_over_capacity(work, conference_id=conference_id)
    return f"{moved} moved to the next round." if moved else "There is room for every case."


def _publish(work: UnitOfWork, conference_id: UUID, _: Mapping[str, object]) -> str:
    listed = operations.publish_list(work, conference_id=conference_id)
    return f"The list is out with {listed} cases. Agencies are being asked." if listed else "The list is out."


_RUN = {
    "capacity": _set_capacity,
    "chair": _appoint,
    "withdraw": _withdraw,
    "room": _make_room,
    "publish": _publish,
}


@blueprint.route("/<uuid:conference_id>/late", methods=["GET", "POST"])
@lets_in_late
def late(conference_id: UUID) -> ResponseReturnValue:
    """Show the cases that came too late for this list, and let one in by the chair's word."""
    if request.method == "POST":
        chosen = _id_of("listing")
        if chosen is None:
            flash("Choose the case to let in.", "warning")
        else:
            with work_for_request(purpose=Purpose.CONFERENCE) as work:
                operations.list_late(work, conference_id=conference_id, listing_id=chosen)
            flash("The case is on the list, by your word. Its agencies are asked now.")
        return redirect(url_for("rounds.late", conference_id=conference_id), 303)
    with work_for_request() as work:
        record = queries.conference_record(work, conference_id=conference_id)
        waiting = queries.waiting_for_later(work, conference_id=conference_id)
    return render_template("rounds/late.html", conference=record, waiting=waiting, is_open=record.state in OPEN)


@dataclass(frozen=True, slots=True)
class Seat:
    """One person who may come to the sitting, and what is noted of them."""

    account_id: UUID
    name: str
    state: str = ""
    stands_in_for: UUID | None = None
    has_accepted: bool = False
    observes: bool = False


@dataclass(slots=True)
class Seats:
    """The people of one agency."""

    agency: str
    agency_id: UUID | None
    people: list[Seat] = field(default_factory=list)


@blueprint.route("/<uuid:conference_id>/room", methods=["GET", "POST"])
@guard.needs(Permission.CONFERENCE_RUN)
def attendance(conference_id: UUID) -> ResponseReturnValue:
    """Note who is in the room, who stands in for whom, who sent apologies."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.conference_record(work, conference_id=conference_id)
        seats = _seats(work, conference_id)
    if request.method == "GET":
        return render_template(
            "rounds/attendance.html",
            conference=record,
            seats=seats,
            here_words=forms.HERE,
            may_change=record.state not in (RoundState.APPROVED, RoundState.ISSUED, RoundState.FROZEN),
        )
    changed = 0
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        for agency in seats:
            for person in agency.people:
                state, stands_in_for = _noted(person), _id_of(f"for-{person.account_id}")
                if state in set(AttendanceState) and (state, stands_in_for) != (person.state, person.stands_in_for):
                    operations.record_attendance(
                        work,
                        conference_id=conference_id,
                        account_id=person.account_id,
                        agency_id=agency.agency_id,
                        state=AttendanceState(state),
                        deputises_for_account_id=stands_in_for,
                    )
                    changed += 1
    flash(f"Kept: {changed} changed." if changed else "Nothing was changed.")
    return redirect(url_for("rounds.attendance", conference_id=conference_id), 303)


def _noted(person: Seat) -> str:
    """Return what the page notes of somebody: as chosen, or in one press as here whoever has accepted and sent no apologies."""
    chosen = request.form.get(f"here-{person.account_id}", "")
    if "rest" in request.form and person.has_accepted and chosen in ("", AttendanceState.EXPECTED):
        return AttendanceState.OBSERVER if person.observes else AttendanceState.PRESENT
    return chosen


def _seats(work: UnitOfWork, conference_id: UUID) -> list[Seats]:
    noted = {one.account_id: one for one in queries.attendance(work, conference_id=conference_id)}
    accepted = cases.accepted_confidentiality(work, conference_id=conference_id)
    may_come = accounts.accounts_with_role(work, roles=AT_THE_TABLE)
    may_look_on = accounts.accounts_with_role(work, roles=(Role.OBSERVER,))
    people = accounts.account_names(work, {*may_come, *may_look_on, *noted})
    names = {one.id: one.name for one in agencies.agencies(work)}
    by_agency: dict[UUID | None, Seats] = {}
    for account_id, person in sorted(people.items(), key=lambda one: one[1].name):
        found = by_agency.setdefault(
            person.agency_id, Seats(names.get(person.agency_id, "") if person.agency_id else "", person.agency_id)
        )
        one = noted.get(account_id)
        found.people.append(
            Seat(
                account_id=account_id,
                name=person.name,
                state=one.state if one else "",
                stands_in_for=one.deputises_for_account_id if one else None,
                has_accepted=account_id in accepted,
                observes=account_id in may_look_on and account_id not in may_come,
            )
        )
    return sorted(by_agency.values(), key=lambda one: one.agency)


def _id_of(name: str) -> UUID | None:
    """Read an id that the page itself offered; anything else is no choice."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None


def _back(conference_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("rounds.conference", conference_id=conference_id), 303)
