"""Reviews of agreements: forced by what changes things, and owed by the calendar."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select

from casework.clock import add_working_days, london_date
from casework.consent import events, queries
from casework.consent.models import Agreement, AgreementEntry
from casework.consent.operations.entries import add, lock_answers, no_longer_owed, owe
from casework.consent.rules import Purpose, Status, rule_set_at
from casework.consent.rules.facts import Jurisdiction
from casework.consent.rules.standing import (
    ANY,
    EntryKind,
    Kind,
    ReviewBecause,
    birthday_between,
    is_over,
)
from casework.duties.rules import DutyKind
from casework.partnerships import queries as partnerships
from casework.people import queries as people
from casework.work import UnitOfWork

REVIEW_TOLD_DAYS = 28
_GONE_THROUGH = frozenset({EntryKind.GIVEN, EntryKind.PARTLY_GIVEN, EntryKind.REAFFIRMED, EntryKind.NARROWED})


def force_review(work: UnitOfWork, *, case_id: uuid.UUID, because: ReviewBecause) -> int:
    """Make every yes of a young person's file due for review today, and owe the review. Returns how many.

    For what changes things: a birthday, a new agency, purpose, category or carer, a move, a step up or down, a safeguarding link.
    The same cause forces no second review before the first is held.
    What has run out is left alone: only a new answer counts there. The caller has reached the file, or is the schedule; nothing
    that a MARAC knows may be a cause (docs/how-youth-support-works.md).
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
        if one is None or one.status is not Status.GIVEN or row.id in replaced or is_over(one, today):
            continue
        if _was_forced(work, row, because):
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


def review_what_is_new(
    work: UnitOfWork, *, case_id: uuid.UUID, to_agency: str, purpose: Purpose, categories: Collection[str]
) -> int:
    """Make every yes due for review when something is to be shared for support that no yes names: agency, purpose, category.

    Only what agreement is asked for counts as new. A question about danger, harm or a MARAC rests on other grounds and leaves no mark
    on the agreements, so that nobody who reads them learns that it was asked. Returns how many reviews are forced.
    """
    today = london_date(work.now)
    rules = rule_set_at(Jurisdiction(partnerships.partnership_record(work).jurisdiction), today)
    if rules is None or purpose not in rules.lists.support_purposes:
        return 0
    rows = work.session.scalars(
        select(Agreement).where(
            Agreement.case_id == case_id, Agreement.kind == Kind.SHARING.value, ~queries.is_replaced()
        )
    ).all()
    stand = queries.standings(work, [row.id for row in rows])
    yeses = [one for one in stand.values() if one.status is Status.GIVEN and not is_over(one, today)]
    if not any({to_agency, ANY} & {*one.permit, *one.deny} for one in yeses):
        return force_review(work, case_id=case_id, because=ReviewBecause.NEW_AGENCY)
    if not any(purpose.value in one.purposes for one in yeses):
        return force_review(work, case_id=case_id, because=ReviewBecause.NEW_PURPOSE)
    named = {
        category
        for one in yeses
        for scope in (one.permit, one.deny)
        for agency in (to_agency, ANY)
        for category in scope.get(agency, ())
    }
    if ANY not in named and set(categories) - named:
        return force_review(work, case_id=case_id, because=ReviewBecause.NEW_CATEGORY)
    return 0


def end_agreements(work: UnitOfWork, *, case_id: uuid.UUID) -> int:
    """End every yes of a young person's file, to sharing and to being helped, because the work ends. Returns how many.

    What was denied stays denied. The caller has reached the file to close it.
    """
    rows = work.session.scalars(
        select(Agreement).where(Agreement.case_id == case_id, ~queries.is_replaced()).order_by(Agreement.id)
    ).all()
    stand = queries.standings(work, [row.id for row in rows])
    today = london_date(work.now)
    ending = [row for row in rows if stand[row.id].status is Status.GIVEN and not is_over(stand[row.id], today)]
    for row in ending:
        lock_answers(work, person_id=row.person_id)
        add(work, row, EntryKind.ENDED)
        no_longer_owed(work, row.id)
    return len(ending)


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
        if one is None or one.status is not Status.GIVEN or is_over(one, today):
            continue
        born = known[row.person_id].date_of_birth
        if born is not None and birthday_between(born, one.on, today) and not _reviewed_since_birthday(work, row, born):
            count += force_review(work, case_id=row.case_id, because=ReviewBecause.BIRTHDAY)
        elif one.review_due is not None and one.review_due - timedelta(days=REVIEW_TOLD_DAYS) <= today:
            count += owe(work, row, DutyKind.AGREEMENT_REVIEW, one.review_due)
    return count


def _was_forced(work: UnitOfWork, row: Agreement, because: ReviewBecause) -> bool:
    """Say whether the same cause has forced a review that has not been held yet: since then nobody has gone through it."""
    entries = work.session.execute(
        select(AgreementEntry.kind, AgreementEntry.because)
        .where(AgreementEntry.agreement_id == row.id)
        .order_by(AgreementEntry.number.desc())
    )
    for kind, cause in entries:
        if kind in _GONE_THROUGH:
            return False
        if kind == EntryKind.REVIEW_FORCED and cause == because:
            return True
    return False


def _reviewed_since_birthday(work: UnitOfWork, row: Agreement, born: date) -> bool:
    """Say whether the latest birthday that counts has already forced a review of this agreement."""
    forced = work.session.scalars(
        select(AgreementEntry.on).where(
            AgreementEntry.agreement_id == row.id, AgreementEntry.because == ReviewBecause.BIRTHDAY.value
        )
    ).all()
    return any(not birthday_between(born, on, london_date(work.now)) for on in forced)
