"""Minutes: the rounds that have some, one round's record or own copy, its PDF, amending, approving, issuing and calling back.

Who works on the whole record (co-ordinator, administrator, chair) reads that; everybody else reads the copy of their own agency.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.clock import london_date
from casework.conferences import queries as rounds
from casework.conferences.rules import RoundState
from casework.documents.minutes import render_minutes
from casework.errors import Invalid, NotFound
from casework.minutes import operations, queries
from casework.minutes.queries import MinutesRecord
from casework.partnerships import queries as partnerships
from casework.web import guard
from casework.web.forms.fields import LongText
from casework.web.forms.form import Form
from casework.web.static_files import FOLDER
from casework.web.unit import now, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("minutes", __name__, url_prefix="/minutes")
for_readers = guard.needs(Permission.MINUTES_READ)
for_drafters = guard.needs(Permission.MINUTES_DRAFT)
for_the_chair = guard.needs(Permission.MINUTES_APPROVE)

FONTS = FOLDER / "built" / "fonts"
DRAFTED = (RoundState.MINUTES_DRAFT, RoundState.APPROVED, RoundState.ISSUED, RoundState.FROZEN)
SENT = (RoundState.ISSUED, RoundState.FROZEN)
OTHER_BUSINESS = "other_business"
# The parts of operations.AMENDABLE and the other business, as they are called on the page.
PARTS = {
    "voice": "What the victim wants",
    "no_action_because": "Why no action was agreed",
    "tell_how": "How the victim is told",
    "nobody_tells_because": "Why nobody tells the victim",
    "notes": "Notes on the case",
    OTHER_BUSINESS: "Other business",
}
# Why a copy leaves a case out. That an agency is blocked is said only to those who may set a block.
LEFT_OUT = {
    "not_in_the_copy": "it was not in the copy that was issued",
    "blocked": "the agency is blocked from this case",
    "not_asked": "the agency was not asked about this case",
    "confidentiality_not_accepted": "nobody of the agency has accepted the confidentiality statement",
}


@blueprint.get("")
@for_readers
def every_round() -> str:
    """List the rounds with minutes: all of them for who works on the record, else those of which one's agency has a copy."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        whole = _reads_the_whole(work)
        found = rounds.conferences(
            work, states=DRAFTED if whole else SENT, until_at=work.now, latest_first=True, limit=60
        )
        if not whole:
            own = queries.has_own_copy(work, conference_ids=[one.id for one in found])
            found = tuple(one for one in found if one.id in own)
    return render_template("minutes/all.html", rounds=found, whole=whole)


@blueprint.get("/<uuid:conference_id>")
@for_readers
def of_round(conference_id: UUID) -> str:
    """Show one round's minutes: the whole record, as one agency would see it, or one's own copy, which notes that it was opened."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        whole = _reads_the_whole(work)
        as_agency = _agency_asked_for() if whole else None
        record = _record(work, conference_id, as_agency)
        approves = work.actor.has(Permission.MINUTES_APPROVE)
        may_say_blocked = work.actor.has(Permission.CASE_BLOCK)
        members = partnerships.member_agencies(work, on=london_date(work.now)) if whole else []
        openers = [one.opened_by_account_id for one in record.copies]
        people = accounts.account_names(work, openers) if any(openers) else {}
    names = {one.agency_id: one.name for one in members}
    return render_template(
        "minutes/round.html",
        record=record,
        minuted=list(zip(record.body["cases"], record.document.cases, strict=True)),
        whole=whole,
        as_agency=as_agency,
        members=list(names.items()),
        left_out=[(one.case_number, _why(one.code, may_say_blocked)) for one in record.left_out],
        copies=sorted(
            (
                (
                    names.get(one.agency_id, "An agency that has left"),
                    one,
                    people[one.opened_by_account_id].name if one.opened_by_account_id in people else "",
                )
                for one in record.copies
            ),
            key=lambda row: row[0],
        ),
        unopened=sum(one.opened_at is None and one.recalled_at is None for one in record.copies),
        may_take_back=approves and record.state == "approved",
        parts=PARTS,
    )


@blueprint.get("/<uuid:conference_id>/minutes.pdf")
@for_readers
def pdf(conference_id: UUID) -> ResponseReturnValue:
    """Give the same as a PDF. Its file name says nothing of the round; fetching one's own copy opens it."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        as_agency = _agency_asked_for() if _reads_the_whole(work) else None
        record = _record(work, conference_id, as_agency)
    response = make_response(render_minutes(record.document, made_at=now(), fonts=FONTS))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'attachment; filename="minutes.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/<uuid:conference_id>/amend/<part>", methods=["GET", "POST"])
