"""Lists of shares: my agency's inbox, reviews that wait for me, the information lead's pages, a young person's log and its records."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.disclosures import operations as correcting
from casework.disclosures import queries as disclosures
from casework.errors import Invalid, NotFound
from casework.sharing import operations, queries
from casework.web import guard
from casework.web.forms import oversight as forms
from casework.web.forms import sharing as words
from casework.web.unit import someone, work_for_request

blueprint = Blueprint("share_inbox", __name__, url_prefix="/shares")


@blueprint.get("")
@guard.needs(Permission.SHARE_ANSWER)
def inbox() -> str:
    """Show what other agencies shared with one's own, and what is to be answered because an agreement has ended."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        page = queries.inbox(work, page=_page())
        notices = queries.notices_to_answer(work)
        teams = queries.once_on_the_team(work)
    return render_template("sharing/inbox.html", page=page, notices=notices, teams=teams, words=words)


@blueprint.get("/reviews")
@guard.needs(Permission.SHARE_REVIEW)
def reviews() -> str:
    """Show the shares that wait for one's signature."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        page = queries.reviews_waiting(work, page=_page())
    return render_template("sharing/reviews.html", page=page, words=words)


@blueprint.get("/oversight")
@guard.needs(Permission.SHARE_OVERSEE)
def oversight() -> str:
    """Show the questions that no row answers and the shares that went although somebody had said no."""
    with work_for_request(purpose=Purpose.OVERSIGHT) as work:
        asked = queries.questions(work, page=_page())
        overridden = queries.overrides(work, page=_page())
    return render_template("sharing/oversight.html", asked=asked, overridden=overridden, words=words)


@blueprint.route("/duty-to-share", methods=["GET", "POST"])
@guard.needs(Permission.SHARE_OVERSEE)
def duty_to_share() -> ResponseReturnValue:
    """Show whether the duty to share about children is switched on, and switch it from a day on."""
    answers = forms.DUTY_TO_SHARE.read(request.form) if request.method == "POST" else forms.DUTY_TO_SHARE.blank()
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.OVERSIGHT) as work:
                operations.switch_duty_to_share(
                    work, is_on=answers.values["is_on"] == "yes", from_date=answers.values["from_date"]
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("The decision is kept.")
            return redirect(url_for("share_inbox.duty_to_share"), 303)
    with work_for_request(purpose=Purpose.OVERSIGHT) as work:
        duty = queries.duty_to_share(work)
        people = accounts.account_names(work, [one.decided_by_account_id for one in duty.decisions])
    page = render_template("sharing/duty_to_share.html", duty=duty, people=people, form=answers)
    return page, 422 if answers.errors else 200


@blueprint.get("/young-people/<uuid:youth_case_id>")
@guard.needs(Permission.YOUTH_CASE_VIEW)
def log(youth_case_id: UUID) -> str:
    """Show what was shared, and not shared, about a young person, page by page."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        about = queries.about(work, case_id=youth_case_id)
        page = disclosures.disclosure_log(work, case_id=youth_case_id, page=_page())
        notices = queries.notices_of(work, case_id=youth_case_id) if about.reads_all else ()
    return render_template(
        "sharing/log.html", about=about, page=page, notices=notices, words=words, case_id=youth_case_id
    )


@blueprint.get("/records/<uuid:disclosure_id>")
@guard.needs(Permission.YOUTH_CASE_VIEW, Permission.SHARE_OVERSEE)
def record(disclosure_id: UUID) -> str:
    """Show one act, or one no, with everything that is kept of it."""
    oversees = someone().actor.has(Permission.SHARE_OVERSEE)
    with work_for_request(purpose=Purpose.OVERSIGHT if oversees else Purpose.SUPPORT) as work:
        whole = disclosures.disclosure(work, disclosure_id=disclosure_id)
        names = agencies.agency_names(
            work, [one for one in (whole.record.from_agency_id, whole.record.to_agency_id) if one is not None]
        )
        people = accounts.account_names(work, [whole.record.decided_by_account_id, whole.second_account_id])
        again = disclosures.replay(work, decision_id=whole.decision_id) if oversees else None
    return render_template("sharing/record.html", whole=whole, names=names, people=people, again=again, words=words)


@blueprint.route("/records/<uuid:disclosure_id>/correct", methods=["GET", "POST"])
@guard.needs(Permission.SHARE_ASK, Permission.SHARE_REVIEW)
def correct(disclosure_id: UUID) -> ResponseReturnValue:
    """Correct words of one's agency's record by a record of its own."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        whole = disclosures.disclosure(work, disclosure_id=disclosure_id)
    if not whole.may_correct:
        raise NotFound
    before = {name: str(getattr(whole.words, name)) for name in forms.POINTS}
    answers = forms.CORRECT.read(request.form) if request.method == "POST" else forms.CORRECT.blank(before)
    if request.method == "POST" and answers.ok:
        changes = {name: words or "" for name, words in answers.values.items() if (words or "") != before[name]}
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                later_id = correcting.correct(work, disclosure_id=disclosure_id, changes=changes)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Corrected by a record of its own. The earlier one stays.")
            return redirect(url_for("share_inbox.record", disclosure_id=later_id), 303)
    page = render_template("sharing/correct.html", whole=whole, form=answers)
    return page, 422 if answers.errors else 200


def _page() -> int:
    return request.args.get("page", 1, type=int)
