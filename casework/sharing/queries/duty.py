"""The partnership's switch of the duty to share about children (Children Act 2004 s16LA): how it stands, and who decided what."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.clock import london_date
from casework.partnerships.models import PolicyVersion
from casework.programmes.registry import YOUTH_SUPPORT
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DutySwitch:
    """One decision: from which London day, on or off, and by whom."""

    version: int
    from_date: date
    is_on: bool
    decided_by_account_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class DutyToShare:
    """Whether the duty is switched on today, and every decision about it, the newest first."""

    is_on: bool
    decisions: tuple[DutySwitch, ...]


def duty_to_share(work: UnitOfWork) -> DutyToShare:
    """Return how the duty to share is switched, for the information lead. Off where nobody decided. Raises NotAllowed."""
    work.require(Permission.SHARE_OVERSEE)
    rows = work.session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.partnership_id == work.partnership_id, PolicyVersion.programme == YOUTH_SUPPORT.code)
        .order_by(PolicyVersion.version.desc())
    )
    decisions = tuple(
        DutySwitch(row.version, row.from_date, row.settings.get("s16LA") is True, row.decided_by_account_id)
        for row in rows
    )
    begun = (one.is_on for one in decisions if one.from_date <= london_date(work.now))
    return DutyToShare(next(begun, False), decisions)
