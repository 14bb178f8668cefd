"""What is agreed about a young person: who may know what, where each agreement stands and until when, each way in which one changes,
and the sheet in easy words that the young person takes home."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.consent import operations as consent
from casework.consent import queries as consent_queries
from casework.consent.queries import AgreementRecord
from casework.consent.rules import Status
from casework.consent.rules.standing import EntryKind, Kind
from casework.errors import Invalid, NotFound
from casework.sharing import operations as sharing
from casework.web import guard, youth_steps
from casework.web.components import Entry
from casework.web.forms import agreement as answer_forms
from casework.web.forms import agreement_changes as forms
from casework.web.forms import agreement_words as words
from casework.web.forms import sharing as sharing_words
from casework.web.forms.form import Form
from casework.web.unit import someone, work_for_request
from casework.work import UnitOfWork
from casework.youth import operations as youth
from casework.youth import queries
from casework.youth.queries import YouthLine
from casework.youth.rules import Stage

blueprint = Blueprint("agreements", __name__, url_prefix="/agreements")
for_readers = guard.needs(Permission.YOUTH_CASE_VIEW)
for_whoever_asks = guard.needs(Permission.AGREEMENT_RECORD)
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One way in which an agreement changes: its words, whether it is offered for one, its form, and what it does."""

    title: str
    button: str
    said: str
    intro: str
    offered: Callable[[AgreementRecord], bool]
    form: Callable[[AgreementRecord, Mapping[str, str]], Form]
    does: Callable[[UnitOfWork, AgreementRecord, Values], object]


def _is_yes(one: AgreementRecord) -> bool:
    return one.standing.status is Status.GIVEN and not one.is_replaced


def _narrow(work: UnitOfWork, one: AgreementRecord, values: Values) -> object:
    return sharing.withdraw_part(
        work,
        case_id=one.case_id,
        agreement_id=one.id,
        taken=answer_forms.scope_from(values["taken"]),
        purposes=frozenset(values["purposes"]),
        words=values["words"],
    )


CHANGES: Mapping[str, Change] = {
    "narrow": Change(
        title="Take part of it back",
        button="Record that this is taken back",
        said="That part is taken back. What was on its way is stopped, and whoever received any of it is told.",
        intro="What is taken back is denied from now on. Agencies that received any of it are told to stop using it, and answer within "
        "five working days. What was shared before was lawful then and cannot be called back.",
        offered=lambda one: _is_yes(one) and one.kind is Kind.SHARING,
        form=lambda one, names: forms.narrow_form(
            answer_forms.scope_options(one.standing.permit, names),
            [(code, said) for code, said in sharing_words.PURPOSES if code in one.standing.purposes],
        ),
        does=_narrow,
    ),
    "again": Change(
        title="Go through it again",
        button="They say the same",
        said="Gone through again.",
        intro="Read what is agreed to whoever gave it, and ask each part again. If they say something else, record a new answer instead.",
        offered=lambda one: one.counts and one.kind is Kind.SHARING,
        form=lambda one, names: forms.AGAIN,
        does=lambda work, one, values: consent.reaffirm(
            work,
            agreement_id=one.id,
            competent={"yes": True, "no": False}.get(values["competent"]),
            test=values["test"] or None,
            words=values["words"],
            review_due=values["review_due"],
        ),
    ),
    "ability": Change(
        title="Look again at whether they are able to decide",
        button="Keep what was found",
        said="Kept.",
        intro="Ability is judged for each decision, and may change. Found not able, the yes counts for nothing from now on.",
        offered=lambda one: _is_yes(one) and one.giver is None,
        form=lambda one, names: forms.ABILITY,
        does=lambda work, one, values: consent.reassess_competence(
            work,
            agreement_id=one.id,
            competent=values["competent"] == "yes",
            test=values["test"],
            words=values["words"],
        ),
    ),
    "bar": Change(
        title="This person may have hurt the young person",
        button="Record it",
        said="Recorded. What they answered counts for nothing.",
        intro="Record it where this person is alleged to have abused the young person. Do not ask, copy or tell them anything. If "
        "somebody is in danger, step the case up: that never waits.",
        offered=lambda one: one.giver is not None and not one.standing.giver_barred and not one.is_replaced,
        form=lambda one, names: forms.BAR,
        does=lambda work, one, values: consent.bar_giver(work, agreement_id=one.id, words=values["words"]),
    ),
    "written": Change(
        title="It is in writing now",
        button="Keep",
        said="Kept.",
        intro="A spoken answer is followed up in writing within five working days.",
        offered=lambda one: not one.is_written and not one.is_replaced and one.kind is Kind.SHARING,
        form=lambda one, names: forms.WRITTEN,
        does=lambda work, one, values: consent.write_down(work, agreement_id=one.id, words=values["words"]),
    ),
    "stop": Change(
        title="They no longer want to be helped",
        button="Record that help stops",
        said="Recorded. The file is on hold, and the risk is to be looked at again.",
        intro="Being helped is voluntary. The assessment and the plan stop at once; what may be shared is another question.",
        offered=lambda one: _is_yes(one) and one.kind is Kind.SERVICE,
        form=lambda one, names: forms.STOP,
        does=lambda work, one, values: youth.end_help(work, case_id=one.case_id, words=values["words"]),
    ),
}


