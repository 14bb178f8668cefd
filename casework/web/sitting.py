"""The sitting: the agenda, and one case that fills the screen. Who writes has one form in which nothing is lost; all others follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.actions import operations as action_operations
from casework.actions import queries as actions
from casework.cases import queries as cases
from casework.clock import london_date
from casework.conferences import operations, queries
from casework.conferences.queries import Board, HearingRecord
from casework.conferences.rules import LeftBecause, ListingState, RoundState
from casework.errors import Conflict, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.programmes.marac import confidentiality
from casework.referrals import queries as referrals
from casework.research import queries as research
from casework.web import case_sheet, guard, hearing_views
from casework.web.forms import sitting as forms
from casework.web.forms.form import Answers
from casework.web.forms.quick_day import HOW
from casework.web.forms.referral_words import ROUTE
from casework.web.referral_sheet import safe_contact_of, why_heard
from casework.web.unit import now, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("sitting", __name__)
at_the_table = guard.needs(Permission.CASE_VIEW)
writes = guard.needs(Permission.HEARING_RECORD)
runs = guard.needs(Permission.CONFERENCE_RUN)

BEFORE = (RoundState.LIST_OUT, RoundState.INPUTS_CLOSED)
ACTIONS_DUE = timedelta(days=7)


@blueprint.get("/rounds/<uuid:conference_id>/sitting")
@at_the_table
def agenda(conference_id: UUID) -> str:
    """Show the agenda with the clock of each case, and who is in the room."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.agenda(work, conference_id=conference_id)
        accepted = cases.accepted_confidentiality(work, conference_id=conference_id)
        room = queries.attendance(work, conference_id=conference_id)
        everybody = [account for one in room for account in (one.account_id, one.deputises_for_account_id)]
        names = accounts.account_names(work, everybody)
        may_run = work.actor.has(Permission.CONFERENCE_RUN)
        may_write = work.actor.has(Permission.HEARING_RECORD)
        reads_minutes = work.actor.has(Permission.MINUTES_READ)
    timers = {
        one.id: hearing_views.timer(one, minutes=record.conference.marac.minutes_a_case, now=now())
        for one in record.board.places
    }
    return render_template(
        "sitting/agenda.html",
        record=record,
        conference=record.conference,
        places=[one for one in record.board.places if one.position is not None and one.state != ListingState.WITHDRAWN],
        waiting=record.board.waiting,
        timers=timers,
        room=hearing_views.in_the_room(room, names),
        accepted=accepted,
        may_begin=may_run and record.conference.state in BEFORE,
        is_early=london_date(now()) < record.conference.sits_on,
        may_run=may_run,
        may_write=may_write and record.conference.state == RoundState.SITTING,
        reads_minutes=reads_minutes,
        has_accepted=record.has_accepted,
        statement=confidentiality.STATEMENT,
        mark=_mark(record.board),
    )


@blueprint.post("/rounds/<uuid:conference_id>/sitting/start")
@runs
def start(conference_id: UUID) -> ResponseReturnValue:
    """Begin the sitting."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        operations.start_sitting(work, conference_id=conference_id)
    flash("The sitting has begun.")
    return redirect(url_for("sitting.agenda", conference_id=conference_id), 303)


@blueprint.post("/rounds/<uuid:conference_id>/sitting/end")
@runs
def end(conference_id: UUID) -> ResponseReturnValue:
    """End the sitting once every case is dealt with."""
    try:
        with work_for_request(purpose=Purpose.CONFERENCE) as work:
            operations.end_sitting(work, conference_id=conference_id)
    except Conflict as conflict:
        flash(conflict.message, "warning")
    else:
        flash("The sitting has ended. The minutes are being drafted from what was recorded.")
    return redirect(url_for("sitting.agenda", conference_id=conference_id), 303)


@blueprint.get("/rounds/<uuid:conference_id>/sitting/now")
@at_the_table
def now_at_the_table(conference_id: UUID) -> ResponseReturnValue:
    """Say which case is at the table and how each stands, as marks that change with it: for screens that follow."""
    with work_for_request() as work:
        board = queries.boards(work, conference_ids=[conference_id])[conference_id]
    return {
        "now": str(board.now.id) if board.now else "",
        "mark": _mark(board),
        "marks": {str(one.id): _mark_of(one) for one in board.places},
    }


def _mark_of(one: queries.Place) -> str:
    return f"{one.version}-{one.state}-{'begun' if one.started_at else ''}"


def _mark(board: Board) -> str:
    return " ".join(_mark_of(one) for one in board.places)


@blueprint.get("/rounds/<uuid:conference_id>/sitting/follow")
@at_the_table
def follow(conference_id: UUID) -> ResponseReturnValue:
    """Show the case at the table, larger and without fields, going along from case to case."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        board = queries.boards(work, conference_ids=[conference_id])[conference_id]
        if work.actor.account_id not in cases.accepted_confidentiality(work, conference_id=conference_id):
            flash("Accept the confidentiality statement first.", "warning")
            return redirect(url_for("sitting.agenda", conference_id=conference_id), 303)
        if board.now is None:
            record = queries.conference_record(work, conference_id=conference_id)
            return render_template(
                "sitting/between.html", conference=record, board=board, dealt=_dealt_with(board), mark=_mark(board)
            )
        table = _table(work, board.now.id)
    return _shown(table, follow=True)


