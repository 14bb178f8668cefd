"""Research: all cases of a round on one page for an agency's representative, "nothing known" in one press, the rest beside it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.clock import london_date
from casework.conferences import queries as rounds
from casework.conferences.rules import RoundState
from casework.duties import queries as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotFound
from casework.programmes.marac import confidentiality
from casework.research import operations, queries
from casework.research.queries import OwnRequest
from casework.research.rules import Answer, ResearchState
from casework.web import guard
from casework.web.forms.form import Answers
from casework.web.forms.quick_day import HOW_PAST
from casework.web.forms.research import ANSWER, answer_from, form_of, said, with_reply
from casework.web.referral_sheet import address_lines, birth_words
from casework.web.unit import now, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("research", __name__)
for_answering = guard.needs(Permission.RESEARCH_ANSWER)
COLLEAGUES = ("ask", "take", "back")
ASKING = (RoundState.LIST_OUT, RoundState.INPUTS_CLOSED, RoundState.SITTING)


@blueprint.get("/research")
@for_answering
def rounds_to_answer() -> ResponseReturnValue:
    """Lead to the round that asks; list them when there are several."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        running = rounds.conferences(work, states=ASKING)
        progress = queries.own_progress(work, conference_ids=[one.id for one in running])
        # Before the statement is accepted no case is seen, so that it is told by what is owed that a round asks.
        owed = {one.conference_id for one in duties.my_duties(work) if one.kind == DutyKind.CONFIDENTIALITY}
    asking = [one for one in running if one.id in progress or one.id in owed] or running
    if len(asking) == 1:
        return redirect(url_for("research.round_page", conference_id=asking[0].id), 303)
    return render_template("research/rounds.html", asking=asking, progress=progress)


@blueprint.get("/rounds/<uuid:conference_id>/research")
@for_answering
def round_page(conference_id: UUID) -> str:
    """Show every case of the round that the reader's agency is asked about, with its answer so far."""
    return _page(conference_id)


@blueprint.post("/research/<uuid:request_id>/nothing-known")
@for_answering
def nothing_known(request_id: UUID) -> ResponseReturnValue:
    """Answer that nothing is known, in one press."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        record = queries.own_request(work, request_id=request_id)
        if record.state == ResearchState.ASKED:
            operations.answer(work, request_id=request_id, answer=Answer(kind=ResearchState.NOTHING_KNOWN))
    return redirect(_row(record), 303)


@blueprint.post("/research/<uuid:request_id>/undo")
@for_answering
def undo(request_id: UUID) -> ResponseReturnValue:
    """Take an answer back; its words stay."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        record = queries.own_request(work, request_id=request_id)
        operations.take_back(work, request_id=request_id)
    return redirect(_row(record), 303)


@blueprint.get("/research/<uuid:request_id>")
@for_answering
def answer(request_id: UUID) -> str:
    """Open one case beside the list, to say what is known, what is thought and what is kept back."""
    return _page(None, about=request_id)


@blueprint.post("/research/<uuid:request_id>")
@for_answering
def give(request_id: UUID) -> ResponseReturnValue:
    """Give the answer, or keep what was typed. A colleague's change in between loses no words on either side."""
    answers = ANSWER.read(request.form)
    pressed, _, of = request.form.get("go", "on").partition(":")
    silent = "autosave" in request.form
    keeps = silent or pressed in ("later", *COLLEAGUES) or answers.rearranged
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        record = queries.own_request(work, request_id=request_id)
    try:
        kept = _keep(request_id, answers, pressed, of) if keeps else _give(request_id, answers)
    except Conflict as conflict:
        if silent:
            return {"message": conflict.message}, 409
        flash(conflict.message, "warning")
        return _page(record.conference_id, about=request_id, answers=answers, is_behind=True), 409
    if silent:
        return {"version": kept}
    if not keeps and not answers.ok:
        return _page(record.conference_id, about=request_id, answers=answers), 422
    if pressed == "ask":
        return redirect(url_for("colleagues.ask", request_id=request_id), 303)
    if answers.rearranged or pressed in COLLEAGUES:
        return redirect(url_for("research.answer", request_id=request_id, _anchor="answer"), 303)
    what = "What you typed about {} is kept." if keeps else "Your answer about {} is given."
    flash(what.format(record.case.number))
    return redirect(_row(record), 303)


def _version() -> int:
    given = request.form.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def _give(request_id: UUID, answers: Answers) -> int:
    """Give the answer, if nothing in it is wrong; what is wrong then stands in `answers`. Returns the version."""
    version = _version()
    try:
        with work_for_request(purpose=Purpose.RESEARCH) as work:
            if answers.ok and (found := answer_from(answers, london_date(work.now))) is not None:
                version = operations.answer(work, request_id=request_id, answer=found, version=version)
    except Invalid as invalid:
        answers.refused(invalid)
    return version


def _keep(request_id: UUID, answers: Answers, pressed: str, of: str) -> int:
    """Keep what was typed, with what was pressed beside a colleague's name. Returns the version."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        if pressed in COLLEAGUES:
            answers = _with_colleague(work, pressed, of, answers)
        return operations.keep_draft(work, request_id=request_id, draft=answers.typed(), version=_version())


def _with_colleague(work: UnitOfWork, pressed: str, of: str, answers: Answers) -> Answers:
    """Do what was pressed beside a colleague's name; return what is to stand in the form. Raises NotFound for no such question."""
    if pressed == "ask":
        return answers
    try:
        question_id = UUID(of)
    except ValueError:
        raise NotFound from None
    if pressed == "back":
        operations.take_question_back(work, question_id=question_id)
        return answers
    return with_reply(answers, operations.take_reply_over(work, question_id=question_id))


def _row(record: OwnRequest) -> str:
    there = url_for("research.round_page", conference_id=record.conference_id)
    return f"{there}#case-{record.case.number}"


def _page(
    conference_id: UUID | None, *, about: UUID | None = None, answers: Answers | None = None, is_behind: bool = False
) -> str:
    """Show the round, or that of the one question `about` where only this is known."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        if conference_id is None and about is not None:
            asked = queries.own_requests_beside(work, request_id=about)
            conference_id = asked[0].conference_id
        elif conference_id is not None:
            asked = queries.own_requests(work, conference_id=conference_id)
        else:
            raise NotFound
        # A repeat may be open to its agency from before: one case of the list, which must not look like the whole of it.
        conference, accepted = rounds.round_and_word(work, conference_id=conference_id)
        colleagues = queries.asked_colleagues(work, conference_id=conference_id) if asked else {}
    opened = next((one for one in asked if one.id == about), None)
    if about is not None and opened is None:
        raise NotFound
    is_open = conference.state in ASKING
    return render_template(
        "research/round.html",
        conference=conference,
        asked=asked,
        answered=sum(one.state != ResearchState.ASKED for one in asked),
        to_answer=[one for one in asked if one.state == ResearchState.ASKED],
        is_open=is_open,
        may_undo=is_open and conference.state != RoundState.SITTING,
        is_late=now() > conference.research_due_at,
        accepted=accepted,
        statement=confidentiality.STATEMENT,
        opened=opened,
        colleagues=colleagues,
        may_ask=is_open and now() < conference.sits_at,
        form=(answers or form_of(opened)) if opened else ANSWER.blank(),
        standing=said(opened) if opened and is_behind else (),
        how=HOW_PAST,
        today=london_date(now()),
        birth_words=birth_words,
        address_lines=address_lines,
    )
