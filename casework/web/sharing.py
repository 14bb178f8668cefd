"""'May we share?': the answer before anything is sent, the same with other facts, and what becomes of one share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.clock import london_date
from casework.errors import Invalid
from casework.partnerships import queries as partnerships
from casework.sharing import operations, queries
from casework.sharing.queries import Preview
from casework.sharing.rules import PERMITS, Conclusion, Part, ShareState
from casework.web import guard
from casework.web.forms import sharing as forms
from casework.web.forms.form import Answers, Form
from casework.web.unit import now, someone, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("sharing", __name__, url_prefix="/sharing")
for_senders = guard.needs(Permission.SHARE_ASK)
for_receivers = guard.needs(Permission.SHARE_ANSWER)
for_anybody_in_it = guard.needs(
    Permission.SHARE_ASK, Permission.SHARE_ANSWER, Permission.SHARE_REVIEW, Permission.SHARE_OVERSEE
)


@blueprint.route("/young-people/<uuid:youth_case_id>/new", methods=["GET", "POST"])
@for_senders
def new(youth_case_id: UUID) -> ResponseReturnValue:
    """Say what is to be shared, see the answer, change what is declared and see again, and only then share."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        about = queries.about(work, case_id=youth_case_id)
        source = queries.source_record(work, case_id=youth_case_id)
        form = forms.SHARE.with_options(to_agency=_agencies(work))
    answers, preview = _read(form), None
    if request.method == "POST" and answers.ok:
        declared, to_agency_id = forms.declared_from(answers.values), UUID(answers.values["to_agency"])
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                given: dict[str, Any] = {
                    "case_id": youth_case_id,
                    "to_agency_id": to_agency_id,
                    "items": forms.items_from(answers.values),
                    "declared": declared,
                }
                if request.form.get("act") == "share":
                    asked = operations.ask(work, **given)
                else:
                    preview = queries.what_if(work, **given)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            if preview is None:
                flash(SAID[asked.state])
                return redirect(url_for("sharing.share", share_id=asked.share_id), 303)
    return _page("sharing/new.html", answers, preview, about=about, source=source, case_id=youth_case_id)


@blueprint.get("/<uuid:share_id>")
@for_anybody_in_it
def share(share_id: UUID) -> str:
    """Show one share as far as the reader may see it: the sender all, the receiver what came, who signs the grounds."""
    with work_for_request(purpose=_purpose()) as work:
        record = queries.share_record(work, share_id=share_id)
        names = accounts.account_names(work, [record.asked_by_account_id, *[one.account_id for one in record.reviews]])
    return render_template(
        "sharing/share.html",
        record=record,
        names=names,
        answer_form=forms.ANSWER.blank(),
        review_form=_review_form(record.may_review_as).blank() if record.may_review_as else None,
        advice_form=forms.ADVICE.blank() if record.may_advise else None,
        words=forms,
        permits={one.value for one in PERMITS},
        **_may(),
    )


def _may() -> dict[str, bool]:
    actor = someone().actor
    return {"may_ask": actor.has(Permission.SHARE_ASK), "may_withdraw": actor.has(Permission.AGREEMENT_RECORD)}


@blueprint.post("/<uuid:share_id>/read")
@for_receivers
def acknowledge(share_id: UUID) -> ResponseReturnValue:
    """Note that one's agency has read it."""
    return _do(
        share_id, lambda work: operations.acknowledge(work, share_id=share_id), "Noted: your agency has read it."
    )


@blueprint.post("/<uuid:share_id>/answer")
@for_receivers
def answer(share_id: UUID) -> ResponseReturnValue:
    """Accept a share or decline it with a reason."""
    answers = forms.ANSWER.read(request.form)
    if answers.ok:
        values = answers.values
        said = "The sender is told that you accept it." if values["accepts"] == "yes" else "The sender is told why not."
        return _do(
            share_id,
            lambda work: operations.answer(
                work, share_id=share_id, accepts=values["accepts"] == "yes", words=values.get("words") or ""
            ),
            said,
            answers,
        )
    return _again_with(share_id, "answer_form", answers)


