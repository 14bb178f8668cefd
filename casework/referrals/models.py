"""Tables of referrals, of the probable earlier cases found for each, and of the decisions taken on it."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, InPartnership, clear, index, inside, sealed
from casework.encryption.sealed import Sealed


class Referral(Base, InPartnership):
    """One referral: the whole form as one sealed document, and the codes that triage sorts by."""

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "reference_token"),
        inside("marac", "marac_id"),
        inside("case_record", "case_id"),
        inside("policy_version", "policy_version_id"),
        CheckConstraint("state <> 'accepted' OR case_id IS NOT NULL", name="accepted_has_a_case"),
        Index("ix_referral_inbox", "partnership_id", "state", "submitted_at"),
    )

    marac_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which MARAC hears it"))
    reference_token: Mapped[bytes | None] = mapped_column(
        comment=index("agency with its own reference; shows that the same referral came twice")
    )
    referrer_agency_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("agency.id"), index=True, comment=clear("who refers")
    )
    referrer_account_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("account.id"), index=True, comment=clear("who wrote it, when it was written here")
    )
    state: Mapped[str] = mapped_column(
        String(12), comment=clear("draft, submitted, returned, accepted, redirected, withdrawn")
    )
    received_on: Mapped[date | None] = mapped_column(comment=clear("anchor of the repeat rule"))
    submitted_at: Mapped[datetime | None] = mapped_column(comment=clear("age in the inbox"))
    decided_at: Mapped[datetime | None] = mapped_column(comment=clear("when triage ended"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of this referral"))
    document_sealed: Mapped[bytes] = mapped_column(comment=sealed("the whole form"))
    fingerprint: Mapped[bytes | None] = mapped_column(
        comment=index("keyed hash of the whole form; shows only whether the same form came again")
    )
    score: Mapped[int | None] = mapped_column(comment=clear("a number that is sorted by"))
    band: Mapped[str | None] = mapped_column(String(12), comment=clear("code"))
    routes: Mapped[dict[str, Any]] = mapped_column(comment=clear("codes of the routes in, claimed and derived"))
    victim_under_16: Mapped[bool] = mapped_column(default=False, comment=clear("redirected, not heard"))
    has_safe_contact: Mapped[bool] = mapped_column(default=False, comment=clear("absence is shown everywhere"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(index=True, comment=clear("the case it opened or came back to"))
    is_repeat: Mapped[bool | None] = mapped_column(comment=clear("answer of the repeat rule"))
    repeat_rule: Mapped[str | None] = mapped_column(String(40), comment=clear("which rule and version answered"))
    anchor_referral_on: Mapped[date | None] = mapped_column(comment=clear("last referral of the pair before this"))
    anchor_conference_on: Mapped[date | None] = mapped_column(comment=clear("last sitting of the pair before this"))
    policy_version_id: Mapped[uuid.UUID | None] = mapped_column(comment=clear("local policy that was used"))
    idva_told_at: Mapped[datetime | None] = mapped_column(comment=clear("when the IDVA service was told"))

    document = Sealed("document_sealed", key="key_id", pad=1024)


class ReferralCandidate(Base, InPartnership):
    """A case that this referral may be about, or the same couple the other way round."""

    __tablename__ = "referral_candidate"
    __table_args__ = (
        UniqueConstraint("referral_id", "case_id"),
        inside("referral", "referral_id"),
        inside("case_record", "case_id"),
    )

    referral_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which referral"))
    case_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which case"))
    kind: Mapped[str] = mapped_column(String(24), comment=clear("code: same_pair, swapped_pair, same_victim"))
    verdict: Mapped[str] = mapped_column(String(12), comment=clear("code: same, likely"))
    is_dismissed: Mapped[bool] = mapped_column(default=False, comment=clear("looked at and found to be somebody else"))


class ReferralDecision(Base, InPartnership):
    """One step of triage: submitted, returned with reasons, answered, accepted, redirected, withdrawn."""

    __tablename__ = "referral_decision"
    __table_args__ = (inside("referral", "referral_id"),)

    referral_id: Mapped[uuid.UUID] = mapped_column(index=True, comment=clear("which referral"))
    step: Mapped[str] = mapped_column(String(12), comment=clear("code of the step"))
    code: Mapped[str | None] = mapped_column(String(40), comment=clear("code of the reason or destination"))
    key_id: Mapped[uuid.UUID] = mapped_column(comment=clear("data key of the referral"))
    words_sealed: Mapped[bytes | None] = mapped_column(comment=sealed("reasons in words"))
    decided_at: Mapped[datetime] = mapped_column(comment=clear("when"))
    decided_by_account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), comment=clear("by whom"))

    words = Sealed("words_sealed", key="key_id", pad=256)
