"""What the members of a group see: its calendar, its entries by kind, who was there, the minutes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from casework.access.permissions import Permission, Role
from casework.accounts import queries as accounts
from casework.clock import london_date
from casework.groups import policy, rules
from casework.groups.models import (
    GroupAttendance,
    GroupEntry,
    GroupMeeting,
    GroupMember,
    GroupMode,
    YouthGroup,
)
from casework.work import UnitOfWork

TAKE_PART = (Role.YOUTH_WORKER, Role.YOUTH_MANAGER, Role.GROUP_CHAIR)


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """One group. `localities` are public names by code; `mode` is the one in force today."""

    id: uuid.UUID
    name: str
    frequency: str | None
    meets_at_time: time
    venue: str
    localities: Mapping[str, str]
    mode: rules.Mode
    may_lead: bool


@dataclass(frozen=True, slots=True)
class ModeRecord:
    """A decision on named cases: from which London day, and under which agreement in words."""

    version: int
    from_on: date
    mode: rules.Mode
    ground: str


@dataclass(frozen=True, slots=True)
class Attender:
    """A practitioner at one meeting."""

    account_id: uuid.UUID
    agency_id: uuid.UUID
    state: rules.Attendance


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One entry. `table` are the counts of a trend as they may be shown: (locality code, words), the total last."""

    id: uuid.UUID
    group_id: uuid.UUID
    meeting_id: uuid.UUID
    kind: rules.EntryKind
    agency_id: uuid.UUID
    words: str
    locality: str | None
    measure: str | None
    period_from: date | None
    period_until: date | None
    table: tuple[Mapping[str, Any], ...]
    owner_agency_id: uuid.UUID | None
    due_on: date | None
    done_at: datetime | None
    written_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes as issued: what was there that day, in words, never changed afterwards."""

    handling: str
    confirmation: str
    chair: str
    issued_at: datetime
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MeetingRecord:
    """One meeting. `minutes` is None until they are issued; `confirmed_by` is the chair who confirmed them.

    `hears_named_cases`: local policy lets the group hear them on that day; said of a meeting that is read by itself.
    """

    id: uuid.UUID
    group_id: uuid.UUID
    meets_on: date
    meets_at: datetime
    moved_because: str | None
    agenda: str
    attendance: tuple[Attender, ...]
    confirmed_by: uuid.UUID | None
    issued_at: datetime | None
    minutes: Minutes | None
    has_begun: bool
    hears_named_cases: bool


MODES = "modes of groups"
"""Where a unit of work holds the decisions on named cases that it has read; whoever adds one drops them."""


def groups(work: UnitOfWork) -> tuple[GroupRecord, ...]:
    """Return the groups in which the actor's agency has a seat, by name."""
    rows = work.session.scalars(
        select(YouthGroup).where(policy.may_take_part(work)).order_by(YouthGroup.name, YouthGroup.id)
    ).all()
    policy.hold(work, rows)
    return tuple(_group(work, row) for row in rows)


def group_record(work: UnitOfWork, *, group_id: uuid.UUID) -> GroupRecord:
    """Return one group for a member. Raises NotAllowed, NotFound."""
    return _group(work, policy.reach_group(work, group_id))


def managed_groups(work: UnitOfWork) -> tuple[tuple[GroupRecord, tuple[ModeRecord, ...]], ...]:
    """Return every group with its decisions on named cases, the newest first, for who manages the partnership; else nothing."""
    if not work.actor.has(Permission.PARTNERSHIP_MANAGE):
        return ()
    rows = work.session.scalars(select(YouthGroup).order_by(YouthGroup.name, YouthGroup.id)).all()
    return tuple((_group(work, row), _modes(work, row.id)) for row in rows)


def localities(work: UnitOfWork) -> dict[str, str]:
    """Return the localities of the partnership's groups, names by code, for who takes part in a group or opens contacts."""
    if not (work.actor.has(Permission.GROUP_TAKE_PART) or work.actor.has(Permission.CONTACT_OPEN)):
        return {}
    found: dict[str, str] = {}
    for names in work.session.scalars(select(YouthGroup.localities).order_by(YouthGroup.founded_at, YouthGroup.id)):
        found = {**names, **found}
    return dict(sorted(found.items()))


