"""Referring: the steps of a referral, each kept sealed as it is typed, the check before sending, and one's own referrals.

A step may be left at any time and in any order; what was typed is kept, right or wrong. Only the last page sends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.actions import queries as actions
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.clock import london_date
from casework.errors import Invalid, NotAllowed
from casework.partnerships import queries as partnerships
from casework.referrals import operations, queries
from casework.referrals.rules import ReferralState
from casework.risk.rules import Answer
from casework.web import guard, referral_sheet
from casework.web.forms.checklist import pack
from casework.web.forms.referral_words import RETURN_REASON
from casework.web.forms.referring import STEPS, WITHDRAW
from casework.web.referral_writing import Problems, Writing, send
from casework.web.unit import work_for_request

blueprint = Blueprint("referring", __name__, url_prefix="/refer")
for_referrers = guard.needs(Permission.REFERRAL_SUBMIT)

LAST = "check"
ORDER = (*STEPS, LAST)
_BEHIND = "This step was changed in another tab meanwhile."
_THROWN_AWAY = "Thrown away by its writer before it was sent."


@blueprint.get("")
@for_referrers
def mine() -> str:
    """List one's own referrals: what waits for the writer first, with the words of what was returned."""
    with work_for_request(purpose=Purpose.REFERRING) as work:
        lines = queries.my_referrals(work)
        back = [line.id for line in lines if line.state == ReferralState.RETURNED]
        returned = queries.returned_steps(work, referral_ids=back) if back else {}
        may_refer = work.actor.protocol_signed
    return render_template(
        "referring/mine.html",
        drafts=[line for line in lines if line.state == ReferralState.DRAFT],
        back=[line for line in lines if line.state == ReferralState.RETURNED],
        sent=[line for line in lines if line.state not in (ReferralState.DRAFT, ReferralState.RETURNED)],
        returned=returned,
        reasons=RETURN_REASON,
        may_refer=may_refer,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@for_referrers
def new() -> ResponseReturnValue:
    """Say what a referral needs, and begin one."""
    if request.method == "GET":
        with work_for_request() as work:
            policy = partnerships.policy_in_force(work, on=london_date(work.now)).policy
            may_refer = work.actor.protocol_signed
        return render_template("referring/new.html", threshold=policy.threshold, may_refer=may_refer)
    with work_for_request(purpose=Purpose.REFERRING) as work:
        if work.actor.agency_id is None:
            raise NotAllowed("Nobody refers without an agency.", code="no_agency")
        referral_id = operations.save_draft(work, document={}, referrer_agency_id=work.actor.agency_id)
    return redirect(url_for("referring.step", referral_id=referral_id, step=ORDER[0]), 303)


@blueprint.route("/<uuid:referral_id>/<step>", methods=["GET", "POST"])
@for_referrers
def step(referral_id: UUID, step: str) -> ResponseReturnValue:
    """Show one step as it was left; keep it as it is typed, right or wrong."""
    if step not in STEPS:
        abort(404)
    with work_for_request(purpose=Purpose.REFERRING) as work:
        writing = Writing.open(work, referral_id)
        kept, is_behind = writing.version_of(step), writing.is_behind(step, request.form)
        if request.method == "POST":
            writing.take(step, request.form)
            if not is_behind:
                writing.keep(work)
    answers = writing.answers[step]
    if request.method == "GET":
        # A step that was left with mistakes tells them when it is opened again; an untouched one is silent.
        return _step_page(writing, step), 200
    silent = "autosave" in request.form
    if is_behind:
        return ({"message": _BEHIND}, 409) if silent else (_step_page(writing, step, behind=kept), 409)
    if silent:
        return {"version": writing.version_of(step)}
    if answers.rearranged:
        return redirect(_row_changed(referral_id, step), 303)
    go = request.form.get("go", "on")
    if go == "on" and not answers.ok:
        return _step_page(writing, step), 422
    if go == "later":
        flash("What you typed is kept. Only you can see it.")
        return redirect(url_for("referring.mine"), 303)
    there = go if go in ORDER else ORDER[ORDER.index(step) + 1]
    return redirect(_address(referral_id, there), 303)


@blueprint.route("/<uuid:referral_id>/check", methods=["GET", "POST"])
@for_referrers
def check(referral_id: UUID) -> ResponseReturnValue:
    """Show the whole referral with what is missing from it, and send it."""
    problems: Problems | None = None
    with work_for_request(purpose=Purpose.REFERRING) as work:
        writing = Writing.open(work, referral_id)
        wrong = writing.mistakes(work)
        if request.method == "POST":
            if not wrong:
                send(work, writing)
            problems = wrong
    if request.method == "POST" and not wrong:
        return redirect(url_for("referring.sent", referral_id=referral_id), 303)
    page = render_template(
        "referring/check.html",
        writing=writing,
        steps=_steps(writing, LAST),
        form=problems or Problems(),
        blocking=wrong,
        needs=writing.needs(wrong),
        sections=referral_sheet.sections(writing.document, (), on=writing.today),
        items=referral_sheet.checklist(writing.document),
        routes=writing.routes(),
        young=writing.too_young(),
        threshold=writing.policy.threshold,
    )
    return page, 422 if problems else 200


@blueprint.get("/<uuid:referral_id>/sent")
@for_referrers
def sent(referral_id: UUID) -> ResponseReturnValue:
    """Say what happens next, by when, and who has it."""
    with work_for_request(purpose=Purpose.REFERRING) as work:
        record = queries.referral_record(work, referral_id=referral_id)
        after = queries.what_next(work, referral_id=referral_id)
    if record.line.state == ReferralState.DRAFT or record.line.submitted_at is None:
        abort(404)
    return render_template("referring/sent.html", record=record, after=after)


@blueprint.get("/<uuid:referral_id>")
@for_referrers
def referral(referral_id: UUID) -> ResponseReturnValue:
    """Show a referral that was sent, as one page, with what has become of it."""
    with work_for_request(purpose=Purpose.REFERRING) as work:
        record = queries.referral_record(work, referral_id=referral_id)
        if record.line.state == ReferralState.DRAFT:
            return redirect(_address(referral_id, ORDER[0]), 303)
        waits = record.line.state == ReferralState.SUBMITTED
        after = queries.what_next(work, referral_id=referral_id) if waits else None
        case_id = record.line.case_id
        may_open_case = case_id is not None and bool(cases.visible_ids(work, case_ids=[case_id]))
        rounds = queries.rounds_of_referral(work, referral_id=referral_id)
        plan = actions.actions_of_referral(work, referral_id=referral_id) if rounds else ()
        names = agencies.agency_names(work, {one.owner_agency_id for one in plan}) if plan else {}
        today = london_date(work.now)
    return render_template(
        "referring/referral.html",
        record=record,
        after=after,
        sections=referral_sheet.sections(record.document, record.missing, on=today),
        items=referral_sheet.checklist(record.document),
        entries=referral_sheet.entries(record.steps),
        rounds=rounds,
        plan=plan,
        agencies=names,
        may_open_case=may_open_case,
        may_withdraw=record.line.state in (ReferralState.SUBMITTED, ReferralState.RETURNED),
    )


@blueprint.route("/<uuid:referral_id>/withdraw", methods=["GET", "POST"])
@for_referrers
def withdraw(referral_id: UUID) -> ResponseReturnValue:
    """Take a referral back before it is decided, with the reason; a draft is thrown away without one."""
    with work_for_request(purpose=Purpose.REFERRING) as work:
        line = queries.referral_record(work, referral_id=referral_id).line
    is_draft = line.state == ReferralState.DRAFT
    answers = WITHDRAW.read(request.form) if request.method == "POST" and not is_draft else WITHDRAW.blank()
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.REFERRING) as work:
                words = _THROWN_AWAY if is_draft else answers.values["words"]
                operations.withdraw(work, referral_id=referral_id, words=words)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("The draft is thrown away." if is_draft else "The referral is taken back. Nobody will hear it.")
            return redirect(url_for("referring.mine"), 303)
    status = 200 if request.method == "GET" else 422
    return render_template("referring/withdraw.html", form=answers, line=line, is_draft=is_draft), status


