"""Actions: one list in three views with its reports, marks on files, telling victims; and the list as a file for who chases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.actions import operations, queries
from casework.actions.queries import ActionRecord
from casework.actions.rules import ActionState
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.cases.queries import CaseLine
from casework.clock import london_date
from casework.documents.table_file import as_csv
from casework.duties import queries as duties
from casework.duties.queries import DutyRecord
from casework.duties.rules import DutyKind
from casework.errors import Invalid, NotFound
from casework.web import action_views as views
from casework.web import guard
from casework.web.action_views import Look
from casework.web.components import SafeContact
from casework.web.forms.choices import Choice
from casework.web.forms.fields import LongText
from casework.web.forms.form import Form
from casework.web.referral_sheet import safe_contact_of
from casework.web.unit import now, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("actions", __name__, url_prefix="/actions")
for_owners_and_chasers = guard.needs(Permission.ACTION_REPORT, Permission.DUTY_VIEW_ALL)
for_chasers = guard.needs(Permission.DUTY_VIEW_ALL)
for_owners = guard.needs(Permission.ACTION_REPORT)

REPORT = Form(
    Choice(
        name="outcome",
        label="What became of it?",
        options=(
            (ActionState.DONE.value, "Done"),
            (ActionState.OVERTAKEN.value, "Overtaken by events", "It is no longer needed, or somebody else did it"),
            (ActionState.NOT_DONE.value, "Not done", "The next conference hears of it"),
        ),
        required="Choose done, overtaken by events, or not done",
    ),
    LongText(
        name="what_happened",
        label="What happened",
        hint="A sentence or two: what was done, when and by whom, or why not.",
        required="Write what happened",
        limit=operations.LONGEST,
    ),
)


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that one's agency owes about a case: `line` is None when the agency no longer stands in the case."""

    subject_id: UUID
    line: CaseLine | None
    contact: SafeContact | None
    due_at: datetime
    is_late: bool


@blueprint.get("")
@for_owners_and_chasers
def every_action() -> str:
    """Show what one's agency has to do, or to those who chase what every agency has: by agency, by due date or by case."""
    with work_for_request(purpose=Purpose.ACTIONS) as work:
        chases = work.actor.has(Permission.DUTY_VIEW_ALL)
        look = _look(work)
        records = _listed(work, look)
        owed = duties.my_duties(work) if work.actor.has(Permission.ACTION_REPORT) else ()
        about = {one.case_id for one in records} | {one.case_id for one in owed if one.case_id}
        lines = cases.case_lines(work, case_ids=about)
        names = agencies.agency_names(work, {one.owner_agency_id for one in records}) if records else {}
    today = london_date(now())
    shown = views.seen(records, look, today)
    return render_template(
        "actions/all.html",
        chases=chases,
        look=look,
        shown=shown,
        groups=views.groups(shown, look, names=names, lines=lines, today=today),
        counts=views.counts(records, today) if look.show != views.REPORTED else {},
        agencies=sorted(names.items(), key=lambda one: one[1]),
        names=names,
        by=views.BY,
        show=views.SHOWN,
        lines=lines,
        to_tell=_owed(owed, DutyKind.TELL_VICTIM, lines, today),
        to_mark=_owed(owed, DutyKind.FLAG_RAISE, lines, today),
        to_take_off=_owed(owed, DutyKind.FLAG_LIFT, lines, today),
    )


@blueprint.get("/actions.csv")
@for_chasers
def as_file() -> ResponseReturnValue:
    """Give what the same address shows as a file for a spreadsheet. Its name says nothing; that it was taken is in the trail."""
    with work_for_request(purpose=Purpose.ACTIONS) as work:
        look = _look(work)
        records = views.seen(_listed(work, look), look, london_date(work.now))
        names = agencies.agency_names(work, {one.owner_agency_id for one in records}) if records else {}
        work.note("action:export")
    response = make_response(as_csv(views.COLUMNS, views.rows(records, names)))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = 'attachment; filename="actions.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _look(work: UnitOfWork) -> Look:
    return Look.read(request.args, usual="agency" if work.actor.has(Permission.DUTY_VIEW_ALL) else "due")


def _listed(work: UnitOfWork, look: Look) -> tuple[ActionRecord, ...]:
    if look.show == views.REPORTED:
        return queries.lately_reported(work)
    return queries.unfinished_actions(work) if work.actor.has(Permission.DUTY_VIEW_ALL) else queries.my_actions(work)


@blueprint.route("/<uuid:action_id>", methods=["GET", "POST"])
@for_owners_and_chasers
def report(action_id: UUID) -> ResponseReturnValue:
    """Report on one action: done, overtaken by events or not done, and always what happened. From the list or on its own page."""
    with work_for_request(purpose=Purpose.ACTIONS) as work:
        record = queries.action_record(work, action_id=action_id)
        if record is None:
            raise NotFound
        owner = agencies.agency_names(work, [record.owner_agency_id]).get(record.owner_agency_id, "")
        line = cases.case_lines(work, case_ids=[record.case_id]).get(record.case_id)
        look = _look(work)
    answers = REPORT.read(request.form) if request.method == "POST" else REPORT.blank()
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.ACTIONS) as work:
                operations.report(work, action_id=action_id, **answers.values)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Your report is kept.")
            return redirect(url_for("actions.every_action", **look.address()), 303)
    page = render_template("actions/report.html", form=answers, record=record, owner=owner, line=line, look=look)
    return page, 422 if answers.errors else 200


@blueprint.post("/marks/<uuid:flag_id>/on")
@for_owners
def marked(flag_id: UUID) -> ResponseReturnValue:
    """Note that one's agency has marked its files."""
    with work_for_request(purpose=Purpose.ACTIONS) as work:
        operations.confirm_flag(work, flag_id=flag_id)
    flash("Noted: your files are marked.")
    return redirect(url_for("actions.every_action", _anchor="marks"), 303)


@blueprint.post("/marks/<uuid:flag_id>/off")
@for_owners
def taken_off(flag_id: UUID) -> ResponseReturnValue:
    """Note that one's agency has taken the mark off its files."""
    with work_for_request(purpose=Purpose.ACTIONS) as work:
        operations.mark_taken_off(work, flag_id=flag_id)
    flash("Noted: the mark is off your files.")
    return redirect(url_for("actions.every_action", _anchor="marks"), 303)


@blueprint.post("/victims/<uuid:listing_id>/told")
@for_owners
def told(listing_id: UUID) -> ResponseReturnValue:
    """Note that one's agency has told the victim what was agreed."""
    with work_for_request(purpose=Purpose.ACTIONS) as work:
        operations.victim_told(work, listing_id=listing_id)
    flash("Noted: the victim has been told.")
    return redirect(url_for("actions.every_action"), 303)


def _owed(owed: Iterable[DutyRecord], kind: DutyKind, lines: dict[UUID, CaseLine], today: date) -> list[Owed]:
    found = []
    for one in owed:
        if one.kind == kind:
            line = lines.get(one.case_id) if one.case_id else None
            victim = line.victim.document if line and line.victim else {}
            contact = safe_contact_of(victim, on=today)
            found.append(Owed(one.subject_id, line, contact, one.due_at, one.is_late))
    return found
