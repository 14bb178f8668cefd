"""The sitting: the agenda, and one case that fills the screen; the co-ordinator types, everybody else follows."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.actions import operations as action_operations
from casework.actions import queries as actions
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.conferences import operations, queries
from casework.conferences.rules import LeftBecause, ListingState
from casework.errors import Conflict, Invalid
from casework.research import queries as research
from casework.web import guard
from casework.web.forms.form import Answers, Form
from casework.web.forms.sitting import ACTION, DEFER, HEARING, hearing_from, values_of
from casework.web.unit import work_for_request

blueprint = Blueprint("sitting", __name__)
at_the_table = guard.needs(Permission.CASE_VIEW)
writes = guard.needs(Permission.HEARING_RECORD)


@blueprint.get("/rounds/<uuid:conference_id>/sitting")
@at_the_table
def agenda(conference_id: UUID) -> str:
    """Show the agenda with the clock of each case, as far as the reader may see the cases."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        conference = queries.conference_record(work, conference_id=conference_id)
        listed = queries.listings(
            work,
            conference_id=conference_id,
            states=(ListingState.LISTED, ListingState.HEARD, ListingState.DEFERRED),
        )
        runs = work.actor.has(Permission.CONFERENCE_RUN)
        accepted = work.actor.account_id in cases.accepted_confidentiality(work, conference_id=conference_id)
    waiting = [one for one in listed if one.state == ListingState.LISTED]
    return render_template(
        "sitting/agenda.html",
        conference=conference,
        listed=[one for one in listed if one.position is not None],
        waiting=waiting,
        runs=runs,
        accepted=accepted,
    )


@blueprint.post("/rounds/<uuid:conference_id>/sitting/start")
@guard.needs(Permission.CONFERENCE_RUN)
def start(conference_id: UUID) -> ResponseReturnValue:
    """Begin the sitting."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        operations.start_sitting(work, conference_id=conference_id)
    flash("The sitting has begun.")
    return redirect(url_for("sitting.agenda", conference_id=conference_id), 303)


@blueprint.post("/rounds/<uuid:conference_id>/sitting/end")
@guard.needs(Permission.CONFERENCE_RUN)
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


@blueprint.get("/hearings/<uuid:listing_id>")
@at_the_table
def case(listing_id: UUID) -> str:
    """Show one case at the table."""
    return _page(listing_id)


@blueprint.get("/hearings/<uuid:listing_id>/version")
@at_the_table
def version(listing_id: UUID) -> ResponseReturnValue:
    """Say which version of the case is the latest, for screens that follow."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        found = queries.version_of_listing(work, listing_id=listing_id)
    return {"version": found}


@blueprint.post("/hearings/<uuid:listing_id>")
@writes
def record(listing_id: UUID) -> ResponseReturnValue:
    """Keep what was typed about the case; a colleague's change in between loses no words."""
    answers = _hearing_form().read(request.form)
    if not answers.ok:
        return _page(listing_id, hearing=answers), 422
    given = request.form.get("version", "")
    try:
        with work_for_request(purpose=Purpose.CONFERENCE) as work:
            operations.start_case(work, listing_id=listing_id)
            kept = operations.record_hearing(
                work,
                listing_id=listing_id,
                version=int(given) if given.isdecimal() else 0,
                hearing=hearing_from(answers.values),
            )
            if request.form.get("go") == "finish":
                operations.finish_case(work, listing_id=listing_id)
    except Invalid as invalid:
        answers.refused(invalid)
        return _page(listing_id, hearing=answers), 422
    except Conflict as conflict:
        flash(conflict.message, "warning")
        return _page(listing_id, hearing=answers), 409
    if "autosave" in request.form:
        return {"version": kept}
    if request.form.get("go") == "finish":
        flash("The case is heard.")
        return redirect(_next(listing_id), 303)
    flash("Kept.")
    return redirect(url_for("sitting.case", listing_id=listing_id), 303)


