"""Who may report on an action: the agency that owns it, and those who run the MARAC."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.actions.models import Action
from casework.cases import policy as cases
from casework.errors import NotAllowed, NotFound
from casework.work import UnitOfWork


def reach(work: UnitOfWork, action_id: uuid.UUID, *, lock: bool = False) -> Action:
    """Return an action of a case that the actor may see. Raises NotFound, the same for a hidden and a missing one."""
    query = select(Action).where(Action.id == action_id)
    action = work.session.scalar(query.with_for_update() if lock else query)
    cases.reach(work, action.case_id if action else action_id, act="action:view")
    if action is None:
        raise NotFound
    return action


def may_report(work: UnitOfWork, action: Action) -> bool:
    """Say whether the actor may report: for the owner agency, or for any agency as co-ordinator."""
    actor = work.actor
    if actor.has(Permission.CASE_VIEW_ALL):
        return True
    return actor.has(Permission.ACTION_REPORT) and action.owner_agency_id == actor.agency_id


def require_report(work: UnitOfWork, action: Action) -> None:
    """Raise NotAllowed unless the actor may report on this action."""
    if not may_report(work, action):
        raise NotAllowed("Only the agency that owns an action reports on it.", code="not_owner")
