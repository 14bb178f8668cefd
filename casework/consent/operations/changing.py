"""Everything by which an answer changes after it was taken down: narrower, taken back, gone through again, its giver barred."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from casework.clock import london_date
from casework.consent import events, policy, queries
from casework.consent.models import Agreement
from casework.consent.operations.checking import TESTS, mistakes_of_competence, mistakes_of_days
from casework.consent.operations.entries import add, lock_answers, locked_yes, longest_months, no_longer_owed, tell
from casework.consent.operations.reviewing import force_review
from casework.consent.rules import Fault, Relation
from casework.consent.rules.standing import (
    EntryKind,
    Kind,
    ReviewBecause,
    Scope,
    Standing,
    is_over,
    joined,
    reaffirmed_dates,
    without,
)
from casework.duties import operations as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, FieldError, Invalid
from casework.people import queries as people
from casework.work import UnitOfWork


def narrow(
    work: UnitOfWork, *, agreement_id: uuid.UUID, taken: Scope, purposes: frozenset[str] = frozenset(), words: str = ""
) -> None:
    """Take back part of a yes: categories for agencies ("*" for all), or purposes. What is taken back is denied from then on.

    Raises NotAllowed, NotFound, Invalid when nothing is named or nothing would be left, Conflict when it is no yes any more.
    """
    row = policy.reach(work, agreement_id, act="agreement:narrow")
    stood = locked_yes(work, row)
    permit, left = without(stood.permit, taken), stood.purposes - purposes
    if not taken and not purposes & stood.purposes:
        raise Invalid.field("taken", "Say what is taken back.")
    if not permit or not left:
        raise Invalid.field("taken", "Nothing would be left: withdraw the whole agreement.")
    add(work, row, EntryKind.NARROWED, purposes=left, permit=permit, deny=joined(stood.deny, taken), words=words)
    tell(work, row, EntryKind.NARROWED)


def withdraw(work: UnitOfWork, *, agreement_id: uuid.UUID, words: str) -> None:
    """Take an agreement back, wholly and from now on; what was done before stays lawful.

    Whoever calls has found that the actor may: it is as easy as giving, for any agency in scope (casework.sharing). Raises
    Conflict when it is no yes any more, NotFound.
    """
    row = work.session.get(Agreement, agreement_id)
    if row is None:
        policy.reach(work, agreement_id, act="agreement:withdraw")
        return
    locked_yes(work, row)
    work.keys.load([row.key_id])
    add(work, row, EntryKind.WITHDRAWN, words=words)
    no_longer_owed(work, row.id)
    work.record(events.AgreementWithdrawn(partnership_id=work.partnership_id, case_id=row.case_id, agreement_id=row.id))


def reaffirm(
    work: UnitOfWork,
    *,
    agreement_id: uuid.UUID,
    competent: bool | None = None,
    test: str | None = None,
    words: str = "",
    review_due: date | None = None,
) -> None:
    """Note that the same giver was asked again and says the same: the review and the end are counted anew.

    An end that was chosen nearer than the longest time stays where it is. What has run out, or counts for nothing for another
    reason (a parent's yes from 16 on), is not revived: that needs a new answer. Raises NotAllowed, NotFound, Invalid, Conflict.
    """
    row = policy.reach(work, agreement_id, act="agreement:reaffirm")
    stood = locked_yes(work, row)
    today = london_date(work.now)
    born = people.records(work, [row.person_id])[row.person_id].date_of_birth
    wrong = mistakes_of_competence(Relation(row.relation), competent, test, words, born, today)
    longest = longest_months(work, today)
    wrong += mistakes_of_days(review_due, None, today=today, longest_months=longest)
    if wrong:
        raise Invalid(wrong)
    stands_after = replace(stood, competent=stood.competent if competent is None else competent)
    due, ends = reaffirmed_dates(stood, today, longest_months=longest, chosen=review_due)
    _refuse_what_does_not_count(work, row, stands_after, born, today)
    add(
        work,
        row,
        EntryKind.REAFFIRMED,
        review_due=due,
        expires_on=ends if row.kind == Kind.SHARING.value else None,
        competent=stands_after.competent,
        test=test,
        words=words,
    )
    no_longer_owed(work, row.id, met=True)
    tell(work, row, EntryKind.REAFFIRMED)


def _refuse_what_does_not_count(
    work: UnitOfWork, row: Agreement, stood: Standing, born: date | None, today: date
) -> None:
    """Raise Conflict for a yes that does not count today, or would not count once it was of today."""
    for one in (stood, replace(stood, on=today)):
        fault = queries.fault_today(work, one, relation=Relation(row.relation), born=born)
        if fault is Fault.EXPIRED or is_over(one, today):
            raise Conflict("This agreement has run out. Ask again, and record a new answer.")
        if fault is not None:
            raise Conflict("This answer no longer counts. Ask again, and record a new answer.")


def reassess_competence(work: UnitOfWork, *, agreement_id: uuid.UUID, competent: bool, test: str, words: str) -> None:
    """Note that a giver was found able, or not able, to decide this after all. Raises NotAllowed, NotFound, Invalid, Conflict."""
    row = policy.reach(work, agreement_id, act="agreement:reassess")
    locked_yes(work, row)
    errors = [] if test in TESTS else [FieldError("test", "Choose which test was applied.")]
    if not words.strip():
        errors.append(FieldError("words", "Write what showed it."))
    if errors:
        raise Invalid(errors)
    add(work, row, EntryKind.COMPETENCE_REASSESSED, competent=competent, test=test, words=words)
    if not competent:
        force_review(work, case_id=row.case_id, because=ReviewBecause.CAPACITY_DOUBT)
    tell(work, row, EntryKind.COMPETENCE_REASSESSED)


def bar_giver(work: UnitOfWork, *, agreement_id: uuid.UUID, words: str) -> None:
    """Note that whoever gave this is now recorded as the alleged abuser: all they answered counts for nothing from here on.

    They stay barred: no later answer of theirs is taken, whatever is said of them then (`record_answer`). Source: rule 5 of the
    guidance on information sharing (protect who could be hurt). Raises NotAllowed, NotFound, and Invalid for the young person's own
    answer or without words.
    """
    row = policy.reach(work, agreement_id, act="agreement:bar_giver")
    if row.relation == Relation.SELF.value:
        raise Invalid.field("agreement", "It is the young person’s own answer.")
    if not words.strip():
        raise Invalid.field("words", "Write where you learnt it. Nobody outside your agency reads this.")
    lock_answers(work, person_id=row.person_id)
    work.keys.load([row.key_id])
    for one in work.session.scalars(
        select(Agreement).where(Agreement.person_id == row.person_id, Agreement.giver == row.giver)
    ).all():
        add(work, one, EntryKind.GIVER_BARRED, words=words)
        no_longer_owed(work, one.id)
        tell(work, one, EntryKind.GIVER_BARRED)
    force_review(work, case_id=row.case_id, because=ReviewBecause.SAFEGUARDING)


def write_down(work: UnitOfWork, *, agreement_id: uuid.UUID, words: str = "") -> None:
    """Note that a spoken answer was followed up in writing. Raises NotAllowed, NotFound, Conflict when it was in writing already."""
    row = policy.reach(work, agreement_id, act="agreement:write_down")
    lock_answers(work, person_id=row.person_id)
    if row.form != "spoken" or not duties.meet(work, kind=DutyKind.AGREEMENT_IN_WRITING, subject_id=row.id):
        raise Conflict("It is in writing already.")
    add(work, row, EntryKind.WRITTEN_DOWN, words=words)
