"""The youth group: its page, writing an entry, a meeting with its minutes, what the chair does, and whether named cases may be heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.contacts import queries as contacts
from casework.errors import Invalid, NotFound
from casework.groups import operations, queries
from casework.groups.operations import NewEntry, NewGroup
from casework.groups.queries import EntryRecord
from casework.groups.queries.people import LooksLikeAPerson
from casework.groups.rules import AREA, MEASURES, EntryKind
from casework.partnerships import queries as partnerships
from casework.web import guard
from casework.web.charts import Point
from casework.web.forms import groups as forms
from casework.web.forms.agency_contacts import TOPICS
from casework.web.forms.form import Answers
from casework.web.stopped_text import FIELD, Stopped, stopped
from casework.web.unit import now, someone, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("groups", __name__, url_prefix="/group")
for_members = guard.needs(Permission.GROUP_TAKE_PART)
for_leaders = guard.needs(Permission.GROUP_LEAD)
for_managers = guard.needs(Permission.PARTNERSHIP_MANAGE)


@blueprint.get("")
@for_members
def every_group() -> ResponseReturnValue:
    """List the groups in which one's agency has a seat; where there is one, go there."""
    with work_for_request() as work:
        found = queries.groups(work)
        may_lead = work.actor.has(Permission.GROUP_LEAD)
    if len(found) == 1:
        return redirect(url_for("groups.group", group_id=found[0].id), 303)
    return render_template("groups/all.html", groups=found, may_lead=may_lead)


@blueprint.get("/<uuid:group_id>")
@for_members
def group(group_id: UUID) -> str:
    """Show a group: the next meeting, what agencies wrote by kind, figures with their tables, the minutes."""
    with work_for_request() as work:
        record = queries.group_record(work, group_id=group_id)
        meetings = queries.meetings(work, group_id=group_id)
        entries = queries.entries(work, group_id=group_id)
        counted = contacts.counts_by_topic(work)
        members = queries.members_of(work, group_id=group_id)
        own = work.actor.agency_id
        names = _names(work, entries, members)
    coming = [one for one in reversed(meetings) if one.issued_at is None]
    return render_template(
        "groups/group.html",
        record=record,
        members=sorted(names[one] for one in members),
        coming=coming,
        issued=[one for one in meetings if one.issued_at is not None],
        by_kind=[
            (kind, words, [one for one in entries if one.kind == kind]) for kind, (words, _) in forms.KINDS.items()
        ],
        names=names,
        counted=counted,
        open_meetings={one.id for one in coming},
        own_agency=names.get(own, "") if own else "",
        quarter=contacts.last_quarter(london_date(now())),
        topics=TOPICS,
        **_words_of(record.localities),
    )


@blueprint.route("/found", methods=["GET", "POST"])
@for_leaders
def found() -> ResponseReturnValue:
    """Found a group."""
    answers = forms.FOUND.read(request.form) if request.method == "POST" else forms.FOUND.blank()
    if request.method == "POST" and answers.ok:
        lines = [line.strip() for line in answers.values["localities"].splitlines() if line.strip()]
        new = NewGroup(
            name=answers.values["name"],
            localities={f"L{number}": line for number, line in enumerate(lines, start=1)},
            meets_at_time=answers.values["at"],
            venue=answers.values["venue"],
            frequency=answers.values["frequency"] or None,
            starts_on=answers.values["starts_on"],
        )
        try:
            with work_for_request() as work:
                group_id = operations.found_group(work, new=new)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("The group is founded. Give the other agencies their seats.")
            return redirect(url_for("groups.seats", group_id=group_id), 303)
    return render_template("groups/found.html", form=answers), 422 if answers.errors else 200


@blueprint.route("/<uuid:group_id>/seats", methods=["GET", "POST"])
@for_leaders
def seats(group_id: UUID) -> ResponseReturnValue:
    """Give agencies their seats, and call single meetings."""
    with work_for_request() as work:
        record = queries.group_record(work, group_id=group_id)
        members = queries.members_of(work, group_id=group_id)
        every = partnerships.member_agencies(work, on=london_date(now()))
    others = [(str(one.agency_id), one.name) for one in every if one.agency_id not in members]
    names = {one.agency_id: one.name for one in every}
    seat, call = forms.SEAT.with_options(agency=others).blank(), forms.CALL.blank()
    act = request.form.get("act", "")
    try:
        if act == "seat":
            seat = forms.SEAT.with_options(agency=others).read(request.form)
            if seat.ok:
                with work_for_request() as work:
                    operations.add_member(work, group_id=group_id, agency_id=UUID(seat.values["agency"]))
                return _done(
                    "The agency has a seat. It opens no young person’s file.", "groups.seats", group_id=group_id
                )
        elif act == "call":
            call = forms.CALL.read(request.form)
            if call.ok:
                with work_for_request() as work:
                    operations.call_meeting(work, group_id=group_id, on=call.values["on"], at=call.values["at"])
                return _done("The meeting is called.", "groups.group", group_id=group_id)
        elif request.method == "POST":
            with work_for_request() as work:
                operations.leave(work, group_id=group_id, agency_id=UUID(request.form.get("leaves", "")))
            return _done("The seat has ended.", "groups.seats", group_id=group_id)
    except Invalid as invalid:
        (seat if act == "seat" else call).refused(invalid)
    except ValueError:
        raise NotFound from None
    wrong = seat if seat.errors else call
    page = render_template(
        "groups/seats.html", record=record, members=members, names=names, seat=seat, call=call, form=wrong
    )
    return page, 422 if wrong.errors else 200


