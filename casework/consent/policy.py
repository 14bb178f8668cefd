"""Who may take down and read agreements. They are read with the file, by whoever sees the whole of it: a refusal is confidential."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.cases import policy as cases
from casework.cases.models import Case
from casework.consent.models import Agreement
from casework.errors import NotFound
from casework.work import UnitOfWork


def reach_file(work: UnitOfWork, case_id: uuid.UUID, *, act: str) -> Case:
    """Return the case for somebody who may take down an agreement in it. Raises NotAllowed, NotFound."""
    work.require(Permission.AGREEMENT_RECORD)
    return cases.reach_whole_file(work, case_id, act=act)


def reach(work: UnitOfWork, agreement_id: uuid.UUID, *, act: str) -> Agreement:
    """Return an agreement for somebody who may change it. Raises NotFound for a hidden one as for a missing one, NotAllowed."""
    found = work.session.scalar(select(Agreement).where(Agreement.id == agreement_id))
    if found is None:
        work.refuse(act=act, code="missing", subject_kind="agreement", subject_id=agreement_id)
        raise NotFound
    reach_file(work, found.case_id, act=act)
    return found
