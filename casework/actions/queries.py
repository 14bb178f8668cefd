"""Reads of actions: by agency, by case, by round, each limited to the cases that the reader may see."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Executable, Uuid, and_, any_, bindparam, func, or_, select

from casework.access.actors import Actor
from casework.access.permissions import Permission
from casework.actions import rules
from casework.actions.models import Action
from casework.cases import policy as case_policy
from casework.cases.models import Case
from casework.clock import london_date
from casework.conferences.models import Conference, Listing
from casework.encryption.sealed import SealedField
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One action. `what` and `outcome` are opened; `may_report` says whether the reader reports on it."""

    id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    conference_id: uuid.UUID
    sits_on: date
    listing_id: uuid.UUID
    owner_agency_id: uuid.UUID
    what: str
    due_on: date
    state: str
    outcome: str
    reported_at: datetime | None
    is_overdue: bool
    may_report: bool


def actions_of(work: UnitOfWork, *, case_ids: Sequence[uuid.UUID]) -> tuple[ActionRecord, ...]:
    """Return the actions of these cases, the latest sitting first, as far as the reader may see the cases."""
    return _opened(work, work.rows(_of_cases, case_ids=list(case_ids)))


def _of_cases(actor: Actor, now: datetime) -> Executable:
    case_ids: Any = any_(bindparam("case_ids", type_=ARRAY(Uuid)))
    return _statement(actor, now, [Action.case_id == case_ids, Case.id == case_ids])


def actions_of_round(work: UnitOfWork, *, conference_id: uuid.UUID) -> tuple[ActionRecord, ...]:
    """Return the actions agreed in a round."""
    return _records(work, [Action.conference_id == conference_id])


def actions_of_referral(work: UnitOfWork, *, referral_id: uuid.UUID) -> tuple[ActionRecord, ...]:
    """Return the actions agreed about a referral, the latest sitting first: to its writer, and to whoever may see the case.

    Who may not see the case is not given the owner's words on what became of an action, only where it stands.
    """
    follows = case_policy.may_follow(work.actor, work.now, Listing.referral_id)
    of_it = select(Listing.id).where(Listing.id == Action.listing_id, Listing.referral_id == referral_id)
    return _records(work, [of_it.exists()], or_follows=of_it.where(follows).correlate(Action, Case).exists())


def my_actions(work: UnitOfWork, *, open_only: bool = True) -> tuple[ActionRecord, ...]:
    """Return the actions that the reader's agency owns, the earliest due first."""
    conditions: list[ColumnElement[bool]] = [Action.owner_agency_id == work.actor.agency_id]
    if open_only:
        conditions.append(Action.state.in_([rules.ActionState.AGREED.value, rules.ActionState.NOT_DONE.value]))
    return _records(work, conditions, by_due=True)


def unfinished_actions(work: UnitOfWork) -> tuple[ActionRecord, ...]:
    """Return every action not reported or not done that the reader may see, the earliest due first. Raises NotAllowed."""
    work.require(Permission.DUTY_VIEW_ALL)
    states = [rules.ActionState.AGREED.value, rules.ActionState.NOT_DONE.value]
    return _records(work, [Action.state.in_(states)], by_due=True)


def lately_reported(work: UnitOfWork) -> tuple[ActionRecord, ...]:
    """Return what was reported in the last four weeks: of every agency to those who chase, else of the reader's own. Raises NotAllowed."""
    conditions: list[ColumnElement[bool]] = [
        Action.reported_at >= work.now - rules.LATELY,
        Action.state.in_([state.value for state in rules.REPORTS]),
    ]
    if not work.actor.has(Permission.DUTY_VIEW_ALL):
        work.require(Permission.ACTION_REPORT)
        conditions.append(Action.owner_agency_id == work.actor.agency_id)
    return _records(work, conditions, by_due=True)


def unfinished_before(work: UnitOfWork, *, conference_id: uuid.UUID, marac_id: uuid.UUID) -> tuple[ActionRecord, ...]:
    """Return what earlier sittings of a MARAC agreed and this one must hear of: not done, overdue, or overtaken since the last.

    Only of the sitting before, and of cases that this sitting has on its list: what was raised once is not read out forever.
    """
    this = work.session.get_one(Conference, conference_id)
    before = work.session.scalar(
        select(func.max(Conference.sits_at)).where(Conference.marac_id == marac_id, Conference.sits_at < this.sits_at)
    )
    listed = select(Listing.case_id).where(Listing.conference_id == conference_id)
    states = [rules.ActionState.NOT_DONE.value, rules.ActionState.OVERTAKEN.value]
    return _records(
        work,
        [
            Conference.marac_id == marac_id,
            Conference.sits_at < this.sits_at,
            or_(Conference.sits_at == before, Action.case_id.in_(listed)),
            or_(
                Action.state.in_(states),
                and_(Action.state == rules.ActionState.AGREED.value, Action.due_on < london_date(work.now)),
            ),
        ],
    )


