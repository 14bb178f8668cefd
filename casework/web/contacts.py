"""The tries to reach a victim, from the referral on: what an IDVA notes of each, and what co-ordinators see of them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.clock import london_date
from casework.errors import Invalid, NotAllowed
from casework.referrals import operations, queries
from casework.referrals.rules import ContactOutcome, ReferralState
from casework.web import case_sheet, guard
from casework.web.forms.contacts import CONTACT, OUTCOME
from casework.web.referral_sheet import checklist, safe_contact_of, sections
from casework.web.unit import now, someone, work_for_request

blueprint = Blueprint("contacts", __name__)

SAID = {
    ContactOutcome.REACHED: "Noted: she was reached.",
    ContactOutcome.NOT_REACHED: "Noted: tried in vain. Note each further try here.",
    ContactOutcome.NOT_SAFE: "Noted: it was not safe to try. The co-ordinator sees why.",
}


@blueprint.route("/cases/<uuid:case_id>/contact", methods=["GET", "POST"])
@guard.needs(Permission.RESEARCH_ANSWER, Permission.CASE_VIEW_ALL)
def of_case(case_id: UUID) -> ResponseReturnValue:
    """Show the tries to reach the victim of a case; an IDVA notes a further one."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.contacts(work, case_id=case_id)
        people = accounts.account_names(work, [one.by_account_id for one in record.tries])
    if request.method == "POST" and not record.may_record:
        raise NotAllowed(code="role")
    answers = CONTACT.read(request.form) if request.method == "POST" else CONTACT.blank()
    if request.method == "POST" and answers.ok and record.referral_id is not None:
        outcome = ContactOutcome(answers.values["outcome"])
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                operations.record_contact(
                    work, referral_id=record.referral_id, outcome=outcome, words=answers.values["words"]
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash(SAID[outcome])
            return redirect(url_for("contacts.of_case", case_id=case_id), 303)
    victim = record.line.victim
    page = render_template(
        "cases/contact.html",
        record=record,
        form=answers,
        contact=safe_contact_of(victim.document, on=london_date(now())) if victim else None,
        people={account_id: person.name for account_id, person in people.items()},
        outcomes=OUTCOME,
        pages_of_case=case_sheet.pages_for(someone().actor),
    )
    return page, 200 if request.method == "GET" else 422


@blueprint.route("/first-contacts/<uuid:referral_id>", methods=["GET", "POST"])
@guard.needs(Permission.RESEARCH_ANSWER)
def of_referral(referral_id: UUID) -> ResponseReturnValue:
    """Show an IDVA a referral that triage has not accepted, with the safe way to reach the victim; the IDVA notes a try."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.first_contact(work, referral_id=referral_id)
        people = accounts.account_names(work, [one.by_account_id for one in record.tries])
    if request.method == "GET" and record.state == ReferralState.ACCEPTED:
        return redirect(url_for("contacts.of_case", case_id=record.case_id), 303)
    answers = CONTACT.read(request.form) if request.method == "POST" else CONTACT.blank()
    if request.method == "POST" and answers.ok:
        outcome = ContactOutcome(answers.values["outcome"])
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                operations.record_contact(work, referral_id=referral_id, outcome=outcome, words=answers.values["words"])
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash(SAID[outcome])
            return redirect(url_for("contacts.of_referral", referral_id=referral_id), 303)
    today = london_date(now())
    page = render_template(
        "referring/first-contact.html",
        record=record,
        form=answers,
        contact=safe_contact_of(record.document["victim"], on=today),
        sections=sections(record.document, (), on=today),
        items=checklist(record.document),
        people={account_id: person.name for account_id, person in people.items()},
        outcomes=OUTCOME,
    )
    return page, 200 if request.method == "GET" else 422
