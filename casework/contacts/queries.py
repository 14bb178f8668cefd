"""Reads of contacts: each side sees its own. The asked side is told no more than the opener until something was shared (B3)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select

from casework.access.permissions import GRANTS, Permission
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.agencies.models import Agency
from casework.cases import policy as case_policy
from casework.cases import queries as cases
from casework.cases.models import Case, CasePerson
from casework.cases.rules import Part
from casework.clock import add_months, at_london, london_date
from casework.contacts import policy, rules
from casework.contacts.models import Contact, ContactStep, ContactSubject
from casework.disclosures.models import SharingDecision
from casework.groups import queries as groups
from casework.groups.rules import Published, line
from casework.partnerships import queries as partnerships
from casework.people.models import Person
from casework.sharing.models import Share
from casework.sharing.rules import RECEIVED
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, for the history of a contact."""

    event: rules.Event
    at: datetime
    agency_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A young person as the asking side knows them: the case, and the contact from which it is known, if from one."""

    case_id: uuid.UUID
    decision_id: uuid.UUID
    share_id: uuid.UUID | None
    source_contact_id: uuid.UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord:
    """One contact as one of its two sides may see it.

    `share_ids` are what has come to the asked side, for casework.sharing to show: nothing before it was delivered, nor after it lapsed.
    For the asked side `about` is "young_person" also of siblings, `purpose` is None until something was shared, and `words` and
    `subjects` are always empty. For the asking side `accepted_case_id` is always None: the entry is the other agency's (B8).
    """

    id: uuid.UUID
    is_asked: bool
    other_agency_id: uuid.UUID
    about: rules.About
    topic: rules.Topic
    locality: str | None
    purpose: str | None
    state: rules.State
    opened_at: datetime
    answer_due_at: datetime
    closes_at: datetime
    is_late: bool
    acknowledged_at: datetime | None
    answered_at: datetime | None
    reason: rules.Reason | None
    pointed_to_agency_id: uuid.UUID | None
    accepted_case_id: uuid.UUID | None
    risk_told_at: datetime | None
    risk_told_by_us: bool
    closed_at: datetime | None
    purged_at: datetime | None
    words: str
    question: str
    answer: str
    subjects: tuple[Subject, ...]
    share_ids: tuple[uuid.UUID, ...]
    steps: tuple[Step, ...]

    @property
    def waits_for_reader(self) -> bool:
        """Whether the reader's side is asked and has yet to answer."""
        return self.is_asked and self.state in rules.WAITING


@dataclass(frozen=True, slots=True)
class Offer:
    """A contact that waits for the actor's answer, in one line: no more than the opener tells (B3)."""

    id: uuid.UUID
    agency: str
    about: rules.About
    topic: rules.Topic
    answer_due_at: datetime
    is_late: bool


class Counted(NamedTuple):
    """The figures of one topic, as a group may see them."""

    topic: rules.Topic
    line: Published


ANSWERS = tuple(role for role, grants in GRANTS.items() if Permission.CONTACT_OPEN in grants)
_MIDNIGHT = time(0, 0)
# Something was shared: the purpose goes with it.
_TOLD = frozenset({rules.State.SHARED, rules.State.ACCEPTED})
# What the asking side's rules answered is no business of the asked side.
_ASKING_ONLY = frozenset({rules.Event.DECIDED})


