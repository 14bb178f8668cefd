"""Who may open a youth case, and how much of it: by standing alone (docs/adr/0015-youth-support.md).

Who holds the file, the lead professional, and the manager and safeguarding lead of the agency that keeps it see the whole.
Everybody else on the team sees who it is about, who is on the team, what is theirs to do and when they meet.
"""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, select

from casework.access.permissions import Permission
from casework.cases import policy as cases
from casework.cases.models import Case
from casework.errors import NotAllowed, NotFound
from casework.programmes.registry import YOUTH_SUPPORT
from casework.work import UnitOfWork
from casework.youth.models import YouthCase


def may_see(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that limits any query over Case to the young people's files that the actor may open."""
    return cases.is_of(YOUTH_SUPPORT) & cases.may_see(work.actor, work.now)


def sees_whole(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that the actor, who may open a Case, may read the whole of it and write in it."""
    return cases.sees_whole_file(work.actor, work.now)


def reach(work: UnitOfWork, case_id: uuid.UUID, *, act: str = "youth_case:view", lock: bool = False) -> YouthCase:
    """Return the youth case if the actor may open it. Raises NotFound otherwise, the same for a hidden and a missing one."""
    case = cases.reach(work, case_id, act=act, programme=YOUTH_SUPPORT)
    query = select(YouthCase).where(YouthCase.case_id == case.id)
    row = work.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def reach_to_write(work: UnitOfWork, case_id: uuid.UUID, *, act: str) -> YouthCase:
    """Return the youth case, locked, for somebody who sees the whole of it. Raises NotFound, NotAllowed for the rest of the team."""
    cases.reach_whole_file(work, case_id, act=act)
    return reach(work, case_id, act=act, lock=True)


def is_whole(work: UnitOfWork, case_id: uuid.UUID) -> bool:
    """Say whether the actor, who may open the case, sees the whole of it."""
    return bool(work.session.scalar(select(sees_whole(work)).select_from(Case).where(Case.id == case_id)))


def require_to_open(work: UnitOfWork) -> uuid.UUID:
    """Return the agency for which the actor may open a file. Raises NotAllowed without the role, an agency or its protocol."""
    work.require(Permission.YOUTH_CASE_OPEN)
    if work.actor.agency_id is None or work.actor.account_id is None or not work.actor.protocol_signed:
        raise NotAllowed("Your agency has not signed the protocol.", code="protocol")
    return work.actor.agency_id
