"""A meeting's agenda, who was there, and the minutes: issued by the chair, who confirms that no individual was discussed (G6)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.errors import Conflict, FieldError, Invalid
from casework.groups import events, policy, queries, rules
from casework.groups.models import GroupAttendance, GroupMeeting, GroupNamedCase, YouthGroup
from casework.groups.operations.writing import require_not_issued
from casework.work import UnitOfWork


def set_agenda(work: UnitOfWork, *, meeting_id: uuid.UUID, words: str, confirmed: Collection[str] = ()) -> None:
    """Write the agenda; its text is looked through as every other. Raises NotAllowed, NotFound, LooksLikeAPerson, MinutesAreOut."""
    _, meeting = policy.reach_meeting(work, meeting_id, lead=True, lock=True)
    require_not_issued(meeting)
    if len(words) > rules.LONGEST:
        raise Invalid.field("agenda", f"Use {rules.LONGEST:,} characters or fewer.")
    text, _ = queries.look_through(work, field="agenda", text=words, confirmed=confirmed)
    meeting.agenda.seal(work.keys, {"words": text} if text else None)
    work.note("group:agenda", "group_meeting", meeting.id)


def record_attendance(work: UnitOfWork, *, meeting_id: uuid.UUID, states: Mapping[uuid.UUID, str]) -> None:
    """Say of practitioners of the member agencies whether they were there. Raises NotAllowed, NotFound, Invalid, MinutesAreOut."""
    group, meeting = policy.reach_meeting(work, meeting_id, lead=True, lock=True)
    require_not_issued(meeting)
    people = queries.practitioners_of(work, group_id=group.id)
    if not set(states) <= set(people) or not set(states.values()) <= set(rules.Attendance):
        raise Invalid.field("attendance", "Choose from the practitioners of the member agencies.")
    if not states:
        return
    fresh = insert(GroupAttendance)
    work.session.execute(
        fresh.on_conflict_do_update(
            index_elements=["meeting_id", "account_id"],
            set_={"state": fresh.excluded.state, "recorded_at": fresh.excluded.recorded_at},
        ),
        [
            {
                "id": uuid.uuid4(),
                "partnership_id": work.partnership_id,
                "meeting_id": meeting.id,
                "account_id": account_id,
                "agency_id": people[account_id],
                "state": str(state),
                "recorded_at": work.now,
            }
            for account_id, state in states.items()
        ],
    )
    work.note("group:attendance", "group_meeting", meeting.id)


def issue_minutes(work: UnitOfWork, *, meeting_id: uuid.UUID, no_individuals_discussed: bool) -> None:
    """Issue the minutes to every member, on the chair's word that no individual was discussed (G6). They are then never changed.

    Raises NotAllowed, NotFound, Invalid without that word or without anybody present, Conflict before the meeting, MinutesAreOut.
    """
    group, meeting = policy.reach_meeting(work, meeting_id, lead=True, lock=True)
    require_not_issued(meeting)
    if meeting.meets_at > work.now:
        raise Conflict("The meeting has not begun yet.")
    record = queries.meeting_record(work, meeting_id=meeting.id)
    present = [one for one in record.attendance if one.state is rules.Attendance.PRESENT]
    wrong = []
    if not no_individuals_discussed:
        wrong.append(
            FieldError(
                "no_individuals_discussed",
                "Confirm that no individuals were discussed. If one was, take it out of the entries and tell the information lead.",
            )
        )
    if not present:
        wrong.append(FieldError("attendance", "Say who was there."))
    if wrong:
        raise Invalid(wrong)
    meeting.minutes.seal(work.keys, _document(work, group, meeting, record))
    meeting.confirmed_at = meeting.issued_at = work.now
    meeting.confirmed_by_account_id = work.actor.account_id
    work.note("group:issue_minutes", "group_meeting", meeting.id)
    work.record(events.GroupMinutesIssued(partnership_id=work.partnership_id, group_id=group.id, meeting_id=meeting.id))


def _document(
    work: UnitOfWork, group: YouthGroup, meeting: GroupMeeting, record: queries.MeetingRecord
) -> dict[str, Any]:
    written = tuple(reversed(queries.entries(work, group_id=group.id, meeting_id=meeting.id)))
    people = accounts.account_names(work, [*(one.account_id for one in record.attendance), work.actor.account_id])
    named = {one.agency_id for one in record.attendance} | {one.agency_id for one in written}
    names = agencies.agency_names(work, named | {one.owner_agency_id for one in written if one.owner_agency_id})
    heard = work.session.scalar(
        select(func.count())
        .select_from(GroupNamedCase)
        .where(GroupNamedCase.meeting_id == meeting.id, GroupNamedCase.heard_at.is_not(None))
    )
    chair = people.get(work.actor.account_id) if work.actor.account_id else None
    return {
        "handling": rules.HANDLING,
        "confirmation": rules.confirmation(heard or 0),
        "chair": chair.name if chair else "",
        "group": group.name,
        "venue": group.venue,
        "localities": dict(group.localities),
        "agenda": record.agenda,
        "attendance": [
            {"name": people[one.account_id].name, "agency": names[one.agency_id], "state": one.state.value}
            for one in record.attendance
            if one.account_id in people
        ],
        "entries": [
            {
                "kind": one.kind.value,
                "agency": names[one.agency_id],
                "words": one.words,
                "locality": one.locality,
                "measure": one.measure,
                "period_from": one.period_from.isoformat() if one.period_from else None,
                "period_until": one.period_until.isoformat() if one.period_until else None,
                "table": list(one.table),
                "owner": names[one.owner_agency_id] if one.owner_agency_id else None,
                "due_on": one.due_on.isoformat() if one.due_on else None,
            }
            for one in written
        ],
        "named_cases": heard or 0,
    }