def _dealt_with(board: Board) -> int:
    return sum(one.state != ListingState.LISTED for one in board.places)


@blueprint.get("/hearings/<uuid:listing_id>")
@at_the_table
def case(listing_id: UUID) -> ResponseReturnValue:
    """Show one case at the table, once the round's statement is accepted."""
    try:
        with work_for_request(purpose=Purpose.CONFERENCE) as work:
            table = _table(work, listing_id)
    except queries.StatementNotAccepted as first:
        flash(first.message, "warning")
        return redirect(url_for("sitting.agenda", conference_id=first.conference_id), 303)
    return _shown(table)


@blueprint.get("/hearings/<uuid:listing_id>/values")
@writes
def values(listing_id: UUID) -> ResponseReturnValue:
    """Give what is on record of a case by the boxes of its form, for a screen on which somebody else writes too."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.hearing(work, listing_id=listing_id)
    return {"version": record.listing.version, "values": _boxes(record)}


@blueprint.post("/hearings/<uuid:listing_id>/begin")
@writes
def begin(listing_id: UUID) -> ResponseReturnValue:
    """Take a case up: its clock starts, and screens that follow go to it."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        operations.start_case(work, listing_id=listing_id)
    return redirect(url_for("sitting.case", listing_id=listing_id), 303)


@blueprint.post("/hearings/<uuid:listing_id>/again")
@writes
def again(listing_id: UUID) -> ResponseReturnValue:
    """Bring a case back to the table that was finished too early."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        operations.take_up_again(work, listing_id=listing_id)
    return redirect(url_for("sitting.case", listing_id=listing_id), 303)


@blueprint.post("/hearings/<uuid:listing_id>")
@writes
def record(listing_id: UUID) -> ResponseReturnValue:
    """Keep everything that was typed, then do what was pressed: agree an action, take one back, finish, put off, go on."""
    with work_for_request() as work:
        agencies = _signed(work)
    typed = forms.read(request.form, agencies)
    silent = "autosave" in request.form
    if not typed.hearing.ok:
        return ({"message": typed.errors[0]["text"]}, 422) if silent else _refused(listing_id, typed)
    try:
        version = _keep(listing_id, typed.hearing)
    except Invalid as invalid:
        typed.refused(invalid)
        return ({"message": invalid.errors[0].message}, 422) if silent else _refused(listing_id, typed)
    except Conflict as conflict:
        return _behind(listing_id, typed, conflict, silent=silent)
    if silent:
        return {"version": version}
    pressed = request.form.get("go", "enter")
    defer = forms.DEFER.read(request.form) if pressed == "defer" else None
    if defer is not None and not defer.ok:
        return _refused(listing_id, typed, defer=defer)
    try:
        there = _then(listing_id, typed, pressed, defer)
    except Invalid as invalid:
        typed.refused(invalid)
        return _refused(listing_id, typed)
    except Conflict as conflict:
        flash(conflict.message, "warning")
        there = url_for("sitting.case", listing_id=listing_id)
    return redirect(there, 303)


def _keep(listing_id: UUID, hearing: Answers) -> int:
    given = request.form.get("version", "")
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        return operations.record_hearing(
            work,
            listing_id=listing_id,
            version=int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0,
            hearing=forms.hearing_from(hearing.values),
        )


def _then(listing_id: UUID, typed: forms.AtTheTable, pressed: str, defer: Answers | None) -> str:
    """Do what was pressed after everything was kept, and return where to go on. Raises what the operations raise."""
    here = url_for("sitting.case", listing_id=listing_id)
    if withdrawn := request.form.get("withdraw"):
        with work_for_request(purpose=Purpose.CONFERENCE) as work:
            action_operations.withdraw(work, action_id=_id(withdrawn))
        return f"{here}#actions"
    # An action that was typed and not yet agreed is never left behind, whatever is pressed next.
    if pressed == "agree" or (typed.has_action and pressed != "defer"):
        _agree(listing_id, typed)
        if pressed in ("agree", "enter", "keep"):
            return f"{here}#owner"
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        if pressed == "finish":
            operations.finish_case(work, listing_id=listing_id)
            flash("The case is heard.")
        elif pressed == "defer" and defer is not None:
            because = LeftBecause(defer.values["because"])
            operations.defer_case(work, listing_id=listing_id, because=because, words=defer.values["words"])
            flash("The case is put off to the next round.")
        elif pressed == "next" and (after := _after(work, listing_id)) is not None:
            operations.start_case(work, listing_id=after)
            return url_for("sitting.case", listing_id=after)
        elif pressed in ("keep", "enter"):
            flash("Kept.")
    return here


def _agree(listing_id: UUID, typed: forms.AtTheTable) -> None:
    by_when = typed.by_when(london_date(now()))
    if typed.action.mistakes or by_when is None:
        raise Invalid([])  # each mistake stands at its box already
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        action_operations.agree(
            work,
            listing_id=listing_id,
            owner_agency_id=UUID(typed.action.values["owner"]),
            what=typed.action.values["what"],
            by_when=by_when,
        )


def _after(work: UnitOfWork, listing_id: UUID) -> UUID | None:
    conference_id = queries.conference_of_listing(work, listing_id=listing_id)
    board = queries.boards(work, conference_ids=[conference_id])[conference_id]
    after = hearing_views.way(board, listing_id).after
    return after.id if after else None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that the screen of one case stands on."""

    record: HearingRecord
    referral: referrals.ReferralHeard | None
    shared: hearing_views.Research
    plan: hearing_views.Plan | None
    agreed: tuple[actions.ActionRecord, ...]
    again: Mapping[UUID, actions.ActionRecord]
    names: Mapping[UUID, str]
    agencies: Sequence[tuple[str, str]]
    may_record: bool
    """Whether the reader is who writes in this sitting."""

    @property
    def may_write(self) -> bool:
        """Whether the reader writes about this case now."""
        return self.may_record and self.record.listing.state == ListingState.LISTED


