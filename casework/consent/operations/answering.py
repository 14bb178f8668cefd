"""Taking down an answer, and everything by which it changes afterwards."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import select

from casework.cases.models import CasePerson
from casework.clock import add_working_days, london_date
from casework.consent import events, policy, queries
from casework.consent.models import Agreement
from casework.consent.operations.checking import TESTS, NewAnswer, mistakes, mistakes_of_competence
from casework.consent.operations.entries import add, lock_answers, locked_yes, longest_months, no_longer_owed, owe, tell
from casework.consent.operations.reviewing import force_review
from casework.consent.rules import Relation, Status
from casework.consent.rules.standing import (
    EntryKind,
    ReviewBecause,
    Scope,
    default_dates,
    joined,
    without,
)
from casework.duties import operations as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, FieldError, Invalid
from casework.people import queries as people
from casework.work import UnitOfWork

WRITE_DOWN_WORKING_DAYS = 5


def record_answer(work: UnitOfWork, *, answer: NewAnswer) -> uuid.UUID:
    """Take down an answer about a young person: yes, partly or no. Replaces what the same giver answered before.

    What that giver denied before stays denied unless it is lifted. Without days given, a yes is reviewed after three months and
    ends after the rule set's longest time. A spoken answer is owed in writing within five working days. Raises NotAllowed,
    NotFound, and Invalid naming every field that is missing or wrong; then nothing is kept.
    """
    case = policy.reach_file(work, answer.case_id, act="agreement:record")
    person_id = _young_person(work, case.id)
    lock_answers(work, person_id=person_id)
    before = _before(work, answer, person_id)
    stood = queries.standings(work, [before]).get(before) if before else None
    kept = {} if stood is None else without(stood.deny, answer.lifted)
    deny = joined(kept, answer.deny)
    born = people.records(work, [person_id])[person_id].date_of_birth
    today = london_date(work.now)
    longest = longest_months(work, today)
    wrong = mistakes(work, answer, deny=deny, born=born, today=today)
    if wrong or work.actor.account_id is None or work.actor.agency_id is None:
        raise Invalid(wrong)
    row = Agreement(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=case.id,
        person_id=person_id,
        kind=answer.kind.value,
        relation=answer.relation.value,
        giver=answer.giver,
        replaces_id=before,
        wording=answer.wording.strip(),
        exceptions_explained=answer.exceptions_explained,
        language=answer.language,
        how=answer.how,
        form=answer.form,
        asked_at=work.now,
        asked_by_account_id=work.actor.account_id,
        asked_agency_id=work.actor.agency_id,
        evidence_hash=answer.evidence_hash,
        key_id=case.key_id,
    )
    work.keys.load([case.key_id])
    row.words.seal(
        work.keys,
        {
            "giver": answer.giver_name.strip(),
            "own_words": answer.own_words.strip(),
            "interpreter": answer.interpreter.strip(),
            "evidence": answer.evidence.strip(),
        },
    )
    work.session.add(row)
    work.session.flush()  # the agreement first: its entry refers to it
    review_due, expires_on = default_dates(today, longest_months=longest)
    is_yes = answer.status is Status.GIVEN
    kind = EntryKind.REFUSED if not is_yes else EntryKind.PARTLY_GIVEN if deny else EntryKind.GIVEN
    add(
        work,
        row,
        kind,
        purposes=answer.purposes,
        permit=answer.permit,
        deny=deny,
        review_due=(answer.review_due or review_due) if is_yes else None,
        expires_on=(answer.expires_on or expires_on) if is_yes else None,
        competent=answer.competent,
        test=answer.test,
        words=answer.factors,
    )
    if before:
        no_longer_owed(work, before)
    if answer.form == "spoken":
        owe(work, row, DutyKind.AGREEMENT_IN_WRITING, add_working_days(today, WRITE_DOWN_WORKING_DAYS))
    tell(work, row, kind)
    return row.id


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

    Raises NotAllowed, NotFound, Invalid, Conflict when it is no yes any more.
    """
    row = policy.reach(work, agreement_id, act="agreement:reaffirm")
    stood = locked_yes(work, row)
    today = london_date(work.now)
    born = people.records(work, [row.person_id])[row.person_id].date_of_birth
    wrong = mistakes_of_competence(Relation(row.relation), competent, test, words, born, today)
    if wrong:
        raise Invalid(wrong)
    due, ends = default_dates(today, longest_months=longest_months(work, today))
    add(
        work,
        row,
        EntryKind.REAFFIRMED,
        review_due=review_due or due,
        expires_on=ends,
        competent=stood.competent if competent is None else competent,
        test=test,
        words=words,
    )
    no_longer_owed(work, row.id, met=True)
    tell(work, row, EntryKind.REAFFIRMED)


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
    tell(work, row, EntryKind.COMPETENCE_REASSESSED)


def bar_giver(work: UnitOfWork, *, agreement_id: uuid.UUID, words: str) -> None:
    """Note that whoever gave this is now recorded as the alleged abuser: it counts for nothing, and they are never asked again.

    Source: handling rule 5 of the guidance on information sharing (protect who could be hurt). Raises NotAllowed, NotFound, and
    Invalid for the young person's own answer.
    """
    row = policy.reach(work, agreement_id, act="agreement:bar_giver")
    if row.relation == Relation.SELF.value:
        raise Invalid.field("agreement", "It is the young person's own answer.")
    lock_answers(work, person_id=row.person_id)
    add(work, row, EntryKind.GIVER_BARRED, words=words)
    force_review(work, case_id=row.case_id, because=ReviewBecause.SAFEGUARDING)
    tell(work, row, EntryKind.GIVER_BARRED)


def write_down(work: UnitOfWork, *, agreement_id: uuid.UUID, words: str = "") -> None:
    """Note that a spoken answer was followed up in writing. Raises NotAllowed, NotFound, Conflict when it was in writing already."""
    row = policy.reach(work, agreement_id, act="agreement:write_down")
    lock_answers(work, person_id=row.person_id)
    if row.form != "spoken" or not duties.meet(work, kind=DutyKind.AGREEMENT_IN_WRITING, subject_id=row.id):
        raise Conflict("It is in writing already.")
    add(work, row, EntryKind.WRITTEN_DOWN, words=words)


def _young_person(work: UnitOfWork, case_id: uuid.UUID) -> uuid.UUID:
    return work.session.scalars(
        select(CasePerson.person_id).where(CasePerson.case_id == case_id, CasePerson.part == "young_person")
    ).one()


def _before(work: UnitOfWork, answer: NewAnswer, person_id: uuid.UUID) -> uuid.UUID | None:
    """Return the same giver's latest answer to the same question."""
    same_giver = Agreement.giver.is_(None) if answer.giver is None else Agreement.giver == answer.giver
    return work.session.scalar(
        select(Agreement.id).where(
            Agreement.person_id == person_id,
            Agreement.kind == answer.kind.value,
            Agreement.relation == answer.relation.value,
            same_giver,
            ~queries.is_replaced(),
        )
    )
