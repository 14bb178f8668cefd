"""How a contact ends without an answer: taken back by who asked, or closed by its clock, with what had come taken away again (B9)."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.contacts import events, policy, rules
from casework.contacts.models import Contact
from casework.contacts.operations import history, telling
from casework.work import UnitOfWork


def take_back(work: UnitOfWork, *, contact_id: uuid.UUID) -> None:
    """End a contact that one's agency opened, before anything was shared. Raises NotAllowed, NotFound, Conflict."""
    row = policy.reach_to_ask(work, contact_id)
    row.state = rules.move(row.state, rules.State.TAKEN_BACK).value
    row.closed_at = work.now
    telling.stop_queued(work, row)
    history.answer_lapsed(work, row)
    history.keep(work, row, rules.Event.TAKEN_BACK)


def close_unanswered(work: UnitOfWork) -> int:
    """Close every contact that nobody answered in ten working days, and purge what had come on the asked side (B9).

    For the schedule. Run again it finds nothing. Returns how many were closed. Raises NotAllowed but for the schedule.
    """
    work.require(Permission.SYSTEM_OPERATE)
    rows = work.session.scalars(
        select(Contact)
        .where(Contact.closed_at.is_(None), Contact.closes_at <= work.now)
        .order_by(Contact.closes_at, Contact.id)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.state = rules.move(row.state, rules.State.NO_RESPONSE).value
        row.closed_at = work.now
        history.answer_lapsed(work, row)
        history.keep(work, row, rules.Event.NO_RESPONSE)
        telling.stop_queued(work, row)
        if telling.purge(work, row):
            row.purged_at = work.now
            history.keep(work, row, rules.Event.PURGED)
        work.record(events.ContactClosed(partnership_id=work.partnership_id, contact_id=row.id))
    return len(rows)
