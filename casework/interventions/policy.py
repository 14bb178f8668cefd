"""Who may reach an intervention: whoever sees the whole of the young person's file (casework.cases.policy)."""

from __future__ import annotations

import uuid

from casework.cases import policy as cases
from casework.errors import NotFound
from casework.interventions.models import Intervention
from casework.work import UnitOfWork


def reach(work: UnitOfWork, intervention_id: uuid.UUID, *, act: str, lock: bool = True) -> Intervention:
    """Return an intervention for whoever sees the whole file. Raises NotFound, NotAllowed for the rest of the team."""
    row = work.session.get(Intervention, intervention_id, with_for_update=lock or None)
    cases.reach_whole_file(work, row.case_id if row else intervention_id, act=act)
    if row is None:
        raise NotFound
    return row
