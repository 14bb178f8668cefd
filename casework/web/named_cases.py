"""Named cases of a group, where the partnership has switched that on: bringing one, and hearing it with those who may stay."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.consent.rules import Category
from casework.errors import Invalid, NotFound
from casework.groups import operations, queries
from casework.groups.queries import CouldHear
from casework.groups.rules import Attendance
from casework.web import guard
from casework.web.forms import named_cases as forms
from casework.web.forms.choices import Option
from casework.web.forms.sharing import CATEGORY_WORDS, declared_from
from casework.web.unit import work_for_request
from casework.youth import queries as youth

blueprint = Blueprint("named_cases", __name__, url_prefix="/group")


@blueprint.route("/meeting/<uuid:meeting_id>/named-cases/new", methods=["GET", "POST"])
@guard.needs(Permission.GROUP_TAKE_PART)
def bring(meeting_id: UUID) -> ResponseReturnValue:
    """Choose a young person and what is to be told, see which agencies could hear it, and only then bring the case."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        meeting = queries.meeting_record(work, meeting_id=meeting_id)
        if not meeting.hears_named_cases:
            raise NotFound
        people = [
            (str(one.case_id), f"{one.called}, {one.number}") for one in youth.my_young_people(work) if one.is_whole
        ]
        names = agencies.agency_names(work, queries.members_of(work, group_id=meeting.group_id))
    form = forms.BRING.with_options(subject=people)
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    could: tuple[CouldHear, ...] = ()
    if request.method == "POST" and answers.ok:
        given: dict[str, Any] = {
            "meeting_id": meeting_id,
            "case_id": UUID(answers.values["subject"]),
            "categories": [Category(one) for one in answers.values["categories"]],
            "declared": declared_from(answers.values),
        }
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                if request.form.get("act") == "bring":
                    operations.bring_case(work, **given)
                else:
                    could = queries.who_could_hear(work, **given)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            if not could:
                flash("The case is on the agenda. Each agency is decided on again when it is heard.")
                return redirect(url_for("groups.meeting", meeting_id=meeting_id), 303)
    page = render_template(
        "groups/bring.html",
        meeting=meeting,
        form=answers,
        people=people,
        could=could,
        names=names,
        words=CATEGORY_WORDS,
    )
    return page, 422 if answers.errors else 200


@blueprint.route("/meeting/<uuid:meeting_id>/named-cases/<uuid:named_case_id>", methods=["GET", "POST"])
@guard.needs(Permission.GROUP_LEAD)
def hear(meeting_id: UUID, named_case_id: UUID) -> ResponseReturnValue:
    """Say who is in the room while a named case is heard. Agencies that may not hear it are asked to leave first."""
    with work_for_request() as work:
        meeting = queries.meeting_record(work, meeting_id=meeting_id)
        every = queries.named_cases(work, meeting_id=meeting_id)
        numbered = {one.id: (number, one) for number, one in enumerate(every, start=1)}
        if named_case_id not in numbered:
            raise NotFound
        number, record = numbered[named_case_id]
        here = {one.account_id: one.agency_id for one in meeting.attendance if one.state is Attendance.PRESENT}
        people = accounts.account_names(work, here)
        names = agencies.agency_names(work, {*here.values(), *record.asked_to_leave, record.agency_id})
        leaving = queries.who_must_leave(work, named_case_id=named_case_id, attending=here)
    leaving |= {one for one, agency_id in here.items() if agency_id in record.asked_to_leave}
    options = [
        _option(one, f"{people[one].name}, {names[agency_id]}", one in leaving)
        for one, agency_id in here.items()
        if one in people
    ]
    form = forms.HEAR.with_options(in_room=sorted(options, key=lambda one: one[1]))
    staying = [str(one) for one in here if one not in leaving]
    answers = form.read(request.form) if request.method == "POST" else form.blank({"in_room": staying})
    if request.method == "POST" and answers.ok:
        in_room = [UUID(one) for one in answers.values["in_room"]]
        try:
            with work_for_request() as work:
                operations.hear_case(work, named_case_id=named_case_id, in_room=in_room)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Kept: the case is heard, and who was in the room.")
            return redirect(url_for("groups.meeting", meeting_id=meeting_id), 303)
    page = render_template(
        "groups/hear.html", meeting=meeting, record=record, number=number, form=answers, names=names, here=here
    )
    return page, 422 if answers.errors else 200


def _option(account_id: UUID, words: str, leaves: bool) -> Option:
    return (str(account_id), words, "Asked to leave for this case") if leaves else (str(account_id), words)