@blueprint.route("/meeting/<uuid:meeting_id>/write/<kind>", methods=["GET", "POST"])
@for_members
def write(meeting_id: UUID, kind: str) -> ResponseReturnValue:
    """Write an entry for a meeting. A text that looks like a person is shown again with the words marked, and is not kept."""
    if kind not in forms.KINDS:
        raise NotFound
    with work_for_request() as work:
        meeting = queries.meeting_record(work, meeting_id=meeting_id)
        record = queries.group_record(work, group_id=meeting.group_id)
        members = agencies.agency_names(work, queries.members_of(work, group_id=meeting.group_id))
    form = forms.trend_form(record.localities) if kind == EntryKind.TREND else forms.ENTRY[EntryKind(kind)]
    if any(question.name == "locality" for question in form.questions):
        form = form.with_options(locality=list(record.localities.items()))
    if kind == EntryKind.AGENCY_ACTION:
        form = form.with_options(owner=[(str(one), name) for one, name in sorted(members.items(), key=lambda m: m[1])])
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    looks: Stopped | None = None
    if request.method == "POST" and answers.ok:
        confirmed = request.form.getlist(FIELD)
        try:
            with work_for_request() as work:
                operations.write_entry(work, meeting_id=meeting_id, entry=_entry(kind, answers, confirmed))
        except LooksLikeAPerson as error:
            answers.refused(error)
            looks = stopped(answers.values["words"], error, confirmed)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            return _done("Your entry is kept for the meeting.", "groups.group", group_id=record.id)
    words, hint = forms.KINDS[kind]
    page = render_template(
        "groups/write.html",
        record=record,
        meeting=meeting,
        form=answers,
        words=words,
        hint=hint,
        looks=looks,
        may_contact=_may_contact(),
    )
    return page, 422 if answers.errors else 200


def _entry(kind: str, answers: Answers, confirmed: Iterable[str]) -> NewEntry:
    values = answers.values
    counts = {
        name.removeprefix("count_"): value
        for name, value in values.items()
        if name.startswith("count_") and value is not None
    }
    return NewEntry(
        kind=kind,
        words=values["words"],
        locality=values.get("locality") or None,
        measure=values.get("measure"),
        period_from=values.get("period_from"),
        period_until=values.get("period_until"),
        counts=counts,
        owner_agency_id=UUID(values["owner"]) if values.get("owner") else None,
        due_on=values.get("due_on"),
        confirmed=tuple(confirmed),
    )


@blueprint.post("/entry/<uuid:entry_id>/withdraw")
@for_members
def withdraw(entry_id: UUID) -> ResponseReturnValue:
    """Take an entry of one's own agency back."""
    with work_for_request() as work:
        operations.withdraw_entry(work, entry_id=entry_id)
    return _done("The entry is taken back.", "groups.every_group")


@blueprint.post("/entry/<uuid:entry_id>/done")
@for_members
def done(entry_id: UUID) -> ResponseReturnValue:
    """Say that one's agency has done an action."""
    with work_for_request() as work:
        operations.action_done(work, entry_id=entry_id)
    return _done("Noted: it is done.", "groups.every_group")


@blueprint.get("/meeting/<uuid:meeting_id>")
@for_members
def meeting(meeting_id: UUID) -> str:
    """Show a meeting: agenda, who was there, what was written, and once issued its minutes, fit to be printed."""
    with work_for_request() as work:
        found = queries.meeting_record(work, meeting_id=meeting_id)
        record = queries.group_record(work, group_id=found.group_id)
        entries = queries.entries(work, group_id=found.group_id, meeting_id=meeting_id)
        named = queries.named_cases(work, meeting_id=meeting_id)
        there = {one.account_id for one in found.attendance} | {one for case in named for one in case.in_room}
        people = accounts.account_names(work, there | {one for case in named for one in case.had_left})
        heard_by = {one for case in named for one in (case.agency_id, *case.may_hear, *case.asked_to_leave)}
        names = _names(work, entries, {one.agency_id for one in found.attendance} | heard_by)
    return render_template(
        "groups/meeting.html",
        record=record,
        meeting=found,
        entries=entries,
        people=people,
        names=names,
        here=forms.HERE,
        named=named,
        may_bring=someone().actor.has(Permission.YOUTH_CASE_VIEW),
        kinds={kind: words for kind, (words, _) in forms.KINDS.items()},
        **_words_of(record.localities),
    )


