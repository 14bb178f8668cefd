"""Founding a group, its seats, its calendar, and the partnership's decision on named cases."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from casework.access.permissions import Permission
from casework.clock import at_london, is_working_day, london_date
from casework.conferences.rules import Frequency, Series, sittings
from casework.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from casework.groups import events, policy, rules
from casework.groups.models import GroupMeeting, GroupMember, GroupMode, YouthGroup
from casework.groups.queries.records import MODES
from casework.partnerships import queries as partnerships
from casework.programmes.marac.rules import DEFAULTS
from casework.work import UnitOfWork

MONTHS_AHEAD = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """A group to found: with a series of meetings (`frequency` and `starts_on`, its first) or, without, called one by one."""

    name: str
    localities: Mapping[str, str]
    meets_at_time: time
    venue: str
    frequency: str | None = None
    starts_on: date | None = None


def found_group(work: UnitOfWork, *, new: NewGroup) -> uuid.UUID:
    """Found a group with a seat for the actor's agency. Times are London's. Raises NotAllowed, Invalid, Conflict."""
    work.require(Permission.GROUP_LEAD)
    if work.actor.agency_id is None or not work.actor.protocol_signed:
        raise NotAllowed("Your agency has not signed the protocol.", code="protocol")
    wrong = _what_is_wrong(new)
    if wrong:
        raise Invalid(wrong)
    if work.session.scalar(select(YouthGroup.id).where(YouthGroup.name == new.name.strip())):
        raise Conflict("There is a group of that name already.")
    row = YouthGroup(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        name=new.name.strip(),
        frequency=new.frequency,
        starts_on=new.starts_on if new.frequency else None,
        meets_at_time=new.meets_at_time,
        venue=new.venue.strip(),
        localities={code: name.strip() for code, name in new.localities.items()},
        founded_at=work.now,
        founded_by_account_id=work.actor.account_id,
        key_id=work.keys.new("conference", work.partnership_id),
    )
    work.session.add(row)
    work.session.flush()  # the group first: its seats and meetings refer to it
    _seat(work, row.id, work.actor.agency_id)
    work.note("group:found", "youth_group", row.id)
    _plan(work, row)
    return row.id


def _what_is_wrong(new: NewGroup) -> list[FieldError]:
    errors = [
        FieldError(field, words)
        for field, words, bad in (
            ("name", "Give the group a name of up to 120 characters.", not 0 < len(new.name.strip()) <= 120),
            ("venue", "Say where it meets, in up to 200 characters.", not 0 < len(new.venue.strip()) <= 200),
            (
                "frequency",
                "Choose how often it meets.",
                new.frequency is not None and new.frequency not in set(Frequency),
            ),
            ("starts_on", "Give the day of the first meeting.", bool(new.frequency) and new.starts_on is None),
        )
        if bad
    ]
    if new.frequency and new.starts_on is not None and new.starts_on.weekday() > 4:
        errors.append(FieldError("starts_on", "Choose a first meeting on a day from Monday to Friday."))
    return errors + rules.what_is_wrong_with_localities(new.localities)


def add_member(work: UnitOfWork, *, group_id: uuid.UUID, agency_id: uuid.UUID) -> None:
    """Give a member agency of the partnership a seat from today. It opens no case (G5). Raises NotAllowed, NotFound, Conflict."""
    policy.reach_to_lead(work, group_id, lock=True)
    today = london_date(work.now)
    partnerships.member_agency(work, agency_id=agency_id, on=today)
    if work.session.scalar(
        select(GroupMember.id).where(
            GroupMember.group_id == group_id, GroupMember.agency_id == agency_id, policy.is_seated(today)
        )
    ):
        raise Conflict("This agency has a seat already.")
    _seat(work, group_id, agency_id)
    work.note("group:seat", "youth_group", group_id)


def _seat(work: UnitOfWork, group_id: uuid.UUID, agency_id: uuid.UUID) -> None:
    work.session.add(
        GroupMember(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            group_id=group_id,
            agency_id=agency_id,
            from_on=london_date(work.now),
        )
    )


def leave(work: UnitOfWork, *, group_id: uuid.UUID, agency_id: uuid.UUID) -> None:
    """End an agency's seat today. What it wrote stays. Raises NotAllowed, NotFound; Conflict for the last seat."""
    policy.reach_to_lead(work, group_id, lock=True)
    today = london_date(work.now)
    seats = work.session.scalars(
        select(GroupMember).where(GroupMember.group_id == group_id, policy.is_seated(today)).with_for_update()
    ).all()
    row = next((one for one in seats if one.agency_id == agency_id), None)
    if row is None:
        raise NotFound
    if len(seats) == 1:
        raise Conflict("A group keeps one agency at least.")
    row.until_on = today
    work.note("group:leave", "youth_group", group_id)


