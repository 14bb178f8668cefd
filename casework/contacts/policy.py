"""Whose contact it is: the two agencies', and no third's (B5). On the asking side those who may open the young person's file."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

from casework.access import blocks
from casework.access.actors import ActorKind
from casework.access.permissions import Permission
from casework.cases import policy as cases
from casework.cases.models import Case
from casework.contacts.models import Contact, ContactSubject
from casework.errors import NotAllowed, NotFound
from casework.work import UnitOfWork


def may_see(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that limits any query over Contact to what the actor may see, on either side.

    Whoever is blocked from a young person's case finds no contact about them.
    """
    actor = work.actor
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.agency_id is None or not actor.protocol_signed or not actor.has(Permission.CONTACT_OPEN):
        return false()
    blocked = exists().where(
        ContactSubject.contact_id == Contact.id, blocks.is_blocked(actor, work.now, ContactSubject.case_id)
    )
    return and_(not_(blocked), or_(asks(work), is_asked(work)))


def is_asked(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that the actor answers a Contact for the agency that is asked."""
    actor = work.actor
    named = or_(Contact.to_account_id.is_(None), Contact.to_account_id == actor.account_id)
    return and_(Contact.to_agency_id == actor.agency_id, named)


def asks(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that a Contact is the actor's own, or their agency's about nobody whose file is shut to them."""
    actor = work.actor
    shut = exists().where(
        ContactSubject.contact_id == Contact.id,
        Case.id == ContactSubject.case_id,
        not_(cases.may_see(actor, work.now)),
    )
    own = or_(Contact.from_account_id == actor.account_id, not_(shut))
    return and_(Contact.from_agency_id == actor.agency_id, own)


def require_to_open(work: UnitOfWork) -> uuid.UUID:
    """Return the agency for which the actor may open a contact. Raises NotAllowed without the role, an agency or its protocol."""
    work.require(Permission.CONTACT_OPEN)
    if work.actor.agency_id is None or work.actor.account_id is None or not work.actor.protocol_signed:
        raise NotAllowed("Your agency has not signed the protocol.", code="protocol")
    return work.actor.agency_id


def reach(work: UnitOfWork, contact_id: uuid.UUID, *, lock: bool = False) -> Contact:
    """Return a contact of either of its two agencies. Raises NotAllowed, NotFound: for a third agency there is none (B5)."""
    work.require(Permission.CONTACT_OPEN)
    query = select(Contact).where(Contact.id == contact_id, may_see(work))
    row = work.session.scalar(query.with_for_update(of=Contact) if lock else query)
    if row is None:
        raise NotFound
    return row


def reach_to_answer(work: UnitOfWork, contact_id: uuid.UUID) -> Contact:
    """Return, locked, a contact that the actor's agency is asked to answer. Raises NotAllowed, NotFound."""
    row = reach(work, contact_id, lock=True)
    if row.to_agency_id != work.actor.agency_id:
        raise NotAllowed("The other agency answers this.", code="side")
    return row


def reach_to_ask(work: UnitOfWork, contact_id: uuid.UUID) -> Contact:
    """Return, locked, a contact that the actor's agency opened. Raises NotAllowed, NotFound."""
    row = reach(work, contact_id, lock=True)
    if row.from_agency_id != work.actor.agency_id:
        raise NotAllowed("The agency that asked does this.", code="side")
    return row