def askers(work: UnitOfWork, *, contact_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return who is told what becomes of a contact on the asking side. For scheduled work. Raises NotAllowed, NotFound."""
    return (policy.reach(work, contact_id).from_account_id,)


def answerers(work: UnitOfWork, *, contact_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return who may answer a contact on the asked side. For scheduled work. Raises NotAllowed, NotFound."""
    row = policy.reach(work, contact_id)
    case_ids = work.session.scalars(select(ContactSubject.case_id).where(ContactSubject.contact_id == row.id)).all()
    return tuple(who_may_answer(work, row, case_ids))


def who_may_answer(work: UnitOfWork, row: Contact, case_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Return who of the asked agency may answer: all who open contacts there, or the one named; none who is blocked from a case."""
    blocked = cases.blocked_accounts(work, case_ids=case_ids, at=work.now).values()
    shut = {one for each in blocked for one in each}
    if row.to_agency_id in shut:
        return []
    people = accounts.accounts_with_role(work, roles=ANSWERS, agency_id=row.to_agency_id)
    return [one for one in people if one not in shut and row.to_account_id in (None, one)]


def offers(work: UnitOfWork) -> tuple[Offer, ...]:
    """Return the same contacts for a home page, in one statement: who asks, about what, and until when. Nothing to whoever opens none."""
    rows = work.session.execute(
        select(Contact, Agency.name)
        .join(Agency, Agency.id == Contact.from_agency_id)
        .where(policy.may_see(work), policy.is_asked(work), Contact.state.in_([state.value for state in rules.WAITING]))
        .order_by(Contact.answer_due_at, Contact.id)
    )
    return tuple(
        Offer(
            row.id,
            agency,
            rules.About.QUESTION if row.about == rules.About.QUESTION else rules.About.YOUNG_PERSON,
            rules.Topic(row.topic),
            row.answer_due_at,
            row.answer_due_at < work.now,
        )
        for row, agency in rows
    )


def contacts(work: UnitOfWork, *, limit: int = 200) -> tuple[ContactRecord, ...]:
    """Return the actor's contacts of both sides: what waits for an answer, then the latest first. Nothing to whoever opens none."""
    waits = Contact.state.in_([state.value for state in rules.WAITING])
    query = select(Contact).where(policy.may_see(work)).order_by(waits.desc(), Contact.opened_at.desc(), Contact.id)
    return _records(work, work.session.scalars(query.limit(limit)).all())


def contact_record(work: UnitOfWork, *, contact_id: uuid.UUID) -> ContactRecord:
    """Return one contact with its history, as the actor's side may see it. Raises NotAllowed, NotFound."""
    row = policy.reach(work, contact_id)
    work.note_view("contact:view", "contact", row.id)
    return _records(work, [row])[0]


@dataclass(frozen=True, slots=True)
class Receivers:
    """Whom one may ask: the other agencies where somebody answers contacts, and those who do, with their agency; by name."""

    agencies: Mapping[uuid.UUID, str]
    people: Mapping[uuid.UUID, str]


def receivers(work: UnitOfWork) -> Receivers:
    """Return whom the actor may ask: an agency, or one named practitioner of it (B1). Nothing to whoever opens no contact."""
    if not work.actor.has(Permission.CONTACT_OPEN):
        return Receivers({}, {})
    people = accounts.account_names(work, accounts.accounts_with_role(work, roles=ANSWERS))
    found = {person.agency_id for person in people.values() if person.agency_id is not None}
    signed = partnerships.signed_agencies(work, on=london_date(work.now), agency_ids=found)
    names = agencies.agency_names(work, signed - {work.actor.agency_id})
    named = {
        one: f"{person.name}, {names[person.agency_id]}" for one, person in people.items() if person.agency_id in names
    }
    return Receivers(_by_name(names), _by_name(named))


def _by_name(names: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, str]:
    return dict(sorted(names.items(), key=lambda one: one[1]))


def answers_of(work: UnitOfWork, *, contact_id: uuid.UUID) -> dict[uuid.UUID, Mapping[str, Any]]:
    """Return what the sharing rules answered about each young person when a contact was opened, by case, for the asking side alone (B2).

    Only about those whose file the actor may open; of a contact that is hidden or missing, nothing. Raises NotAllowed.
    """
    work.require(Permission.CONTACT_OPEN)
    own = select(Contact.id).where(
        Contact.id == contact_id, Contact.from_agency_id == work.actor.agency_id, policy.may_see(work)
    )
    found = work.session.scalars(
        select(SharingDecision)
        .join(ContactSubject, ContactSubject.decision_id == SharingDecision.id)
        .join(Case, Case.id == ContactSubject.case_id)
        .where(ContactSubject.contact_id.in_(own.correlate(None)), case_policy.may_see(work.actor, work.now))
        .order_by(ContactSubject.id)
    ).all()
    work.keys.load([one.key_id for one in found if one.key_id is not None])
    return {one.case_id: one.answer.open(work.keys) or {} for one in found}


def last_quarter(today: date) -> tuple[date, date]:
    """Return the first day of the last whole quarter of the year, and the first day after it."""
    ends = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return add_months(ends, -3), ends


def counts_by_topic(work: UnitOfWork) -> tuple[Counted, ...]:
    """Return how many contacts of the last whole quarter were opened, and what became of them, by topic: all that a group learns (B8).

    Every topic has its line whether or not there was a contact; each is shown as small counts are (casework.groups.rules.counts).
    Lines are not added up. Nothing to whoever has no seat in a group.
    """
    if not groups.groups(work):
        return ()
    first, after = last_quarter(london_date(work.now))
    found = work.session.execute(
        select(Contact.topic, Contact.state, func.count())
        .where(Contact.opened_at >= at_london(first, _MIDNIGHT), Contact.opened_at < at_london(after, _MIDNIGHT))
        .group_by(Contact.topic, Contact.state)
    ).all()
    counted = {(topic, state): number for topic, state, number in found}
    return tuple(Counted(topic, line(_by_outcome(topic, counted), of="opened")) for topic in rules.Topic)


def _by_outcome(topic: rules.Topic, counted: Mapping[tuple[str, str], int]) -> dict[str, int]:
    def of(*states: rules.State) -> int:
        return sum(counted.get((topic.value, state.value), 0) for state in states)

    accepted, declined = of(rules.State.ACCEPTED), of(rules.State.DECLINED)
    return {"accepted": accepted, "declined": declined, "otherwise": of(*rules.State) - accepted - declined}


def _records(work: UnitOfWork, rows: Sequence[Contact]) -> tuple[ContactRecord, ...]:
    if not rows:
        return ()
    ids = [row.id for row in rows]
    asking = {row.id for row in rows if row.from_agency_id == work.actor.agency_id}
    about = work.session.execute(_subjects(work, ids)).all()
    subjects = [row[0] for row in about if row[0].contact_id in asking and row.opens]
    came = sorted((row.came, row[0].contact_id) for row in about if row.came is not None)
    # Those of whom the asking side reads at once, too: their files' keys and their own.
    further = [
        key for row in about if row[0].contact_id in asking and row.opens for key in (row.case_key, row.person_key)
    ]
    work.keys.load([*(row.key_id for row in rows), *(key for key in further if key is not None)])
    steps = work.session.scalars(
        select(ContactStep).where(ContactStep.contact_id.in_(ids)).order_by(ContactStep.contact_id, ContactStep.number)
    ).all()
    return tuple(
        _record(
            work,
            row,
            [one for one in subjects if one.contact_id == row.id],
            [one for one in steps if one.contact_id == row.id],
            [share_id for share_id, contact_id in came if contact_id == row.id],
        )
        for row in rows
    )


def _subjects(
    work: UnitOfWork, contact_ids: Collection[uuid.UUID]
) -> Select[ContactSubject, bool, uuid.UUID, uuid.UUID, uuid.UUID]:
    """Return the query for whom contacts are about: whether the reader may open their file, its key, theirs, and the share that came."""
    return (
        select(
            ContactSubject,
            case_policy.may_see(work.actor, work.now).label("opens"),
            Case.key_id.label("case_key"),
            Person.key_id.label("person_key"),
            Share.id.label("came"),
        )
        .join(Case, Case.id == ContactSubject.case_id)
        .join(CasePerson, and_(CasePerson.case_id == Case.id, CasePerson.part == Part.YOUNG_PERSON.value))
        .join(Person, Person.id == CasePerson.person_id)
        .outerjoin(
            Share,
            and_(Share.id == ContactSubject.share_id, Share.state.in_([state.value for state in RECEIVED])),
        )
        .where(ContactSubject.contact_id.in_(contact_ids))
        .order_by(ContactSubject.id)
    )


def _record(
    work: UnitOfWork,
    row: Contact,
    subjects: Iterable[ContactSubject],
    steps: Iterable[ContactStep],
    came: Iterable[uuid.UUID],
) -> ContactRecord:
    is_asked = row.to_agency_id == work.actor.agency_id
    about = rules.About(row.about)
    knows = not is_asked or row.state in _TOLD or about is rules.About.QUESTION
    return ContactRecord(
        id=row.id,
        is_asked=is_asked,
        other_agency_id=row.from_agency_id if is_asked else row.to_agency_id,
        about=rules.About.YOUNG_PERSON if is_asked and about is rules.About.SIBLINGS else about,
        topic=rules.Topic(row.topic),
        locality=row.locality,
        purpose=row.purpose if knows else None,
        state=rules.State(row.state),
        opened_at=row.opened_at,
        answer_due_at=row.answer_due_at,
        closes_at=row.closes_at,
        is_late=row.state in rules.WAITING and row.answer_due_at < work.now,
        acknowledged_at=row.acknowledged_at,
        answered_at=row.answered_at,
        reason=rules.Reason(row.reason) if row.reason else None,
        pointed_to_agency_id=row.pointed_to_agency_id,
        accepted_case_id=row.accepted_case_id if is_asked else None,
        risk_told_at=row.risk_told_at,
        risk_told_by_us=row.risk_told_by_agency_id == work.actor.agency_id,
        closed_at=row.closed_at,
        purged_at=row.purged_at,
        words="" if is_asked else _said(row.words.open(work.keys)),
        question=_said(row.question.open(work.keys)),
        answer=_said(row.answer.open(work.keys)),
        subjects=tuple(Subject(one.case_id, one.decision_id, one.share_id, one.source_contact_id) for one in subjects),
        share_ids=tuple(came),
        steps=tuple(
            Step(rules.Event(one.event), one.at, one.agency_id)
            for one in steps
            if not (is_asked and one.event in _ASKING_ONLY)
        ),
    )


def _said(document: Mapping[str, str] | None) -> str:
    return str((document or {}).get("words") or "")
