"""The steps of a referral's way, each kept with who took it and its words sealed."""

from __future__ import annotations

import uuid

from casework.referrals.models import Referral, ReferralDecision
from casework.work import UnitOfWork


def decide(
    work: UnitOfWork, referral: Referral, *, step: str, code: str | None = None, words: str | None = None
) -> None:
    """Keep one step of a referral's way, with its words sealed."""
    row = ReferralDecision(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        referral_id=referral.id,
        step=step,
        code=code,
        key_id=referral.key_id,
        decided_at=work.now,
        decided_by_account_id=work.actor.account_id,
    )
    if words:
        work.keys.load([referral.key_id])
        row.words.seal(work.keys, {"words": words.strip()})
    work.session.add(row)
