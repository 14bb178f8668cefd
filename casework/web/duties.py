"""Duties: what one owes and where it is done; and for those who chase, everything late by who owes it, with a reminder in one press."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.duties import operations, queries
from casework.partnerships import queries as partnerships
from casework.web import duty_views, guard
from casework.web.unit import now, someone, work_for_request
from casework.web.wording import plural
from casework.youth import queries as youth

blueprint = Blueprint("duties", __name__, url_prefix="/duties")

EVERYBODY = "everybody"


@blueprint.get("")
@guard.for_members
def mine() -> str:
    """Show what one owes, and what is late of others to whoever may know."""
    is_practitioner = someone().actor.has(Permission.YOUTH_CASE_VIEW)
    with work_for_request(purpose=Purpose.SUPPORT if is_practitioner else None) as work:
        own = queries.my_duties(work)
        files = {one.case_id for one in own if one.case_id is not None} if is_practitioner else set()
        views_all = work.actor.has(Permission.DUTY_VIEW_ALL)
        late = queries.open_duties(work, late_only=True) if views_all else ()
        called = {case_id: one.called for case_id, one in youth.lines_of(work, case_ids=list(files)).items()}
        called |= duty_views.called(work, [*own, *(one for one in late if one.subject_kind == "referral")])
        may_chase = work.actor.has(Permission.DUTY_CHASE)
        sittings = duty_views.sittings(work) if own or late else {}
        holidays = partnerships.extra_holidays(work) if own or late else frozenset()
        names = duty_views.names_of(work, late)
    return render_template(
        "duties/mine.html",
        own=duty_views.lines(own, sittings, holidays, now=now(), called=called),
        late=len(late),
        debtors=duty_views.debtors(late, names, sittings, holidays, now=now(), called=called),
        views_all=views_all,
        may_chase=may_chase,
        everybody=EVERYBODY,
    )


@blueprint.post("/chase")
@guard.needs(Permission.DUTY_CHASE)
def chase() -> ResponseReturnValue:
    """Remind now whoever owes what is late: one agency, person or role, or everybody. Nothing is chased that was done meanwhile."""
    whom = request.form.get("whom", "")
    with work_for_request() as work:
        late = queries.open_duties(work, late_only=True)
        chosen = [one.id for one in late if whom in (EVERYBODY, duty_views.code_of(one))]
        chased = operations.chase(work, duty_ids=chosen) if chosen else 0
    if chased:
        flash(f"Chased: {plural(chased, 'duty', 'duties')}. Whoever owes them is reminded by e-mail.")
    else:
        flash("Nothing was chased: nothing of this is late any more.", "warning")
    back = url_for("home.home") if request.form.get("there") == "home" else url_for("duties.mine", _anchor="late")
    return redirect(back, 303)
