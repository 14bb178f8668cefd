"""Minutes: the rounds that have some, one round's record or own copy, on paper, changing, approving, issuing, correcting.

Who works on the whole record (co-ordinator, administrator, chair) reads that; everybody else reads the copy of their own agency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.conferences import queries as rounds
from casework.conferences.rules import RoundState
from casework.documents.minutes import MinutesDocument, render_minutes
from casework.documents.minutes_word import render_minutes_as_word
from casework.errors import Invalid, NotFound
from casework.minutes import operations, queries
from casework.minutes.queries import HowFar
from casework.minutes.rules import LONGEST, LONGEST_REASON, OTHER_BUSINESS
from casework.notifications import queries as notices
from casework.web import guard
from casework.web import minutes_views as views
from casework.web.forms.fields import LongText
from casework.web.forms.form import Form
from casework.web.static_files import FOLDER
from casework.web.unit import now, someone, work_for_request
from casework.web.wording import moment_words, plural
from casework.work import UnitOfWork

blueprint = Blueprint("minutes", __name__, url_prefix="/minutes")
for_readers = guard.needs(Permission.MINUTES_READ)
for_drafters = guard.needs(Permission.MINUTES_DRAFT)
for_the_chair = guard.needs(Permission.MINUTES_APPROVE)
for_the_sender = guard.needs(Permission.MINUTES_DRAFT, Permission.MINUTES_APPROVE)

FONTS = FOLDER / "built" / "fonts"
DRAFTED = (RoundState.MINUTES_DRAFT, RoundState.APPROVED, RoundState.ISSUED, RoundState.FROZEN)
# So long after issuing, the page says how many have been told by e-mail.
MAIL_IS_NEWS = timedelta(days=1)
CORRECTION = Form(
    LongText(
        name="because",
        label="What is to be corrected?",
        hint="For the record: it is in no copy, and who is shut out of a case of this sitting does not read it.",
        required="Say what is to be corrected",
        limit=LONGEST_REASON,
        rows=3,
    )
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("")
@for_readers
def every_round() -> str:
    """List the rounds with minutes: all of them for who works on the record, else those of which one's agency has a copy."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        whole = _reads_the_whole(work)
        found = rounds.conferences(work, states=DRAFTED, until_at=work.now, latest_first=True, limit=60)
        withdrawn = () if whole else queries.withdrawn_copies(work)
        if not whole:
            own = queries.has_own_copy(work, conference_ids=[one.id for one in found])
            found = tuple(one for one in found if one.id in own)
    return render_template("minutes/all.html", rounds=found, whole=whole, withdrawn=withdrawn)


@blueprint.get("/<uuid:conference_id>")
@for_readers
def of_round(conference_id: UUID) -> str:
    """Show one round's minutes: the whole record, beside it what one agency gets, or one's own copy, which notes that it was opened."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        if not _reads_the_whole(work):
            if withdrawn := queries.withdrawn_copies(work, conference_id=conference_id):
                return render_template("minutes/withdrawn.html", copy=withdrawn[0])
            record = operations.open_copy(work, conference_id=conference_id)
            return render_template("minutes/copy.html", record=record, version=None)
        as_agency = _agency_asked_for()
        record = queries.whole_record(
            work, conference_id=conference_id, as_agency_id=as_agency, version=_version_asked_for()
        )
        mail = _mail(work, record.far) if record.is_latest else None
        every_copy = [*record.copies, *(one for earlier in record.earlier for one in earlier.copies)]
        people = accounts.account_names(work, [one.opened_by_account_id for one in every_copy])
        openers = {account_id: one.name for account_id, one in people.items()}
        approves, drafts = work.actor.has(Permission.MINUTES_APPROVE), work.actor.has(Permission.MINUTES_DRAFT)
    members = {UUID(agency_id): name for agency_id, name in record.body["agencies"].items()}
    if as_agency and as_agency not in members:
        raise NotFound
    return render_template(
        "minutes/beside.html" if as_agency else "minutes/round.html",
        record=record,
        paper=record.whole or record.document,
        steps=views.steps(record.far, mail),
        busy=views.is_busy(record.far, mail),
        marks=views.marks(record),
        as_agency=as_agency,
        agency=members.get(as_agency) if as_agency else None,
        members=sorted(members.items(), key=lambda one: one[1]),
        copied={one.number: one for one in record.document.cases},
        left_out=views.left_out(record),
        copies=views.copies(record, record.copies, openers),
        earlier=[(one, views.copies(record, one.copies, openers)) for one in record.earlier],
        version=None if record.is_latest else record.version,
        may_recall=drafts and record.is_latest,
        may_take_back=approves and record.is_latest and record.state == "approved",
        other_business_changed={
            part: views.changed_words(change) for part, change in (record.body.get("amended") or {}).items()
        },
        parts=views.PARTS,
    )


@blueprint.get("/<uuid:conference_id>/progress")
@for_the_sender
def progress(conference_id: UUID) -> str:
    """Show how far the minutes are, with nothing of what they say: the page of the minutes follows this while copies go out."""
    with work_for_request() as work:
        far = queries.how_far(work, conference_id=conference_id)
        mail = _mail(work, far)
    return render_template(
        "minutes/progress.html",
        conference_id=conference_id,
        steps=views.steps(far, mail),
        busy=views.is_busy(far, mail),
    )


@blueprint.get("/<uuid:conference_id>/changes")
@for_the_sender
def changes(conference_id: UUID) -> str:
    """Show every change to the draft: who, when, and what was taken out and put in."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        version = _version_asked_for()
        found = queries.edits(work, conference_id=conference_id, version=version)
    return render_template(
        "minutes/changes.html", conference_id=conference_id, version=version, changes=views.changes(found)
    )