def _table(work: UnitOfWork, listing_id: UUID) -> Table:
    record, referral = referrals.hearing_with_referral(work, listing_id=listing_id)
    case_id = record.listing.case.id
    shared = research.shared_about(work, conference_id=record.conference.id, case_ids=[case_id]).get(case_id, ())
    every = actions.actions_of(work, case_ids=[case_id])
    members = partnerships.member_agencies(work, on=london_date(work.now))
    names = {one.agency_id: one.name for one in members}
    return Table(
        record=record,
        referral=referral,
        shared=hearing_views.research(shared, names),
        plan=hearing_views.last_plan(every, listing_id),
        agreed=tuple(one for one in every if one.listing_id == listing_id),
        again=hearing_views.same_as_before(every, listing_id),
        names=names,
        agencies=[(str(one.agency_id), one.name) for one in members if one.has_signed],
        may_record=work.actor.has(Permission.HEARING_RECORD) and record.conference.state == RoundState.SITTING,
    )


def _signed(work: UnitOfWork) -> list[tuple[str, str]]:
    members = partnerships.member_agencies(work, on=london_date(work.now))
    return [(str(one.agency_id), one.name) for one in members if one.has_signed]


def _shown(
    table: Table, *, typed: forms.AtTheTable | None = None, defer: Answers | None = None, follow: bool = False
) -> str:
    record = table.record
    today = london_date(now())
    place = next(one for one in record.agenda.places if one.id == record.listing.id)
    victim = record.listing.case.victim
    return render_template(
        "sitting/case.html",
        record=record,
        conference=record.conference,
        listing=record.listing,
        members=case_sheet.members(record.people, on=today),
        ties=case_sheet.ties(record.people),
        contact=safe_contact_of(victim.document, on=today) if victim else None,
        referral=table.referral,
        reasons=why_heard(table.referral.document) if table.referral else (),
        routes=ROUTE,
        shared=table.shared,
        plan=table.plan,
        agreed=table.agreed,
        again=table.again,
        names=table.names,
        said=hearing_views.said(record.recorded, {str(key): name for key, name in table.names.items()}),
        way=hearing_views.way(record.agenda, record.listing.id),
        ends_at=hearing_views.ends_at(record.agenda, record.conference),
        timer=hearing_views.timer(place, minutes=record.conference.marac.minutes_a_case, now=now()),
        form=typed or forms.blank(record.recorded, table.agencies, by=record.conference.sits_on + ACTIONS_DUE),
        defer=defer or forms.DEFER.blank(),
        may_write=table.may_write and not follow,
        may_record=table.may_record and not follow,
        follow=follow,
        mark=_mark_of(place),
        risks=forms.RISKS,
        how=HOW,
    )


def _refused(listing_id: UUID, typed: forms.AtTheTable, *, defer: Answers | None = None) -> ResponseReturnValue:
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        table = _table(work, listing_id)
    if defer is not None:
        typed.hearing.general += [error["text"] for error in defer.errors]
    return _shown(table, typed=typed, defer=defer), 422


def _behind(listing_id: UUID, typed: forms.AtTheTable, conflict: Conflict, *, silent: bool) -> ResponseReturnValue:
    """Answer somebody who wrote on an older version: with what is on record now, and everything that was typed still there."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        table = _table(work, listing_id)
    boxes = _boxes(table.record)
    if silent:
        return {"version": table.record.listing.version, "values": boxes, "message": conflict.message}, 409
    mine = typed.hearing.typed()
    typed.on_record = {
        name: " ".join(texts).strip() or "nothing" for name, texts in boxes.items() if mine.get(name, [""]) != texts
    }
    flash(conflict.message, "warning")
    return _shown(table, typed=typed), 409


def _boxes(record: HearingRecord) -> dict[str, Any]:
    return forms.HEARING.blank(forms.values_of(record.recorded)).typed()
