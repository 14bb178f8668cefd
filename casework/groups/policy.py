"""Who takes part in a group: practitioners of its member agencies. A seat opens no case (G5): nothing here is asked by cases.policy."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from casework.access.actors import ActorKind
from casework.access.permissions import Permission
from casework.clock import london_date
from casework.errors import NotAllowed, NotFound
from casework.groups.models import GroupEntry, GroupMeeting, GroupMember, YouthGroup
from casework.work import UnitOfWork


def has_seat(group_id: ColumnElement[uuid.UUID], agency_id: uuid.UUID, on: date) -> ColumnElement[bool]:
    """Return the SQL condition that an agency has a seat in the group of column `group_id` on a London day."""
    return exists().where(GroupMember.group_id == group_id, GroupMember.agency_id == agency_id, is_seated(on))


def is_seated(on: date) -> ColumnElement[bool]:
    """Return the SQL condition that a GroupMember holds on a London day: from inclusive, until exclusive."""
    return and_(GroupMember.from_on <= on, or_(GroupMember.until_on.is_(None), GroupMember.until_on > on))


def hold(work: UnitOfWork, groups: Iterable[YouthGroup]) -> None:
    """Note groups that were found under `may_take_part`, so that reaching one needs no further statement."""
    _reached(work).groups.update((one.id, one) for one in groups)


def may_take_part(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that limits any query over YouthGroup to the groups in which the actor's agency has a seat."""
    actor = work.actor
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.agency_id is None or not actor.protocol_signed or not actor.has(Permission.GROUP_TAKE_PART):
        return false()
    return has_seat(YouthGroup.id.expression, actor.agency_id, london_date(work.now))


def reach_group(work: UnitOfWork, group_id: uuid.UUID, *, lock: bool = False) -> YouthGroup:
    """Return a group in which the actor's agency has a seat. Raises NotAllowed without the permission, NotFound for all others.

    It is asked once in a unit of work; a lock asks anew.
    """
    work.require(Permission.GROUP_TAKE_PART)
    reached = _reached(work)
    if not lock and group_id in reached.groups:
        return reached.groups[group_id]
    query = select(YouthGroup).where(YouthGroup.id == group_id, may_take_part(work))
    group = work.session.scalar(query.with_for_update() if lock else query)
    if group is None:
        raise NotFound
    reached.groups[group_id] = group
    return group


@dataclass(slots=True)
class _Reached:
    """What the actor has reached in this unit of work."""

    groups: dict[uuid.UUID, YouthGroup] = field(default_factory=dict)
    meetings: dict[uuid.UUID, GroupMeeting] = field(default_factory=dict)


def _reached(work: UnitOfWork) -> _Reached:
    reached: _Reached = work.session.info.setdefault("groups", _Reached())
    return reached


def reach_to_lead(work: UnitOfWork, group_id: uuid.UUID, *, lock: bool = False) -> YouthGroup:
    """Return a group that the actor, of a member agency, leads. Raises NotAllowed, NotFound."""
    work.require(Permission.GROUP_LEAD)
    return reach_group(work, group_id, lock=lock)


def reach_meeting(
    work: UnitOfWork, meeting_id: uuid.UUID, *, lead: bool = False, lock: bool = False
) -> tuple[YouthGroup, GroupMeeting]:
    """Return a meeting with its group, for a member; with `lead` for who leads the group. Raises NotAllowed, NotFound."""
    work.require(Permission.GROUP_LEAD if lead else Permission.GROUP_TAKE_PART)
    reached = _reached(work)
    if not lock and (meeting := reached.meetings.get(meeting_id)) is not None:
        return reached.groups[meeting.group_id], meeting
    query = (
        select(GroupMeeting, YouthGroup)
        .join(YouthGroup, YouthGroup.id == GroupMeeting.group_id)
        .where(GroupMeeting.id == meeting_id, may_take_part(work))
    )
    found = work.session.execute(query.with_for_update(of=GroupMeeting) if lock else query).first()
    if found is None:
        raise NotFound
    reached.groups[found[1].id], reached.meetings[meeting_id] = found[1], found[0]
    return found[1], found[0]


def reach_own_entry(work: UnitOfWork, entry_id: uuid.UUID) -> GroupEntry:
    """Return, locked, an entry that the actor's agency wrote, or an action that it owes. Raises NotAllowed, NotFound."""
    work.require(Permission.GROUP_TAKE_PART)
    entry = work.session.scalar(
        select(GroupEntry)
        .join(YouthGroup, YouthGroup.id == GroupEntry.group_id)
        .where(GroupEntry.id == entry_id, GroupEntry.withdrawn_at.is_(None), may_take_part(work))
        .with_for_update(of=GroupEntry)
    )
    if entry is None:
        raise NotFound
    if work.actor.agency_id not in (entry.agency_id, entry.owner_agency_id):
        raise NotAllowed("This entry is another agency’s.", code="agency")
    return entry