@blueprint.post("/<uuid:share_id>/take-back")
@for_senders
def take_back(share_id: UUID) -> ResponseReturnValue:
    """Stop one's own share before it goes."""
    return _do(share_id, lambda work: operations.take_back(work, share_id=share_id), "Stopped. Nothing has gone.")


@blueprint.post("/<uuid:share_id>/told")
@for_senders
def told(share_id: UUID) -> ResponseReturnValue:
    """Note that the young person was told."""
    return _do(
        share_id, lambda work: operations.subject_told(work, share_id=share_id), "Noted: the young person was told."
    )


@blueprint.route("/<uuid:share_id>/again", methods=["GET", "POST"])
@for_senders
def again(share_id: UUID) -> ResponseReturnValue:
    """Declare something else about a share that did not go, and ask again."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.share_record(work, share_id=share_id)
    declared = record.declared
    stored = forms.values_of(declared) if declared else {}
    answers = forms.AGAIN.read(request.form) if request.method == "POST" else forms.AGAIN.blank(stored)
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                asked = operations.ask_again(work, share_id=share_id, declared=forms.declared_from(answers.values))
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash(SAID[asked.state])
            return redirect(url_for("sharing.share", share_id=share_id), 303)
    page = render_template("sharing/again.html", form=answers, record=record, words=forms)
    return page, 422 if answers.errors else 200


@blueprint.route("/<uuid:share_id>/pass-on", methods=["GET", "POST"])
@for_senders
def pass_on(share_id: UUID) -> ResponseReturnValue:
    """Pass on what one's agency received, by a decision of its own that names the source."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.share_record(work, share_id=share_id)
        form = forms.PASS_ON.with_options(to_agency=_agencies(work), positions=forms.positions_of(record))
    answers, preview = _read(form), None
    if request.method == "POST" and answers.ok:
        values = answers.values
        given: dict[str, Any] = {
            "share_id": share_id,
            "to_agency_id": UUID(values["to_agency"]),
            "positions": [int(one) for one in values["positions"]],
            "declared": forms.declared_from(values),
        }
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                if request.form.get("act") == "share":
                    asked = operations.pass_on(work, **given)
                else:
                    preview = queries.what_if_passed_on(work, **given)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            if preview is None:
                flash(SAID[asked.state])
                return redirect(url_for("sharing.share", share_id=asked.share_id), 303)
    return _page("sharing/pass_on.html", answers, preview, record=record)


@blueprint.post("/<uuid:share_id>/review")
@guard.needs(Permission.SHARE_REVIEW)
def review(share_id: UUID) -> ResponseReturnValue:
    """Sign what one concludes about a share that waits for two people, or for the public interest."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.share_record(work, share_id=share_id)
    answers = _review_form(record.may_review_as or tuple(Part)).read(request.form)
    if not answers.ok:
        return _again_with(share_id, "review_form", answers)
    part, _, conclusion = str(answers.values["conclusion"]).partition(":")
    return _do(
        share_id,
        lambda work: operations.review(
            work, share_id=share_id, part=Part(part), conclusion=Conclusion(conclusion), words=answers.values["words"]
        ),
        "Your signature is kept.",
        answers,
        to="share_inbox.reviews",
    )


@blueprint.route("/<uuid:share_id>/signature", methods=["GET", "POST"])
@for_senders
def signature(share_id: UUID) -> ResponseReturnValue:
    """Ask a health safeguarding lead to sign for confidential health information."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.share_record(work, share_id=share_id)
    answers = _read(forms.SIGNATURE)
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                operations.seek_signature(work, share_id=share_id, words=answers.values["confidentiality"])
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("A health safeguarding lead is asked.")
            return redirect(url_for("sharing.share", share_id=share_id), 303)
    return _page("sharing/signature.html", answers, None, record=record)


