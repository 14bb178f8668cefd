"""Reads of notices: how many stand where. Nothing of a notice is about a person but its reader."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import func, select, true

from casework.access.permissions import Permission
from casework.accounts.models import Account
from casework.documents.mails import MailTemplate
from casework.errors import NotAllowed
from casework.minutes import policy as minutes_policy
from casework.minutes.models import MinutesCopy
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


def told_of_minutes(work: UnitOfWork, *, minutes_id: uuid.UUID, issued_at: datetime | None = None) -> dict[str, int]:
    """Return how many notices that these minutes are out stand in each state. `issued_at` (UTC), when it is
    known, spares the look at older ones. Notices of copies that are only about cases from which the reader is blocked are not
    counted, as the copies are not.

    Raises NotAllowed unless the reader sends minutes or approves them.
    """
    if not (work.actor.has(Permission.MINUTES_DRAFT) or work.actor.has(Permission.MINUTES_APPROVE)):
        raise NotAllowed(code="role")
    return dict(
        work.session.execute(
            select(Notice.state, func.count())
            .where(
                Notice.template == MailTemplate.DOCUMENT_READY.value,
                Notice.recorded_at >= issued_at if issued_at else true(),
                Notice.dedupe_key.endswith(f":minutes:{minutes_id}"),
                Notice.recipient_account_id.in_(
                    select(Account.id).where(
                        Account.agency_id.in_(
                            select(MinutesCopy.agency_id).where(
                                MinutesCopy.minutes_id == minutes_id, minutes_policy.holds_something(work)
                            )
                        )
                    )
                ),
            )
            .group_by(Notice.state)
        ).all()
    )
