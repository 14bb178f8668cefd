"""Contacts between two agencies: what waits with its clock of 48 hours, opening one, a question about nobody, one contact, history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Purpose
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.consent.rules import Category
from casework.contacts import operations, queries
from casework.contacts.operations import NewContact, Wanted
from casework.contacts.queries import ContactRecord
from casework.contacts.rules import SAFEGUARDING_ROUTE, About, State, opener
from casework.errors import Invalid, NotFound
from casework.groups import queries as groups
from casework.groups.queries.people import LooksLikeAPerson
from casework.partnerships import queries as partnerships
from casework.sharing import queries as sharing
from casework.sharing.queries import Declared, Why
from casework.sharing.rules import PERMITS
from casework.web import guard
from casework.web.forms import agency_contacts as forms
from casework.web.forms import sharing as sharing_words
from casework.web.forms.form import Answers, Form
from casework.web.forms.sharing import CATEGORY_WORDS, PURPOSE_WORDS, items_from
from casework.web.forms.sharing import STATES as SHARE_STATES
from casework.web.stopped_text import FIELD, Stopped, stopped
from casework.web.unit import now, someone, work_for_request
from casework.work import UnitOfWork
from casework.youth import queries as youth
from casework.youth.queries import YouthLine

blueprint = Blueprint("agency_contacts", __name__, url_prefix="/contacts")
for_openers = guard.needs(Permission.CONTACT_OPEN)
SHAREABLE = (State.OPEN, State.WELCOMED)


@blueprint.get("")
@for_openers
def every_contact() -> str:
    """List what waits for one's answer, the longest first, then what one's agency asked, then what has ended."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        found = queries.contacts(work)
        words = _Words.of(work, found)
    waiting = sorted((one for one in found if one.waits_for_reader), key=lambda one: (one.answer_due_at, one.id))
    rest = [one for one in found if not one.waits_for_reader]
    return render_template(
        "agency_contacts/all.html",
        waiting=waiting,
        live=[one for one in rest if one.closed_at is None],
        ended=[one for one in rest if one.closed_at is not None],
        words=words,
        now=now(),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@for_openers
def new() -> ResponseReturnValue:
    """Open a contact about a young person. The other agency is told an opener that names nobody."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        people = {
            str(one.case_id): f"{one.called}, {one.number}" for one in youth.my_young_people(work) if one.is_whole
        }
        form = _with_receivers(work, forms.OPEN).with_options(subjects=list(people.items()))
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    if request.method == "POST" and answers.ok:
        values = answers.values
        cases = tuple(UUID(one) for one in values["subjects"])
        wanted = Wanted(categories=[Category(one) for one in values["categories"]], declared=_declared(values))
        given = NewContact(
            **_common(values),
            about=About.SIBLINGS.value if len(cases) > 1 else About.YOUNG_PERSON.value,
            words=values["words"],
            case_ids=cases,
            wanted=wanted,
        )
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                contact_id = operations.open_contact(work, new=given)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            return _done("The other agency is asked, and told no more than the opener.", contact_id)
    page = render_template("agency_contacts/new.html", form=answers, people=people)
    return page, 422 if answers.errors else 200


@blueprint.route("/ask", methods=["GET", "POST"])
@for_openers
def ask() -> ResponseReturnValue:
    """Ask another agency a question about nobody. It is looked through for persons before it goes."""
    with work_for_request() as work:
        form = _with_receivers(work, forms.ASK)
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    looks: Stopped | None = None
    if request.method == "POST" and answers.ok:
        confirmed = request.form.getlist(FIELD)
        given = NewContact(
            **_common(answers.values),
            about=About.QUESTION.value,
            words="",
            question=answers.values["question"],
            confirmed=confirmed,
        )
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                contact_id = operations.open_contact(work, new=given)
        except LooksLikeAPerson as error:
            answers.refused(error)
            looks = stopped(answers.values["question"], error, confirmed)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            return _done("Your question is asked.", contact_id)
    page = render_template("agency_contacts/ask.html", form=answers, looks=looks)
    return page, 422 if answers.errors else 200


def _common(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "to_agency_id": UUID(values["to_agency"]),
        "to_account_id": UUID(values["to_account"]) if values["to_account"] else None,
        "topic": values["topic"],
        "purpose": values["purpose"],
        "locality": values["locality"] or None,
    }


def _with_receivers(work: UnitOfWork, form: Form) -> Form:
    receivers = queries.receivers(work)
    return form.with_options(
        to_agency=[(str(one), name) for one, name in receivers.agencies.items()],
        to_account=[(str(one), name) for one, name in receivers.people.items()],
        locality=list(groups.localities(work).items()),
    )


def _declared(values: Mapping[str, Any]) -> Declared:
    reaches = {"yes": True, "no": False}.get(values["reaches_abuser"] or "")
    return Declared(reaches_abuser=reaches, why=Why(need_to_know=values["need_to_know"]))


@blueprint.get("/<uuid:contact_id>")
@for_openers
def contact(contact_id: UUID) -> str:
    """Show one contact as one's side may see it, with what can be done now, the safeguarding route, and its history."""
    return _page(contact_id, _Forms())


@blueprint.post("/<uuid:contact_id>")
@for_openers
def act(contact_id: UUID) -> ResponseReturnValue:
    """Do what a button of the contact's page says."""
    verb = request.form.get("act", "")
    if verb in _PLAIN:
        with work_for_request(purpose=Purpose.SUPPORT) as work:
            operation, said = _PLAIN[verb]
            operation(work, contact_id=contact_id)
        return _done(said, contact_id)
    if verb not in _ANSWERS:
        raise NotFound
    shown = _Forms()
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.contact_record(work, contact_id=contact_id)
        form = _form_of(work, verb, record, _lines(work, record))
    answers = form.read(request.form)
    shown.by_verb[verb] = answers
    if answers.ok:
        confirmed = request.form.getlist(FIELD)
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                said = _ANSWERS[verb](work, contact_id, answers.values, confirmed)
        except LooksLikeAPerson as error:
            answers.refused(error)
            shown.looks = stopped(answers.values["answer_words"], error, confirmed)
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            return _done(said, contact_id)
    return _page(contact_id, shown, wrong=answers), 422 if answers.errors else 200


_PLAIN: Mapping[str, tuple[Callable[..., None], str]] = {
    "welcome": (operations.welcome, "The other agency knows that you would talk. It may now share what is agreed."),
    "acknowledge": (operations.acknowledge, "Noted: you have read it."),
    "take_back": (operations.take_back, "The contact is taken back."),
    "risk": (
        operations.tell_risk,
        "Both sides are told at once. Follow the safeguarding route now: it waits for nothing.",
    ),
}


def _tell(work: UnitOfWork, contact_id: UUID, values: Mapping[str, Any], _: list[str]) -> str:
    asked = operations.share(
        work,
        contact_id=contact_id,
        case_id=UUID(values["subject"]),
        items=items_from(values),
        declared=_declared(values),
    )
    return f"{SHARE_STATES[asked.state][0]}. {asked.answer.reasons[-1] if asked.answer.reasons else ''}".strip()


def _accept(work: UnitOfWork, contact_id: UUID, values: Mapping[str, Any], _: list[str]) -> str:
    operations.accept(work, contact_id=contact_id, known_as=values["known_as"], concern=values["concern"])
    return "Accepted. It stands in your agency’s own list, which no other agency sees."


def _decline(work: UnitOfWork, contact_id: UUID, values: Mapping[str, Any], _: list[str]) -> str:
    operations.decline(work, contact_id=contact_id, reason=values["reason"], words=values["decline_words"])
    return "Declined."


def _elsewhere(work: UnitOfWork, contact_id: UUID, values: Mapping[str, Any], _: list[str]) -> str:
    operations.point_elsewhere(
        work, contact_id=contact_id, agency_id=UUID(values["agency"]), words=values["elsewhere_words"]
    )
    return "Noted. Nothing goes to that agency by it."


def _answer(work: UnitOfWork, contact_id: UUID, values: Mapping[str, Any], confirmed: list[str]) -> str:
    operations.answer_question(work, contact_id=contact_id, words=values["answer_words"], confirmed=confirmed)
    return "Your answer is sent."


_ANSWERS: Mapping[str, Callable[[UnitOfWork, UUID, Mapping[str, Any], list[str]], str]] = {
    "share": _tell,
    "accept": _accept,
    "decline": _decline,
    "elsewhere": _elsewhere,
    "answer": _answer,
}


@dataclass
class _Forms:
    """The forms of one page as they were sent, by verb; all others are blank."""

    by_verb: dict[str, Answers] = field(default_factory=dict)
    looks: Stopped | None = None


def _form_of(work: UnitOfWork, verb: str, record: ContactRecord, lines: Mapping[UUID, YouthLine]) -> Form:
    if verb == "share":
        return forms.TELL.with_options(subject=[(str(one), line.called) for one, line in lines.items()])
    if verb == "elsewhere":
        every = partnerships.member_agencies(work, on=london_date(now()))
        both = {record.other_agency_id, work.actor.agency_id}
        return forms.ELSEWHERE.with_options(
            agency=[(str(one.agency_id), one.name) for one in every if one.agency_id not in both]
        )
    return {"accept": forms.ACCEPT, "decline": forms.DECLINE, "answer": forms.ANSWER}[verb]


def _lines(work: UnitOfWork, record: ContactRecord) -> Mapping[UUID, YouthLine]:
    """Return whom a contact is about, for the asking side; nobody for the other."""
    return youth.lines_of(work, case_ids=[one.case_id for one in record.subjects])


def _page(contact_id: UUID, shown: _Forms, *, wrong: Answers | None = None) -> str:
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.contact_record(work, contact_id=contact_id)
        words = _Words.of(work, [record])
        verbs = _verbs(record)
        lines = _lines(work, record)
        shown_forms = {
            verb: shown.by_verb.get(verb) or _form_of(work, verb, record, lines).blank()
            for verb in verbs
            if verb in _ANSWERS
        }
        came = sharing.delivered_items(work, share_ids=record.share_ids)
        answers = {} if came or record.is_asked else queries.answers_of(work, contact_id=contact_id)
    return render_template(
        "agency_contacts/contact.html",
        record=record,
        words=words,
        verbs=verbs,
        forms=shown_forms,
        looks=shown.looks,
        came=came,
        lines=lines,
        answers=answers,
        permits={one.value for one in PERMITS},
        sharing_words=sharing_words,
        route=SAFEGUARDING_ROUTE,
        events=forms.EVENTS,
        categories=CATEGORY_WORDS,
        share_states=SHARE_STATES,
        now=now(),
        **({"form": wrong} if wrong is not None else {}),
    )


def _verbs(record: ContactRecord) -> tuple[str, ...]:
    """Say what can be done now, in the order of the page."""
    if record.closed_at is not None:
        return ()
    if not record.is_asked:
        may_share = record.about is not About.QUESTION and record.state in SHAREABLE
        return (*(("share",) if may_share else ()), *(("take_back",) if record.state in SHAREABLE else ()))
    if record.about is About.QUESTION:
        return ("answer", "decline", "elsewhere")
    if record.state is State.SHARED:
        read = () if record.acknowledged_at else ("acknowledge",)
        return (*read, "accept", "decline", "elsewhere")
    return (*(("welcome",) if record.state is State.OPEN else ()), "decline", "elsewhere")


@dataclass(frozen=True, slots=True)
class _Words:
    """What a page says of contacts: names of agencies and localities."""

    agencies: Mapping[UUID, str]
    localities: Mapping[str, str]
    own: str

    @classmethod
    def of(cls, work: UnitOfWork, records: Iterable[ContactRecord]) -> _Words:
        own = someone().actor.agency_id
        named = {one.other_agency_id for one in records}
        named |= {one.pointed_to_agency_id for one in records if one.pointed_to_agency_id}
        names = agencies.agency_names(work, named | ({own} if own else set()))
        return cls(names, groups.localities(work), names.get(own, "") if own else "")

    def opener(self, record: ContactRecord) -> str:
        """Say what the asked side is told: the opener, or that a question is asked."""
        asker = self.agencies[record.other_agency_id] if record.is_asked else self.own
        topic = forms.TOPICS[record.topic]
        if record.about is About.QUESTION:
            return f"{asker} asks a question, topic: {topic}."
        locality = self.localities.get(record.locality or "", "")
        return opener(agency=asker, locality=locality, topic=topic)

    def state(self, record: ContactRecord) -> tuple[str, str]:
        """Say where a contact stands, with its colour."""
        return forms.STATES[record.state]

    def reason(self, record: ContactRecord) -> str:
        """Say why it was declined."""
        return forms.REASONS.get(record.reason or "", "")

    def purpose(self, record: ContactRecord) -> str:
        """Say what it may be used for."""
        return PURPOSE_WORDS.get(record.purpose, "") if record.purpose else ""


def _done(words: str, contact_id: UUID) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("agency_contacts.contact", contact_id=contact_id), 303)
