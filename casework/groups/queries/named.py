"""Named cases of a meeting as its members see them: which agency brings one, who may hear it, who was in the room. Never whose it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework.cases import queries as cases
from casework.groups import policy
from casework.groups.models import GroupClearance, GroupNamedCase, GroupRoom
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NamedCaseRecord:
    """One case on a meeting's agenda. `case_id` only for whoever may open that file anyway: hearing it opens nothing (G5)."""

    id: uuid.UUID
    agency_id: uuid.UUID
    case_id: uuid.UUID | None
    may_hear: tuple[uuid.UUID, ...]
    asked_to_leave: tuple[uuid.UUID, ...]
    in_room: tuple[uuid.UUID, ...]
    had_left: tuple[uuid.UUID, ...]
    heard_at: datetime | None


def named_cases(work: UnitOfWork, *, meeting_id: uuid.UUID) -> tuple[NamedCaseRecord, ...]:
    """Return the named cases of a meeting for a member, in the order in which they were brought. Raises NotAllowed, NotFound."""
    policy.reach_meeting(work, meeting_id)
    rows = work.session.scalars(
        select(GroupNamedCase)
        .where(GroupNamedCase.meeting_id == meeting_id)
        .order_by(GroupNamedCase.brought_at, GroupNamedCase.id)
    ).all()
    ids = [row.id for row in rows]
    clearances = work.session.scalars(
        select(GroupClearance).where(GroupClearance.named_case_id.in_(ids)).order_by(GroupClearance.agency_id)
    ).all()
    people = work.session.scalars(
        select(GroupRoom).where(GroupRoom.named_case_id.in_(ids)).order_by(GroupRoom.account_id)
    ).all()
    own = cases.visible_ids(work, case_ids=[row.case_id for row in rows])
    return tuple(
        NamedCaseRecord(
            id=row.id,
            agency_id=row.agency_id,
            case_id=row.case_id if row.case_id in own else None,
            may_hear=tuple(one.agency_id for one in clearances if one.named_case_id == row.id and one.may_hear),
            asked_to_leave=tuple(
                one.agency_id for one in clearances if one.named_case_id == row.id and not one.may_hear
            ),
            in_room=tuple(one.account_id for one in people if one.named_case_id == row.id and one.was_in),
            had_left=tuple(one.account_id for one in people if one.named_case_id == row.id and not one.was_in),
            heard_at=row.heard_at,
        )
        for row in rows
    )
