"""Writes of duties: raising, meeting, waiving, finding them late, chasing, and taking the reminders that have come due."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from casework.access.permissions import Permission
from casework.duties import policy, rules
from casework.duties.models import Duty, DutyReminder
from casework.errors import NotFound
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDuty:
    """What somebody is to owe. Exactly one of agency, account and role owes it; `due_at` is a UTC instant.

    `hidden_like` are the cases that it may turn out to be about: who is shut out of one of them learns nothing of it.
    """

    kind: rules.DutyKind
    subject_kind: str
    subject_id: uuid.UUID
    due_at: datetime
    rule: str
    owed_by_agency_id: uuid.UUID | None = None
    owed_by_account_id: uuid.UUID | None = None
    owed_by_role: str | None = None
    case_id: uuid.UUID | None = None
    hidden_like: Sequence[uuid.UUID] = ()
    conference_id: uuid.UUID | None = None


def raise_duties(
    work: UnitOfWork,
    *,
    duties: Sequence[NewDuty],
    policy_version_id: uuid.UUID | None,
    extra_holidays: frozenset[date] = frozenset(),
) -> list[uuid.UUID]:
    """Write down what is owed and the reminders each duty asks for. A duty that is there already is not raised twice.

    A duty that was met or waived is owed again, with its reminders, where its kind says so (duties.rules.AGAIN). Source:
    docs/adr/0008-duties.md; the reminder times are in duties.rules. Returns the ids of the new duties.
    """
    rows = [
        {
            "id": uuid.uuid4(),
            "partnership_id": work.partnership_id,
            "kind": duty.kind.value,
            "owed_by_agency_id": duty.owed_by_agency_id,
            "owed_by_account_id": duty.owed_by_account_id,
            "owed_by_role": duty.owed_by_role,
            "subject_kind": duty.subject_kind,
            "subject_id": duty.subject_id,
            "case_id": duty.case_id,
            "hidden_like": list(duty.hidden_like),
            "conference_id": duty.conference_id,
            "due_at": duty.due_at,
            "rule": duty.rule,
            "policy_version_id": policy_version_id,
            "raised_at": work.now,
        }
        for duty in duties
    ]
    if not rows:
        return []
    new = set(work.session.scalars(insert(Duty).on_conflict_do_nothing().returning(Duty.id), rows))
    owed: list[tuple[uuid.UUID, NewDuty]] = []
    for row, duty in zip(rows, duties, strict=True):
        if row["id"] in new:
            owed.append((row["id"], duty))  # type: ignore[arg-type]
        elif duty.kind in rules.AGAIN and (again := _owe_again(work, duty, policy_version_id)) is not None:
            owed.append((again, duty))
    reminders = [
        {
            "id": uuid.uuid4(),
            "partnership_id": work.partnership_id,
            "duty_id": duty_id,
            "step": reminder.step,
            "due_at": reminder.at,
        }
        for duty_id, duty in owed
        for reminder in rules.reminders(duty.kind, work.now, duty.due_at, extra_holidays)
    ]
    if reminders:
        # The steps of a duty that is owed again begin anew.
        fresh = insert(DutyReminder)
        work.session.execute(
            fresh.on_conflict_do_update(
                index_elements=["duty_id", "step"],
                set_={"due_at": fresh.excluded.due_at, "taken_at": None, "outcome": None},
            ),
            reminders,
        )
    return [duty_id for duty_id, _ in owed]


def _owe_again(work: UnitOfWork, duty: NewDuty, policy_version_id: uuid.UUID | None) -> uuid.UUID | None:
    return work.session.scalar(
        update(Duty)
        .where(
            Duty.kind == duty.kind.value,
            Duty.subject_id == duty.subject_id,
            Duty.owed_by_agency_id.is_not_distinct_from(duty.owed_by_agency_id),
            Duty.owed_by_account_id.is_not_distinct_from(duty.owed_by_account_id),
            Duty.state.in_([state.value for state in rules.AGAIN[duty.kind]]),
        )
        .values(
            state=rules.DutyState.OPEN.value,
            case_id=duty.case_id,
            hidden_like=list(duty.hidden_like),
            due_at=duty.due_at,
            raised_at=work.now,
            policy_version_id=policy_version_id,
            ended_at=None,
            late_since=None,
            escalated_at=None,
        )
        .returning(Duty.id)
    )


def meet(
    work: UnitOfWork,
    *,
    kind: rules.DutyKind,
    subject_id: uuid.UUID,
    agency_id: uuid.UUID | None = None,
    account_id: uuid.UUID | None = None,
) -> int:
    """Note that what was owed about this thing has been done. Returns how many open duties that met; none is no error."""
    query = update(Duty).where(Duty.kind == kind.value, Duty.subject_id == subject_id, Duty.state == "open")
    if agency_id is not None:
        query = query.where(Duty.owed_by_agency_id == agency_id)
    if account_id is not None:
        query = query.where(Duty.owed_by_account_id == account_id)
    met = work.session.scalars(
        query.values(
            state="met",
            ended_at=work.now,
        ).returning(Duty.id)
    ).all()
    return len(met)


def reopen(work: UnitOfWork, *, kind: rules.DutyKind, subject_id: uuid.UUID, agency_id: uuid.UUID) -> None:
    """Owe again what was taken back, for example an answer undone. Its reminders that are still to come count again."""
    work.session.execute(
        update(Duty)
        .where(
            Duty.kind == kind.value,
            Duty.subject_id == subject_id,
            Duty.owed_by_agency_id == agency_id,
            Duty.state == "met",
        )
        .values(state="open", ended_at=None)
    )


def name_case(work: UnitOfWork, *, kind: rules.DutyKind, subject_id: uuid.UUID, case_id: uuid.UUID) -> None:
    """Say which case a thing turned out to be about, so that its blocks, and no other's, hide what is owed about it."""
    work.session.execute(
        update(Duty)
        .where(Duty.kind == kind.value, Duty.subject_id == subject_id)
        .values(case_id=case_id, hidden_like=[])
    )


