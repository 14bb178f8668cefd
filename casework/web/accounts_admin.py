"""The people of the partnership: who they are, inviting them, their roles, suspending and resetting.

Nobody here can choose another's password. The link of an invitation is shown once, while the account has never been set up.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Role
from casework.accounts import operations, queries
from casework.clock import london_date
from casework.errors import Conflict, Invalid
from casework.partnerships import queries as partnerships
from casework.web import guard
from casework.web.forms.accounts_admin import GIVE_ROLE, INVITE, NEEDS_NO_AGENCY, ROLE_WORDS, role_options
from casework.web.forms.form import Form
from casework.web.unit import service, someone, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """Give every template the words of the roles."""
    return {"role_words": {role: said for role, (said, _) in ROLE_WORDS.items()}}


@blueprint.get("")
@guard.needs(Permission.ACCOUNT_MANAGE)
def all_people() -> str:
    """List the people of the partnership."""
    with work_for_request() as work:
        people = queries.members(work)
    return render_template("people/all.html", people=people)


@blueprint.route("/invite", methods=["GET", "POST"])
@guard.needs(Permission.ACCOUNT_MANAGE)
def invite() -> ResponseReturnValue:
    """Invite somebody. The link that is shown once is for when the mail does not arrive."""
    form = _invitation_form()
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    if request.method == "POST" and answers.ok:
        given = answers.values
        try:
            with work_for_request() as work:
                invited = operations.invite(
                    work,
                    name=given["name"],
                    email=given["email"],
                    post=given["post"],
                    agency_id=_agency(given["agency_id"]),
                    roles=[Role(role) for role in given["roles"]],
                )
        except Invalid as invalid:
            answers.refused(invalid)
        except Conflict as conflict:
            answers.general.append(conflict.message)
        else:
            return _told(invited, "The person has an account already and has the new roles now.")
    return render_template("people/invite.html", form=answers), 200 if request.method == "GET" else 422


@blueprint.get("/<uuid:account_id>")
@guard.needs(Permission.ACCOUNT_MANAGE)
def person(account_id: uuid.UUID) -> str:
    """Show one person: roles now and then, and what can be done."""
    with work_for_request() as work:
        found = queries.member(work, account_id=account_id)
    return render_template("people/person.html", person=found)


@blueprint.route("/<uuid:account_id>/role", methods=["GET", "POST"])
@guard.needs(Permission.ACCOUNT_MANAGE)
def give_role(account_id: uuid.UUID) -> ResponseReturnValue:
    """Give somebody a further role, now or for a time."""
    with work_for_request() as work:
        found = queries.member(work, account_id=account_id)
    form = GIVE_ROLE.with_options(role=[(code, words) for code, words, _ in _roles()])
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    if request.method == "POST" and answers.ok:
        given = answers.values
        try:
            with work_for_request() as work:
                operations.give_role(
                    work,
                    account_id=account_id,
                    role=Role(given["role"]),
                    from_date=given["from_date"] or None,
                    until_date=given["until_date"] or None,
                )
        except Invalid as invalid:
            answers.refused(invalid)
        except Conflict as conflict:
            answers.say("role", conflict.message)
        else:
            flash("The role is given, and the person is signed out everywhere.")
            return redirect(url_for("people.person", account_id=account_id), 303)
    status = 200 if request.method == "GET" else 422
    return render_template("people/give_role.html", form=answers, person=found), status


@blueprint.post("/<uuid:account_id>/role/<uuid:membership_id>/end")
@guard.needs(Permission.ACCOUNT_MANAGE)
def end_role(account_id: uuid.UUID, membership_id: uuid.UUID) -> ResponseReturnValue:
    """End a role at once."""
    return _do(
        account_id,
        lambda work: operations.end_role(work, membership_id=membership_id),
        "The role has ended, and the person is signed out everywhere.",
    )


@blueprint.post("/<uuid:account_id>/suspend")
@guard.needs(Permission.ACCOUNT_MANAGE)
def suspend(account_id: uuid.UUID) -> ResponseReturnValue:
    """Keep somebody from signing in, at once."""
    return _do(
        account_id,
        lambda work: operations.suspend(work, account_id=account_id),
        "The person is signed out everywhere and cannot sign in.",
    )


@blueprint.post("/<uuid:account_id>/reinstate")
@guard.needs(Permission.ACCOUNT_MANAGE)
def reinstate(account_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody who was suspended sign in again."""
    return _do(
        account_id,
        lambda work: operations.reinstate(work, account_id=account_id),
        "The person can sign in again, as before.",
    )


@blueprint.post("/<uuid:account_id>/end-sessions")
@guard.needs(Permission.ACCOUNT_MANAGE)
def end_sessions(account_id: uuid.UUID) -> ResponseReturnValue:
    """Sign somebody out everywhere, for a lost device."""
    return _do(
        account_id,
        lambda work: operations.end_sessions(work, account_id=account_id),
        "The person is signed out everywhere.",
    )


@blueprint.post("/<uuid:account_id>/reset")
@guard.needs(Permission.ACCOUNT_MANAGE)
def reset(account_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody who can no longer sign in set up the account anew, by a link that goes by mail alone."""
    return _do(
        account_id,
        lambda work: operations.reset(work, account_id=account_id),
        "Password and codes no longer work. A link to set them up anew goes to the person by mail.",
    )


@blueprint.post("/<uuid:account_id>/invite-again")
@guard.needs(Permission.ACCOUNT_MANAGE)
def invite_again(account_id: uuid.UUID) -> ResponseReturnValue:
    """Send a new link to somebody who has yet to set up the account."""
    with work_for_request() as work:
        invited = operations.invite_again(work, account_id=account_id)
    return _told(invited, "A new link goes to the person by mail. Links sent before no longer work.")


def _do(account_id: uuid.UUID, act: Callable[[UnitOfWork], object], words: str) -> ResponseReturnValue:
    with work_for_request() as work:
        act(work)
    flash(words)
    return redirect(url_for("people.person", account_id=account_id), 303)


def _told(invited: operations.Invited, words: str) -> ResponseReturnValue:
    """Show the link once, when there is one to show; else go on to the person's page."""
    if invited.token is None:
        flash(words)
        return redirect(url_for("people.person", account_id=invited.account_id), 303)
    link = service().settings.base_url + url_for("sign_in.set_up", token=invited.token)
    return render_template("people/invited.html", link=link, account_id=invited.account_id)


def _roles() -> tuple[tuple[str, str, str], ...]:
    return role_options(operator=Role.OPERATOR in someone().actor.roles)


def _invitation_form() -> Form:
    with work_for_request() as work:
        agencies = partnerships.member_agencies(work, on=london_date(work.now))
    options = [(str(one.agency_id), one.name) for one in agencies] + [NEEDS_NO_AGENCY]
    return INVITE.with_options(agency_id=options, roles=_roles())


def _agency(code: str) -> uuid.UUID | None:
    return None if code == NEEDS_NO_AGENCY[0] else uuid.UUID(code)
