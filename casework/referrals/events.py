"""Facts about referrals."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ReferralSubmitted(DomainEvent):
    """A referral came in, or came back corrected, and waits for triage."""

    wire = "referral.submitted"
    referral_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ReferralReturned(DomainEvent):
    """Triage sent a referral back with reasons."""

    wire = "referral.returned"
    referral_id: uuid.UUID
    referrer_account_id: uuid.UUID | None
    referrer_agency_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ReferralAccepted(DomainEvent):
    """Triage accepted a referral; its case is on a list."""

    wire = "referral.accepted"
    referral_id: uuid.UUID
    case_id: uuid.UUID
    listing_id: uuid.UUID
    is_repeat: bool


@dataclass(frozen=True, kw_only=True)
class ReferralRedirected(DomainEvent):
    """A referral is not for MARAC and was sent elsewhere, e.g. a victim under 16 to children's social care."""

    wire = "referral.redirected"
    referral_id: uuid.UUID
    destination: str


@dataclass(frozen=True, kw_only=True)
class ReferralWithdrawn(DomainEvent):
    """The referrer took a referral back."""

    wire = "referral.withdrawn"
    referral_id: uuid.UUID
