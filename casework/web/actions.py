"""Actions: what one's agency does by when and its reports, marks on files, telling victims; and everything unfinished for who chases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.actions import operations, queries
from casework.actions.queries import ActionRecord
from casework.actions.rules import ActionState
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.cases.queries import CaseLine
from casework.clock import london_date
from casework.duties import queries as duties
from casework.duties.queries import DutyRecord
from casework.duties.rules import DutyKind
from casework.errors import Invalid, NotFound
from casework.web import guard
from casework.web.components import SafeContact
from casework.web.forms.choices import Choice
from casework.web.forms.fields import LongText
from casework.web.forms.form import Form
from casework.web.referral_sheet import safe_contact_of
from casework.web.unit import now, work_for_request

blueprint = Blueprint("actions", __name__, url_prefix="/actions")
for_owners_and_chasers = guard.needs(Permission.ACTION_REPORT, Permission.DUTY_VIEW_ALL)
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
    """Show what one's agency has to do, overdue first, and to those who chase everything unfinished, by agency."""
    with work_for_request(purpose=Purpose.ACTIONS) as work:
        reports = work.actor.has(Permission.ACTION_REPORT)
        chases = work.actor.has(Permission.DUTY_VIEW_ALL)
        mine = queries.my_actions(work) if reports else ()
        everything = queries.unfinished_actions(work) if chases else ()
        owed = duties.my_duties(work) if reports else ()
        about = {one.case_id for one in (*mine, *everything)} | {one.case_id for one in owed if one.case_id}
        lines = cases.case_lines(work, case_ids=about)
        names = agencies.agency_names(work, [one.owner_agency_id for one in everything]) if everything else {}
    today = london_date(now())
    return render_template(
        "actions/all.html",
        reports=reports,
        chases=chases,
        mine=_overdue_first(mine),
        by_agency=_by_agency(everything, names),
        lines=lines,
        to_tell=_owed(owed, DutyKind.TELL_VICTIM, lines, today),
        to_mark=_owed(owed, DutyKind.FLAG_RAISE, lines, today),
        to_take_off=_owed(owed, DutyKind.FLAG_LIFT, lines, today),
    )


@blueprint.route("/<uuid:action_id>", methods=["GET", "POST"])
@for_owners_and_chasers
def report(action_id: UUID) -> ResponseReturnValue:
    """Report on one action: done, overtaken by events or not done, and always what happened."""
    with work_for_request(purpose=Purpose.ACTIONS) as work:
        record = queries.action_record(work, action_id=action_id)
        if record is None:
            raise NotFound
        owner = agencies.agency_names(work, [record.owner_agency_id]).get(record.owner_agency_id, "")
        line = cases.case_lines(work, case_ids=[record.case_id]).get(record.case_id)
    answers = REPORT.read(request.form) if request.method == "POST" else REPORT.blank()
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.ACTIONS) as work:
                operations.report(work, action_id=action_id, **answers.values)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Your report is kept.")
            return redirect(url_for("actions.every_action"), 303)
    page = render_template("actions/report.html", form=answers, record=record, owner=owner, line=line)
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


def _overdue_first(records: Iterable[ActionRecord]) -> list[ActionRecord]:
    """Order by due date with what is overdue first; what was reported not done comes after what nobody reported."""
    return sorted(records, key=lambda one: (not one.is_overdue, one.due_on, one.state, one.case_number))


def _by_agency(records: Iterable[ActionRecord], names: dict[UUID, str]) -> list[tuple[str, list[ActionRecord]]]:
    def name(one: ActionRecord) -> str:
        return names.get(one.owner_agency_id, "")

    return [(agency, _overdue_first(theirs)) for agency, theirs in groupby(sorted(records, key=name), key=name)]


def _owed(owed: Iterable[DutyRecord], kind: DutyKind, lines: dict[UUID, CaseLine], today: date) -> list[Owed]:
    found = []
    for one in owed:
        if one.kind == kind:
            line = lines.get(one.case_id) if one.case_id else None
            victim = line.victim.document if line and line.victim else {}
            contact = safe_contact_of(victim, on=today)
            found.append(Owed(one.subject_id, line, contact, one.due_at, one.is_late))
    return found
