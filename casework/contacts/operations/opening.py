"""Opening a contact: one agency to one other, about one young person or siblings or nobody, for a stated purpose (B1, B2, B10)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from casework.accounts import queries as accounts
from casework.cases.models import Case
from casework.clock import london_date
from casework.consent.rules import Purpose
from casework.contacts import events, policy, queries, rules
from casework.contacts.models import Contact, ContactSubject
from casework.contacts.operations import history
from casework.contacts.operations.telling import Wanted, decide
from casework.errors import FieldError, Invalid
from casework.groups import queries as groups
from casework.partnerships import queries as partnerships
from casework.sharing.queries import Declared
from casework.sharing.rules import mistakes_of_onward_use
from casework.work import UnitOfWork
from casework.youth import policy as youth


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A contact to open. `words` say what for, for one's own side alone; `wanted` is what one hopes to share, about a
    young person; `question` is read by the other side and names nobody.

    `confirmed` are words of the question that the check marked and of which the writer says that they are no person.
    """

    to_agency_id: uuid.UUID
    about: str
    topic: str
    purpose: str
    words: str
    locality: str | None = None
    case_ids: Sequence[uuid.UUID] = ()
    to_account_id: uuid.UUID | None = None
    wanted: Wanted | None = None
    question: str = ""
    confirmed: Collection[str] = ()


def open_contact(work: UnitOfWork, *, new: NewContact) -> uuid.UUID:
    """Ask another agency to talk, and return the contact's id. It is told no more than rules.opener says (B3).

    About a young person only by who holds the whole of their file; a question is looked through for persons (B10). Raises
    NotAllowed, NotFound for a file that the actor may not open, Invalid, groups.queries.people.LooksLikeAPerson.
    """
    agency_id = policy.require_to_open(work)
    wrong = _what_is_wrong(work, agency_id, new)
    if wrong or work.actor.account_id is None:
        raise Invalid(wrong)
    case_ids = list(dict.fromkeys(new.case_ids))
    for case_id in case_ids:
        youth.reach_to_write(work, case_id, act="contact:open")
    wanted = new.wanted or Wanted(categories=(), declared=Declared())
    wanted = replace(wanted, declared=replace(wanted.declared, purpose=Purpose(new.purpose)))
    sources = _sources(work, agency_id, case_ids, new.purpose)
    question, _ = groups.look_through(work, field="question", text=new.question, confirmed=new.confirmed)
    row = Contact(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        from_agency_id=agency_id,
        from_account_id=work.actor.account_id,
        to_agency_id=new.to_agency_id,
        to_account_id=new.to_account_id,
        about=new.about,
        topic=new.topic,
        locality=new.locality,
        purpose=new.purpose,
        state=rules.State.OPEN.value,
        opened_at=work.now,
        answer_due_at=work.now,
        closes_at=work.now,
        key_id=work.keys.new("case", work.partnership_id),
    )
    row.words.seal(work.keys, {"words": new.words.strip()})
    row.question.seal(work.keys, {"words": question} if new.about == rules.About.QUESTION else None)
    work.session.add(row)
    history.keep(work, row, rules.Event.OPENED)
    for case_id in case_ids:
        work.session.add(
            ContactSubject(
                id=uuid.uuid4(),
                partnership_id=work.partnership_id,
                contact_id=row.id,
                case_id=case_id,
                decision_id=decide(
                    work, case=work.session.get_one(Case, case_id), to_agency_id=new.to_agency_id, wanted=wanted
                ),
                source_contact_id=sources.get(case_id),
            )
        )
    if case_ids:
        history.keep(work, row, rules.Event.DECIDED)
    work.session.flush()  # the subjects before what is owed about them
    history.owe_answer(work, row, case_ids)
    work.record(events.ContactOpened(partnership_id=work.partnership_id, contact_id=row.id))
    return row.id


def _what_is_wrong(work: UnitOfWork, agency_id: uuid.UUID, new: NewContact) -> list[FieldError]:
    errors = rules.what_is_wrong_with_subject(new.about, len(set(new.case_ids)), new.question)
    errors += rules.too_long("question", new.question) + rules.too_long("words", new.words, rules.LONGEST_REASON)
    if new.topic not in set(rules.Topic):
        errors.append(FieldError("topic", "Choose a topic."))
    if new.purpose not in set(Purpose):
        errors.append(FieldError("purpose", "Say what it is for."))
    if not new.words.strip() and new.about != rules.About.QUESTION:
        errors.append(
            FieldError("words", "Say in your own words what you hope for. The other agency does not see this.")
        )
    if new.case_ids and not (new.wanted and new.wanted.categories):
        errors.append(FieldError("categories", "Choose what you hope to share."))
    if new.locality is not None and new.locality not in groups.localities(work):
        errors.append(FieldError("locality", "Choose a locality from the list."))
    return errors + _what_is_wrong_with_receiver(work, agency_id, new)


def _what_is_wrong_with_receiver(work: UnitOfWork, agency_id: uuid.UUID, new: NewContact) -> list[FieldError]:
    if new.to_agency_id == agency_id:
        return [FieldError("to_agency", "Choose another agency than your own.")]
    if not partnerships.signed_agencies(work, on=london_date(work.now), agency_ids=[new.to_agency_id]):
        return [FieldError("to_agency", "Choose a member agency that has signed the protocol.")]
    people = accounts.accounts_with_role(work, roles=queries.ANSWERS, agency_id=new.to_agency_id)
    if not people:
        return [FieldError("to_agency", "Nobody of this agency answers contacts. Choose another.")]
    if new.to_account_id is not None and new.to_account_id not in people:
        return [FieldError("to_account", "Choose a practitioner of that agency.")]
    return []


def _sources(
    work: UnitOfWork, agency_id: uuid.UUID, case_ids: Collection[uuid.UUID], purpose: str
) -> dict[uuid.UUID, uuid.UUID]:
    """Return the contact from which each case is known, and see that what was told there is used for its purpose alone (B6)."""
    rows = work.session.execute(
        select(Contact.accepted_case_id, Contact.id, Contact.purpose).where(
            Contact.accepted_case_id.in_(list(case_ids)), Contact.to_agency_id == agency_id
        )
    ).all()
    wrong = [error for _, _, told_for in rows for error in mistakes_of_onward_use(told_for=told_for, purpose=purpose)]
    if wrong:
        work.refuse(act="contact:open", code="other_purpose")
        raise Invalid(wrong[:1])
    return {case_id: contact_id for case_id, contact_id, _ in rows if case_id is not None}
