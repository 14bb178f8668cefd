"""The tries to reach a victim: for the IDVAs who make them and for those who run the MARAC."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework.access.permissions import Permission, Role
from casework.cases import policy as case_policy
from casework.cases import queries as cases
from casework.cases.queries import CaseLine
from casework.errors import NotAllowed
from casework.programmes.registry import MARAC
from casework.referrals import rules
from casework.referrals.models import Referral, ReferralDecision
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ContactTry:
    """One try: when (UTC), how it went as a code, in words, and by which account."""

    at: datetime
    outcome: str
    words: str
    by_account_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """The tries to reach the victim of a case, the latest first. `referral_id` is the referral to which a further try belongs."""

    line: CaseLine
    referral_id: uuid.UUID | None
    tries: tuple[ContactTry, ...]
    may_record: bool


def contacts(work: UnitOfWork, *, case_id: uuid.UUID) -> ContactRecord:
    """Return the tries to reach the victim of a case, and note the view. Raises NotAllowed for whoever is neither an IDVA nor
    runs the MARAC, NotFound, the same for a hidden and a missing case."""
    is_idva = Role.IDVA in work.actor.roles
    if not is_idva and not work.actor.has(Permission.CASE_VIEW_ALL):
        raise NotAllowed(code="role")
    case = case_policy.reach(work, case_id, act="contact:view", programme=MARAC)
    rows = work.session.execute(
        select(Referral.id, ReferralDecision)
        .outerjoin(
            ReferralDecision,
            (ReferralDecision.referral_id == Referral.id) & (ReferralDecision.step == "contact"),
        )
        .where(Referral.case_id == case.id, Referral.state == rules.ReferralState.ACCEPTED.value)
        .order_by(Referral.received_on.desc(), Referral.submitted_at.desc(), ReferralDecision.decided_at.desc())
    ).all()
    tries = [row for _, row in rows if row is not None]
    people = cases.people_of(work, case_ids=[case.id], and_keys={row.key_id for row in tries})[case.id]
    work.note_view("contact:view", "case", case.id)
    return ContactRecord(
        line=cases.line_of(case, people),
        referral_id=rows[0][0] if rows else None,
        tries=tuple(_try(work, row) for row in sorted(tries, key=lambda row: row.decided_at, reverse=True)),
        may_record=is_idva and bool(rows),
    )


def _try(work: UnitOfWork, row: ReferralDecision) -> ContactTry:
    words = (row.words.open(work.keys) or {}).get("words", "")
    return ContactTry(row.decided_at, row.code or "", str(words), row.decided_by_account_id)