def set_mode(work: UnitOfWork, *, group_id: uuid.UUID, mode: str, ground: str, from_on: date) -> None:
    """Decide, as local policy from a London day on, whether a group may hear named cases (G7). Versions are only added.

    `ground` says under which agreement it is lawful. Raises NotAllowed without partnership:manage, NotFound, Invalid.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    row = work.session.scalar(select(YouthGroup).where(YouthGroup.id == group_id).with_for_update())
    if row is None:
        raise NotFound
    wrong = []
    if mode not in set(rules.Mode):
        wrong.append(FieldError("mode", "Choose whether named cases may be heard."))
    if not ground.strip() or len(ground) > 1000:
        wrong.append(FieldError("ground", "Say under which agreement, in up to 1,000 characters."))
    if from_on < london_date(work.now):
        wrong.append(FieldError("from_on", "A decision begins today or later: what was heard before stays as it was."))
    if wrong:
        raise Invalid(wrong)
    last = work.session.scalar(select(func.max(GroupMode.version)).where(GroupMode.group_id == group_id)) or 0
    version = GroupMode(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        group_id=group_id,
        version=last + 1,
        from_on=from_on,
        mode=mode,
        decided_by_account_id=work.actor.account_id,
        decided_at=work.now,
        key_id=row.key_id,
    )
    version.ground.seal(work.keys, {"words": ground.strip()})
    work.session.add(version)
    work.session.info.pop(MODES, None)
    work.note("group:mode", "youth_group", group_id, reason=mode)
    work.record(events.GroupModeSet(partnership_id=work.partnership_id, group_id=group_id, mode=mode))


def plan_meetings(work: UnitOfWork, *, group_id: uuid.UUID) -> list[uuid.UUID]:
    """Put the next six months of a series into the calendar; what is there stays. Raises NotAllowed, NotFound."""
    return _plan(work, policy.reach_to_lead(work, group_id, lock=True))


def plan_ahead(work: UnitOfWork) -> int:
    """Keep the calendar of every series filled. Returns how many meetings were added. Raises NotAllowed but for the schedule."""
    work.require(Permission.SYSTEM_OPERATE)
    rows: Sequence[YouthGroup] = work.session.scalars(
        select(YouthGroup).where(YouthGroup.frequency.is_not(None)).order_by(YouthGroup.id).with_for_update()
    ).all()
    return sum(len(_plan(work, row)) for row in rows)


def _plan(work: UnitOfWork, row: YouthGroup) -> list[uuid.UUID]:
    if row.frequency is None or row.starts_on is None:
        return []
    series = Series(Frequency(row.frequency), row.starts_on, row.meets_at_time, row.venue)
    planned = sittings(series, london_date(work.now), DEFAULTS, partnerships.extra_holidays(work), months=MONTHS_AHEAD)
    rows: list[dict[str, Any]] = [
        _meeting(work, row)
        | {
            "planned_on": one.planned_on,
            "meets_on": one.sits_on,
            "meets_at": one.sits_at,
            "moved_because": one.moved_because,
        }
        for one in planned
        if one.sits_at > work.now
    ]
    if not rows:
        return []
    added = insert(GroupMeeting).on_conflict_do_nothing(index_elements=["group_id", "planned_on"])
    new = list(work.session.scalars(added.returning(GroupMeeting.id), rows))
    if new:
        work.record(events.GroupMeetingsPlanned(partnership_id=work.partnership_id, group_id=row.id))
    return new


def call_meeting(work: UnitOfWork, *, group_id: uuid.UUID, on: date, at: time) -> uuid.UUID:
    """Call a single meeting on a London day and time. Raises NotAllowed, NotFound, Invalid, Conflict when there is one that day."""
    group = policy.reach_to_lead(work, group_id, lock=True)
    meets_at = at_london(on, at)
    if meets_at <= work.now or not is_working_day(on, partnerships.extra_holidays(work)):
        raise Invalid.field("on", "Choose a working day that is yet to come.")
    if work.session.scalar(
        select(GroupMeeting.id).where(GroupMeeting.group_id == group_id, GroupMeeting.planned_on == on)
    ):
        raise Conflict("The group meets on that day already.")
    row = GroupMeeting(**_meeting(work, group), planned_on=on, meets_on=on, meets_at=meets_at)
    work.session.add(row)
    work.note("group:call_meeting", "group_meeting", row.id)
    work.record(events.GroupMeetingsPlanned(partnership_id=work.partnership_id, group_id=group_id))
    return row.id


def _meeting(work: UnitOfWork, group: YouthGroup) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "partnership_id": work.partnership_id,
        "group_id": group.id,
        "key_id": group.key_id,
    }
