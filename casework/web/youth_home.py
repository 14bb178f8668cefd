"""The youth worker's home: my young people by their next date, and what waits; and the list of them as a page of its own.

The parts for who oversees sharing and who leads a group stand below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.clock import london_date
from casework.consent import queries as consent
from casework.contacts import queries as contacts
from casework.duties.queries import DutyRecord
from casework.errors import Invalid
from casework.groups import queries as groups
from casework.groups.queries import GroupRecord, MeetingRecord
from casework.sharing import queries as sharing
from casework.web import duty_views, guard
from casework.web.components import DutyLine
from casework.web.forms import sharing as sharing_words
from casework.web.forms.agency_contacts import TOPICS
from casework.web.forms.youth import ENQUIRY
from casework.web.forms.youth_words import NEXT
from casework.web.unit import now, someone, work_for_request
from casework.work import UnitOfWork
from casework.youth import operations, queries
from casework.youth.queries import YouthLine
from casework.youth.rules import NEXT_STEP, Stage

blueprint = Blueprint("young_people", __name__, url_prefix="/young-people")

SOON = timedelta(days=14)
ENDING_DAYS = 28
MOST_AT_HOME = 12
MOST_IN_A_PANEL = 5
MOST_GROUPS = 2


@dataclass(frozen=True, slots=True)
class Ending:
    """An agreement that ends, or is to be gone through again, within four weeks: about whom, and on which London day."""

    case_id: UUID
    called: str
    on: date
    ends: bool


@dataclass(frozen=True, slots=True)
class AGroup:
    """A group that the reader leads: its next meeting, and those held whose minutes are not issued, the earliest first."""

    group: GroupRecord
    next: MeetingRecord | None
    to_approve: Sequence[MeetingRecord]


def part(work: UnitOfWork, owed: Sequence[DutyRecord]) -> Mapping[str, Any]:
    """Return what the home page shows to who works in youth support: whoever has YOUTH_CASE_VIEW. Template: home/_youth.html."""
    lines = queries.my_young_people(work)
    called = {one.case_id: one.called for one in lines}
    today = london_date(work.now)
    answers = work.actor.has(Permission.CONTACT_OPEN)
    signs = work.actor.has(Permission.SHARE_REVIEW)
    return {
        "owed": owed_lines(owed, called, now=work.now),
        "lines": lines[:MOST_AT_HOME],
        "more": max(len(lines) - MOST_AT_HOME, 0),
        "next_words": next_words(lines),
        "mine": work.actor.account_id,
        "reviews": _reviews(lines, today),
        "answers": answers,
        "offers": contacts.offers(work) if answers else (),
        "shares": sharing.unanswered(work) if work.actor.has(Permission.SHARE_ANSWER) else (),
        "ending": _ending(work, called),
        "signs": signs,
        "signatures": sharing.count_reviews_waiting(work) if signs else 0,
        "late": _late(work, called) if signs else (),
        "may_open": work.actor.has(Permission.YOUTH_CASE_OPEN),
        "most": MOST_IN_A_PANEL,
        "purposes": sharing_words.PURPOSE_WORDS,
        "topics": TOPICS,
        "today": today,
    }


def oversight_part(work: UnitOfWork) -> Mapping[str, Any]:
    """Return what the home page shows to the information lead: counts and questions, nobody's name. Template: home/_oversight.html."""
    counted = sharing.oversight(work)
    return {
        "counted": counted,
        "asked": sharing.questions(work).lines[:MOST_IN_A_PANEL] if counted.unmatched else (),
        "purposes": sharing_words.PURPOSE_WORDS,
    }


def group_part(work: UnitOfWork) -> Mapping[str, Any]:
    """Return what the home page shows to who leads a group: its next meeting, and the minutes to approve. Template: home/_group.html."""
    found = []
    for one in groups.groups(work)[:MOST_GROUPS]:
        meetings = groups.meetings(work, group_id=one.id)
        coming = [meeting for meeting in meetings if not meeting.has_begun]
        waiting = [meeting for meeting in meetings if meeting.has_begun and meeting.issued_at is None]
        found.append(AGroup(one, coming[-1] if coming else None, waiting[::-1]))
    return {"groups": found}


def owed_lines(owed: Sequence[DutyRecord], called: Mapping[UUID, str], *, now: datetime) -> tuple[DutyLine, ...]:
    """Return one's duties as lines that say about whom, where the reader may open the file."""
    return duty_views.lines(owed, {}, frozenset(), now=now, called=called)


def next_words(lines: Sequence[YouthLine]) -> dict[UUID, str]:
    """Return the next step of each file that the reader sees the whole of, in words."""
    return {one.case_id: NEXT.get(str(NEXT_STEP[Stage(one.stage)]), "") for one in lines if one.is_whole}


def _reviews(lines: Sequence[YouthLine], today: date) -> list[YouthLine]:
    due = [one for one in lines if one.review_on is not None and one.review_on <= today + SOON]
    return sorted(due, key=lambda one: one.review_on or today)


def _ending(work: UnitOfWork, called: Mapping[UUID, str]) -> list[Ending]:
    """Return the agreements of one's own young people that end or are to be gone through again within four weeks, the next first."""
    found = []
    for one in consent.agreements_ending(work, within_days=ENDING_DAYS):
        days = [(day, ends) for day, ends in ((one.review_due, False), (one.expires_on, True)) if day is not None]
        if one.case_id in called and days:
            day, ends = min(days)
            found.append(Ending(one.case_id, called[one.case_id], day, ends))
    return found


def _late(work: UnitOfWork, called: Mapping[UUID, str]) -> tuple[DutyLine, ...]:
    """Return what is late of others in the files that the reader answers for."""
    return duty_views.lines(queries.late_of_others(work), {}, frozenset(), now=work.now, of_others=True, called=called)


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
        next_words=next_words(lines),
        mine=someone().actor.account_id,
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
