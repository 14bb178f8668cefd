"""Which duties are there for whom: none that is about a case from which the reader is blocked."""

from __future__ import annotations

from sqlalchemy import ColumnElement, not_

from casework.access import blocks
from casework.duties.models import Duty
from casework.work import UnitOfWork


def may_know(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that limits any query over Duty: a block hides what is owed about the case as it hides the case."""
    return not_(blocks.is_blocked(work.actor, work.now, Duty.case_id))
