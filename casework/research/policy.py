"""Who may answer research, and who may read it: the agency asked, and those who hear the case once it is shared."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.cases import policy as cases
from casework.errors import NotFound
from casework.research.models import ResearchRequest
from casework.work import UnitOfWork


def reach_own(work: UnitOfWork, request_id: uuid.UUID, *, lock: bool = False) -> ResearchRequest:
    """Return a request put to the actor's own agency about a case that the actor may see. Raises NotAllowed, NotFound."""
    work.require(Permission.RESEARCH_ANSWER)
    query = select(ResearchRequest).where(
        ResearchRequest.id == request_id, ResearchRequest.agency_id == work.actor.agency_id
    )
    request = work.session.scalar(query.with_for_update() if lock else query)
    # A missing request takes the same path as one about a hidden case.
    cases.reach(work, request.case_id if request else request_id, act="research:answer")
    if request is None:
        raise NotFound
    return request
