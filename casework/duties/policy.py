"""Which duties are there for whom: none that is about a case from which the reader is blocked."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, not_, or_

from casework.access import blocks
from casework.duties.models import Duty
from casework.duties.rules import ENDS_WHEN_DUE, OWN_ONLY
from casework.work import UnitOfWork


def may_know(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that limits any query over Duty: a block hides what is owed about the case as it hides the case, and
    what may turn out to be about it."""
    return and_(
        not_(blocks.is_blocked(work.actor, work.now, Duty.case_id)),
        not_(blocks.is_blocked_from_any(work.actor, work.now, Duty.hidden_like)),
    )


def can_be_done(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that a Duty can still be done: one that ends when it is due is over, though it is noted a little later."""
    return or_(Duty.kind.not_in([kind.value for kind in ENDS_WHEN_DUE]), Duty.due_at > work.now)


def others_may_know() -> ColumnElement[bool]:
    """Return the SQL condition that a Duty may stand in a list of those who do not owe it (docs/adr/0015-youth-support.md)."""
    return Duty.kind.not_in([kind.value for kind in OWN_ONLY])
