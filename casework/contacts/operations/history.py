"""What every act on a contact leaves behind: a step in its history, the trail, and what the asked side owes."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import func, select

from casework.contacts import queries, rules
from casework.contacts.models import Contact, ContactStep
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind, DutyState
from casework.partnerships import queries as partnerships
from casework.work import UnitOfWork


def keep(work: UnitOfWork, row: Contact, event: rules.Event) -> None:
    """Add what happened to the history of a contact, and to the trail."""
    work.session.flush()  # the contact first: the step refers to it
    last = select(func.coalesce(func.max(ContactStep.number), 0)).where(ContactStep.contact_id == row.id)
    work.session.add(
        ContactStep(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            contact_id=row.id,
            number=(work.session.scalar(last) or 0) + 1,
            event=event.value,
            at=work.now,
            agency_id=work.actor.agency_id,
            by_account_id=work.actor.account_id,
        )
    )
    work.session.flush()  # the next step of this unit of work counts on
    work.note(f"contact:{event.value}", "contact", row.id)


def owe_answer(work: UnitOfWork, row: Contact, case_ids: Collection[uuid.UUID]) -> None:
    """Start the clock of 48 hours for whoever may answer, and that of ten working days (B9)."""
    holidays = partnerships.extra_holidays(work)
    row.answer_due_at = rules.answer_due_at(work.now)
    row.closes_at = rules.closes_at(work.now, holidays)
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.CONTACT_ANSWER,
                subject_kind="contact",
                subject_id=row.id,
                due_at=row.answer_due_at,
                rule="contact.48_hours",
                owed_by_account_id=account_id,
                # For blocks alone: who is shut out of the case learns nothing of what is owed about it.
                case_id=next(iter(case_ids), None),
            )
            for account_id in queries.who_may_answer(work, row, case_ids)
        ],
        policy_version_id=None,
        extra_holidays=holidays,
    )


def answer_given(work: UnitOfWork, row: Contact) -> None:
    """Note that the asked side has answered: nobody there owes an answer any more."""
    duties.meet(work, kind=DutyKind.CONTACT_ANSWER, subject_id=row.id)


def answer_lapsed(work: UnitOfWork, row: Contact) -> None:
    """Note that no answer is owed any more, because the contact ended."""
    duties.end_duties(work, state=DutyState.LAPSED, subject_ids=[row.id], kind=DutyKind.CONTACT_ANSWER)
