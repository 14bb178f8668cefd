"""Reads of notices: how many stand where, for operators and rehearsals. Nothing of a notice is about a person but its reader."""

from __future__ import annotations

from sqlalchemy import func, select

from casework.access.permissions import Permission
from casework.notifications.models import Notice
from casework.work import UnitOfWork


def counts(work: UnitOfWork) -> dict[str, int]:
    """Return how many notices stand in each state (waiting, sent, withdrawn, dead). Raises NotAllowed."""
    work.require(Permission.SYSTEM_OPERATE)
    return dict(work.session.execute(select(Notice.state, func.count()).group_by(Notice.state)).all())


def count_due(work: UnitOfWork) -> int:
    """Return how many notices wait to be sent at `work.now`. Raises NotAllowed."""
    work.require(Permission.SYSTEM_OPERATE)
    due = select(func.count()).select_from(Notice).where(Notice.state == "waiting", Notice.send_at <= work.now)
    return work.session.scalar(due) or 0