@blueprint.get("/young-people/<uuid:youth_case_id>")
@for_readers
def agreed(youth_case_id: UUID) -> str:
    """Show what is agreed about one young person, as a table and in words, with what can be done next."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        found, line = _file(work, youth_case_id)
        names = _agency_names(work)
        table = consent_queries.agreed_with(work, found)
        ids = {entry.by_account_id for one in found for entry in one.entries if entry.by_account_id}
        people = {account_id: one.name for account_id, one in accounts.account_names(work, ids).items()}
        today = london_date(work.now)
    may_change = someone().actor.has(Permission.AGREEMENT_RECORD)
    return render_template(
        "agreements/agreed.html",
        line=line,
        table=table,
        names=names,
        standing=[one for one in found if not one.is_replaced],
        entries={one.id: _entries(one, people) for one in found},
        earlier=[one for one in found if one.is_replaced],
        changes={
            one.id: [(name, change) for name, change in CHANGES.items() if may_change and change.offered(one)]
            for one in found
        },
        categories=[(code, said) for code, said in sharing_words.CATEGORY_WORDS.items() if _is_named(code, table)],
        may_answer=may_change and youth_steps.STEPS["answer"].offered(Stage(line.stage)),
        may_change=may_change,
        today=today,
        words=words,
        said=sharing_words,
    )


@blueprint.get("/young-people/<uuid:youth_case_id>/sheet")
@for_readers
def sheet(youth_case_id: UUID) -> str:
    """Show the sheet that the young person takes home: who may know what, until when, and how to say stop. Nobody else's details."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        found, line = _file(work, youth_case_id)
        names = _agency_names(work)
        table = consent_queries.agreed_with(work, found)
        today = london_date(work.now)
    counting = [one.standing for one in found if one.counts and one.kind is Kind.SHARING]
    own = next((one for one in found if one.giver is None and one.kind is Kind.SHARING and not one.is_replaced), None)
    return render_template(
        "agreements/sheet.html",
        line=line,
        names=names,
        told=[one for one in table if one.may],
        denied={} if own is None else own.standing.deny,
        until=min((one.expires_on for one in counting if one.expires_on), default=None),
        again=min((one.review_due for one in counting if one.review_due), default=None),
        is_helped=any(one.counts and one.kind is Kind.SERVICE for one in found),
        today=today,
        words=words,
    )


@blueprint.route("/young-people/<uuid:youth_case_id>/<uuid:agreement_id>/<change>", methods=["GET", "POST"])
@for_whoever_asks
def change(youth_case_id: UUID, agreement_id: UUID, change: str) -> ResponseReturnValue:
    """Change one agreement in one of the ways above, and let the file follow it at once."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        found, line = _file(work, youth_case_id)
        names = _agency_names(work)
    one = next((one for one in found if one.id == agreement_id), None)
    taken = CHANGES.get(change)
    if one is None or taken is None or not taken.offered(one):
        raise NotFound
    form = taken.form(one, names)
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    if request.method == "POST" and answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                taken.does(work, one, answers.values)
                work.session.flush()  # the change first: the file follows it
                youth.after_agreement(work, case_id=youth_case_id)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash(taken.said)
            return redirect(url_for("agreements.agreed", youth_case_id=youth_case_id), 303)
    page = render_template(
        "agreements/change.html", change=taken, form=answers, line=line, agreement=one, names=names, words=words
    )
    return page, 422 if answers.errors else 200


def _file(work: UnitOfWork, case_id: UUID) -> tuple[Sequence[AgreementRecord], YouthLine]:
    """Return the agreements of a file and its line. Raises NotFound for one that the reader may not read the whole of."""
    found = consent_queries.agreements_of(work, case_id=case_id)
    line = queries.lines_of(work, case_ids=[case_id]).get(case_id)
    if line is None:
        raise NotFound
    return found, line


def _agency_names(work: UnitOfWork) -> dict[str, str]:
    return {one.slug: one.name for one in agencies.agencies(work)}


def _is_named(category: str, table: Sequence[consent_queries.AgreedWith]) -> bool:
    return any(category in one.may or category in one.no for one in table)


def _entries(one: AgreementRecord, people: Mapping[UUID, str]) -> list[Entry]:
    found = []
    for entry in one.entries:
        what = words.ENTRY[entry.kind.value]
        if entry.kind is EntryKind.REVIEW_FORCED and entry.because:
            what = f"{what}, because of {words.BECAUSE[entry.because]}"
        if entry.kind is EntryKind.COMPETENCE_REASSESSED:
            what = f"{what}: {'able' if entry.competent else 'not able'}"
        who = people.get(entry.by_account_id, "") if entry.by_account_id else ""
        found.append(Entry(at=entry.on, what=what, who=who, more=(entry.words,) if entry.words else ()))
    return found
