"""What may be told in a contact: decided when it is opened (B2), shared item by item as agreed (B4), stopped when the contact ends."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from casework.cases.models import Case
from casework.consent.rules import Category, Purpose
from casework.contacts import policy, rules
from casework.contacts.models import Contact, ContactSubject
from casework.contacts.operations import history
from casework.errors import Conflict, NotFound
from casework.sharing import operations as sharing
from casework.sharing.models import Share
from casework.sharing.operations.asking import Asked
from casework.sharing.queries import Declared
from casework.sharing.rules import RECEIVED, NewItem, ShareState
from casework.work import UnitOfWork

ENDED = "The contact in which it was asked for ended before it went."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one hopes to share of a young person, for the decision at the opening: categories, and what is declared about it."""

    categories: Collection[Category]
    declared: Declared


def decide(work: UnitOfWork, *, case: Case, to_agency_id: uuid.UUID, wanted: Wanted) -> uuid.UUID:
    """Ask the sharing rules what may go to the other agency, and keep their answer with its facts, also a no (B2). Returns its id.

    Nothing goes by it: each share is decided again when it is asked for, and when it is delivered.
    """
    decision_id, _ = sharing.decide_beforehand(
        work,
        case=case,
        from_agency_id=policy.require_to_open(work),
        to_agency_id=to_agency_id,
        categories=wanted.categories,
        declared=wanted.declared,
    )
    return decision_id


def share(
    work: UnitOfWork, *, contact_id: uuid.UUID, case_id: uuid.UUID, items: Sequence[NewItem], declared: Declared
) -> Asked:
    """Ask to share these items in a contact, for its purpose and with its other agency alone (B4, B6).

    What the rules allow is queued and decided again at delivery; the other agency sees nothing before that. Raises NotAllowed,
    NotFound, Conflict when something is on its way or has come already, Invalid as sharing.operations.ask does.
    """
    row = policy.reach_to_ask(work, contact_id)
    if row.about == rules.About.QUESTION:
        raise Conflict("A question is about nobody: nothing is shared with it.")
    rules.move(row.state, rules.State.SHARED)
    subject = work.session.scalar(
        select(ContactSubject).where(ContactSubject.contact_id == row.id, ContactSubject.case_id == case_id)
    )
    if subject is None:
        raise NotFound
    before = work.session.get(Share, subject.share_id) if subject.share_id else None
    if before is not None and (before.state in RECEIVED or before.state == ShareState.QUEUED):
        raise Conflict("Something was shared in this contact already. Share further from the young person’s file.")
    asked = sharing.ask(
        work,
        case_id=case_id,
        to_agency_id=row.to_agency_id,
        items=items,
        declared=replace(declared, purpose=Purpose(row.purpose)),
    )
    work.session.flush()  # the share first: the subject refers to it
    subject.share_id = asked.share_id
    history.keep(work, row, rules.Event.DECIDED)
    return asked


def share_delivered(work: UnitOfWork, *, share_id: uuid.UUID) -> None:
    """Note in its contact that a share has come: the other agency owes an answer from now. For scheduled work; others do nothing."""
    row = _contact_of(work, share_id)
    if row is None or row.state not in rules.LIVE or share_id not in {one.id for one in received(work, row)}:
        return
    row.state = rules.move(row.state, rules.State.SHARED).value
    history.keep(work, row, rules.Event.SHARED)
    history.owe_answer(work, row, [one.case_id for one in subjects_of(work, row)])


def share_answered(work: UnitOfWork, *, share_id: uuid.UUID) -> None:
    """Follow in its contact a share that was declined in the inbox. For scheduled work; others do nothing."""
    row = _contact_of(work, share_id)
    declined = work.session.scalar(
        select(Share.id).where(Share.id == share_id, Share.state == ShareState.DECLINED.value)
    )
    if row is None or declined is None or row.state != rules.State.SHARED:
        return
    row.state = rules.move(row.state, rules.State.DECLINED).value
    row.reason = rules.Reason.OTHER.value
    row.closed_at = row.answered_at = work.now
    history.answer_given(work, row)
    history.keep(work, row, rules.Event.DECLINED)


def acknowledge(work: UnitOfWork, *, contact_id: uuid.UUID) -> None:
    """Note that one has read what came (B4). A second time it does nothing. Raises NotAllowed, NotFound, Conflict before it came."""
    row = policy.reach_to_answer(work, contact_id)
    if row.state != rules.State.SHARED:
        raise Conflict("Nothing has come yet.")
    for one in received(work, row):
        sharing.acknowledge(work, share_id=one.id)
    if row.acknowledged_at is None:
        row.acknowledged_at = work.now
        history.keep(work, row, rules.Event.ACKNOWLEDGED)


def answer_shares(
    work: UnitOfWork, row: Contact, *, accepts: bool, words: str, into_case_id: uuid.UUID | None = None
) -> None:
    """Accept or decline what came with a contact, as the actor, who answers for the receiving agency."""
    for one in received(work, row):
        if one.state in (ShareState.DELIVERED, ShareState.ACKNOWLEDGED):
            sharing.answer(work, share_id=one.id, accepts=accepts, words=words, into_case_id=into_case_id)


def stop_queued(work: UnitOfWork, row: Contact) -> None:
    """Stop what is on its way when a contact ends, and record that it was not shared: nothing arrives after its end."""
    for one in _shares_of(work, row):
        if one.state == ShareState.QUEUED:
            sharing.call_off(work, one, because=ENDED)


def purge(work: UnitOfWork, row: Contact) -> bool:
    """Take what came and was not answered away again on the asked side (B9). Says whether there was anything."""
    found = received(work, row)
    for one in found:
        sharing.lapse(work, share_id=one.id)
    return bool(found)


def received(work: UnitOfWork, row: Contact) -> list[Share]:
    """Return what has come with a contact, in a fixed order."""
    return [one for one in _shares_of(work, row) if one.state in RECEIVED]


def subjects_of(work: UnitOfWork, row: Contact) -> list[ContactSubject]:
    """Return whom a contact is about, in a fixed order."""
    found = select(ContactSubject).where(ContactSubject.contact_id == row.id).order_by(ContactSubject.id)
    return list(work.session.scalars(found))


def _shares_of(work: UnitOfWork, row: Contact) -> list[Share]:
    found = (
        select(Share)
        .join(ContactSubject, ContactSubject.share_id == Share.id)
        .where(ContactSubject.contact_id == row.id)
        .order_by(Share.id)
        .with_for_update(of=Share)
    )
    return list(work.session.scalars(found))


def _contact_of(work: UnitOfWork, share_id: uuid.UUID) -> Contact | None:
    contact_id = select(ContactSubject.contact_id).where(ContactSubject.share_id == share_id)
    return work.session.scalar(select(Contact).where(Contact.id.in_(contact_id)).with_for_update(of=Contact))