def hide_like(work: UnitOfWork, *, subject_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> None:
    """Say which cases a thing may turn out to be about, so that the blocks of each hide what is still owed about it."""
    work.session.execute(
        update(Duty)
        .where(Duty.subject_id == subject_id, Duty.state == rules.DutyState.OPEN.value, Duty.case_id.is_(None))
        .values(hidden_like=list(case_ids))
    )


def end_duties(
    work: UnitOfWork,
    *,
    state: rules.DutyState,
    subject_ids: Sequence[uuid.UUID] = (),
    case_id: uuid.UUID | None = None,
    conference_id: uuid.UUID | None = None,
    kind: rules.DutyKind | None = None,
    agency_id: uuid.UUID | None = None,
) -> None:
    """Waive or lapse the open duties about these things, because nobody owes them any more (a case deferred, an agency blocked)."""
    query = update(Duty).where(Duty.state == "open")
    if subject_ids:
        query = query.where(Duty.subject_id.in_(subject_ids))
    if case_id is not None:
        query = query.where(Duty.case_id == case_id)
    if conference_id is not None:
        query = query.where(Duty.conference_id == conference_id)
    if kind is not None:
        query = query.where(Duty.kind == kind.value)
    if agency_id is not None:
        query = query.where(Duty.owed_by_agency_id == agency_id)
    work.session.execute(query.values(state=state.value, ended_at=work.now))


def find_late(work: UnitOfWork) -> int:
    """Mark every open duty whose time has passed as late since it was due. Run again, it finds nothing new.

    What can no longer be done once it was due (duties.rules.ENDS_WHEN_DUE) lapses instead. Returns how many are newly late.
    """
    passed = (Duty.state == "open", Duty.due_at < work.now)
    ends = Duty.kind.in_([kind.value for kind in rules.ENDS_WHEN_DUE])
    lapsed = update(Duty).where(*passed, ends).values(state=rules.DutyState.LAPSED.value, ended_at=Duty.due_at)
    work.session.execute(lapsed)
    late = work.session.scalars(
        update(Duty).where(*passed, Duty.late_since.is_(None)).values(late_since=Duty.due_at).returning(Duty.id)
    ).all()
    return len(late)


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder whose time has come, with who is to be reminded."""

    id: uuid.UUID
    duty_id: uuid.UUID
    kind: rules.DutyKind
    step: str
    owed_by_agency_id: uuid.UUID | None
    owed_by_account_id: uuid.UUID | None
    owed_by_role: str | None
    case_ids: frozenset[uuid.UUID]
    """The case that it is about, or those that it may turn out to be about: who is shut out of one is not reminded."""
    case_id: uuid.UUID | None
    conference_id: uuid.UUID | None


def take_due_reminders(work: UnitOfWork, *, limit: int = 5000) -> list[DueReminder]:
    """Take the reminders that have come due, each once. Those whose duty has ended meanwhile are noted as needless.

    The taking, and the notices that the caller makes of it, land in one transaction.
    """
    due = and_(DutyReminder.taken_at.is_(None), DutyReminder.due_at <= work.now)
    duty_open = exists().where(Duty.id == DutyReminder.duty_id, Duty.state == "open")
    work.session.execute(update(DutyReminder).where(due, ~duty_open).values(taken_at=work.now, outcome="needless"))
    rows = work.session.execute(
        select(DutyReminder, Duty)
        .join(Duty, Duty.id == DutyReminder.duty_id)
        .where(due)
        .order_by(DutyReminder.due_at, DutyReminder.id)
        .limit(limit)
        .with_for_update(of=DutyReminder, skip_locked=True)
    ).all()
    taken = []
    for reminder, duty in rows:
        reminder.taken_at = work.now
        reminder.outcome = "noticed"
        if reminder.step == rules.ESCALATED:
            duty.escalated_at = work.now
        taken.append(
            DueReminder(
                id=reminder.id,
                duty_id=duty.id,
                kind=rules.DutyKind(duty.kind),
                step=reminder.step,
                owed_by_agency_id=duty.owed_by_agency_id,
                owed_by_account_id=duty.owed_by_account_id,
                owed_by_role=duty.owed_by_role,
                case_ids=frozenset([*([duty.case_id] if duty.case_id else []), *duty.hidden_like]),
                case_id=duty.case_id,
                conference_id=duty.conference_id,
            )
        )
    return taken


def chase(work: UnitOfWork, *, duty_ids: Sequence[uuid.UUID]) -> int:
    """Remind, now, whoever owes these duties; each chase is recorded. Returns how many. Raises NotAllowed, NotFound when none is open."""
    work.require(Permission.DUTY_CHASE)
    open_ids = work.session.scalars(
        select(Duty.id).where(
            Duty.id.in_(list(duty_ids)), Duty.state == "open", policy.may_know(work), policy.others_may_know()
        )
    ).all()
    if not open_ids:
        raise NotFound("Nothing of this is owed any more.")
    step = f"{rules.CHASED}{work.now:%d%H%M%S}"
    work.session.execute(
        insert(DutyReminder).on_conflict_do_nothing(),
        [
            {
                "id": uuid.uuid4(),
                "partnership_id": work.partnership_id,
                "duty_id": duty_id,
                "step": step,
                "due_at": work.now,
            }
            for duty_id in open_ids
        ],
    )
    for duty_id in open_ids:
        work.note("duty:chase", "duty", duty_id)
    return len(open_ids)