def members_of(work: UnitOfWork, *, group_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return the agencies with a seat today, for a member. Raises NotAllowed, NotFound."""
    policy.reach_group(work, group_id)
    return tuple(
        work.session.scalars(
            select(GroupMember.agency_id)
            .where(GroupMember.group_id == group_id, policy.is_seated(london_date(work.now)))
            .order_by(GroupMember.agency_id)
        )
    )


def practitioners_of(work: UnitOfWork, *, group_id: uuid.UUID) -> dict[uuid.UUID, uuid.UUID]:
    """Return the practitioners of the member agencies who take part in groups: account to agency. Raises NotAllowed, NotFound."""
    members = set(members_of(work, group_id=group_id))
    people = accounts.account_names(work, accounts.accounts_with_role(work, roles=TAKE_PART))
    return {
        account_id: one.agency_id
        for account_id, one in people.items()
        if one.agency_id is not None and one.agency_id in members
    }


def mode_on(work: UnitOfWork, *, group_id: uuid.UUID, day: date) -> rules.Mode:
    """Return whether the group may hear named cases on a London day: the latest decision in force, no where there is none (G7)."""
    policy.reach_group(work, group_id)
    return _mode(work, group_id, day)


def meetings(work: UnitOfWork, *, group_id: uuid.UUID) -> tuple[MeetingRecord, ...]:
    """Return the meetings of a group, the latest first, without agenda, attendance and minutes. Raises NotAllowed, NotFound."""
    policy.reach_group(work, group_id)
    rows = work.session.scalars(
        select(GroupMeeting).where(GroupMeeting.group_id == group_id).order_by(GroupMeeting.meets_at.desc())
    )
    return tuple(_meeting(work, row) for row in rows)


def meeting_record(work: UnitOfWork, *, meeting_id: uuid.UUID) -> MeetingRecord:
    """Return one meeting with agenda, attendance and minutes: all of it to every member (G6). Raises NotAllowed, NotFound."""
    _, row = policy.reach_meeting(work, meeting_id)
    attendance = work.session.scalars(
        select(GroupAttendance).where(GroupAttendance.meeting_id == row.id).order_by(GroupAttendance.account_id)
    )
    return _meeting(
        work,
        row,
        agenda=str((row.agenda.open(work.keys) or {}).get("words") or ""),
        attendance=tuple(Attender(one.account_id, one.agency_id, rules.Attendance(one.state)) for one in attendance),
        minutes=_minutes(work, row),
        mode=_mode(work, row.group_id, row.meets_on),
    )


def entries(work: UnitOfWork, *, group_id: uuid.UUID, meeting_id: uuid.UUID | None = None) -> tuple[EntryRecord, ...]:
    """Return what a group has written, the latest first; of one meeting when it is named. Raises NotAllowed, NotFound."""
    policy.reach_group(work, group_id)
    query = select(GroupEntry).where(GroupEntry.group_id == group_id, GroupEntry.withdrawn_at.is_(None))
    if meeting_id is not None:
        query = query.where(GroupEntry.meeting_id == meeting_id)
    rows = work.session.scalars(query.order_by(GroupEntry.written_at.desc(), GroupEntry.id).limit(500)).all()
    work.keys.load([row.key_id for row in rows])
    return tuple(entry_record(work, row) for row in rows)


def entry_record(work: UnitOfWork, row: GroupEntry) -> EntryRecord:
    """Return one row as a record. For operations, which have reached it already."""
    content = row.content.open(work.keys) or {}
    return EntryRecord(
        id=row.id,
        group_id=row.group_id,
        meeting_id=row.meeting_id,
        kind=rules.EntryKind(row.kind),
        agency_id=row.agency_id,
        words=str(content.get("words") or ""),
        locality=row.locality,
        measure=row.measure,
        period_from=row.period_from,
        period_until=row.period_until,
        table=tuple(content.get("table") or ()),
        owner_agency_id=row.owner_agency_id,
        due_on=row.due_on,
        done_at=row.done_at,
        written_at=row.written_at,
        is_own=row.agency_id == work.actor.agency_id,
    )


def _group(work: UnitOfWork, row: YouthGroup) -> GroupRecord:
    return GroupRecord(
        id=row.id,
        name=row.name,
        frequency=row.frequency,
        meets_at_time=row.meets_at_time,
        venue=row.venue,
        localities={code: str(name) for code, name in row.localities.items()},
        mode=_mode(work, row.id, london_date(work.now)),
        may_lead=work.actor.has(Permission.GROUP_LEAD),
    )


def _mode(work: UnitOfWork, group_id: uuid.UUID, day: date) -> rules.Mode:
    held = work.session.info.setdefault(MODES, {})
    if group_id not in held:
        held[group_id] = work.session.execute(
            select(GroupMode.from_on, GroupMode.mode)
            .where(GroupMode.group_id == group_id)
            .order_by(GroupMode.version.desc())
        ).all()
    return next((rules.Mode(code) for from_on, code in held[group_id] if from_on <= day), rules.Mode.NO_NAMES)


def _modes(work: UnitOfWork, group_id: uuid.UUID) -> tuple[ModeRecord, ...]:
    rows = work.session.scalars(
        select(GroupMode).where(GroupMode.group_id == group_id).order_by(GroupMode.version.desc())
    )
    return tuple(
        ModeRecord(
            row.version, row.from_on, rules.Mode(row.mode), str((row.ground.open(work.keys) or {}).get("words") or "")
        )
        for row in rows
    )


def _meeting(
    work: UnitOfWork,
    row: GroupMeeting,
    *,
    agenda: str = "",
    attendance: tuple[Attender, ...] = (),
    minutes: Minutes | None = None,
    mode: rules.Mode = rules.Mode.NO_NAMES,
) -> MeetingRecord:
    return MeetingRecord(
        id=row.id,
        group_id=row.group_id,
        meets_on=row.meets_on,
        meets_at=row.meets_at,
        moved_because=row.moved_because,
        agenda=agenda,
        attendance=attendance,
        confirmed_by=row.confirmed_by_account_id,
        issued_at=row.issued_at,
        minutes=minutes,
        has_begun=row.meets_at <= work.now,
        hears_named_cases=mode is rules.Mode.NAMED_CASE,
    )


def _minutes(work: UnitOfWork, row: GroupMeeting) -> Minutes | None:
    document = row.minutes.open(work.keys)
    if document is None or row.issued_at is None:
        return None
    return Minutes(
        handling=document["handling"],
        confirmation=document["confirmation"],
        chair=document["chair"],
        issued_at=row.issued_at,
        document=document,
    )
