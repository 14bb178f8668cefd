"""Writing an entry: one of six kinds, its text looked through first, its counts kept only as they may be shown."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from casework.clock import london_date
from casework.errors import Conflict, Invalid, NotAllowed
from casework.groups import events, policy, queries, rules
from casework.groups.models import GroupEntry, GroupMeeting, GroupMember, YouthGroup
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry as written. For a trend: `measure`, days in the first and last month counted, and counts by locality code.

    `confirmed` are words that the check marked and of which the writer says that they are no person.
    """

    kind: str
    words: str = ""
    locality: str | None = None
    measure: str | None = None
    period_from: date | None = None
    period_until: date | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    owner_agency_id: uuid.UUID | None = None
    due_on: date | None = None
    confirmed: Collection[str] = ()


class MinutesAreOut(Conflict):
    """A meeting whose minutes are issued takes no more."""

    message = "The minutes of this meeting are out. Write for the next one."


def write_entry(work: UnitOfWork, *, meeting_id: uuid.UUID, entry: NewEntry) -> uuid.UUID:
    """Write an entry for a meeting, on behalf of the actor's agency, and return its id.

    The text is looked through for persons before it is saved (G2, G3); of counts only what may be shown is kept (G4). Raises
    NotAllowed, NotFound, Invalid, queries.people.LooksLikeAPerson, MinutesAreOut; Conflict for a measure and months that
    have been counted already.
    """
    group, meeting = policy.reach_meeting(work, meeting_id, lock=True)
    account_id, agency_id = work.actor.account_id, work.actor.agency_id
    if account_id is None or agency_id is None:
        raise NotAllowed(code="role")
    require_not_issued(meeting)
    _check(work, group, entry)
    words, doubts = queries.look_through(work, field="words", text=entry.words, confirmed=entry.confirmed)
    is_trend = entry.kind == rules.EntryKind.TREND
    row = GroupEntry(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        group_id=group.id,
        meeting_id=meeting.id,
        kind=entry.kind,
        agency_id=agency_id,
        account_id=account_id,
        locality=None if is_trend else entry.locality,
        written_at=work.now,
        confirmed_doubts=doubts,
        key_id=meeting.key_id,
    )
    content: dict[str, Any] = {"words": words}
    if is_trend and entry.period_from and entry.period_until:
        row.measure = entry.measure
        row.period_from = entry.period_from.replace(day=1)
        row.period_until = rules.month_after(entry.period_until)
        _require_not_counted_yet(work, group, row)
        content["table"] = _shown(entry.counts)
    if entry.kind == rules.EntryKind.AGENCY_ACTION:
        row.owner_agency_id, row.due_on = entry.owner_agency_id, entry.due_on
    row.content.seal(work.keys, content)
    work.session.add(row)
    work.note("group:write", "group_entry", row.id, reason=entry.kind)
    work.record(
        events.GroupEntryWritten(
            partnership_id=work.partnership_id, group_id=group.id, entry_id=row.id, kind=entry.kind
        )
    )
    return row.id


def _check(work: UnitOfWork, group: YouthGroup, entry: NewEntry) -> None:
    today = london_date(work.now)
    owner = entry.owner_agency_id
    if owner is not None and not work.session.scalar(
        select(GroupMember.id).where(
            GroupMember.group_id == group.id, GroupMember.agency_id == owner, policy.is_seated(today)
        )
    ):
        owner = None
    wrong = rules.what_is_wrong_with_entry(
        kind=entry.kind,
        words=entry.words,
        locality=entry.locality,
        localities=group.localities,
        measure=entry.measure,
        counts=entry.counts,
        owner=owner,
        due_on=entry.due_on,
        today=today,
    )
    if entry.kind == rules.EntryKind.TREND:
        wrong += rules.what_is_wrong_with_period(entry.period_from, entry.period_until, today)
    if wrong:
        raise Invalid(wrong)


def _require_not_counted_yet(work: UnitOfWork, group: YouthGroup, row: GroupEntry) -> None:
    """Two tables of one measure over one time could be set against each other, and give a small count away."""
    work.session.execute(select(YouthGroup.id).where(YouthGroup.id == group.id).with_for_update())
    if work.session.scalar(
        select(GroupEntry.id).where(
            GroupEntry.group_id == group.id,
            GroupEntry.measure == row.measure,
            GroupEntry.withdrawn_at.is_(None),
            GroupEntry.period_from < row.period_until,
            GroupEntry.period_until > row.period_from,
        )
    ):
        raise Conflict(
            "This has been counted for these months already. Two tables of one time could give a person away."
        )


def _shown(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    published = rules.publish(counts)
    cells = published.cells if set(counts) == {rules.AREA} else (*published.cells, published.total)
    return [{"label": one.label, "shown": one.shown, "count": one.count, "percentage": one.percentage} for one in cells]


def withdraw_entry(work: UnitOfWork, *, entry_id: uuid.UUID) -> None:
    """Take an entry of one's own agency back before the minutes are out. Raises NotAllowed, NotFound, MinutesAreOut."""
    row = policy.reach_own_entry(work, entry_id)
    if row.agency_id != work.actor.agency_id:
        raise NotAllowed("This entry is another agency’s.", code="agency")
    require_not_issued(work.session.get_one(GroupMeeting, row.meeting_id))
    row.withdrawn_at = work.now
    work.note("group:withdraw", "group_entry", row.id)


def action_done(work: UnitOfWork, *, entry_id: uuid.UUID) -> None:
    """Say that one's agency has done an action of the group. Raises NotAllowed, NotFound, Conflict for what is no action or done."""
    row = policy.reach_own_entry(work, entry_id)
    if row.owner_agency_id != work.actor.agency_id:
        raise NotAllowed("This action is another agency’s.", code="agency")
    if row.done_at is not None:
        raise Conflict("This is done already.")
    row.done_at = work.now
    work.note("group:action_done", "group_entry", row.id)


def require_not_issued(meeting: GroupMeeting) -> None:
    """Raise MinutesAreOut for a meeting that is written down for good."""
    if meeting.issued_at is not None:
        raise MinutesAreOut
