"""Reads of disclosures: what was shared about a case, with whom, on which basis."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.cases import policy
from casework.disclosures.models import Disclosure, SharingDecision
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DisclosureRecord:
    """One act of sharing or of not sharing."""

    kind: str
    to_agency_id: uuid.UUID | None
    was_shared: bool
    row: str
    basis: str | None
    rule_set: str
    disclosed_at: datetime


def disclosures_of(work: UnitOfWork, *, case_id: uuid.UUID) -> tuple[DisclosureRecord, ...]:
    """Return what was shared about a case, the latest first. Raises NotFound for a case that the reader may not see.

    That an agency was left out for a conflict of interest is told only to those who may set a block.
    """
    policy.reach(work, case_id, act="disclosure:list")
    work.note_view("disclosure:list", "case", case_id)
    rows = work.session.execute(
        select(Disclosure, SharingDecision)
        .join(SharingDecision, SharingDecision.id == Disclosure.decision_id)
        .where(Disclosure.case_id == case_id)
        .order_by(Disclosure.disclosed_at.desc(), Disclosure.id)
    )
    return tuple(
        DisclosureRecord(
            kind=act.kind,
            to_agency_id=act.to_agency_id,
            was_shared=act.was_shared,
            row=decision.row,
            basis=decision.basis,
            rule_set=decision.rule_set,
            disclosed_at=act.disclosed_at,
        )
        for act, decision in rows
        if decision.row != "blocked" or work.actor.has(Permission.CASE_BLOCK)
    )


def listed_to(work: UnitOfWork, *, subject_ids: Collection[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Return the (case, agency) pairs that these listings were disclosed to when the list went out. For decisions; no page shows it."""
    rows = work.session.execute(
        select(Disclosure.case_id, Disclosure.to_agency_id).where(
            Disclosure.subject_id.in_(list(subject_ids)), Disclosure.kind == "list", Disclosure.was_shared.is_(True)
        )
    )
    return {(case_id, agency_id) for case_id, agency_id in rows if agency_id is not None}