@blueprint.route("/meeting/<uuid:meeting_id>/lead", methods=["GET", "POST"])
@for_leaders
def lead(meeting_id: UUID) -> ResponseReturnValue:
    """What the chair does: the agenda, who was there, and issuing the minutes on their word that nobody was discussed."""
    with work_for_request() as work:
        found = queries.meeting_record(work, meeting_id=meeting_id)
        record = queries.group_record(work, group_id=found.group_id)
        people = _practitioners(work, found.group_id)
    stored = {f"at_{one.account_id}": one.state.value for one in found.attendance}
    agenda, issue = forms.AGENDA.blank({"agenda": found.agenda}), forms.ISSUE.blank()
    attendance = forms.attendance_form(people).blank(stored)
    looks: Stopped | None = None
    wrong: Answers = issue
    act = request.form.get("act", "")
    if act == "agenda":
        agenda = wrong = forms.AGENDA.read(request.form)
    elif act == "attendance":
        attendance = wrong = forms.attendance_form(people).read(request.form)
    elif act == "issue":
        issue = wrong = forms.ISSUE.read(request.form)
    if act and wrong.ok:
        confirmed = request.form.getlist(FIELD)
        try:
            with work_for_request() as work:
                _lead(work, act, meeting_id, wrong.values, confirmed)
        except LooksLikeAPerson as error:
            wrong.refused(error)
            looks = stopped(wrong.values["agenda"], error, confirmed)
        except Invalid as invalid:
            wrong.refused(invalid)
        else:
            where = "groups.meeting" if act == "issue" else "groups.lead"
            return _done("The minutes are out." if act == "issue" else "Kept.", where, meeting_id=meeting_id)
    page = render_template(
        "groups/lead.html",
        record=record,
        meeting=found,
        agenda=agenda,
        attendance=attendance,
        issue=issue,
        form=wrong,
        looks=looks,
        may_contact=_may_contact(),
    )
    return page, 422 if wrong.errors else 200


def _lead(work: UnitOfWork, act: str, meeting_id: UUID, values: Mapping[str, Any], confirmed: list[str]) -> None:
    if act == "agenda":
        operations.set_agenda(work, meeting_id=meeting_id, words=values["agenda"], confirmed=confirmed)
    elif act == "attendance":
        states = {UUID(name.removeprefix("at_")): state for name, state in values.items() if state}
        operations.record_attendance(work, meeting_id=meeting_id, states=states)
    else:
        word = "yes" in values["no_individuals_discussed"]
        operations.issue_minutes(work, meeting_id=meeting_id, no_individuals_discussed=word)


@blueprint.route("/named-cases", methods=["GET", "POST"])
@for_managers
def named_cases() -> ResponseReturnValue:
    """Decide, as local policy from a day on, whether a group may hear named cases."""
    with work_for_request() as work:
        managed = queries.managed_groups(work)
    form = forms.MODE.with_options(group=[(str(record.id), record.name) for record, _ in managed])
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    if request.method == "POST" and answers.ok:
        values = answers.values
        try:
            with work_for_request() as work:
                operations.set_mode(
                    work,
                    group_id=UUID(values["group"]),
                    mode=values["mode"],
                    ground=values["ground"],
                    from_on=values["from_on"],
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            return _done("The decision is kept.", "groups.named_cases")
    page = render_template("groups/named_cases.html", managed=managed, form=answers)
    return page, 422 if answers.errors else 200


def _may_contact() -> bool:
    return someone().actor.has(Permission.CONTACT_OPEN)


def _practitioners(work: UnitOfWork, group_id: UUID) -> dict[str, str]:
    people = queries.practitioners_of(work, group_id=group_id)
    named = accounts.account_names(work, people)
    names = agencies.agency_names(work, people.values())
    found = {str(one): f"{named[one].name}, {names[agency_id]}" for one, agency_id in people.items() if one in named}
    return dict(sorted(found.items(), key=lambda one: one[1]))


def _names(work: UnitOfWork, entries: Iterable[EntryRecord], also: Iterable[UUID]) -> dict[UUID, str]:
    named = {one.agency_id for one in entries} | {one.owner_agency_id for one in entries if one.owner_agency_id}
    return agencies.agency_names(work, named | set(also))


def _words_of(localities: Mapping[str, str]) -> dict[str, Any]:
    """Return what templates need to say an entry: its measure, its locality, its figures as points of a chart."""
    named = {**localities, AREA: "The whole area"}

    def points(table: Iterable[Mapping[str, Any]]) -> list[Point]:
        return [Point(named.get(cell["label"], cell["label"]), cell["count"] or 0, _figure(cell)) for cell in table]

    return {"measures": MEASURES, "localities": named, "points": points}


def _figure(cell: Mapping[str, Any]) -> str:
    share = cell.get("percentage")
    return str(cell["shown"]) + (f" ({share}%)" if share is not None else "")


def _done(words: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for(endpoint, **values), 303)
