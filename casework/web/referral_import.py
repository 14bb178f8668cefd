"""Bringing in a file of referrals: uploaded and checked, then taken in by itself, with a page that says how far it is."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission
from casework.accounts import queries as accounts
from casework.errors import Invalid
from casework.referral_imports import operations, queries
from casework.referral_imports.rules import MOST_ROWS
from casework.web import guard
from casework.web.unit import work_for_request

blueprint = Blueprint("referral_import", __name__, url_prefix="/triage/import")
imports = guard.needs(Permission.REFERRAL_IMPORT)


@blueprint.route("", methods=["GET", "POST"])
@imports
def every_import() -> ResponseReturnValue:
    """Take a file and check it; below, the latest files. The file's name is not kept."""
    mistake = ""
    if request.method == "POST":
        try:
            with work_for_request() as work:
                import_id = operations.upload(work, content=_sent())
        except Invalid as invalid:
            mistake = invalid.errors[0].message
        else:
            return redirect(url_for("referral_import.one", import_id=import_id), 303)
    with work_for_request() as work:
        found = queries.imports(work)
        people = accounts.account_names(work, [one.uploaded_by_account_id for one in found])
    page = render_template(
        "referral_import/all.html",
        form={"errors": [{"text": mistake, "href": "#file"}] if mistake else []},
        imports=found,
        people={account_id: person.name for account_id, person in people.items()},
        most_rows=MOST_ROWS,
    )
    return page, 422 if mistake else 200


def _sent() -> bytes:
    """Return the content of the uploaded file. Raises Invalid when none was chosen."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid.field("file", "Choose a file of referrals")
    content: bytes = file.read()
    return content


@blueprint.get("/<uuid:import_id>")
@imports
def one(import_id: UUID) -> str:
    """Show what was found in a file, how far it is taken in, or what became of it. Followed by script while it goes on."""
    with work_for_request() as work:
        record = queries.import_record(work, import_id=import_id)
        people = accounts.account_names(work, [record.uploaded_by_account_id])
    by = people.get(record.uploaded_by_account_id)
    return render_template("referral_import/one.html", record=record, by=by.name if by else "")


@blueprint.post("/<uuid:import_id>/begin")
@imports
def begin(import_id: UUID) -> ResponseReturnValue:
    """Take in the rows that are ready, in the background."""
    with work_for_request() as work:
        operations.begin(work, import_id=import_id)
    return redirect(url_for("referral_import.one", import_id=import_id), 303)


@blueprint.post("/<uuid:import_id>/discard")
@imports
def discard(import_id: UUID) -> ResponseReturnValue:
    """Delete a checked file instead."""
    with work_for_request() as work:
        operations.discard(work, import_id=import_id)
    flash("The file is deleted. Nothing of it was taken in.")
    return redirect(url_for("referral_import.every_import"), 303)
