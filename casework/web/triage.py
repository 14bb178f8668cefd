"""Triage: the inbox, and one referral beside the earlier cases that it may be about, with the answers always in view.

The earlier case is never chosen by the machine: the co-ordinator says whether it is the same couple.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.actions import queries as actions
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.errors import Conflict, Invalid
from casework.partnerships import queries as partnerships
from casework.programmes.marac import rules as marac
from casework.programmes.marac.rules import Policy, RoutesIn
from casework.referrals import operations, queries
from casework.referrals.queries import ReferralRecord
from casework.referrals.rules import RedirectDestination, ReferralState, ReturnReason
from casework.web import guard, known_cases, referral_sheet
from casework.web.forms.form import Answers
from casework.web.forms.referral_words import ROUTE
from casework.web.forms.triage import ACCEPT, FORMS, NEW_CASE, SOMEBODY, WORDS
from casework.web.unit import now, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("triage", __name__, url_prefix="/triage")


@blueprint.get("")
@guard.needs(Permission.REFERRAL_VIEW)
def inbox() -> str:
    """List what waits for triage, the oldest first, and what waits for its referrer."""
    with work_for_request(purpose=Purpose.TRIAGE) as work:
        lines = queries.inbox(work)
        names = agencies.agency_names(work, [line.referrer_agency_id for line in lines])
        policy = partnerships.policy_in_force(work, on=london_date(work.now)).policy
    return render_template(
        "triage/inbox.html",
        waiting=[line for line in lines if line.state == ReferralState.SUBMITTED],
        returned=[line for line in lines if line.state == ReferralState.RETURNED],
        agencies=names,
        ages={line.id: now() - line.submitted_at if line.submitted_at else timedelta() for line in lines},
        routes=ROUTE,
        threshold=policy.threshold,
        may_import=work.actor.has(Permission.REFERRAL_IMPORT),
    )


@blueprint.get("/<uuid:referral_id>")
@guard.needs(Permission.REFERRAL_VIEW)
def referral(referral_id: UUID) -> str:
    """Show one referral beside the earlier cases that it may be about."""
    return _page(referral_id)


@blueprint.get("/<uuid:referral_id>/<answer>")
@guard.needs(Permission.REFERRAL_VIEW)
def again(referral_id: UUID, answer: str) -> ResponseReturnValue:
    """Lead from the address of an answer that came back with mistakes, asked for again, to the referral with that answer open."""
    anchor = answer if answer in FORMS else None
    return redirect(url_for("triage.referral", referral_id=referral_id, _anchor=anchor), 303)


@blueprint.post("/<uuid:referral_id>/<answer>")
@guard.needs(Permission.REFERRAL_TRIAGE)
def decide(referral_id: UUID, answer: str) -> ResponseReturnValue:
    """Accept, return, redirect or leave for later; what the rules refuse is told in the form, and nothing typed is lost."""
    if answer not in FORMS:
        abort(404)
    with work_for_request(purpose=Purpose.TRIAGE) as work:
        record = queries.referral_record(work, referral_id=referral_id)
    answers = _forms(record)[answer].form.read(request.form)
    if answers.ok:
        try:
            with work_for_request(purpose=Purpose.TRIAGE) as work:
                _do(work, referral_id, answer, answers.values)
        except Invalid as invalid:
            answers.refused(invalid)
        except Conflict as conflict:
            answers.general.append(conflict.message)
        else:
            flash(_DONE[answer])
            # What is left for later still waits, so that going back to it would be a circle.
            following = record.next_id or (record.previous_id if answer != "later" else None)
            there = url_for("triage.referral", referral_id=following) if following else url_for("triage.inbox")
            return redirect(there, 303)
    return _page(referral_id, refused=(answer, answers)), 422


@blueprint.post("/<uuid:referral_id>/first-contact")
@guard.needs(Permission.REFERRAL_TRIAGE)
def somebody_found(referral_id: UUID) -> ResponseReturnValue:
    """Note who tries to reach a victim whom the IDVA service may not know of."""
    answers = SOMEBODY.read(request.form)
    if answers.ok:
        try:
            with work_for_request(purpose=Purpose.TRIAGE) as work:
                operations.somebody_found(work, referral_id=referral_id, words=answers.values["somebody_words"])
        except Invalid as invalid:
            answers.refused(invalid)
        except Conflict as conflict:
            answers.general.append(conflict.message)
        else:
            flash("Noted: somebody else tries to reach her.")
            return redirect(url_for("triage.referral", referral_id=referral_id), 303)
    return _page(referral_id, refused=("first-contact", answers)), 422


@blueprint.post("/<uuid:referral_id>/set-aside/<uuid:case_id>")
@guard.needs(Permission.REFERRAL_TRIAGE)
def set_aside(referral_id: UUID, case_id: UUID) -> ResponseReturnValue:
    """Note that a probable earlier case is about somebody else."""
    with work_for_request(purpose=Purpose.TRIAGE) as work:
        operations.dismiss_candidate(work, referral_id=referral_id, case_id=case_id)
    flash("Set aside: that case is about somebody else.")
    return redirect(url_for("triage.referral", referral_id=referral_id), 303)


_DONE = {
    "accept": "Accepted. The case is on the list of the next sitting, and the IDVA service is told.",
    "return": "Returned. The referrer reads your words and can send it again.",
    "redirect": "Redirected. MARAC does not hear it.",
    "later": "Left for later. It still waits, and its clock runs on.",
}


def _do(work: UnitOfWork, referral_id: UUID, answer: str, given: dict[str, Any]) -> None:
    if answer == "accept":
        chosen = given["known_case"]
        operations.accept(
            work,
            referral_id=referral_id,
            known_case_id=UUID(chosen) if chosen and chosen != NEW_CASE else None,
            judgement=given["judgement"] or None,
            is_imminent=bool(given["imminent"]),
        )
    elif answer == "return":
        reason = ReturnReason(given["return_reason"])
        operations.return_to_referrer(work, referral_id=referral_id, reason=reason, words=given["return_words"])
    elif answer == "later":
        operations.leave_for_later(work, referral_id=referral_id, words=given["later_words"] or "")
    else:
        to = RedirectDestination(given["redirect_to"])
        operations.redirect(work, referral_id=referral_id, destination=to, words=given["redirect_words"])


def _page(referral_id: UUID, *, refused: tuple[str, Answers] | None = None) -> str:
    with work_for_request(purpose=Purpose.TRIAGE) as work:
        record = queries.referral_record(work, referral_id=referral_id)
        ids = [one.case.id for one in record.candidates]
        last = queries.last_checklists(work, case_ids=ids) if ids else {}
        plans = actions.plan_states(work, case_ids=ids)
        policy = partnerships.policy_in_force(work, on=london_date(work.now)).policy
        today = london_date(work.now)
    forms = _forms(record)
    if refused is not None:
        forms[refused[0]] = refused[1]
    return render_template(
        "triage/referral.html",
        record=record,
        sections=referral_sheet.sections(record.document, record.missing, on=today),
        items=referral_sheet.checklist(record.document),
        contact=referral_sheet.safe_contact_of(record.document["victim"], on=today),
        entries=referral_sheet.entries(record.steps),
        known=[
            known_cases.shown(one, record, last.get(one.case.id), plans.get(one.case.id, {}), today)
            for one in record.candidates
        ],
        routes=_routes(record, policy),
        route_words=ROUTE,
        threshold=policy.threshold,
        forms=forms,
        form=refused[1] if refused else _NO_FORM,
        open_form=refused[0] if refused else "",
        # Somebody else has decided meanwhile: the form is gone, the words are not.
        typed=_words_of(refused[1]) if refused and not _stands(refused[0], record) else "",
        age=now() - record.line.submitted_at if record.line.submitted_at else None,
    )


def _stands(answer: str, record: ReferralRecord) -> bool:
    return record.seeks_somebody if answer == "first-contact" else record.may_decide


def _words_of(answers: Answers) -> str:
    return next((str(words) for name in WORDS if (words := answers.values.get(name))), "")


class _NoForm:
    errors: tuple[dict[str, str], ...] = ()


_NO_FORM = _NoForm()


def _forms(record: ReferralRecord) -> dict[str, Answers]:
    """Return the three forms for one referral; whether it is an earlier case is asked only where there may be one."""
    couples = [one for one in record.candidates if one.kind == known_cases.SAME_PAIR]
    choices = [
        (str(one.case.id), f"Yes, the couple of {one.case.number}", "It comes back to that case.") for one in couples
    ]
    accept = ACCEPT.with_options(known_case=[*choices, (NEW_CASE, "No: open a new case")])
    forms = {**FORMS, "accept": accept}
    sure = any(one.verdict == "same" and not one.is_dismissed for one in couples)
    # With nobody known the question is answered already; with somebody likely the co-ordinator has to say.
    first = {} if couples and (sure or not all(one.is_dismissed for one in couples)) else {"known_case": NEW_CASE}
    blank = {code: form.blank(first if code == "accept" else None) for code, form in forms.items()}
    return {**blank, "first-contact": SOMEBODY.blank()}


def _routes(record: ReferralRecord, policy: Policy) -> RoutesIn:
    """Return the routes that follow from the facts; whether it is a repeat turns on the co-ordinator's answer."""
    document = record.document
    return marac.routes_in(
        record.line.score or 0,
        document.get("reasons"),
        document.get("police_incidents_12_months"),
        False,
        set(document.get("routes") or ()) - {"repeat"},
        policy,
    )
