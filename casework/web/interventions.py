"""Interventions of a young person: the history with the time between, what may start on a day, and one of them with its letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.documents.letter import LetterDocument, render_letter
from casework.errors import Invalid, NotFound
from casework.interventions import operations, queries
from casework.interventions.operations import Letter, NewIntervention
from casework.interventions.queries import InterventionRecord
from casework.interventions.rules import Proposal
from casework.programmes.youth_support.catalogue import catalogue
from casework.web import guard
from casework.web.forms import interventions as forms
from casework.web.forms import youth_words as words
from casework.web.forms.form import Answers, Form
from casework.web.static_files import FOLDER
from casework.web.unit import now, someone, work_for_request
from casework.work import UnitOfWork
from casework.youth import queries as youth

blueprint = Blueprint("interventions", __name__, url_prefix="/young-people")
for_practitioners = guard.needs(Permission.YOUTH_CASE_VIEW)


@blueprint.get("/<uuid:youth_case_id>/interventions")
@for_practitioners
def history(youth_case_id: UUID) -> str:
    """Show what was offered or taken, with the time between, and what may start on a day."""
    answers = forms.STARTS.read(request.args) if "starts_on-day" in request.args else None
    on = answers.values["starts_on"] if answers is not None and answers.ok else london_date(now())
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        found = queries.interventions_of(work, case_id=youth_case_id)
        offer = queries.on_offer(work, case_id=youth_case_id, on=on)
        line = youth.lines_of(work, case_ids=[youth_case_id])[youth_case_id]
        names = agencies.agency_names(work, {one.agency_id for one in found})
    return render_template(
        "youth/interventions.html",
        line=line,
        found=found,
        offer=offer,
        on=on,
        agencies=names,
        words=words,
        form=answers or forms.STARTS.blank({"starts_on": on}),
    )


@blueprint.route("/<uuid:youth_case_id>/interventions/<code>/<on>", methods=["GET", "POST"])
@for_practitioners
def new(youth_case_id: UUID, code: str, on: str) -> ResponseReturnValue:
    """Record one entry of the catalogue from a day on: the page asks for what that entry needs."""
    starts_on = _day(on)
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        offer = queries.on_offer(work, case_id=youth_case_id, on=starts_on)
        line = youth.lines_of(work, case_ids=[youth_case_id])[youth_case_id]
    entry = next((one for one in offer.entries if one.code == code), None)
    if entry is None:
        raise NotFound
    form = forms.record_form(entry, [(one.code, one.name, one.eligibility) for one in offer.destinations])
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                operations.record(work, case_id=youth_case_id, new=_new(code, starts_on, answers.values))
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Kept. It waits for a second signature." if entry.needs_sign_off else "Kept.")
            return redirect(url_for("interventions.history", youth_case_id=youth_case_id), 303)
    page = render_template(
        "youth/intervention_new.html", form=answers, line=line, entry=entry, on=starts_on, words=words
    )
    return page, 422 if answers.errors else 200


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _new(code: str, starts_on: date, values: dict[str, Any]) -> NewIntervention:
    return NewIntervention(
        code=code,
        destination=values.get("destination") or None,
        references={
            name.removeprefix("reference-"): said for name, said in values.items() if name.startswith("reference-")
        },
        notes=values["notes"],
        proposal=Proposal(
            starts_on=starts_on,
            ends_on=values.get("ends_on"),
            agreed_by=values["agreed_by"],
            is_declined=values["is_declined"] == "yes",
            risk_assessment=values.get("risk_assessment", ""),
            youth_justice_said=values.get("youth_justice_said", ""),
            evidence=values.get("evidence", ()),
            reason_without_support=values.get("reason_without_support", ""),
            reason_for_jump=values.get("reason_for_jump", ""),
        ),
    )


@blueprint.get("/interventions/<uuid:intervention_id>")
@for_practitioners
def one(intervention_id: UUID) -> str:
    """Show one intervention: what it rests on, what has happened, what may be done now, its letter."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        return _page(work, queries.intervention_record(work, intervention_id=intervention_id), {})


