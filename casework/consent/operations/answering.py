"""Taking down an answer: who gave it, what they denied before and lift now, and what it replaces."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from casework.cases.models import CasePerson
from casework.clock import add_working_days, london_date
from casework.consent import policy, queries
from casework.consent.models import Agreement
from casework.consent.operations.checking import NewAnswer, mistakes
from casework.consent.operations.entries import add, lock_answers, longest_months, no_longer_owed, owe, tell
from casework.consent.rules import Relation, Status
from casework.consent.rules.standing import (
    EntryKind,
    Kind,
    Standing,
    default_dates,
    joined,
    same_name,
    without,
)
from casework.duties.rules import DutyKind
from casework.errors import Invalid
from casework.people import queries as people
from casework.work import UnitOfWork

WRITE_DOWN_WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class _Giver:
    """Whoever answers, as they are remembered: their mark, name, what they answered to this question before, whether they are barred."""

    mark: uuid.UUID | None
    name: str
    before: Agreement | None
    is_barred: bool


def record_answer(work: UnitOfWork, *, answer: NewAnswer) -> uuid.UUID:
    """Take down an answer about a young person: yes, partly or no. Replaces what the same giver answered before.

    A giver is the same by their mark or, where none is given, by their name. Whoever was recorded as the alleged abuser stays
    barred, whatever is said of them now. What a giver denied before stays denied unless it is lifted. Without days given, a yes is
    reviewed after three months and ends after the rule set's longest time; neither can be set later. A spoken answer is owed in
    writing within five working days. Raises NotAllowed, NotFound, and Invalid naming every field that is missing or wrong; then
    nothing is kept.
    """
    case = policy.reach_file(work, answer.case_id, act="agreement:record")
    person_id = _young_person(work, case.id)
    lock_answers(work, person_id=person_id)
    work.keys.load([case.key_id])
    rows = work.session.scalars(
        select(Agreement).where(Agreement.person_id == person_id).order_by(Agreement.asked_at, Agreement.id)
    ).all()
    stand = queries.standings(work, [one.id for one in rows])
    giver = _giver_of(work, answer, rows, stand)
    before = None if giver.before is None else giver.before.id
    denied = {} if before is None else stand[before].deny
    deny = joined(without(denied, answer.lifted), answer.deny)
    born = people.records(work, [person_id])[person_id].date_of_birth
    today = london_date(work.now)
    longest = longest_months(work, today)
    wrong = mistakes(
        work,
        replace(answer, giver_name=giver.name, giver_is_abuser=True if giver.is_barred else answer.giver_is_abuser),
        deny=deny,
        denied=denied,
        born=born,
        today=today,
        longest_months=longest,
    )
    if wrong or work.actor.account_id is None or work.actor.agency_id is None:
        raise Invalid(wrong)
    row = Agreement(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=case.id,
        person_id=person_id,
        kind=answer.kind.value,
        relation=answer.relation.value,
        giver=giver.mark,
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
    row.words.seal(
        work.keys,
        {
            "giver": giver.name,
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
    # To be helped has no day of its own: it is asked at every review of the plan, and ends with the work.
    has_days = is_yes and answer.kind is Kind.SHARING
    add(
        work,
        row,
        kind,
        purposes=answer.purposes,
        permit=answer.permit,
        deny=deny,
        review_due=(answer.review_due or review_due) if has_days else None,
        expires_on=(answer.expires_on or expires_on) if has_days else None,
        competent=answer.competent,
        test=answer.test,
        words=answer.factors,
    )
    _end_reviews(work, answer, rows, before)
    if answer.form == "spoken" and answer.kind is Kind.SHARING:
        owe(work, row, DutyKind.AGREEMENT_IN_WRITING, add_working_days(today, WRITE_DOWN_WORKING_DAYS))
    tell(work, row, kind)
    if answer.to_service is not None:
        _record_service(work, answer, giver, answer.to_service)
    return row.id


def _record_service(work: UnitOfWork, answer: NewAnswer, giver: _Giver, status: Status) -> None:
    """Take down the other question's answer, given in the same talk by the same person."""
    nothing = replace(answer, purposes=frozenset(), permit={}, deny={}, lifted={}, review_due=None, expires_on=None)
    record_answer(work, answer=replace(nothing, kind=Kind.SERVICE, status=status, to_service=None, giver=giver.mark))


def _giver_of(
    work: UnitOfWork, answer: NewAnswer, rows: Sequence[Agreement], stand: Mapping[uuid.UUID, Standing]
) -> _Giver:
    """Find whoever answers among those who answered about this young person before, by their mark or else by their name.

    Barred is also somebody of another mark who bears the name of a barred giver: a new mark lifts nothing.
    """
    replaced = {one.replaces_id for one in rows}
    latest = [one for one in rows if one.kind == answer.kind.value and one.id not in replaced]
    if answer.relation is Relation.SELF:
        own = next((one for one in latest if one.relation == Relation.SELF.value), None)
        return _Giver(answer.giver, "", own, is_barred=False)
    names = {one.id: str((one.words.open(work.keys) or {}).get("giver", "")) for one in rows if one.giver is not None}
    others = [one for one in rows if one.giver is not None]
    name = answer.giver_name.strip()
    if answer.giver is not None:
        known = [one for one in others if one.giver == answer.giver]
        name = name or next((names[one.id] for one in reversed(known)), "")
    else:
        known = [one for one in others if same_name(names[one.id], name)]
    mark = answer.giver or (known[-1].giver if known else uuid.uuid4())
    return _Giver(
        mark,
        name,
        next((one for one in latest if one.giver == mark), None),
        is_barred=any(
            stand[one.id].giver_barred and (one.giver == mark or same_name(names[one.id], name)) for one in others
        ),
    )


def _end_reviews(work: UnitOfWork, answer: NewAnswer, rows: Sequence[Agreement], before: uuid.UUID | None) -> None:
    """End the reviews that are owed of what this answer replaces; the young person's own answer also ends those of others'."""
    for one in rows:
        if one.id == before or (answer.relation is Relation.SELF and one.kind == answer.kind.value):
            no_longer_owed(work, one.id)


def _young_person(work: UnitOfWork, case_id: uuid.UUID) -> uuid.UUID:
    return work.session.scalars(
        select(CasePerson.person_id).where(CasePerson.case_id == case_id, CasePerson.part == "young_person")
    ).one()
