"""Delivery: decided again, in the transaction that delivers, behind the same lock as every answer of the young person."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.consent import operations as consent
from casework.consent.rules import TellSubject
from casework.disclosures.rules import Outcome
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind
from casework.partnerships import queries as partnerships
from casework.sharing import events, rules
from casework.sharing.models import Share
from casework.sharing.operations import record
from casework.sharing.operations.answering import only_the_schedule
from casework.sharing.queries.facts import Decided, Declared, decided, declared_from
from casework.sharing.queries.records import items_of, new_items_of, reviews_of
from casework.sharing.rules import ShareState, StoppedBecause
from casework.work import UnitOfWork

_TO_BE_TOLD = frozenset({TellSubject.WHEN_SAFE, TellSubject.AFTER})


def queued(work: UnitOfWork, *, limit: int = 500) -> list[uuid.UUID]:
    """Return the shares that wait for delivery, the earliest first. For the schedule, which delivers each by itself."""
    only_the_schedule(work)
    return list(
        work.session.scalars(
            select(Share.id)
            .where(Share.state == ShareState.QUEUED.value, Share.decided_at <= work.now)
            .order_by(Share.asked_at, Share.id)
            .limit(limit)
        )
    )


def deliver(work: UnitOfWork, *, share_id: uuid.UUID) -> ShareState | None:
    """Deliver one queued share into the receiving agency's inbox, or stop it with the reason. Returns where it then stands.

    The rules decide again here, on what holds now, after the lock that every answer about sharing takes too (docs/adr/0015): a
    withdrawal that has committed is seen, and one that comes later waits until this has committed. Delivered are the items of
    the categories that this decision allows. A share that is no longer queued is left alone (None).
    """
    only_the_schedule(work)
    person_id = work.session.scalar(select(Share.person_id).where(Share.id == share_id))
    if person_id is None:
        return None
    consent.lock_answers(work, person_id=person_id)
    share = work.session.scalar(
        select(Share).where(Share.id == share_id, Share.state == ShareState.QUEUED.value).with_for_update()
    )
    if share is None:
        return None
    work.keys.load([share.key_id])
    rows = items_of(work, share)
    items = new_items_of(work, rows)
    declared = declared_from(share.declared.open(work.keys) or {})
    found = decided(
        work,
        case_id=share.case_id,
        person_id=share.person_id,
        from_agency_id=share.from_agency_id,
        to_agency_id=share.to_agency_id,
        items=items,
        declared=declared,
        reviews=reviews_of(work, share.id),
    )
    share.decision_id = record.keep(work, share, found, "delivery")
    if found.answer.result not in rules.PERMITS:
        record.stop(work, share, why_stopped(found))
        share.disclosure_id = record.act(work, share, found, declared, went=())
        return ShareState.STOPPED
    allowed = {category.value for category in found.answer.allowed}
    for row in rows:
        row.is_delivered = row.category in allowed
    share.disclosure_id = record.act(
        work, share, found, declared, went=[row.position for row in rows if row.is_delivered]
    )
    share.state = rules.move(share.state, ShareState.DELIVERED).value
    share.decided_at = share.delivered_at = work.now
    _owe_telling(work, share, found, declared)
    _owe_write_up(work, share, found, declared)
    work.note("share:deliver", "share", share.id, reason=Outcome.SHARED.value)
    work.record(
        events.ShareDelivered(
            partnership_id=work.partnership_id,
            share_id=share.id,
            case_id=share.case_id,
            to_agency_id=share.to_agency_id,
        )
    )
    return ShareState.DELIVERED


def why_stopped(found: Decided) -> StoppedBecause:
    """Say why what could go when it was asked for may not go now."""
    if found.facts.recipient is not None and found.facts.recipient.conflict_blocked:
        return StoppedBecause.BLOCKED
    if found.said_no:
        return StoppedBecause.WITHDRAWN
    if found.answer.row in ("13", "14", "15"):
        return StoppedBecause.NOT_AGREED_NOW
    return StoppedBecause.NOT_ALLOWED_NOW


def _owe_telling(work: UnitOfWork, share: Share, found: Decided, declared: Declared) -> None:
    """Whoever asked owes the telling of the young person where the answer says when it is safe, or after."""
    if found.answer.tell_subject not in _TO_BE_TOLD or declared.why.why_not_told.strip():
        return
    holidays = partnerships.extra_holidays(work)
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.SHARE_TELL_SUBJECT,
                subject_kind="share",
                subject_id=share.id,
                due_at=rules.tell_due_at(work.now, holidays),
                rule=f"tell_{found.answer.tell_subject.value}",
                owed_by_account_id=share.asked_by_account_id,
                case_id=share.case_id,
            )
        ],
        policy_version_id=None,
        extra_holidays=holidays,
    )


def _owe_write_up(work: UnitOfWork, share: Share, found: Decided, declared: Declared) -> None:
    """Whoever shared in immediate danger (the table's row 1) without its reasons owes them within a working day.

    The correction of its record meets that (disclosures.operations.correct).
    """
    if found.answer.row != "1" or (declared.why.necessity.strip() and declared.why.risk_and_harm.strip()):
        return
    holidays = partnerships.extra_holidays(work)
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.SHARE_WRITE_UP,
                subject_kind="share",
                subject_id=share.id,
                due_at=rules.write_up_due_at(work.now, holidays),
                rule="emergency_one_working_day",
                owed_by_account_id=share.asked_by_account_id,
                case_id=share.case_id,
            )
        ],
        policy_version_id=None,
        extra_holidays=holidays,
    )
