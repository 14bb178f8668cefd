"""Who is shut out of a young person's file because of a conflict of interest: set and lifted by a manager or a safeguarding lead."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose, Role
from casework.accounts import queries as accounts
from casework.cases import operations
from casework.cases import queries as cases
from casework.clock import london_date
from casework.errors import Invalid
from casework.partnerships import queries as partnerships
from casework.sharing import queries as sharing
from casework.web import guard
from casework.web.forms.shut_out import SHUT_OUT
from casework.web.unit import now, work_for_request

blueprint = Blueprint("shut_out", __name__, url_prefix="/young-people")
for_leads = guard.needs(Permission.YOUTH_CASE_BLOCK)
_ROLES = [Role.YOUTH_WORKER, Role.YOUTH_MANAGER, Role.SAFEGUARDING_LEAD, Role.INFORMATION_LEAD, Role.GROUP_CHAIR]


@blueprint.route("/<uuid:youth_case_id>/shut-out", methods=["GET", "POST"])
@for_leads
def of_file(youth_case_id: UUID) -> ResponseReturnValue:
    """Show who is shut out of a file, and shut out one person or one agency with a conflict of interest."""
    with work_for_request(purpose=Purpose.OVERSIGHT) as work:
        blocks = cases.blocks_of_file(work, case_id=youth_case_id)
        about = sharing.about(work, case_id=youth_case_id)
        there = accounts.accounts_with_role(work, roles=_ROLES)
        people = accounts.account_names(work, {*there, *(one.account_id for one in blocks if one.account_id)})
        members = partnerships.member_agencies(work, on=london_date(now()))
        own, me = work.actor.agency_id, work.actor.account_id
    options = [(f"account:{one}", people[one].name) for one in there if one in people and one != me]
    options = sorted(options, key=lambda one: one[1])
    options += [(f"agency:{one.agency_id}", f"Everybody of {one.name}") for one in members if one.agency_id != own]
    form = SHUT_OUT.with_options(who=options)
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    if request.method == "POST" and answers.ok:
        kind, _, identifier = answers.values["who"].partition(":")
        try:
            with work_for_request(purpose=Purpose.OVERSIGHT) as work:
                operations.block(
                    work,
                    case_id=youth_case_id,
                    reason=answers.values["reason"],
                    account_id=UUID(identifier) if kind == "account" else None,
                    agency_id=UUID(identifier) if kind == "agency" else None,
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Shut out. For them this file does not exist from now on.")
            return redirect(url_for("shut_out.of_file", youth_case_id=youth_case_id), 303)
    page = render_template(
        "sharing/shut_out.html",
        about=about,
        blocks=blocks,
        people=people,
        agencies={one.agency_id: one.name for one in members},
        form=answers,
    )
    return page, 422 if answers.errors else 200


@blueprint.post("/<uuid:youth_case_id>/shut-out/<uuid:block_id>/lift")
@for_leads
def lift(youth_case_id: UUID, block_id: UUID) -> ResponseReturnValue:
    """End a block."""
    with work_for_request(purpose=Purpose.OVERSIGHT) as work:
        operations.lift_block(work, block_id=block_id)
    flash("They may see the file again, as far as they have standing.")
    return redirect(url_for("shut_out.of_file", youth_case_id=youth_case_id), 303)
