"""Reads of disclosures: what was shared about a case, with whom, on which basis."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

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
    """Return what was shared about a case, the latest first. Raises NotFound for a case that the reader may not see."""
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
    )
