"""Who may see and decide on a referral: whoever wrote it sees their own; the co-ordinator sees all, but for blocked cases."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Permission
from casework.cases.models import Case
from casework.cases.policy import is_blocked
from casework.errors import NotFound
from casework.referrals.models import Referral, ReferralCandidate
from casework.referrals.rules import ReferralState
from casework.work import UnitOfWork


def may_see(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that limits any query over Referral to what the actor may see.

    A referral about a case that the actor is blocked from, or that may turn out to be about one, is hidden like the case.
    A draft is its writer's alone.
    """
    actor: Actor = work.actor
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.account_id is None or not actor.protocol_signed:
        return false()
    blocked = exists().where(
        or_(
            Case.id == Referral.case_id,
            Case.id.in_(
                select(ReferralCandidate.case_id)
                .where(ReferralCandidate.referral_id == Referral.id, ReferralCandidate.is_dismissed.is_(False))
                .correlate(Referral)
            ),
        ),
        is_blocked(actor, work.now),
    )
    # Whoever wrote a referral knows what they wrote; a later block does not take their own words from them.
    own = Referral.referrer_account_id == actor.account_id
    if actor.has(Permission.REFERRAL_VIEW):
        return or_(own, and_(not_(blocked), Referral.state != ReferralState.DRAFT.value))
    return own


def reach(work: UnitOfWork, referral_id: uuid.UUID, *, act: str = "referral:view", lock: bool = False) -> Referral:
    """Return a referral that the actor may see. Raises NotFound, the same for a hidden and a missing one."""
    query = select(Referral).where(Referral.id == referral_id, may_see(work))
    referral = work.session.scalar(query.with_for_update(of=Referral) if lock else query)
    if referral is None:
        work.refuse(act=act, code="hidden_or_missing", subject_kind="referral", subject_id=referral_id)
        raise NotFound
    return referral


def reach_own(work: UnitOfWork, referral_id: uuid.UUID, *, act: str, lock: bool = False) -> Referral:
    """Return a referral that the actor wrote, or one from a file when they may import. Raises NotFound for any other."""
    referral = reach(work, referral_id, act=act, lock=lock)
    imports = work.actor.has(Permission.REFERRAL_IMPORT)
    mine = referral.referrer_account_id is not None and referral.referrer_account_id == work.actor.account_id
    from_a_file = imports and referral.referrer_account_id is None
    if not (mine or from_a_file or work.actor.kind is ActorKind.SYSTEM):
        work.refuse(act=act, code="not_the_writer", subject_kind="referral", subject_id=referral_id)
        raise NotFound
    return referral