def action_record(work: UnitOfWork, *, action_id: uuid.UUID) -> ActionRecord | None:
    """Return one action, or None when it does not exist for the reader."""
    found = _records(work, [Action.id == action_id])
    return found[0] if found else None


def _records(
    work: UnitOfWork,
    conditions: Sequence[ColumnElement[bool]],
    *,
    by_due: bool = False,
    or_follows: ColumnElement[bool] | None = None,
) -> tuple[ActionRecord, ...]:
    statement = _statement(work.actor, work.now, conditions, by_due=by_due, or_follows=or_follows)
    return _opened(work, work.session.execute(statement).all())


def _statement(
    actor: Actor,
    now: datetime,
    conditions: Sequence[ColumnElement[bool]],
    *,
    by_due: bool = False,
    or_follows: ColumnElement[bool] | None = None,
) -> Executable:
    may_see = case_policy.may_see(actor, now)
    order = (Action.due_on, Action.id) if by_due else (Conference.sits_at.desc(), Action.agreed_at, Action.id)
    return (
        select(Action, Case.number, Conference.sits_on, may_see)
        .join(Case, Case.id == Action.case_id)
        .join(Conference, Conference.id == Action.conference_id)
        .where(
            *conditions,
            Action.state != rules.ActionState.WITHDRAWN.value,
            may_see if or_follows is None else or_(may_see, or_follows),
        )
        .order_by(*order)
    )


def _opened(work: UnitOfWork, rows: Sequence[Any]) -> tuple[ActionRecord, ...]:
    today = london_date(work.now)
    work.keys.load({row[0].key_id for row in rows})
    for case_id in {row[0].case_id for row in rows}:
        work.note_view("action:view", "case", case_id)
    every = work.actor.has(Permission.CASE_VIEW_ALL)
    mine = work.actor.agency_id if work.actor.has(Permission.ACTION_REPORT) else None
    return tuple(
        ActionRecord(
            id=row.id,
            case_id=row.case_id,
            case_number=number,
            conference_id=row.conference_id,
            sits_on=sits_on,
            listing_id=row.listing_id,
            owner_agency_id=row.owner_agency_id,
            what=str((SealedField(Action.what, row).open(work.keys) or {}).get("words", "")),
            due_on=row.due_on,
            state=row.state,
            outcome=str((SealedField(Action.outcome, row).open(work.keys) or {}).get("words", "")) if is_seen else "",
            reported_at=row.reported_at,
            is_overdue=rules.is_overdue(row.state, row.due_on, today),
            may_report=rules.is_unfinished(row.state) and (every or (mine is not None and row.owner_agency_id == mine)),
        )
        for row, number, sits_on, is_seen in rows
    )


def plan_states(work: UnitOfWork, *, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """Return, for each of these cases that the reader may see, how many actions of its last sitting stand in each state."""
    if not case_ids:
        return {}
    rows = work.session.execute(
        select(Action.case_id, Action.conference_id, Conference.sits_on, Action.state, func.count())
        .join(Case, Case.id == Action.case_id)
        .join(Conference, Conference.id == Action.conference_id)
        .where(
            Action.case_id.in_(list(case_ids)),
            Action.state != rules.ActionState.WITHDRAWN.value,
            case_policy.may_see(work.actor, work.now),
        )
        .group_by(Action.case_id, Action.conference_id, Conference.sits_on, Action.state)
        .order_by(Conference.sits_on)
    ).all()
    last = {case_id: conference_id for case_id, conference_id, *_ in rows}
    found: dict[uuid.UUID, dict[str, int]] = {}
    for case_id, conference_id, _, state, count in rows:
        if conference_id == last[case_id]:
            found.setdefault(case_id, {})[state] = count
    return found


def counts(work: UnitOfWork) -> dict[str, int]:
    """Return how many actions stand in each state, and how many are overdue now. For operators and rehearsals. Raises NotAllowed."""
    work.require(Permission.SYSTEM_OPERATE)
    rows = work.session.execute(select(Action.state, func.count()).group_by(Action.state)).all()
    overdue = work.session.scalar(
        select(func.count())
        .select_from(Action)
        .where(Action.state == rules.ActionState.AGREED.value, Action.due_on < london_date(work.now))
    )
    return {**dict(rows), "overdue_now": overdue or 0}
