"""The condition of a conflict block, the first in the order of access: what names a blocked case is not there for the blocked.

Reads of cases take it through cases.policy; reads below the package of cases (duties) take it from here.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, any_, exists, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from casework.access.actors import Actor
from casework.access.models import CaseBlock

CaseId = InstrumentedAttribute[uuid.UUID] | InstrumentedAttribute[uuid.UUID | None]


def holds(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that a CaseBlock is in force at `now` (UTC): from inclusive, until exclusive."""
    return (CaseBlock.from_at <= now) & (CaseBlock.lifted_at.is_(None) | (CaseBlock.lifted_at > now))


def is_blocked(actor: Actor, now: datetime, case_id: CaseId) -> ColumnElement[bool]:
    """Return the SQL condition that `actor`, or the actor's agency, is blocked at `now` from the case in column `case_id`.

    An empty column names no case, so nobody is blocked from it; processes are blocked from nothing.
    """
    return exists().where(CaseBlock.case_id == case_id, holds(now), _names(actor))


def is_blocked_from_any(
    actor: Actor, now: datetime, case_ids: InstrumentedAttribute[list[uuid.UUID]]
) -> ColumnElement[bool]:
    """Return the SQL condition that `actor`, or the actor's agency, is blocked at `now` from one of the cases listed in a column."""
    return exists().where(CaseBlock.case_id == any_(case_ids), holds(now), _names(actor))


def _names(actor: Actor) -> ColumnElement[bool]:
    blocked_as = [CaseBlock.account_id == actor.account_id] if actor.account_id is not None else []
    if actor.agency_id is not None:
        blocked_as.append(CaseBlock.agency_id == actor.agency_id)
    return or_(false(), *blocked_as)
