"""A young person's file: who, where it stands with the next step plain, team, plan, reviews, assessment, and what has happened.

A file that may not be seen, one of another programme, and one that does not exist give the same answer.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.clock import age_on, london_date
from casework.errors import Invalid, NotAllowed, NotFound
from casework.programmes.youth_support.practice import practice
from casework.web import guard, youth_ring, youth_steps
from casework.web.components import Entry, Fact
from casework.web.forms import youth as forms
from casework.web.forms import youth_words as words
from casework.web.forms.form import Form
from casework.web.unit import now, someone, work_for_request
from casework.web.wording import date_words
from casework.web.youth_home import blueprint
from casework.web.youth_steps import STEPS, Step
from casework.work import UnitOfWork
from casework.youth import operations, queries
from casework.youth.queries import YouthRecord
from casework.youth.rules import Event, TeamPart

__all__ = ["blueprint"]
for_practitioners = guard.needs(Permission.YOUTH_CASE_VIEW)


@blueprint.get("/<uuid:youth_case_id>")
@for_practitioners
def file(youth_case_id: UUID) -> str:
    """Show one young person's file, as much of it as the reader's part gives."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.youth_record(work, case_id=youth_case_id)
        people, names = _names(work, record)
        today = london_date(work.now)
    next_name = youth_steps.LEADS_TO.get(record.next_step or "")
    return render_template(
        "youth/file.html",
        record=record,
        facts=_facts(record, names, people),
        people=people,
        agencies=names,
        next_words=words.NEXT.get(record.next_step or "", ""),
        next_name=next_name,
        why_next=_why_next(record, today),
        steps=[(name, one) for name, one in youth_steps.offered(record) if name != next_name],
        ending=youth_steps.ENDING,
        may_share=someone().actor.has(Permission.SHARE_ASK),
        may_contact=someone().actor.has(Permission.CONTACT_OPEN),
        may_withdraw=someone().actor.has(Permission.AGREEMENT_RECORD),
        entries=_entries(record, people, names),
        today=today,
        words=words,
        practice=practice(),
    )


@blueprint.get("/<uuid:youth_case_id>/who-knows")
@for_practitioners
def who_knows(youth_case_id: UUID) -> str:
    """Show who was told what about a young person as one picture with its table, as much of it as the reader's part gives."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        found = queries.who_knows(work, case_id=youth_case_id)
    return render_template(
        "youth/who_knows.html",
        found=found,
        picture=youth_ring.picture(found),
        rows=youth_ring.rows(found),
    )


@blueprint.route("/<uuid:youth_case_id>/<step>", methods=["GET", "POST"])
@for_practitioners
def step(youth_case_id: UUID, step: str) -> ResponseReturnValue:
    """Take one step of the table in youth_steps."""
    taken = STEPS.get(step)
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.youth_record(work, case_id=youth_case_id)
        if taken is None:
            raise NotFound
        if not (record.is_whole or taken.for_team):
            raise NotAllowed("The lead professional does this.", code="part_only")
        form = taken.form(work, record)
    answers = form.read(request.form) if request.method == "POST" else form.blank(taken.begins_with(record))
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                taken.does(work, record, answers.values)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash(taken.said)
            return redirect(url_for("young_people.file", youth_case_id=youth_case_id), 303)
    return _form_page(taken, answers, record), 422 if answers.errors else 200


def _form_page(taken: Step, answers: Any, record: YouthRecord) -> str:
    return render_template("youth/step.html", step=taken, form=answers, record=record, repeats=sorted(answers.counts))


@blueprint.route("/actions/<uuid:plan_action_id>", methods=["GET", "POST"])
@for_practitioners
def action(plan_action_id: UUID) -> ResponseReturnValue:
    """Say what became of an action of the plan, or, where an agreement has ended, what becomes of it now."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record, found = queries.action_record(work, action_id=plan_action_id)
        people, names = _names(work, record)
    asks = forms.AFFECTED if found.is_affected and record.is_whole else forms.REPORT
    answers = asks.read(request.form) if request.method == "POST" else asks.blank()
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                _say(work, asks, plan_action_id, answers.values)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Kept.")
            return redirect(url_for("young_people.file", youth_case_id=record.line.case_id), 303)
    page = render_template(
        "youth/action.html", form=answers, record=record, action=found, people=people, agencies=names, words=words
    )
    return page, 422 if answers.errors else 200


def _say(work: UnitOfWork, asks: Form, action_id: UUID, values: dict[str, Any]) -> None:
    if asks is forms.AFFECTED:
        operations.settle_affected(work, action_id=action_id, goes_on=values["goes_on"] == "yes", words=values["words"])
    else:
        operations.report_action(work, action_id=action_id, outcome=values["outcome"], words=values["words"])


