"""Who may see and decide on a referral: whoever wrote it sees their own; the co-ordinator sees all, but for blocked cases.

An IDVA reads, from the moment it is sent, what their service needs to reach the victim.
"""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Permission, Role
from casework.agencies.models import Agency
from casework.cases import policy as case_policy
from casework.cases.models import Case
from casework.errors import NotFound
from casework.referrals.models import Referral, ReferralCandidate
from casework.referrals.rules import CONTACT_STATES, IDVA_SERVICE, ReferralState
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
    # Whoever wrote a referral knows what they wrote; a later block does not take their own words from them.
    own = Referral.referrer_account_id == actor.account_id
    if actor.has(Permission.REFERRAL_VIEW):
        return or_(own, and_(not_(_is_blocked(work)), Referral.state != ReferralState.DRAFT.value))
    return own


def _is_blocked(work: UnitOfWork) -> ColumnElement[bool]:
    return exists().where(
        or_(
            Case.id == Referral.case_id,
            Case.id.in_(
                select(ReferralCandidate.case_id)
                .where(ReferralCandidate.referral_id == Referral.id, ReferralCandidate.is_dismissed.is_(False))
                .correlate(Referral)
            ),
        ),
        case_policy.is_blocked(work.actor, work.now),
    )


def may_contact(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that the actor is an IDVA who may try to reach the victim of a Referral, and so may read it.

    Until it is accepted, an IDVA of the service that was asked when it was sent; whatever triage decides, unless its writer took
    it back. Afterwards whoever of them may see its case. A block hides it like the case.
    """
    actor = work.actor
    if Role.IDVA not in actor.roles or actor.account_id is None or not actor.protocol_signed:
        return false()
    of_the_service = exists().where(Agency.id == actor.agency_id, Agency.slug == IDVA_SERVICE)
    asked = and_(
        Referral.idva_told_at.is_not(None),
        Referral.state.in_([state.value for state in CONTACT_STATES]),
        of_the_service,
        not_(_is_blocked(work)),
    )
    accepted = and_(
        Referral.state == ReferralState.ACCEPTED.value,
        exists().where(Case.id == Referral.case_id, case_policy.may_see(actor, work.now)),
    )
    return or_(asked, accepted)


def reach_for_contact(work: UnitOfWork, referral_id: uuid.UUID, *, act: str, lock: bool = False) -> Referral:
    """Return a referral whose victim the actor may try to reach. Raises NotFound, the same for a hidden and a missing one."""
    query = select(Referral).where(Referral.id == referral_id, may_contact(work))
    referral = work.session.scalar(query.with_for_update(of=Referral) if lock else query)
    if referral is None:
        work.refuse(act=act, code="hidden_or_missing", subject_kind="referral", subject_id=referral_id)
        raise NotFound
    return referral


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
