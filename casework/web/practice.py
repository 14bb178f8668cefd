"""What co-ordinators look after of a partnership itself: its agencies and their protocol, its local policy, its own holidays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission
from casework.accounts import queries as accounts
from casework.agencies import operations as registering
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.conferences import operations as rounds
from casework.conferences.queries import recounting
from casework.errors import Conflict, FieldError, Invalid, NotFound
from casework.partnerships import operations, queries
from casework.partnerships.queries import MemberAgency, PolicyRecord
from casework.web import guard
from casework.web.forms import practice as forms
from casework.web.forms.form import Answers
from casework.web.unit import now, work_for_request
from casework.web.wording import plural
from casework.work import UnitOfWork

blueprint = Blueprint("practice", __name__, url_prefix="/partnership")
CLOCKS = {
    "cut_off_at": "Cut-off",
    "list_out_at": "List out",
    "research_due_at": "Research due",
    "sits_at": "Sitting",
    "actions_out_at": "Actions out",
    "minutes_out_at": "Minutes out",
}
manages = guard.needs(Permission.PARTNERSHIP_MANAGE)


@blueprint.get("/agencies")
@manages
def every_agency() -> str:
    """List the member agencies with the state of their protocol."""
    with work_for_request() as work:
        members = queries.member_agencies(work, on=london_date(work.now))
    return render_template("practice/agencies.html", members=members, today=london_date(now()))


@blueprint.route("/agencies/add", methods=["GET", "POST"])
@manages
def add_agency() -> ResponseReturnValue:
    """Make an agency a member, registering it first when it is new."""
    with work_for_request() as work:
        members = {one.agency_id for one in queries.member_agencies(work, on=london_date(work.now))}
        others = [one for one in agencies.agencies(work) if one.id not in members]
    options = [(str(one.id), one.name) for one in others] + [(forms.NEW, "A new agency, named below")]
    form = forms.ADD.with_options(agency=options)
    answers = form.read(request.form) if request.method == "POST" else form.blank({"joined_on": london_date(now())})
    if request.method == "POST" and _done(answers, _add):
        flash("The agency is a member. Nobody of it opens a case until its protocol is signed.")
        return redirect(url_for("practice.every_agency"), 303)
    return render_template("practice/add.html", form=answers), 422 if answers.errors else 200


def _add(work: UnitOfWork, given: dict[str, Any]) -> None:
    agency_id = (
        registering.register_agency(
            work,
            slug=given["slug"] or "",
            name=given["name"] or "",
            kind=forms.kind_of(given["body"] or "").value,
            body=given["body"] or _no_body(),
        )
        if given["agency"] == forms.NEW
        else UUID(given["agency"])
    )
    operations.add_agency(work, agency_id=agency_id, joined_on=given["joined_on"], is_core=given["core"] == "yes")


def _no_body() -> str:
    raise Invalid([FieldError("body", "Say what the new agency is in law")])


@blueprint.route("/agencies/<uuid:agency_id>", methods=["GET", "POST"])
@manages
def agency(agency_id: UUID) -> ResponseReturnValue:
    """Show one agency: note that it signed the protocol, or that it leaves."""
    with work_for_request() as work:
        member = queries.member_agency(work, agency_id=agency_id, on=london_date(work.now))
    page = {"protocol": forms.PROTOCOL.blank(), "leave": forms.LEAVE.blank()}
    pressed = request.form.get("go", "")
    if request.method == "POST" and pressed in page:
        page[pressed] = answers = page[pressed].form.read(request.form)
        if _done(answers, lambda work, given: _change(work, member, pressed, given)):
            flash("The protocol is noted." if pressed == "protocol" else "It is noted when the agency leaves.")
            return redirect(url_for("practice.every_agency"), 303)
    wrong = next((one for one in page.values() if one.errors), page["protocol"])
    return render_template("practice/agency.html", member=member, forms=page, form=wrong), 422 if wrong.errors else 200


def _change(work: UnitOfWork, member: MemberAgency, pressed: str, given: dict[str, Any]) -> None:
    if pressed == "leave":
        operations.leave(work, agency_id=member.agency_id, left_on=given["left_on"])
    else:
        operations.sign_protocol(
            work,
            agency_id=member.agency_id,
            version=given["version"],
            signed_on=given["signed_on"],
            expires_on=given["expires_on"] or None,
        )


@blueprint.route("/policy", methods=["GET", "POST"])
@manages
def policy() -> ResponseReturnValue:
    """Show the local policy in force and its versions, and record the next one."""
    with work_for_request() as work:
        versions = queries.policy_versions(work)
        in_force = queries.policy_in_force(work, on=london_date(work.now))
        people = accounts.account_names(work, [one.decided_by_account_id for one in versions])
    answers = (
        forms.POLICY.read(request.form)
        if request.method == "POST"
        else forms.POLICY.blank(forms.stored(in_force.policy))
    )
    if request.method == "POST" and _done(
        answers,
        lambda work, given: operations.set_policy(
            work, settings=forms.settings_from(given, in_force.policy), from_date=given["from_date"]
        ),
    ):
        flash("The new version is recorded. Clocks that are set already stay as they are.")
        return redirect(url_for("practice.policy"), 303)
    return render_template(
        "practice/policy.html",
        form=answers,
        versions=_with_what_changed(versions),
        in_force=in_force.version_id,
        numbers=list(forms.NUMBERS),
        clocks=list(forms.CLOCKS),
        people={account_id: person.name for account_id, person in people.items()},
    ), 422 if answers.errors else 200


def _with_what_changed(versions: list[PolicyRecord]) -> list[tuple[PolicyRecord, list[str]]]:
    """Return each version with the settings in which it differs from the one before, in words."""
    words = {question.name: question.label for question in forms.POLICY.every_question({})}
    found = []
    for number, one in enumerate(versions):
        before = versions[number + 1].policy.to_settings() if number + 1 < len(versions) else None
        settings = one.policy.to_settings()
        changed = [words.get(name, name) for name in settings if before is not None and settings[name] != before[name]]
        found.append((one, changed))
    return found


@blueprint.route("/holidays", methods=["GET", "POST"])
@manages
def holidays() -> ResponseReturnValue:
    """Show the partnership's own holidays beside the bank holidays, and record one."""
    answers = forms.HOLIDAY.read(request.form) if request.method == "POST" else forms.HOLIDAY.blank()
    if request.method == "POST" and _done(
        answers,
        lambda work, given: operations.add_extra_holiday(work, on_date=given["on_date"], reason=given["reason"]),
    ):
        flash("The holiday is recorded. Clocks that are set already stay as they are.")
        return redirect(url_for("practice.holidays"), 303)
    with work_for_request() as work:
        days = queries.holidays(work)
    return render_template("practice/holidays.html", form=answers, days=days), 422 if answers.errors else 200


@blueprint.route("/holidays/<day>", methods=["GET", "POST"])
@manages
def holiday(day: str) -> ResponseReturnValue:
    """Show what moves when one of these days is no holiday any more, and take it out."""
    try:
        on_date = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    with work_for_request() as work:
        if request.method == "POST":
            moved = rounds.remove_holiday(work, on_date=on_date)
        else:
            reason = dict(queries.holidays(work)).get(on_date)
            found = recounting.rounds_without_holiday(work, on_date=on_date)
    if request.method == "POST":
        flash(f"The day is no holiday any more. {plural(moved, 'round has', 'rounds have')} other clocks.")
        return redirect(url_for("practice.holidays"), 303)
    if reason is None:
        raise NotFound
    return render_template("practice/holiday.html", day=on_date, reason=reason, rounds=found, clocks=CLOCKS)


def _done(answers: Answers, act: Callable[[UnitOfWork, dict[str, Any]], object]) -> bool:
    """Do something with a filled form; False when something in it is wrong, with each mistake at its box."""
    if not answers.ok:
        return False
    try:
        with work_for_request() as work:
            act(work, answers.values)
    except Invalid as invalid:
        answers.refused(invalid)
    except Conflict as conflict:
        answers.general.append(conflict.message)
    return answers.ok