@blueprint.get("/<uuid:conference_id>/minutes.pdf")
@for_readers
def pdf(conference_id: UUID) -> ResponseReturnValue:
    """Give the same as a tagged PDF. Its file name says nothing of the round; fetching one's own copy opens it."""
    document = _on_paper(conference_id)
    return _file(render_minutes(document, made_at=now(), fonts=FONTS), "application/pdf", "minutes.pdf")


@blueprint.get("/<uuid:conference_id>/minutes.docx")
@for_readers
def word(conference_id: UUID) -> ResponseReturnValue:
    """Give the same for Word, likewise."""
    document = _on_paper(conference_id)
    return _file(render_minutes_as_word(document, made_at=now()), WORD, "minutes.docx")


def _on_paper(conference_id: UUID) -> MinutesDocument:
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        if _reads_the_whole(work):
            record = queries.whole_record(
                work,
                conference_id=conference_id,
                as_agency_id=_agency_asked_for(),
                version=_version_asked_for(),
            )
        else:
            record = operations.open_copy(work, conference_id=conference_id)
        work.note("minutes:take", "minutes", record.id)
    return replace(record.document, taken_by=f"{someone().name}, {moment_words(now(), year=True)}")


def _file(content: bytes, kind: str, name: str) -> ResponseReturnValue:
    response = make_response(content)
    response.mimetype = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/<uuid:conference_id>/amend/<part>", methods=["GET", "POST"])
@blueprint.route("/<uuid:conference_id>/cases/<uuid:listing_id>/amend/<part>", methods=["GET", "POST"])
@for_drafters
def amend(conference_id: UUID, part: str, listing_id: UUID | None = None) -> ResponseReturnValue:
    """Change one part of the draft. Every change is kept with the words before it."""
    if part not in views.PARTS or (listing_id is None) != (part == OTHER_BUSINESS):
        raise NotFound
    form = Form(LongText(name="words", label=views.PARTS[part], heading=True, limit=LONGEST, rows=10))
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        record = queries.whole_record(work, conference_id=conference_id)
    case = next((one for one in record.body["cases"] if one["listing_id"] == str(listing_id)), None)
    if listing_id is not None and case is None:
        raise NotFound
    place: Mapping[str, object] = case or record.body
    changed = (case or record.body).get("amended", {}).get(part)
    answers = form.read(request.form) if request.method == "POST" else form.blank({"words": place.get(part) or ""})
    there = f"case-{case['number']}" if case else OTHER_BUSINESS
    if request.method == "POST" and answers.ok:
        seen = request.form.get("changes_seen", "")
        try:
            with work_for_request(purpose=Purpose.CONFERENCE) as work:
                operations.amend(
                    work,
                    conference_id=conference_id,
                    listing_id=listing_id,
                    part=part,
                    words=answers.values["words"],
                    changes_seen=int(seen) if seen.isdecimal() else None,
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("The draft is changed. What stood there before is kept under Changes.")
            return _back(conference_id, there)
    page = render_template(
        "minutes/amend.html",
        form=answers,
        part=views.PARTS[part],
        record=record,
        case=case,
        there=there,
        changes_seen=changed["times"] if changed else 0,
        changed=views.changed_words(changed) if changed else "",
    )
    return page, 422 if answers.errors else 200


@blueprint.post("/<uuid:conference_id>/approve")
@for_the_chair
def approve(conference_id: UUID) -> ResponseReturnValue:
    """Approve the minutes as chair."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        operations.approve(work, conference_id=conference_id)
    flash("The minutes are approved. They go out to the agencies by themselves; you can leave this page.")
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
    if copies:
        flash(
            f"The minutes are issued: {plural(copies, 'agency has', 'agencies have')} a copy. "
            "Whoever speaks for them is told by e-mail; you can leave this page."
        )
    else:
        flash("The minutes had been issued already.")
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


@blueprint.route("/<uuid:conference_id>/correct", methods=["GET", "POST"])
@for_drafters
def correct(conference_id: UUID) -> ResponseReturnValue:
    """Begin a corrected version of minutes that are out, having seen who has opened what."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        far = queries.how_far(work, conference_id=conference_id)
    answers = CORRECTION.read(request.form) if request.method == "POST" else CORRECTION.blank()
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.CONFERENCE) as work:
                operations.correct(work, conference_id=conference_id, because=answers.values["because"])
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("A corrected version is begun as a draft. Change what was wrong; then the chair approves it.")
            return _back(conference_id)
    return render_template("minutes/correct.html", form=answers, far=far), 422 if answers.errors else 200


def _mail(work: UnitOfWork, far: HowFar) -> dict[str, int] | None:
    """How many have been told by e-mail, while that is news."""
    if far.issued_at is None or work.now > far.issued_at + MAIL_IS_NEWS:
        return None
    return notices.told_of_minutes(work, minutes_id=far.minutes_id, issued_at=far.issued_at)


def _reads_the_whole(work: UnitOfWork) -> bool:
    return work.actor.has(Permission.MINUTES_DRAFT) or work.actor.has(Permission.MINUTES_APPROVE)


def _agency_asked_for() -> UUID | None:
    """Read the agency of "see it as this agency"; none was chosen when it is empty. Raises NotFound for what is no id."""
    text = request.args.get("agency", "")
    chosen = _as_id(text)
    if text and chosen is None:
        raise NotFound
    return chosen


def _version_asked_for() -> int | None:
    """Read the version that is looked at; the latest when none is named. Raises NotFound for what is no number."""
    text = request.args.get("version", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise NotFound
    return int(text) if text else None


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _back(conference_id: UUID, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("minutes.of_round", conference_id=conference_id, _anchor=anchor), 303)
