"""Reads of the trail: who did, saw or was refused what about a thing, when and why."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.access.permissions import Permission
from casework.audit.models import AuditEntry


class Work(Protocol):
    """What these reads need of a unit of work, which stands above this package."""

    partnership_id: uuid.UUID

    @property
    def session(self) -> Session:
        """The session of its transaction."""

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed without the permission."""

    def note(
        self,
        act: str,
        subject_kind: str | None = None,
        subject_id: uuid.UUID | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        """Write an act to the trail."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the trail: ids and codes. `at` is UTC. `outcome` is done, viewed or refused; `reason` the rule that refused."""

    id: uuid.UUID
    at: datetime
    actor_kind: str
    account_id: uuid.UUID | None
    agency_id: uuid.UUID | None
    act: str
    subject_kind: str | None
    subject_id: uuid.UUID | None
    purpose: str | None
    outcome: str
    reason: str | None
    correlation_id: uuid.UUID | None


def entries_for(work: Work, *, subject_ids: Collection[uuid.UUID], limit: int = 500) -> list[Entry]:
    """Return what was done, seen and refused about these things (a case and what hangs on it), the newest first.

    Needs audit:view, and looking is itself noted, once for each thing. The caller has checked that the actor may see the case:
    a block beats every permission. Raises NotAllowed.
    """
    work.require(Permission.AUDIT_VIEW)
    for subject_id in subject_ids:
        work.note("audit:view", "trail", subject_id)
    rows = work.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_id.in_(list(subject_ids)), AuditEntry.partnership_id == work.partnership_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.written_at.desc())
        .limit(limit)
    )
    return [
        Entry(
            id=row.id,
            at=row.at,
            actor_kind=row.actor_kind,
            account_id=row.account_id,
            agency_id=row.agency_id,
            act=row.act,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            purpose=row.purpose,
            outcome=row.outcome,
            reason=row.reason,
            correlation_id=row.correlation_id,
        )
        for row in rows
    ]
