"""Asking one colleague of the own agency about one case, by name; and the page on which that colleague answers, and sees nothing else."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.clock import london_date
from casework.errors import Invalid
from casework.programmes.marac import confidentiality
from casework.research import operations, queries
from casework.research.rules import Reply
from casework.web import guard
from casework.web.forms.form import Answers
from casework.web.forms.quick_day import HOW_PAST
from casework.web.forms.research import ASK, REPLY, reply_form, reply_from
from casework.web.referral_sheet import address_lines, birth_words
from casework.web.unit import now, work_for_request

blueprint = Blueprint("colleagues", __name__)
for_answering = guard.needs(Permission.RESEARCH_ANSWER)
for_helping = guard.needs(Permission.RESEARCH_HELP)


@blueprint.route("/research/<uuid:request_id>/ask", methods=["GET", "POST"])
@for_answering
def ask(request_id: UUID) -> ResponseReturnValue:
    """Choose a colleague and say what one would like to know about one case."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        record = queries.own_request(work, request_id=request_id)
        colleagues = queries.colleagues_beside(work, request=record)
    form = ASK.with_options(
        colleague=[(str(one.account_id), f"{one.name}, {one.post}" if one.post else one.name) for one in colleagues]
    )
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    if request.method == "POST" and answers.ok:
        chosen = UUID(answers.values["colleague"])
        try:
            with work_for_request(purpose=Purpose.RESEARCH) as work:
                operations.ask_colleague(
                    work, request_id=request_id, account_id=chosen, words=answers.values["words"] or ""
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            name = next(one.name for one in colleagues if one.account_id == chosen)
            flash(f"{name} is asked about {record.case.number}, and is told by e-mail that something is there.")
            return redirect(url_for("research.answer", request_id=request_id, _anchor="colleagues"), 303)
    status = 422 if request.method == "POST" else 200
    until = record.due_at if now() < record.due_at else None
    return render_template("research/ask.html", form=answers, record=record, colleagues=colleagues, until=until), status


@blueprint.get("/research/asked/<uuid:question_id>")
@for_helping
def question(question_id: UUID) -> str:
    """Show the one question that one was asked; before the confidentiality statement is accepted, the statement."""
    return _page(question_id)


@blueprint.post("/research/asked/<uuid:question_id>/confidentiality")
@for_helping
def accept(question_id: UUID) -> ResponseReturnValue:
    """Accept the confidentiality statement for the one case."""
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        operations.accept_statement(work, question_id=question_id)
    return redirect(url_for("colleagues.question", question_id=question_id), 303)


@blueprint.post("/research/asked/<uuid:question_id>")
@for_helping
def reply(question_id: UUID) -> ResponseReturnValue:
    """Tell what one knows, or that it is nothing; or keep what was typed."""
    answers = REPLY.read(request.form)
    silent, pressed = "autosave" in request.form, request.form.get("go", "on")
    keeps = silent or pressed == "later" or answers.rearranged
    try:
        with work_for_request(purpose=Purpose.RESEARCH) as work:
            record = queries.question_to_me(work, question_id=question_id)
            if keeps:
                operations.keep_reply(work, question_id=question_id, draft=answers.typed())
            elif pressed == "nothing":
                operations.reply(work, question_id=question_id, reply=Reply())
            elif answers.ok and (found := reply_from(answers, london_date(work.now))) is not None:
                operations.reply(work, question_id=question_id, reply=found)
    except Invalid as invalid:
        answers.refused(invalid)
    if silent:
        return "", 204
    if pressed not in ("nothing", "later") and not answers.rearranged and not answers.ok:
        return _page(question_id, answers), 422
    if not keeps:
        flash(f"{record.asked_by} has your reply.")
    elif not answers.rearranged:
        flash("What you typed is kept. Only you can see it.")
    return redirect(url_for("colleagues.question", question_id=question_id), 303)


def _page(question_id: UUID, answers: Answers | None = None) -> str:
    with work_for_request(purpose=Purpose.RESEARCH) as work:
        record = queries.question_to_me(work, question_id=question_id)
    return render_template(
        "research/asked.html",
        record=record,
        form=answers or reply_form(record.reply),
        statement=confidentiality.STATEMENT,
        how=HOW_PAST,
        today=london_date(now()),
        birth_words=birth_words,
        address_lines=address_lines,
    )
