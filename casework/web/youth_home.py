"""The youth worker's home: my young people by their next date, and what waits. The home page shows the same part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.clock import london_date
from casework.errors import Invalid
from casework.web import guard
from casework.web.forms.youth import ENQUIRY
from casework.web.forms.youth_words import NEXT
from casework.web.unit import now, work_for_request
from casework.work import UnitOfWork
from casework.youth import operations, queries
from casework.youth.rules import NEXT_STEP, Stage

blueprint = Blueprint("young_people", __name__, url_prefix="/young-people")

SOON = timedelta(days=14)
MOST_AT_HOME = 12


def part(work: UnitOfWork) -> Mapping[str, Any]:
    """Return what the home page shows to who works in youth support: whoever has YOUTH_CASE_VIEW. Template: youth/_mine.html."""
    lines = queries.my_young_people(work)
    today = london_date(work.now)
    return {
        "lines": lines[:MOST_AT_HOME],
        "more": max(len(lines) - MOST_AT_HOME, 0),
        "next_words": {one.case_id: NEXT.get(str(NEXT_STEP[Stage(one.stage)]), "") for one in lines if one.is_whole},
        "reviews": [one for one in lines if one.review_on is not None and one.review_on <= today + SOON],
        "may_open": work.actor.has(Permission.YOUTH_CASE_OPEN),
        "today": today,
    }


@blueprint.get("")
@guard.needs(Permission.YOUTH_CASE_VIEW)
def mine() -> str:
    """List the young people whose file the reader may open; with ?closed=yes the closed ones as well."""
    with_closed = request.args.get("closed") == "yes"
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        lines = queries.my_young_people(work, with_closed=with_closed)
        may_open = work.actor.has(Permission.YOUTH_CASE_OPEN)
    return render_template(
        "youth/all.html",
        lines=lines,
        next_words={one.case_id: NEXT.get(str(NEXT_STEP[Stage(one.stage)]), "") for one in lines if one.is_whole},
        with_closed=with_closed,
        may_open=may_open,
        today=london_date(now()),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@guard.needs(Permission.YOUTH_CASE_OPEN)
def new() -> ResponseReturnValue:
    """Open an enquiry with initials or a token."""
    answers = ENQUIRY.read(request.form) if request.method == "POST" else ENQUIRY.blank()
    if request.method == "POST" and answers.ok:
        values = answers.values
        enquiry = operations.Enquiry(
            known_as=values["known_as"],
            concern=values["concern"],
            source=values["source"],
            level=int(values["level"]),
            locality=values["locality"],
        )
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                opened = operations.open_enquiry(work, enquiry=enquiry)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("The enquiry is open. Nobody outside your agency can find it.")
            return redirect(url_for("young_people.file", youth_case_id=opened.case_id), 303)
    return render_template("youth/new.html", form=answers), 422 if answers.errors else 200
