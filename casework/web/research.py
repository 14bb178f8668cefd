"""Research: all cases of a round on one page for an agency's representative, "nothing known" in one press, the rest beside it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.conferences import queries as rounds
from casework.conferences.rules import RoundState
from casework.errors import Conflict, Invalid
from casework.research import operations, queries
from casework.research.rules import Answer, ResearchState
from casework.web import guard
from casework.web.forms.research import ANSWER, answer_from, values_of
from casework.web.unit import work_for_request

blueprint = Blueprint("research", __name__)
for_answering = guard.needs(Permission.RESEARCH_ANSWER)
ASKING = (RoundState.LIST_OUT, RoundState.INPUTS_CLOSED, RoundState.SITTING)


@blueprint.get("/research")
@for_answering
def rounds_to_answer() -> ResponseReturnValue:
    """Lead to the round that asks; list them when there are several."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        asking = rounds.conferences(work, states=ASKING)
    if len(asking) == 1:
        return redirect(url_for("research.round_page", conference_id=asking[0].id), 303)
    return render_template("research/rounds.html", asking=asking)


@blueprint.get("/rounds/<uuid:conference_id>/research")
@for_answering
def round_page(conference_id: UUID) -> str:
    """Show every case of the round that the reader's agency is asked about, with its answer so far."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        conference = rounds.conference_record(work, conference_id=conference_id)
        asked = queries.own_requests(work, conference_id=conference_id)
    answered = sum(one.state != ResearchState.ASKED for one in asked)
    is_open = conference.state in ASKING
    return render_template(
        "research/round.html", conference=conference, asked=asked, answered=answered, is_open=is_open
    )


@blueprint.post("/research/<uuid:request_id>/nothing-known")
@for_answering
def nothing_known(request_id: UUID) -> ResponseReturnValue:
    """Answer that nothing is known, in one press."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        operations.answer(work, request_id=request_id, answer=Answer(kind=ResearchState.NOTHING_KNOWN))
        record = queries.own_request(work, request_id=request_id)
        conference_id = rounds.conference_of_listing(work, listing_id=record.listing_id)
    return redirect(
        url_for("research.round_page", conference_id=conference_id, _anchor=f"case-{record.case.number}"), 303
    )


@blueprint.post("/research/<uuid:request_id>/undo")
@for_answering
def undo(request_id: UUID) -> ResponseReturnValue:
    """Take an answer back."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        operations.take_back(work, request_id=request_id)
        record = queries.own_request(work, request_id=request_id)
        conference_id = rounds.conference_of_listing(work, listing_id=record.listing_id)
    flash("The answer is taken back. The question is open again.")
    return redirect(
        url_for("research.round_page", conference_id=conference_id, _anchor=f"case-{record.case.number}"), 303
    )


@blueprint.route("/research/<uuid:request_id>", methods=["GET", "POST"])
@for_answering
def answer(request_id: UUID) -> ResponseReturnValue:
    """Say what is known, what is thought and what is kept back. A colleague's change in between loses no words."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        record = queries.own_request(work, request_id=request_id)
        conference_id = rounds.conference_of_listing(work, listing_id=record.listing_id)
    there = url_for("research.round_page", conference_id=conference_id, _anchor=f"case-{record.case.number}")
    answers = (
        ANSWER.read(request.form)
        if request.method == "POST"
        else ANSWER.blank(values_of(record.answer, record.private))
    )
    version = request.form.get("version", "")
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.RESEARCH) as work:
                operations.answer(
                    work,
                    request_id=request_id,
                    answer=answer_from(answers.values),
                    version=int(version) if version.isdecimal() else 0,
                )
        except Invalid as invalid:
            answers.refused(invalid)
        except Conflict as conflict:
            flash(conflict.message, "warning")
        else:
            flash(f"Your answer about {record.case.number} is kept.")
            return redirect(there, 303)
    page = render_template("research/answer.html", form=answers, record=record, back_to=there)
    return page, 422 if request.method == "POST" and not answers.ok else 200
