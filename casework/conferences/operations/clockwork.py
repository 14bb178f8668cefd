"""What the round's clocks do by themselves: publish the lists and close the research that have come due."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from casework.conferences import rules
from casework.conferences.models import Conference, Marac
from casework.conferences.operations.calendar import plan_conferences
from casework.conferences.operations.listing import publish_list
from casework.conferences.operations.sitting import close_inputs
from casework.work import UnitOfWork


def publish_due_lists(work: UnitOfWork) -> int:
    """Publish every list whose clock has come. Returns how many. Run again it does nothing."""
    due = work.session.scalars(
        select(Conference.id)
        .where(Conference.state == rules.RoundState.PLANNED.value, Conference.list_out_at <= work.now)
        .order_by(Conference.sits_at)
    ).all()
    for conference_id in due:
        publish_list(work, conference_id=conference_id)
    return len(due)


def close_due_inputs(work: UnitOfWork) -> int:
    """Close the research of every round whose clock has come. Returns how many. Run again it does nothing."""
    due = work.session.scalars(
        select(Conference.id).where(
            Conference.state == rules.RoundState.LIST_OUT.value, Conference.research_due_at <= work.now
        )
    ).all()
    return sum(close_inputs(work, conference_id=conference_id) for conference_id in due)


def plan_ahead(work: UnitOfWork) -> int:
    """Keep six months of conferences in the calendar of every MARAC. Returns how many were added."""
    maracs = work.session.scalars(select(Marac.id)).all()
    return sum(len(plan_conferences(work, marac_id=marac_id)) for marac_id in maracs)


def claim_invitations(work: UnitOfWork, *, until: datetime) -> list[tuple[uuid.UUID, int]]:
    """Return the sittings up to an instant (UTC) to which nobody has been invited yet, with the version of the invitation.

    Each is given out once.
    """
    due = work.session.scalars(
        select(Conference)
        .where(
            Conference.invitation_sequence == 0,
            Conference.sits_at > work.now,
            Conference.sits_at <= until,
        )
        .order_by(Conference.sits_at)
        .with_for_update()
    ).all()
    for conference in due:
        conference.invitation_sequence = 1
    return [(conference.id, 1) for conference in due]
