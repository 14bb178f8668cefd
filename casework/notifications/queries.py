"""Reads of notices: how many stand where, for operators and rehearsals. Nothing of a notice is about a person but its reader."""

from __future__ import annotations

from sqlalchemy import func, select

from casework.notifications.models import Notice
from casework.work import UnitOfWork


def counts(work: UnitOfWork) -> dict[str, int]:
    """Return how many notices stand in each state (waiting, sent, withdrawn, dead)."""
    return dict(work.session.execute(select(Notice.state, func.count()).group_by(Notice.state)).all())


def counts_by_template(work: UnitOfWork) -> dict[str, int]:
    """Return how many notices there are of each template."""
    return dict(work.session.execute(select(Notice.template, func.count()).group_by(Notice.template)).all())


def message_ids(work: UnitOfWork) -> set[str]:
    """Return the fixed Message-ID of every notice that was sent."""
    return set(work.session.scalars(select(Notice.message_id).where(Notice.state == "sent")))


def count_due(work: UnitOfWork) -> int:
    """Return how many notices wait to be sent at `work.now`."""
    due = select(func.count()).select_from(Notice).where(Notice.state == "waiting", Notice.send_at <= work.now)
    return work.session.scalar(due) or 0
