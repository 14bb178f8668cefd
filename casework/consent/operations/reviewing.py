"""Reviews of agreements: forced by what changes things, and owed by the calendar."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from sqlalchemy import select

from casework.clock import add_working_days, london_date
from casework.consent import events, queries
from casework.consent.models import Agreement, AgreementEntry
from casework.consent.operations.entries import add, lock_answers, owe
from casework.consent.rules import Status
from casework.consent.rules.standing import (
    EntryKind,
    Kind,
    ReviewBecause,
    birthday_between,
)
from casework.duties.rules import DutyKind
from casework.people import queries as people
from casework.work import UnitOfWork

REVIEW_TOLD_DAYS = 28


def force_review(work: UnitOfWork, *, case_id: uuid.UUID, because: ReviewBecause) -> int:
    """Make every yes of a young person's file due for review today, and owe the review. Returns how many.

    For what changes things: a birthday, a new agency, purpose, category or carer, a move, a step up or down, a safeguarding link.
    """
    today = london_date(work.now)
    rows = work.session.scalars(
        select(Agreement).where(Agreement.case_id == case_id, Agreement.kind == Kind.SHARING.value)
    ).all()
    stand = queries.standings(work, [row.id for row in rows])
    replaced = {row.replaces_id for row in rows}
    count = 0
    for row in rows:
        one = stand.get(row.id)
        if one is None or one.status is not Status.GIVEN or row.id in replaced:
            continue
        if _was_forced(work, row, because, today):
            continue
        lock_answers(work, person_id=row.person_id)
        add(work, row, EntryKind.REVIEW_FORCED, because=because.value)
        owe(work, row, DutyKind.AGREEMENT_REVIEW, add_working_days(today, 2))
        work.record(
            events.AgreementReviewForced(
                partnership_id=work.partnership_id, case_id=row.case_id, agreement_id=row.id, because=because.value
            )
        )
        count += 1
    return count


def owe_reviews(work: UnitOfWork) -> int:
    """Once a day: owe the review of every yes that is due within four weeks or ends, and force it on 13th, 16th and 18th birthdays.

    Returns how many are owed anew. Run again on the same day it finds nothing more to do.
    """
    today = london_date(work.now)
    rows = work.session.scalars(select(Agreement).where(Agreement.kind == Kind.SHARING.value)).all()
    replaced = {row.replaces_id for row in rows}
    live = [row for row in rows if row.id not in replaced]
    stand = queries.standings(work, [row.id for row in live])
    known = people.records(work, list({row.person_id for row in live})) if live else {}
    count = 0
    for row in live:
        one = stand.get(row.id)
        if one is None or one.status is not Status.GIVEN:
            continue
        born = known[row.person_id].date_of_birth
        if born is not None and birthday_between(born, one.on, today) and not _reviewed_since_birthday(work, row, born):
            count += force_review(work, case_id=row.case_id, because=ReviewBecause.BIRTHDAY)
        elif one.review_due is not None and one.review_due - timedelta(days=REVIEW_TOLD_DAYS) <= today:
            count += owe(work, row, DutyKind.AGREEMENT_REVIEW, one.review_due)
    return count


def _was_forced(work: UnitOfWork, row: Agreement, because: ReviewBecause, on: date) -> bool:
    return bool(
        work.session.scalar(
            select(AgreementEntry.id).where(
                AgreementEntry.agreement_id == row.id,
                AgreementEntry.because == because.value,
                AgreementEntry.on == on,
            )
        )
    )


def _reviewed_since_birthday(work: UnitOfWork, row: Agreement, born: date) -> bool:
    """Say whether the latest birthday that counts has already forced a review of this agreement."""
    forced = work.session.scalars(
        select(AgreementEntry.on).where(
            AgreementEntry.agreement_id == row.id, AgreementEntry.because == ReviewBecause.BIRTHDAY.value
        )
    ).all()
    return any(not birthday_between(born, on, london_date(work.now)) for on in forced)