@blueprint.post("/<uuid:share_id>/advise")
@guard.needs(Permission.SHARE_OVERSEE)
def advise(share_id: UUID) -> ResponseReturnValue:
    """Advise on a question that no row of the table answers."""
    answers = forms.ADVICE.read(request.form)
    if not answers.ok:
        return _again_with(share_id, "advice_form", answers)
    return _do(
        share_id,
        lambda work: operations.advise(work, share_id=share_id, words=answers.values["words"]),
        "The sender reads your advice.",
        answers,
        to="share_inbox.oversight",
    )


SAID = {
    ShareState.QUEUED: "On its way. It is decided once more at the moment it goes.",
    ShareState.NEEDS_AGREEMENT: "Nothing has gone: ask the young person first. What you wrote is kept.",
    ShareState.NEEDS_REVIEW: "Nothing has gone: a manager and a safeguarding lead look at it now.",
    ShareState.WITH_INFORMATION_LEAD: "Nothing has gone: the information lead is asked.",
    ShareState.REFUSED: "Nothing has gone. The reason is below.",
}


def _read(form: Form) -> Answers:
    return form.read(request.form) if request.method == "POST" else form.blank()


def _page(template: str, answers: Answers, preview: Preview | None, **known: Any) -> ResponseReturnValue:
    page = render_template(
        template, form=answers, preview=preview, words=forms, permits={one.value for one in PERMITS}, **known
    )
    return page, 422 if answers.errors else 200


def _purpose() -> Purpose:
    return Purpose.OVERSIGHT if someone().actor.has(Permission.SHARE_OVERSEE) else Purpose.SUPPORT


def _agencies(work: UnitOfWork) -> list[tuple[str, str]]:
    """Return the agencies that something may be shared with, by name: members today, but for one's own."""
    members = partnerships.member_agencies(work, on=london_date(now()))
    return [(str(one.agency_id), one.name) for one in members if one.agency_id != work.actor.agency_id]


def _review_form(parts: tuple[Part, ...]) -> Form:
    options = [
        (
            f"{part.value}:{conclusion.value}",
            forms.CONCLUSIONS[conclusion.value]
            + (f" (as {forms.PARTS[part.value].lower()})" if len(parts) > 1 else ""),
        )
        for part in parts
        for conclusion in sorted(forms.REVIEWABLE.get(part, ()), key=list(Conclusion).index)
    ]
    return forms.REVIEW.with_options(conclusion=options)


def _do(
    share_id: UUID,
    act: Callable[[UnitOfWork], object],
    said: str,
    answers: Answers | None = None,
    to: str = "",
) -> ResponseReturnValue:
    """Do one thing with a share and go on; what is wrong is said at its question."""
    try:
        with work_for_request(purpose=_purpose()) as work:
            act(work)
    except Invalid as invalid:
        if answers is None:
            raise
        answers.refused(invalid)
        name = {"accepts": "answer_form", "conclusion": "review_form"}.get(next(iter(answers.raw)), "advice_form")
        return _again_with(share_id, name, answers)
    flash(said)
    return redirect(url_for(to) if to else url_for("sharing.share", share_id=share_id), 303)


def _again_with(share_id: UUID, name: str, answers: Answers) -> ResponseReturnValue:
    """Show the share again with the form that was not right."""
    with work_for_request(purpose=_purpose()) as work:
        record = queries.share_record(work, share_id=share_id)
        names = accounts.account_names(work, [record.asked_by_account_id, *[one.account_id for one in record.reviews]])
    page = render_template(
        "sharing/share.html",
        **{
            "record": record,
            "names": names,
            "form": answers,
            "answer_form": forms.ANSWER.blank(),
            "review_form": None,
            "advice_form": None,
            "words": forms,
            "permits": {one.value for one in PERMITS},
            **_may(),
            name: answers,
        },
    )
    return page, 422