@blueprint.post("/hearings/<uuid:listing_id>/actions")
@guard.needs(Permission.ACTION_AGREE)
def agree(listing_id: UUID) -> ResponseReturnValue:
    """Write down an action: agency, what, by when."""
    answers = _action_form().read(request.form)
    if answers.ok:
        try:
            with work_for_request(purpose=Purpose.CONFERENCE) as work:
                action_operations.agree(
                    work,
                    listing_id=listing_id,
                    owner_agency_id=UUID(answers.values["owner"]),
                    what=answers.values["what"],
                    by_when=answers.values["by_when"],
                )
        except Invalid as invalid:
            answers.refused(invalid)
    if not answers.ok:
        return _page(listing_id, action=answers), 422
    flash("The action is agreed.")
    return redirect(url_for("sitting.case", listing_id=listing_id, _anchor="actions"), 303)


@blueprint.post("/hearings/<uuid:listing_id>/actions/<uuid:action_id>/withdraw")
@guard.needs(Permission.ACTION_AGREE)
def withdraw(listing_id: UUID, action_id: UUID) -> ResponseReturnValue:
    """Take back an action written down by mistake."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        action_operations.withdraw(work, action_id=action_id)
    flash("The action is taken back.")
    return redirect(url_for("sitting.case", listing_id=listing_id, _anchor="actions"), 303)


@blueprint.post("/hearings/<uuid:listing_id>/defer")
@writes
def defer(listing_id: UUID) -> ResponseReturnValue:
    """Put the case off to the next round, with the reason."""
    answers = DEFER.read(request.form)
    if not answers.ok:
        return _page(listing_id, defer=answers), 422
    there = _next(listing_id)
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        operations.defer_case(
            work, listing_id=listing_id, because=LeftBecause(answers.values["because"]), words=answers.values["words"]
        )
    flash("The case is put off to the next round.")
    return redirect(there, 303)


def _next(listing_id: UUID) -> str:
    """Return the address of the next case that waits on the agenda, or of the agenda."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        conference_id = queries.conference_of_listing(work, listing_id=listing_id)
        listed = queries.listings(work, conference_id=conference_id, states=(ListingState.LISTED,))
    waiting = [one.id for one in listed if one.id != listing_id]
    if not waiting:
        return url_for("sitting.agenda", conference_id=conference_id)
    return url_for("sitting.case", listing_id=waiting[0])


def _agency_options() -> list[tuple[str, str]]:
    with work_for_request() as work:
        return [(str(one.id), one.name) for one in agencies.agencies(work)]


def _hearing_form() -> Form:
    return HEARING.with_options(teller=_agency_options())


def _action_form() -> Form:
    return ACTION.with_options(owner=_agency_options())


def _page(
    listing_id: UUID,
    *,
    hearing: Answers | None = None,
    action: Answers | None = None,
    defer: Answers | None = None,
) -> str:
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.hearing(work, listing_id=listing_id)
        case_id = record.listing.case.id
        shared = research.shared_about(work, conference_id=record.conference.id, case_ids=[case_id]).get(case_id, ())
        every = actions.actions_of(work, case_ids=[case_id])
        names = {one.id: one.name for one in agencies.agencies(work)}
        may_write = work.actor.has(Permission.HEARING_RECORD) and record.conference.state == "sitting"
        listed = queries.places(work, conference_id=record.conference.id)
    options = [(str(agency), name) for agency, name in names.items()]
    places = [one for one, _ in listed]
    here = places.index(listing_id) if listing_id in places else 0
    return render_template(
        "sitting/case.html",
        record=record,
        shared=[one for one in shared if one.state != "asked"],
        days={
            fact["on"]: date.fromisoformat(fact["on"])
            for one in shared
            for fact in one.answer.get("facts") or ()
            if fact.get("on")
        },
        silent=[names.get(one.agency_id, "") for one in shared if one.state == "asked"],
        last_plan=[one for one in every if one.listing_id != listing_id],
        agreed=[one for one in every if one.listing_id == listing_id],
        names=names,
        may_write=may_write and record.listing.state == ListingState.LISTED,
        form=hearing or HEARING.with_options(teller=options).blank(values_of(record.recorded)),
        action=action or ACTION.with_options(owner=options).blank(),
        defer=defer or DEFER.blank(),
        number=here + 1,
        of=len(places),
        before=places[here - 1] if here > 0 else None,
        after=places[here + 1] if here + 1 < len(places) else None,
    )
