"""Reads of imports: how far each is, and which rows were rejected and why. What a row says is not shown."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from casework.errors import FieldError, NotFound
from casework.referral_imports import policy
from casework.referral_imports.models import ReferralImport, ReferralImportRow
from casework.referral_imports.rules import ImportState, RowState
from casework.work import UnitOfWork

LATEST = 20


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not taken in: its number, the sender's reference where it could be read, and each wrong field."""

    number: int
    reference: str | None
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One file: where it stands and how many of its rows are in which state. `rejected_rows` are there when one file is asked for."""

    id: uuid.UUID
    state: str
    uploaded_at: datetime
    uploaded_by_account_id: uuid.UUID
    ended_at: datetime | None
    counts: Mapping[str, int]
    rejected_rows: tuple[RejectedRow, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(self.counts.values())

    @property
    def ready(self) -> int:
        """How many can be taken in, or still wait for it."""
        return self.counts.get(RowState.READY, 0)

    @property
    def imported(self) -> int:
        """How many became referrals."""
        return self.counts.get(RowState.IMPORTED, 0)

    @property
    def unchanged(self) -> int:
        """How many were here already."""
        return self.counts.get(RowState.UNCHANGED, 0)

    @property
    def rejected(self) -> int:
        """How many are wrong."""
        return self.counts.get(RowState.REJECTED, 0)

    @property
    def is_under_way(self) -> bool:
        """Whether it is being taken in now."""
        return self.state == ImportState.UNDER_WAY


def imports(work: UnitOfWork) -> tuple[ImportRecord, ...]:
    """Return the latest files that the actor brought, the last first. Raises NotAllowed."""
    policy.require(work)
    query = (
        select(ReferralImport)
        .where(policy.is_own(work))
        .order_by(ReferralImport.uploaded_at.desc(), ReferralImport.id)
        .limit(LATEST)
    )
    found = list(work.session.scalars(query))
    counts = _counts(work, [one.id for one in found])
    return tuple(_record(one, counts.get(one.id, {})) for one in found)


def import_record(work: UnitOfWork, *, import_id: uuid.UUID) -> ImportRecord:
    """Return one file with its rejected rows, in their order. Raises NotAllowed, NotFound."""
    policy.require(work)
    brought = work.session.scalar(select(ReferralImport).where(ReferralImport.id == import_id, policy.is_own(work)))
    if brought is None:
        raise NotFound
    rejected = (ReferralImportRow.import_id == import_id, ReferralImportRow.state == RowState.REJECTED.value)
    rows = work.session.scalars(select(ReferralImportRow).where(*rejected).order_by(ReferralImportRow.number)).all()
    work.keys.load({row.key_id for row in rows})
    return _record(brought, _counts(work, [import_id]).get(import_id, {}), tuple(_rejected(work, row) for row in rows))


def _rejected(work: UnitOfWork, row: ReferralImportRow) -> RejectedRow:
    said = row.refusal.open(work.keys) or {}
    errors = tuple(FieldError(error["field"], error["message"]) for error in said["errors"])
    return RejectedRow(row.number, said["reference"], errors)


def _counts(work: UnitOfWork, import_ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    rows = work.session.execute(
        select(ReferralImportRow.import_id, ReferralImportRow.state, func.count())
        .where(ReferralImportRow.import_id.in_(import_ids))
        .group_by(ReferralImportRow.import_id, ReferralImportRow.state)
    )
    found: dict[uuid.UUID, dict[str, int]] = {}
    for import_id, state, number in rows:
        found.setdefault(import_id, {})[state] = number
    return found


def _record(one: ReferralImport, counts: Mapping[str, int], rejected: tuple[RejectedRow, ...] = ()) -> ImportRecord:
    return ImportRecord(
        id=one.id,
        state=one.state,
        uploaded_at=one.uploaded_at,
        uploaded_by_account_id=one.uploaded_by_account_id,
        ended_at=one.ended_at,
        counts=counts,
        rejected_rows=rejected,
    )
