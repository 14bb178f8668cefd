"""The IDVA's first contact with the victim, tried within hours of the referral."""

from __future__ import annotations

import uuid

from casework.access.permissions import Role
from casework.duties import operations as duties
from casework.duties.rules import DutyKind
from casework.errors import Invalid, NotAllowed
from casework.referrals import policy
from casework.referrals.operations.steps import decide
from casework.referrals.rules import ContactOutcome
from casework.work import UnitOfWork


def record_contact(work: UnitOfWork, *, referral_id: uuid.UUID, outcome: ContactOutcome, words: str) -> None:
    """Note a try to reach the victim: reached, tried in vain, or not safe to try. The first try meets the duty.

    Raises NotAllowed for anybody but an IDVA, NotFound, Invalid without words.
    """
    if Role.IDVA not in work.actor.roles:
        raise NotAllowed(code="role")
    referral = policy.reach_for_contact(work, referral_id, act="contact:record", lock=True)
    if not words.strip():
        raise Invalid.field("words", "Say how it went, or why it was not safe to try.")
    decide(work, referral, step="contact", code=ContactOutcome(outcome).value, words=words)
    duties.meet(work, kind=DutyKind.IDVA_CONTACT, subject_id=referral.id)
    about = ("case", referral.case_id) if referral.case_id else ("referral", referral.id)
    work.note("contact:record", *about, reason=str(outcome))
