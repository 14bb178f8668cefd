"""An agreement ends: recorded in one screen by a worker of any agency in scope, and answered by whoever had something."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.errors import Invalid
from casework.sharing import operations, queries
from casework.sharing.rules import WithdrawalAnswer
from casework.web import guard
from casework.web.forms import sharing as forms
from casework.web.unit import work_for_request
from casework.web.wording import plural

blueprint = Blueprint("withdrawal", __name__, url_prefix="/withdrawal")


@blueprint.route("/young-people/<uuid:youth_case_id>", methods=["GET", "POST"])
@guard.needs(Permission.AGREEMENT_RECORD)
def withdraw(youth_case_id: UUID) -> ResponseReturnValue:
    """Record that a young person, or whoever agreed for them, takes an agreement back."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        standing = queries.agreements_to_withdraw(work, case_id=youth_case_id)
    options = [(str(one.id), one.words) for one in standing.agreements]
    form = forms.WITHDRAW.with_options(agreement=options)
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                done = operations.withdraw(
                    work,
                    case_id=youth_case_id,
                    agreement_id=UUID(answers.values["agreement"]),
                    words=answers.values["words"],
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash(
                f"The agreement has ended. {plural(len(done.stopped), 'share')} stopped before going; "
                f"{plural(len(done.told_agency_ids), 'agency', 'agencies')} told to stop using what they have."
            )
            return redirect(url_for("withdrawal.withdraw", youth_case_id=youth_case_id), 303)
    page = render_template("sharing/withdraw.html", form=answers, standing=standing, case_id=youth_case_id)
    return page, 422 if answers.errors else 200


@blueprint.route("/notices/<uuid:notice_id>", methods=["GET", "POST"])
@guard.needs(Permission.SHARE_ANSWER)
def answer(notice_id: UUID) -> ResponseReturnValue:
    """Say for one's agency what it did with what it had."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        notice = queries.notice_record(work, notice_id=notice_id)
    answers = (
        forms.WITHDRAWAL_ANSWER.read(request.form) if request.method == "POST" else forms.WITHDRAWAL_ANSWER.blank()
    )
    if request.method == "POST" and answers.ok:
        values = answers.values
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                operations.answer_withdrawal(
                    work,
                    notice_id=notice_id,
                    answer=WithdrawalAnswer(values["answer"]),
                    basis=values.get("basis"),
                    words=values.get("words") or "",
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Your agency’s answer is kept.")
            return redirect(url_for("share_inbox.inbox"), 303)
    page = render_template("sharing/withdrawal_answer.html", form=answers, notice=notice, words=forms)
    return page, 422 if answers.errors else 200
