"""A partnership's own holiday that is none: taken out, with the clocks of planned rounds counted anew."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.conferences.models import Conference
from casework.conferences.queries.recounting import rounds_without_holiday
from casework.partnerships import operations as partnerships
from casework.work import UnitOfWork


def remove_holiday(work: UnitOfWork, *, on_date: date) -> int:
    """Take out the partnership's own holiday of a London day, and move the clocks of planned rounds that counted on it.

    Which move and which stay is said by `rounds_without_holiday`. What is owed already keeps its time. Returns how many rounds
    have other clocks now. Raises NotAllowed, NotFound when there is no such holiday.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    moving = {one.conference_id: one for one in rounds_without_holiday(work, on_date=on_date) if not one.stays_because}
    partnerships.remove_extra_holiday(work, on_date=on_date)
    rows = work.session.scalars(select(Conference).where(Conference.id.in_(list(moving))).with_for_update())
    for row in rows:
        if moving[row.id].sits_on != row.sits_on:
            row.sits_on, row.moved_because = moving[row.id].sits_on, None
        for move in moving[row.id].moves:
            setattr(row, move.clock, move.to_at)
        work.note("conference:recount", "conference", row.id)
    return len(moving)
