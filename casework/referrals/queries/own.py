"""What a referrer sees of their own: drafts and corrections under way, what was returned and why, and what happens next.

Also whether the same referral came before, for imports that only look.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from casework.access.actors import ActorKind
from casework.access.permissions import Permission
from casework.conferences.models import Conference, Listing, Marac
from casework.conferences.rules import ListingState, RoundState
from casework.duties.models import Duty
from casework.duties.rules import DutyKind, DutyState
from casework.errors import Conflict
from casework.referrals import policy, rules
from casework.referrals.models import Referral, ReferralDecision
from casework.work import UnitOfWork

CORRECTION = "correction"
"""Where a returned referral keeps its correction until it is sent again: beside the form, for its writer only."""


@dataclass(frozen=True, slots=True)
class ReturnedStep:
    """Why triage sent a referral back: the code of the reason, and the co-ordinator's words."""

    code: str | None
    words: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A referral that is being written or corrected. `kept` is what the page saved last; `document` what was sent before, if it was."""

    id: uuid.UUID
    state: str
    kept: Mapping[str, Any]
    document: Mapping[str, Any]
    referrer_agency_id: uuid.UUID
    returned: ReturnedStep | None


@dataclass(frozen=True, slots=True)
class WhatNext:
    """What follows a sent referral: until when triage answers, when the agencies get the list, and the sitting that hears it.

    Nothing of first contact: that nobody could be asked would tell the writer of an earlier case. None where it is not known.
    Before it is accepted the sitting is the one that would hear it now; `is_listed` says that it is on that list.
    """

    answered_by: datetime | None
    list_out_at: datetime | None
    heard_at: datetime | None
    marac_name: str
    is_listed: bool


def may_write(work: UnitOfWork, referral: Referral) -> bool:
    """Say whether the actor may still change a referral: its writer, or for one from a file whoever may import."""
    if referral.state not in (rules.ReferralState.DRAFT, rules.ReferralState.RETURNED):
        return False
    if referral.referrer_account_id is None:
        return work.actor.has(Permission.REFERRAL_IMPORT)
    if work.actor.kind is ActorKind.SYSTEM:
        return True
    return referral.referrer_account_id == work.actor.account_id


def draft(work: UnitOfWork, *, referral_id: uuid.UUID) -> Draft:
    """Return a draft or a returned referral as its writer left it, and note the view.

    Raises NotFound for another's, as for a missing one, and Conflict for one's own that has been sent.
    """
    row = policy.reach_own(work, referral_id, act="referral:draft")
    if not may_write(work, row):
        raise Conflict("This referral has been sent, so it can no longer be changed here.")
    work.note_view("referral:draft", "referral", row.id)
    work.keys.load([row.key_id])
    document = row.document.open(work.keys) or {}
    if row.state == rules.ReferralState.DRAFT:
        return Draft(row.id, row.state, document, {}, row.referrer_agency_id, None)
    return Draft(
        id=row.id,
        state=row.state,
        kept=document.get(CORRECTION) or {},
        document={field: value for field, value in document.items() if field != CORRECTION},
        referrer_agency_id=row.referrer_agency_id,
        returned=returned_steps(work, referral_ids=[row.id]).get(row.id),
    )


def returned_steps(work: UnitOfWork, *, referral_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, ReturnedStep]:
    """Return the latest return of each of these referrals. For the caller's own, which the caller has reached."""
    rows = work.session.scalars(
        select(ReferralDecision)
        .where(ReferralDecision.referral_id.in_(list(referral_ids)), ReferralDecision.step == "returned")
        .order_by(ReferralDecision.decided_at)
    ).all()
    work.keys.load({row.key_id for row in rows})
    return {
        row.referral_id: ReturnedStep(
            code=row.code, words=str((row.words.open(work.keys) or {}).get("words", "")), decided_at=row.decided_at
        )
        for row in rows
    }


def what_next(work: UnitOfWork, *, referral_id: uuid.UUID) -> WhatNext:
    """Return by when a sent referral is answered, and which sitting hears it if it is accepted now. Raises NotFound."""
    row = policy.reach(work, referral_id)
    owed = dict(
        work.session.execute(
            select(Duty.kind, Duty.due_at).where(Duty.subject_id == row.id, Duty.state == DutyState.OPEN.value)
        ).all()
    )
    answered_by = owed.get(DutyKind.REFERRAL_TRIAGE.value)
    listed = and_(
        Listing.conference_id == Conference.id,
        Listing.referral_id == row.id,
        Listing.state.in_([ListingState.LISTED.value, ListingState.HEARD.value]),
    )
    would_be = and_(Conference.state == RoundState.PLANNED.value, Conference.cut_off_at > work.now)
    sitting = work.session.execute(
        select(Marac.name, Conference.list_out_at, Conference.sits_at, Listing.id)
        .outerjoin(Conference, Conference.marac_id == Marac.id)
        .outerjoin(Listing, listed)
        .where(Marac.id == row.marac_id, or_(Conference.id.is_(None), Listing.id.is_not(None), would_be))
        .order_by(Listing.id.is_(None), Conference.sits_at)
        .limit(1)
    ).first()
    if sitting is None:
        name = work.session.scalar(select(Marac.name).where(Marac.id == row.marac_id)) or ""
        return WhatNext(answered_by, None, None, name, False)
    return WhatNext(answered_by, sitting.list_out_at, sitting.sits_at, sitting.name, sitting.id is not None)


def came_before(work: UnitOfWork, *, agency_id: uuid.UUID, reference: str, fingerprint: str) -> bool | None:
    """Say whether this agency's reference is known with this content (True), with other content (False), or not (None)."""
    token = reference_token(work, agency_id=agency_id, reference=reference)
    before = received_before(work, token) if token else None
    return None if before is None else before.fingerprint == form_token(work, fingerprint)


def reference_token(work: UnitOfWork, *, agency_id: uuid.UUID, reference: str | None) -> bytes | None:
    """Return the blind index entry of an agency's own reference, None without one."""
    if not reference:
        return None
    return work.blind.token(work.partnership_id, "referral.reference", [str(agency_id), reference])


def form_token(work: UnitOfWork, fingerprint: str) -> bytes:
    """Return the keyed hash of a form's content, from the fingerprint of its document."""
    return work.blind.token(work.partnership_id, "referral.form", [fingerprint])


def received_before(work: UnitOfWork, token: bytes) -> Referral | None:
    """Return the referral with this reference, if it came before."""
    return work.session.scalar(select(Referral).where(Referral.reference_token == token))
