"""Entries of an agreement: the lock under which they are added, what is told and owed with them."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from sqlalchemy import func, select

from casework.cases.models import Standing as CaseStanding
from casework.cases.rules import StandingKind
from casework.clock import at_london, london_date
from casework.consent import events, queries
from casework.consent.models import Agreement, AgreementEntry
from casework.consent.rules import Status, rule_set_at
from casework.consent.rules.facts import Jurisdiction
from casework.consent.rules.standing import (
    EntryKind,
    Scope,
    Standing,
)
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind, DutyState
from casework.errors import Conflict
from casework.partnerships import queries as partnerships
from casework.people.models import Person
from casework.work import UnitOfWork

_END_OF_DAY = time(17, 0)


def lock_answers(work: UnitOfWork, *, person_id: uuid.UUID) -> None:
    """Hold the answers about a young person still until this transaction ends. Delivery of a share takes the same lock."""
    work.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def locked_yes(work: UnitOfWork, row: Agreement) -> Standing:
    """Return where an agreement stands, held still. Raises Conflict when it is no yes, or a later answer took its place."""
    lock_answers(work, person_id=row.person_id)
    stood = queries.standings(work, [row.id]).get(row.id)
    replaced = work.session.scalar(select(Agreement.id).where(Agreement.replaces_id == row.id))
    if stood is None or stood.status is not Status.GIVEN or replaced is not None:
        raise Conflict("This agreement no longer stands: look at the latest answer.")
    work.keys.load([row.key_id])
    return stood


def add(
    work: UnitOfWork,
    row: Agreement,
    kind: EntryKind,
    *,
    purposes: frozenset[str] | None = None,
    permit: Scope | None = None,
    deny: Scope | None = None,
    review_due: date | None = None,
    expires_on: date | None = None,
    competent: bool | None = None,
    test: str | None = None,
    because: str | None = None,
    words: str = "",
) -> None:
    """Add one entry, counted from today in London, and write it to the trail. The caller holds the lock."""
    last = work.session.scalar(select(func.max(AgreementEntry.number)).where(AgreementEntry.agreement_id == row.id))
    entry = AgreementEntry(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        agreement_id=row.id,
        number=(last or 0) + 1,
        kind=kind.value,
        on=london_date(work.now),
        at=work.now,
        by_account_id=work.actor.account_id,
        by_agency_id=work.actor.agency_id,
        purposes=None if purposes is None else sorted(purposes),
        permit=_plain(permit),
        deny=_plain(deny),
        review_due=review_due,
        expires_on=expires_on,
        competent=competent,
        test=test,
        because=because,
        key_id=row.key_id,
    )
    if words.strip():
        entry.words.seal(work.keys, {"words": words.strip()})
    work.session.add(entry)
    work.session.flush()
    work.note(f"agreement:{kind.value}", "agreement", row.id)


def _plain(scope: Scope | None) -> dict[str, list[str]] | None:
    return None if scope is None else {agency: sorted(categories) for agency, categories in sorted(scope.items())}


def tell(work: UnitOfWork, row: Agreement, kind: EntryKind) -> None:
    """Record that an agreement was answered in some way: youth cases and queued shares look at it again."""
    work.record(
        events.AgreementAnswered(
            partnership_id=work.partnership_id, case_id=row.case_id, agreement_id=row.id, answer=kind.value
        )
    )


def longest_months(work: UnitOfWork, today: date) -> int:
    """Return how many months a yes may count under the rule set of today. Raises Conflict when none is in force."""
    rules = rule_set_at(Jurisdiction(partnerships.partnership_record(work).jurisdiction), today)
    if rules is None:
        raise Conflict("No rules on agreements are in force here on this day.")
    return rules.clocks.longest_months


def owe(work: UnitOfWork, row: Agreement, kind: DutyKind, due_on: date) -> int:
    """Owe something about an agreement to whoever holds the file, by 17:00 on a day. Returns how many duties are new."""
    holder = work.session.scalar(
        select(CaseStanding.account_id)
        .where(
            CaseStanding.case_id == row.case_id,
            CaseStanding.kind.in_([StandingKind.CASE_HOLDER.value, StandingKind.LEAD_PROFESSIONAL.value]),
            CaseStanding.until_at.is_(None),
            CaseStanding.account_id.is_not(None),
        )
        .order_by(CaseStanding.from_at.desc())
        .limit(1)
    )
    new = NewDuty(
        kind=kind,
        subject_kind="agreement",
        subject_id=row.id,
        due_at=_due(due_on, work.now),
        rule="youth_agreement",
        owed_by_account_id=holder or row.asked_by_account_id,
        case_id=row.case_id,
    )
    return len(duties.raise_duties(work, duties=[new], policy_version_id=None))


def _due(on: date, now: datetime) -> datetime:
    return max(at_london(on, _END_OF_DAY), now)


def no_longer_owed(work: UnitOfWork, agreement_id: uuid.UUID, *, met: bool = False) -> None:
    """End what is owed about an agreement: met when it was gone through, lapsed when it no longer stands."""
    if met:
        duties.meet(work, kind=DutyKind.AGREEMENT_REVIEW, subject_id=agreement_id)
    else:
        duties.end_duties(work, subject_ids=[agreement_id], state=DutyState.LAPSED)