@blueprint.route("/<uuid:conference_id>/cases/<uuid:listing_id>/amend/<part>", methods=["GET", "POST"])
@for_drafters
def amend(conference_id: UUID, part: str, listing_id: UUID | None = None) -> ResponseReturnValue:
    """Change one part of the draft. Every change is in the trail."""
    if part not in PARTS or (listing_id is None) != (part == OTHER_BUSINESS):
        raise NotFound
    form = Form(LongText(name="words", label=PARTS[part], heading=True, limit=operations.LONGEST, rows=10))
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.whole_record(work, conference_id=conference_id)
    case = next((one for one in record.body["cases"] if one["listing_id"] == str(listing_id)), None)
    if listing_id is not None and case is None:
        raise NotFound
    before = (case or record.body).get(part) or ""
    answers = form.read(request.form) if request.method == "POST" else form.blank({"words": before})
    there = f"case-{case['number']}" if case else OTHER_BUSINESS
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.CONFERENCE) as work:
                operations.amend(
                    work, conference_id=conference_id, listing_id=listing_id, part=part, words=answers.values["words"]
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("The draft is changed.")
            return _back(conference_id, there)
    page = render_template("minutes/amend.html", form=answers, part=PARTS[part], record=record, case=case, there=there)
    return page, 422 if answers.errors else 200


@blueprint.post("/<uuid:conference_id>/approve")
@for_the_chair
def approve(conference_id: UUID) -> ResponseReturnValue:
    """Approve the minutes as chair."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        operations.approve(work, conference_id=conference_id)
    flash("The minutes are approved. They go out to the agencies by themselves.")
    return _back(conference_id)


@blueprint.post("/<uuid:conference_id>/take-back")
@for_the_chair
def take_back(conference_id: UUID) -> ResponseReturnValue:
    """Take the approval back, so that the draft can be changed."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        operations.take_approval_back(work, conference_id=conference_id)
    flash("The approval is taken back. The minutes are a draft again.")
    return _back(conference_id)


@blueprint.post("/<uuid:conference_id>/issue")
@for_drafters
def issue(conference_id: UUID) -> ResponseReturnValue:
    """Issue each agency its copy now instead of waiting for the clock."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        copies = operations.issue(work, conference_id=conference_id)
    flash(
        f"The minutes are issued: {copies} agencies have a copy." if copies else "The minutes had been issued already."
    )
    return _back(conference_id)


@blueprint.post("/<uuid:conference_id>/recall")
@for_drafters
def recall(conference_id: UUID) -> ResponseReturnValue:
    """Call back the copies that nobody has opened: of the agency that was named, or of all."""
    text = request.form.get("agency", "")
    chosen = _as_id(text)
    if text and chosen is None:
        raise NotFound
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        called = operations.recall(work, conference_id=conference_id, agency_ids=[chosen] if chosen else [])
    if called:
        flash(f"Called back, unopened: {called}.")
    else:
        flash("Nothing was called back: what was opened stays read.", "warning")
    return _back(conference_id, "copies")


def _reads_the_whole(work: UnitOfWork) -> bool:
    return work.actor.has(Permission.MINUTES_DRAFT) or work.actor.has(Permission.MINUTES_APPROVE)


def _record(work: UnitOfWork, conference_id: UUID, as_agency: UUID | None) -> MinutesRecord:
    """Read what the reader may, and note that the agency has opened its copy when it is that."""
    if _reads_the_whole(work):
        return queries.whole_record(work, conference_id=conference_id, as_agency_id=as_agency)
    return operations.open_copy(work, conference_id=conference_id)


def _why(code: str, may_say_blocked: bool) -> str:
    return "it is not for this agency" if code == "blocked" and not may_say_blocked else LEFT_OUT[code]


def _agency_asked_for() -> UUID | None:
    """Read the agency of "see it as this agency"; none was chosen when it is empty. Raises NotFound for what is no id."""
    text = request.args.get("agency", "")
    chosen = _as_id(text)
    if text and chosen is None:
        raise NotFound
    return chosen


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _back(conference_id: UUID, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("minutes.of_round", conference_id=conference_id, _anchor=anchor), 303)