@blueprint.route("/<uuid:youth_case_id>/team/<uuid:member_id>", methods=["GET", "POST"])
@for_practitioners
def leave(youth_case_id: UUID, member_id: UUID) -> ResponseReturnValue:
    """End a place on the team."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.youth_record(work, case_id=youth_case_id)
        people, names = _names(work, record)
    member = next((one for one in record.team if one.id == member_id and one.until_at is None), None)
    if member is None or not record.is_whole:
        raise NotFound
    answers = forms.LEAVE.read(request.form) if request.method == "POST" else forms.LEAVE.blank()
    if request.method == "POST" and answers.ok:
        with work_for_request(purpose=Purpose.SUPPORT) as work:
            operations.leave_team(work, member_id=member_id, words=answers.values["words"])
        flash("They have left the team.")
        return redirect(url_for("young_people.file", youth_case_id=youth_case_id), 303)
    who = people[member.account_id].name if member.account_id in people else names.get(member.agency_id, "")
    page = render_template("youth/leave.html", form=answers, record=record, who=who)
    return page, 422 if answers.errors else 200


@blueprint.route("/<uuid:youth_case_id>/disagreements/<uuid:disagreement_id>", methods=["GET", "POST"])
@for_practitioners
def disagreement(youth_case_id: UUID, disagreement_id: UUID) -> ResponseReturnValue:
    """Settle a disagreement, or take it a level higher."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.youth_record(work, case_id=youth_case_id)
        _, names = _names(work, record)
    found = next((one for one in record.disagreements if one.id == disagreement_id), None)
    if found is None:
        raise NotFound
    answers = forms.DISAGREEMENT.read(request.form) if request.method == "POST" else forms.DISAGREEMENT.blank()
    if request.method == "POST" and answers.ok:
        verb = operations.settle_disagreement if answers.values["what"] == "settle" else operations.raise_disagreement
        with work_for_request(purpose=Purpose.SUPPORT) as work:
            verb(work, disagreement_id=disagreement_id, words=answers.values["words"])
        flash("Kept.")
        return redirect(url_for("young_people.file", youth_case_id=youth_case_id, _anchor="disagreements"), 303)
    page = render_template(
        "youth/disagreement.html",
        form=answers,
        record=record,
        disagreement=found,
        agencies=names,
        levels=practice().escalation,
    )
    return page, 422 if answers.errors else 200


def _names(work: UnitOfWork, record: YouthRecord) -> tuple[dict[UUID, accounts.PersonName], dict[UUID, str]]:
    """Return the names of everybody and every agency that stands in a file."""
    ids = [record.line.holder_account_id, *(one.account_id for one in record.team)]
    ids += [one.by_account_id for one in record.steps] + [one.written_by_account_id for one in record.assessments]
    ids += [one.owner_account_id for one in record.actions]
    return accounts.account_names(work, ids), dict(record.agency_names)


def _facts(record: YouthRecord, names: dict[UUID, str], people: dict[UUID, accounts.PersonName]) -> list[Fact]:
    line = record.line
    holder = people.get(line.holder_account_id)
    facts = [
        Fact(label="File kept by", words=names.get(line.agency_id, "")),
        Fact(label="Held by", words=holder.name if holder else ""),
        Fact(label="Level of need", words=f"{line.level}: {practice().levels[line.level]}"),
    ]
    if not record.is_whole or record.person is None:
        return facts
    document = record.person.document
    address = document.get("address") or {}
    born = record.person.date_of_birth
    return [
        Fact(label="Name", words=record.person.name),
        Fact(label="Known as", words=str(document.get("known_as") or "")),
        Fact(
            label="Born",
            words=f"{date_words(born, weekday=False, year=True)}, {age_on(born, london_date(now()))}" if born else "",
        ),
        Fact(
            label="Address", words=", ".join([*(address.get("lines") or []), address.get("postcode") or ""]).strip(", ")
        ),
        Fact(label="School or college", words=str(document.get("school") or "")),
        Fact(label="Area", words=record.locality),
        Fact(label="Concern", words=record.concern),
        Fact(label="Raised by", words=words.SOURCE.get(record.source, "")),
        *facts,
    ]


def _why_next(record: YouthRecord, today: date) -> str:
    """Say by when the next step is to be taken, or what has to be there before it."""
    line, present = record.line, [one for one in record.team if one.until_at is None]
    if record.next_step == Event.REVIEW_BEGUN and line.review_on is not None:
        late = " It is overdue." if line.review_on < today else ""
        return f"The review is set for {date_words(line.review_on, year=True)}.{late}"
    if record.next_step == Event.PLAN_AGREED:
        lacking = [] if any(one.part == TeamPart.LEAD for one in present) else ["a lead professional"]
        lacking += [] if record.actions else ["an action with who and by when"]
        return f"The plan can begin when there is {' and '.join(lacking)}." if lacking else ""
    if record.next_step == Event.FOLLOWED_UP and record.follow_up_on is not None:
        return f"From {date_words(record.follow_up_on, year=True)}, six months after closing."
    return (
        {
            Event.AGREEMENT_SOUGHT: "Nothing is assessed and no agency is told before the young person has agreed.",
            Event.AGREEMENT_GIVEN: "Asked for. The answer may be yes, no, or yes in part.",
            Event.ASSESSMENT_COMPLETED: "A complete assessment lets the team form.",
            Event.STEP_UP_ACCEPTED: "Social care answers within a working day.",
        }.get(Event(record.next_step), "")
        if record.next_step
        else ""
    )


def _entries(record: YouthRecord, people: dict[UUID, accounts.PersonName], names: dict[UUID, str]) -> list[Entry]:
    found = []
    for one in record.steps:
        who = people[one.by_account_id].name if one.by_account_id in people else ""
        agency = names.get(one.agency_id, "") if one.agency_id else ""
        found.append(
            Entry(
                at=one.at,
                what=words.EVENT.get(one.event, one.event),
                who=", ".join(part for part in (who, agency) if part),
                more=(one.words,) if one.words and one.event != "agreement_sought" else (),
            )
        )
    return found
