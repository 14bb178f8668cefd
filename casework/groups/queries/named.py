"""Named cases of a meeting as its members see them: which agency brings one, who may hear it, who was in the room. Never whose it is."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Uuid, func, not_, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from casework.access.permissions import Permission
from casework.cases import policy as cases
from casework.cases.models import Case
from casework.cases.queries import blocked_accounts
from casework.consent.rules import Answer, Category
from casework.errors import Invalid, NotAllowed
from casework.groups import policy
from casework.groups.models import GroupClearance, GroupNamedCase, GroupRoom
from casework.groups.queries.records import members_of
from casework.sharing.queries.facts import Decided, Declared, mistakes_of_decision
from casework.sharing.queries.preview import beforehand
from casework.sharing.rules import PERMITS
from casework.work import UnitOfWork
from casework.youth import policy as youth


@dataclass(frozen=True, slots=True)
class NamedCaseRecord:
    """One case on a meeting's agenda. Which one only for whoever may open that file anyway: hearing it opens nothing (G5)."""

    id: uuid.UUID
    agency_id: uuid.UUID
    case_id: uuid.UUID | None
    case_number: str
    may_hear: tuple[uuid.UUID, ...]
    asked_to_leave: tuple[uuid.UUID, ...]
    in_room: tuple[uuid.UUID, ...]
    had_left: tuple[uuid.UUID, ...]
    heard_at: datetime | None


def named_cases(work: UnitOfWork, *, meeting_id: uuid.UUID) -> tuple[NamedCaseRecord, ...]:
    """Return the named cases of a meeting for a member, in the order in which they were brought. Raises NotAllowed, NotFound.

    A case from which the member is shut out is not among them, nor counted (docs/access.md).
    """
    policy.reach_meeting(work, meeting_id)
    hears, was_in = GroupClearance.may_hear.is_(True), GroupRoom.was_in.is_(True)
    rows = work.session.execute(
        select(
            GroupNamedCase,
            Case.number,
            cases.may_see(work.actor, work.now).label("opens"),
            _of_case(GroupClearance, GroupClearance.agency_id, hears).label("may_hear"),
            _of_case(GroupClearance, GroupClearance.agency_id, not_(hears)).label("asked_to_leave"),
            _of_case(GroupRoom, GroupRoom.account_id, was_in).label("in_room"),
            _of_case(GroupRoom, GroupRoom.account_id, not_(was_in)).label("had_left"),
        )
        .join(Case, Case.id == GroupNamedCase.case_id)
        .where(GroupNamedCase.meeting_id == meeting_id, not_(cases.is_blocked(work.actor, work.now)))
        .order_by(GroupNamedCase.brought_at, GroupNamedCase.id)
    )
    return tuple(
        NamedCaseRecord(
            id=row[0].id,
            agency_id=row[0].agency_id,
            case_id=row[0].case_id if row.opens else None,
            case_number=row.number if row.opens else "",
            may_hear=tuple(row.may_hear or ()),
            asked_to_leave=tuple(row.asked_to_leave or ()),
            in_room=tuple(row.in_room or ()),
            had_left=tuple(row.had_left or ()),
            heard_at=row[0].heard_at,
        )
        for row in rows
    )


def _of_case(
    of: type[GroupClearance | GroupRoom], what: InstrumentedAttribute[uuid.UUID], which: ColumnElement[bool]
) -> ScalarSelect[Any]:
    """Return, as one value, the ids of this column that stand with a named case and fulfil a condition; null when there is none."""
    found = select(func.array_agg(aggregate_order_by(what, what), type_=ARRAY(Uuid)))
    return found.where(of.named_case_id == GroupNamedCase.id, which).correlate(GroupNamedCase).scalar_subquery()


def who_must_leave(
    work: UnitOfWork, *, named_case_id: uuid.UUID, attending: Mapping[uuid.UUID, uuid.UUID]
) -> set[uuid.UUID]:
    """Return who of those at a meeting (account to agency) is shut out of a named case, for the chair alone. Raises NotAllowed."""
    work.require(Permission.GROUP_LEAD)
    case_id = work.session.scalar(select(GroupNamedCase.case_id).where(GroupNamedCase.id == named_case_id))
    blocked = blocked_accounts(work, case_ids=[case_id], at=work.now).get(case_id, set()) if case_id else set()
    return {account_id for account_id, agency_id in attending.items() if {account_id, agency_id} & blocked}


@dataclass(frozen=True, slots=True)
class CouldHear:
    """What the sharing rules would answer for one member agency. `lacks` is what whoever brings the case has to say before it may."""

    agency_id: uuid.UUID
    may_hear: bool
    answer: Answer
    lacks: tuple[str, ...]


def who_could_hear(
    work: UnitOfWork, *, meeting_id: uuid.UUID, case_id: uuid.UUID, categories: Collection[Category], declared: Declared
) -> tuple[CouldHear, ...]:
    """Return which of the other member agencies could hear this of a young person, and why the rest could not; nothing is kept.

    For who holds the whole file. Raises NotAllowed, NotFound, Invalid as operations.bring_case does.
    """
    group, _ = policy.reach_meeting(work, meeting_id)
    youth.reach_to_write(work, case_id, act="group:bring_case")
    require_what_is_told(categories, declared)
    own = work.actor.agency_id
    if own is None:
        raise NotAllowed(code="role")
    case = work.session.get_one(Case, case_id)
    work.note_view("share:preview", "case", case_id)
    found = {
        agency_id: beforehand(
            work, case=case, from_agency_id=own, to_agency_id=agency_id, categories=categories, declared=declared
        )
        for agency_id in members_of(work, group_id=group.id)
        if agency_id != own
    }
    return tuple(
        CouldHear(
            agency_id=agency_id,
            may_hear=may_hear_all(one, categories, declared),
            answer=one.answer,
            lacks=tuple(error.message for error in mistakes_of_decision(one, declared)),
        )
        for agency_id, one in found.items()
    )


def may_hear_all(found: Decided, categories: Collection[Category], declared: Declared) -> bool:
    """Say whether everything that is to be told may go: an agency that may know a part leaves the room (G7).

    A no of the young person or a parent is overridden only with a statement of necessity, as in a share.
    """
    if found.answer.result not in PERMITS or set(found.answer.allowed) != set(categories):
        return False
    return not mistakes_of_decision(found, declared)


def require_what_is_told(categories: Collection[Category], declared: Declared) -> None:
    """Raise Invalid where it is not said what is to be told, or what for."""
    if not categories or declared.purpose is None:
        raise Invalid.field("categories", "Say what is to be told, and what for.")