def _page(work: UnitOfWork, record: InterventionRecord, typed: dict[str, Answers]) -> str:
    line = youth.lines_of(work, case_ids=[record.case_id])[record.case_id]
    people = accounts.account_names(work, [record.recorded_by_account_id, record.signed_off_by_account_id])
    names = agencies.agency_names(work, [record.agency_id])
    entry = record.entry
    roles = someone().actor.roles
    return render_template(
        "youth/intervention.html",
        record=record,
        line=line,
        people=people,
        agencies=names,
        words=words,
        entry=entry,
        may_sign=record.state == "proposed"
        and entry is not None
        and entry.needs_sign_off in {role.value for role in roles},
        templates=[catalogue().templates[code] for code in entry.templates] if entry else [],
        breach=typed.get("breach") or (forms.breach_form(entry).blank() if entry and entry.breach else None),
        review=typed.get("review") or forms.REVIEW.blank(),
        end=typed.get("end") or forms.END.blank(),
        served=typed.get("served") or forms.SERVED.blank(),
        form=next(iter(typed.values()), forms.END.blank()),
    )


@blueprint.post("/interventions/<uuid:intervention_id>/sign")
@for_practitioners
def sign(intervention_id: UUID) -> ResponseReturnValue:
    """Sign what a colleague proposed."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        operations.sign_off(work, intervention_id=intervention_id)
    flash("Signed. It is live.")
    return redirect(url_for("interventions.one", intervention_id=intervention_id), 303)


@blueprint.post("/interventions/<uuid:intervention_id>/<what>")
@for_practitioners
def goes_on(intervention_id: UUID, what: str) -> ResponseReturnValue:
    """Note a breach, a review, the end, or that the letter was served."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.intervention_record(work, intervention_id=intervention_id)
    verbs: dict[str, tuple[Form | None, Callable[..., None]]] = {
        "breach": (forms.breach_form(record.entry) if record.entry else None, operations.note_breach),
        "review": (forms.REVIEW, operations.review),
        "end": (forms.END, operations.end),
        "served": (forms.SERVED, operations.serve_letter),
    }
    if what not in verbs:
        raise NotFound
    form, verb = verbs[what]
    if form is None:
        raise NotFound
    answers = form.read(request.form)
    if answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                verb(work, intervention_id=intervention_id, **_by_path(form, answers))
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Kept.")
            return redirect(url_for("interventions.one", intervention_id=intervention_id), 303)
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        return _page(work, queries.intervention_record(work, intervention_id=intervention_id), {what: answers}), 422


def _by_path(form: Form, answers: Answers) -> dict[str, Any]:
    """Return the answers by what the operation calls them."""
    return {getattr(one, "path", "") or one.name: answers.values[one.name] for one in form.questions}


@blueprint.route("/interventions/<uuid:intervention_id>/letters/<template>", methods=["GET", "POST"])
@for_practitioners
def letter(intervention_id: UUID, template: str) -> ResponseReturnValue:
    """Write a letter from its template; what is kept is what is printed."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.intervention_record(work, intervention_id=intervention_id)
        if record.entry is None or template not in record.entry.templates:
            raise NotFound
        first = operations.first_words(work, intervention_id=intervention_id, template=template)
    before = record.letter if record.letter and record.letter["template"] == template else {"words": first}
    answers = forms.LETTER.read(request.form) if request.method == "POST" else forms.LETTER.blank(before)
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                operations.write_letter(
                    work, intervention_id=intervention_id, letter=Letter(template=template, **answers.values)
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            return redirect(url_for("interventions.printed", intervention_id=intervention_id), 303)
    page = render_template("youth/letter.html", form=answers, record=record, template=catalogue().templates[template])
    return page, 422 if answers.errors else 200


@blueprint.get("/interventions/<uuid:intervention_id>/letter.pdf")
@for_practitioners
def pdf(intervention_id: UUID) -> ResponseReturnValue:
    """Give the letter as a PDF. Its file name says nothing of whom it is about."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.intervention_record(work, intervention_id=intervention_id)
    if record.letter is None:
        raise NotFound
    document = LetterDocument(
        agency=record.letter["agency"],
        name=record.letter["name"],
        address=record.letter["address"],
        written_on=date.fromisoformat(record.letter["written_on"]),
        title=catalogue().templates[record.letter["template"]].title,
        words=record.letter["words"],
    )
    response = make_response(render_letter(document, made_at=now(), fonts=FOLDER / "built" / "fonts"))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'attachment; filename="letter.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/interventions/<uuid:intervention_id>/letter")
@for_practitioners
def printed(intervention_id: UUID) -> str:
    """Show the letter as it is printed."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.intervention_record(work, intervention_id=intervention_id)
    if record.letter is None:
        raise NotFound
    return render_template(
        "youth/letter_printed.html",
        record=record,
        letter=record.letter,
        template=catalogue().templates[record.letter["template"]],
        written_on=date.fromisoformat(record.letter["written_on"]),
    )