def _step_page(writing: Writing, step: str, *, behind: str = "") -> str:
    """Show a step. `behind` is the state that was kept by another tab meanwhile: what is typed here replaces it if it is sent again."""
    answers = writing.answers[step]
    more: Callable[[], dict[str, Any]] = {"checklist": lambda: _count(writing)}.get(step, dict)
    return render_template(
        f"referring/{step}.html",
        writing=writing,
        form=answers,
        step=step,
        step_title=STEPS[step][0],
        steps=_steps(writing, step),
        version=behind or writing.version_of(step),
        is_behind=bool(behind),
        **more(),
    )


def _count(writing: Writing) -> dict[str, Any]:
    answers = (writing.document.get("dash") or {}).get("answers") or {}
    return {
        "pack": pack(),
        "score": sum(answer == Answer.YES for answer in answers.values()),
        "unanswered": len(pack().items) - len(answers),
        "threshold": writing.policy.threshold,
    }


def _steps(writing: Writing, here: str) -> list[dict[str, object]]:
    """Return the steps for the way through: what each is called, whether it is open now, and how it stands."""
    found: list[dict[str, object]] = [
        {"code": code, "title": title, "here": code == here, "state": writing.state_of(code)}
        for code, (title, _) in STEPS.items()
    ]
    return [*found, {"code": LAST, "title": "Check and send", "here": here == LAST, "state": ""}]


def _address(referral_id: UUID, there: str) -> str:
    if there == LAST:
        return url_for("referring.check", referral_id=referral_id)
    return url_for("referring.step", referral_id=referral_id, step=there)


def _row_changed(referral_id: UUID, step: str) -> str:
    """Return where the page goes on after a row was added or taken out: at the new row, or at the list that changed."""
    form = STEPS[step][1]
    added, removed = request.form.get("add", ""), request.form.get("remove", "")
    name = added or removed.rpartition("-")[0]
    try:
        rows = form.rows_named(name)
    except KeyError:
        return _address(referral_id, step)
    anchor = name
    if added:
        anchor = rows.row(min(rows.count(request.form), rows.most - 1))[0].first_id
    return f"{_address(referral_id, step)}#{anchor}"
