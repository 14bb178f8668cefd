"""Which duties are there for whom: none that is about a case from which the reader is blocked."""

from __future__ import annotations

from sqlalchemy import ColumnElement, not_

from casework.access import blocks
from casework.duties.models import Duty
from casework.duties.rules import OWN_ONLY
from casework.work import UnitOfWork


def may_know(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that limits any query over Duty: a block hides what is owed about the case as it hides the case."""
    return not_(blocks.is_blocked(work.actor, work.now, Duty.case_id))


def others_may_know() -> ColumnElement[bool]:
    """Return the SQL condition that a Duty may stand in a list of those who do not owe it (docs/adr/0015-youth-support.md)."""
    return Duty.kind.not_in([kind.value for kind in OWN_ONLY])
